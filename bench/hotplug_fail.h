/* SPDX-License-Identifier: MIT */
/*
 * hotplug_fail - makes the kernel fail steps on purpose, at each state of its ladder in turn.
 *
 * The kernel has cpuN/hotplug/fail for that: the number of a state written there makes the next
 * transition of the CPU through it fail with EAGAIN and roll back. Not every state takes it: those
 * that run with interrupts off, and those without callbacks, answer EINVAL and are left out.
 *
 * Of every three cycles of a CPU one fails on its way down, one on its way up, and one is left
 * alone, so that both directions come by the same plan.
 */
#ifndef BENCH_HOTPLUG_FAIL_H
#define BENCH_HOTPLUG_FAIL_H

#include "hotplug_control.h"

#define HOTPLUG_FAIL_STATES 512

/* Which states. */
struct hotplug_fail_terms {
	bool is_wanted, is_all;
	unsigned int states[64];
	size_t nr_states; /* with is_all: not used */
};

struct hotplug_fail;

/**
 * hotplug_fail_begin() - read the kernel's list of states.
 * @c: to stay.
 *
 * Return: 0; -ENOMEM; -errno with one line in @why: there is no such list, or no such state in it.
 */
int hotplug_fail_begin(const struct hotplug_fail_terms *terms, const struct hotplug_control *c,
		       struct hotplug_fail **ret_fail, char *why, size_t why_size);

/*
 * Is it the turn of this step of @cpu? Then the state at which the kernel will let it fail, else
 * -1. @fail may be NULL. To be followed by the step and hotplug_fail_disarm().
 */
int hotplug_fail_arm(struct hotplug_fail *fail, unsigned int cpu, bool is_online);

/* True: the failure has happened. False: the kernel did not come by, and will not fail later. */
bool hotplug_fail_disarm(struct hotplug_fail *fail, unsigned int cpu);

/* One line for the end: how many states were reached, and what would reach the rest. */
void hotplug_fail_report(const struct hotplug_fail *fail, char *text, size_t size);

/* NULL is allowed. */
void hotplug_fail_end(struct hotplug_fail *fail);

#endif
