/* SPDX-License-Identifier: MIT */
/*
 * futex - the only door to SYS_futex.
 *
 * One word may have sleepers of two classes; a wake names the class it is for. EINTR, EAGAIN and
 * spurious returns end here: to the caller they are all "look again".
 */
#ifndef KPARK_FUTEX_H
#define KPARK_FUTEX_H

#include <stdatomic.h>
#include <stdint.h>

#define FUTEX_NO_DEADLINE UINT64_MAX

enum futex_class { FUTEX_CLASS_THREAD = 1, FUTEX_CLASS_CONTROLLERS = 2 };

/*
 * Sleep while *@word == @expected, until a wake of @class or until CLOCK_MONOTONIC reaches
 * @deadline_ns. 0: look again; -ETIMEDOUT.
 */
int futex_wait(_Atomic uint32_t *word, uint32_t expected, enum futex_class class,
	       uint64_t deadline_ns);

/* Wake all sleepers of @class. Touches no memory, so the word may be gone already. */
void futex_wake(_Atomic uint32_t *word, enum futex_class class);

/* CLOCK_MONOTONIC. */
uint64_t futex_now_ns(void);

/* @timeout_ns from now, for futex_wait(); saturates. */
uint64_t futex_deadline_ns(uint64_t timeout_ns);

#endif
