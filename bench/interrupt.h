/* SPDX-License-Identifier: MIT */
/*
 * interrupt - SIGINT, SIGTERM, SIGHUP, the run's own deadline or a sign of trouble: stop at the
 * next step.
 *
 * The first signal is only noted. Whoever loops over steps looks here and ends; what was taken
 * away comes back and results so far are written. A second signal ends the process at once.
 */
#ifndef BENCH_INTERRUPT_H
#define BENCH_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/* Note signals from now on. @deadline_ns: on clock.h's clock; 0: none. */
void interrupt_watch(uint64_t deadline_ns);

/* Signals do again what they did, and what was noted is forgotten. */
void interrupt_unwatch(void);

/*
 * From now on interrupt_look() asks @look, and so does a wait for a step; what it returns is the
 * cause, and has to stay. interrupt_unwatch() forgets it. NULL: nobody.
 */
void interrupt_ask(const char *(*look)(void *arg), void *arg);

/* Context: a thread that takes steps, between two of them; one asks at a time. */
void interrupt_look(void);

/* Any thread, any time. */
bool interrupt_is_due(void);

/* "SIGINT", "the deadline", what was found by looking; NULL: not due. */
const char *interrupt_cause(void);

/* Sleep until @deadline_ns, or until an interrupt is due: then within 50 ms. */
void interrupt_sleep_until_ns(uint64_t deadline_ns);

#endif
