/* SPDX-License-Identifier: MIT */
/* The passes in which something is counted instead of timed. */
#include "controller.h"
#include "counters.h"
#include "driver.h"
#include "passes_internal.h"
#include "perftool.h"
#include "syscalls.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint64_t nr_cycles(const struct block *block)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < block->nr_steps; i++)
		nr += block->steps[i].action == PLAN_ONLINE && block->steps[i].status == STEP_DONE;
	return nr;
}

/*
 * Counters.
 */

static void counters_probe_begin(void *arg, enum phase phase)
{
	if (phase != NR_PHASES)
		counters_begin(arg, phase);
}

static void counters_probe_end(void *arg, enum phase phase)
{
	if (phase != NR_PHASES)
		counters_end(arg, phase);
}

static int add_counter_row(struct passes *p, const struct block *block, enum phase phase,
			   const struct counter_result *result)
{
	struct counter_row *rows = realloc(p->counters, (p->nr_counters + 1) * sizeof(*rows));
	bool is_blank = result->status == COUNTER_BLANK;

	if (!rows)
		return -ENOMEM;
	p->counters = rows;
	rows[p->nr_counters++] = (struct counter_row){
		.cell = block->cell,
		.arm = block->arm,
		.phase = phase,
		.event = strdup(result->event),
		.mode = counter_mode_name(result->mode),
		.unit = result->unit,
		.source = result->source,
		.status = counter_status_name(result->status),
		.reason = strdup(result->reason),
		.value = is_blank ? NAN : result->estimate,
		.running_share = is_blank ? NAN : result->running_share,
		.nr_cycles = nr_cycles(block),
	};
	return 0;
}

static int add_counter_rows(struct passes *p, const struct block *block,
			    const struct counters *counters)
{
	struct counter_result result;
	int ret = 0;

	for (size_t i = 0; i < counters_nr(counters); i++)
		for (enum phase phase = 0; phase < NR_PHASES && !ret; phase++) {
			counters_result(counters, i, phase, &result);
			/* A phase that never was is no row; one that was and cannot be read is. */
			if (result.nr_pairs)
				ret = add_counter_row(p, block, phase, &result);
		}
	return ret;
}

static int count_one(struct passes *p, uint32_t cell, uint32_t arm)
{
	struct block *block = passes_add_block(p, cell, arm, PASS_COUNTING);
	struct counters *counters;
	struct probe probe = { counters_probe_begin, counters_probe_end, NULL };
	int ret;

	if (!block)
		return -ENOMEM;
	/* Before the block's threads exist: they inherit. */
	ret = counters_open(p->options->events, &counters, p->why, sizeof(p->why));
	if (ret)
		return ret;
	probe.arg = counters;
	ret = passes_run_block(p, &probe, block);
	if (!ret)
		ret = add_counter_rows(p, block, counters);
	counters_close(counters);
	return ret;
}

int passes_counting(struct passes *p)
{
	return passes_each(p, count_one);
}

/*
 * System calls.
 */

static void syscalls_probe_begin(void *arg, enum phase phase)
{
	if (phase != NR_PHASES)
		syscalls_begin(arg, phase);
}

static void syscalls_probe_end(void *arg, enum phase phase)
{
	if (phase != NR_PHASES)
		syscalls_end(arg, phase);
}

static int add_syscall_rows(struct passes *p, const struct block *block,
			    const struct syscalls *syscalls, enum phase phase)
{
	char name[SYSCALLS_NAME_SIZE];

	for (unsigned int nr = 0; nr <= SYSCALLS_NR_MAX; nr++) {
		uint64_t calls = syscalls_count(syscalls, phase, nr);
		struct syscall_row *rows;

		if (!calls)
			continue;
		rows = realloc(p->syscalls, (p->nr_syscalls + 1) * sizeof(*rows));
		if (!rows)
			return -ENOMEM;
		p->syscalls = rows;
		rows[p->nr_syscalls++] = (struct syscall_row){
			.cell = block->cell,
			.arm = block->arm,
			.phase = phase,
			.name = strdup(syscalls_name(nr, name)),
			.nr_calls = calls,
			.nr_cycles = nr_cycles(block),
		};
	}
	return 0;
}

static int trace_one(struct passes *p, uint32_t cell, uint32_t arm)
{
	struct block *block = passes_add_block(p, cell, arm, PASS_SYSCALLS);
	struct probe probe = { syscalls_probe_begin, syscalls_probe_end, NULL };
	struct syscalls *syscalls;
	int ret, stopped;

	if (!block)
		return -ENOMEM;
	ret = syscalls_start(&syscalls, p->why, sizeof(p->why));
	if (ret)
		return -EPERM;
	probe.arg = syscalls;
	ret = passes_run_block(p, &probe, block);
	stopped = syscalls_stop(syscalls, p->why, sizeof(p->why));
	if (stopped && !ret)
		ret = -EPERM;
	for (enum phase phase = 0; phase < NR_PHASES && !ret; phase++)
		ret = add_syscall_rows(p, block, syscalls, phase);
	syscalls_free(syscalls);
	return ret;
}

int passes_syscalls(struct passes *p)
{
	return passes_each(p, trace_one);
}

/*
 * The perf tool.
 */

struct perf_probe {
	struct perftool *perf;
	int error;
	char *why;
	size_t why_size;
};

static void perf_probe_begin(void *arg, enum phase phase)
{
	struct perf_probe *pp = arg;

	if (phase == NR_PHASES && !pp->error)
		pp->error = perftool_enable(pp->perf, pp->why, pp->why_size);
}

static void perf_probe_end(void *arg, enum phase phase)
{
	struct perf_probe *pp = arg;

	if (phase == NR_PHASES && !pp->error)
		pp->error = perftool_disable(pp->perf, pp->why, pp->why_size);
}

int passes_try_perf(struct passes *p)
{
	struct perftool *perf;
	int ret = perftool_start(p->options->perf, p->dir, &perf, p->why, sizeof(p->why));

	if (!ret && perftool_finish(perf, p->why, sizeof(p->why)))
		ret = -EPIPE;
	return ret;
}

int passes_perf(struct passes *p)
{
	struct perf_probe pp = { NULL, 0, p->why, sizeof(p->why) };
	struct probe probe = { perf_probe_begin, perf_probe_end, &pp };
	struct controller controller;
	int ended, ret;

	if (perftool_start(p->options->perf, p->dir, &pp.perf, p->why, sizeof(p->why)))
		return -EPERM;
	/* Not earlier: perf would have inherited the controller's CPU and policy. */
	ret = controller_enter(p->rec.setup, &controller, p->why, sizeof(p->why));
	if (ret)
		goto out_finish;
	for (uint32_t cell = 0; cell < p->rec.nr_cells; cell++)
		for (uint32_t arm = 0; arm < p->rec.nr_arms && !ret; arm++) {
			struct block *block;

			if (!p->is_selected[cell * p->rec.nr_arms + arm])
				continue;
			block = passes_add_block(p, cell, arm, PASS_PERF);
			ret = block ? passes_run_block(p, &probe, block) : -ENOMEM;
			if (!ret && pp.error)
				ret = -EPERM;
		}
	controller_leave(&controller);
out_finish:
	ended = perftool_finish(pp.perf, p->why, sizeof(p->why));
	return ret || !ended ? ret : -EPERM;
}
