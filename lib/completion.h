/* SPDX-License-Identifier: MIT */
/* completion - one waits until another has completed, once. */
#ifndef KPARK_COMPLETION_H
#define KPARK_COMPLETION_H

#include <stdatomic.h>
#include <stdint.h>

/* All zero is the initial state. */
struct completion {
	_Atomic uint32_t done;
};

/* Everything before complete() is visible after wait_for_completion(). */
void complete(struct completion *c);
void wait_for_completion(struct completion *c);

#endif
