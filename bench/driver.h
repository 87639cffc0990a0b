/* SPDX-License-Identifier: MIT */
/*
 * driver - executes one block: every step of a cell's plan, by one contender.
 *
 * All phases are differences of clock readings that the ladder (ladder.h) takes around its rungs
 * and of the arrivals that the threads report (tenant.h).
 */
#ifndef BENCH_DRIVER_H
#define BENCH_DRIVER_H

#include "run.h"

/* Sees the phases begin and end, in the passes that count something; NR_PHASES is the whole plan.
 */
struct probe {
	void (*begin)(void *arg, enum phase phase);
	void (*end)(void *arg, enum phase phase);
	void *arg;
};

/**
 * driver_run_block() - make the tenants, run the plan, take the tenants down.
 * @probe: NULL in the timing pass.
 * @block: cell, arm, repetition and pass are set, steps has room for the plan; the rest is filled.
 *
 * Context: the pinned controller thread. Every planned step gets its sample, whatever happens.
 *
 * Return: 0 also when steps were refused; -EINTR an interrupt was due (interrupt.h): the steps that
 * were left are marked, CPUs and threads are back; -EILSEQ a step that had to be refused was
 * not; -ETIMEDOUT a thread did not answer: the block's
 * threads are left as they are and the process should end soon; -EAGAIN, -ENOMEM, -EINVAL the
 * tenants could not be made; -EIO the duty's work does not add up.
 */
int driver_run_block(const struct recording *rec, const struct probe *probe, struct block *block);

#endif
