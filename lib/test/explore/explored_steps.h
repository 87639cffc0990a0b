/* SPDX-License-Identifier: MIT */
/* explored_steps - what controllers do in more than one scenario, and how scenarios end. */
#ifndef TEST_EXPLORED_STEPS_H
#define TEST_EXPLORED_STEPS_H

#include "explored_thread.h"

int park(void);
void unpark(void);
int stop(void);
void await_run(void);
void finish_by_stop(void);
void finish_stopped(void);
void finish_by_cycle(void);
void park_any(void);
void stop_it(void);
void end_it(void);
void park_ending(void);
void finish_ended(void);
void unpark_and_see(void);
void unpark_and_wait(void);
void unpark_or_gone(void);
void submit_twice(void);
void cycle_once(void);
void finish_work(void);
void wake_it(void);

#endif
