/* SPDX-License-Identifier: MIT */
#include "passes_internal.h"

#include "block_order.h"
#include "contender.h"
#include "driver.h"
#include "interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLICE_MS 50 /* how late an interrupt may be seen while a child is at work */

static size_t nr_selected(const struct passes *p, uint32_t cell)
{
	size_t nr = 0;

	for (size_t arm = 0; arm < p->rec.nr_arms; arm++)
		nr += p->is_selected[cell * p->rec.nr_arms + arm];
	return nr;
}

static uint32_t nr_repetitions(const struct passes *p)
{
	return p->options->warmup_blocks + p->options->repetitions;
}

/* Blocks of one arm over all passes. */
static size_t nr_blocks_per_arm(const struct passes *p)
{
	const struct options *o = p->options;

	return (o->passes[PASS_TIMING] ? nr_repetitions(p) : 0) + o->passes[PASS_COUNTING] +
	       o->passes[PASS_SYSCALLS] + o->passes[PASS_MEMORY] + (o->perf != NULL) +
	       (o->passes[PASS_BYSTANDER] ? passes_nr_bystander_blocks(p) : 0);
}

size_t passes_nr_blocks(const struct passes *p)
{
	size_t nr = !cpumask_empty(&p->offline);

	for (uint32_t cell = 0; cell < p->rec.nr_cells; cell++)
		nr += nr_selected(p, cell) * nr_blocks_per_arm(p) +
		      passes_nr_kernel_blocks(p, cell);
	return nr;
}

int passes_init(struct passes *p)
{
	p->rec.max_blocks = passes_nr_blocks(p);
	p->rec.nr_blocks = 0;
	p->rec.blocks = calloc(p->rec.max_blocks + 1, sizeof(*p->rec.blocks));
	if (!p->rec.blocks)
		return -ENOMEM;
	random_init(&p->random, p->rec.setup->seed);
	progress_begin(&p->progress, p->rec.max_blocks);
	return passes_open_trace(p);
}

void passes_fini(struct passes *p)
{
	progress_end(&p->progress);
	for (size_t i = 0; i < p->rec.nr_blocks; i++)
		free(p->rec.blocks[i].steps);
	for (size_t i = 0; i < p->nr_counters; i++) {
		free((char *)p->counters[i].event);
		free((char *)p->counters[i].reason);
	}
	for (size_t i = 0; i < p->nr_syscalls; i++)
		free((char *)p->syscalls[i].name);
	ktrace_close(p->ktrace);
	free(p->bystanders);
	free(p->syscalls);
	free(p->counters);
	free(p->rec.blocks);
}

struct block *passes_add_block(struct passes *p, uint32_t cell, uint32_t arm, enum pass pass)
{
	struct block *block = &p->rec.blocks[p->rec.nr_blocks];

	*block = (struct block){
		.index = (uint32_t)p->rec.nr_blocks,
		.cell = cell,
		.arm = arm,
		.pass = pass,
		.trace = p->ktrace ? TRACE_STEPS : TRACE_OFF,
		.steps = calloc(p->rec.cells[cell].plan->nr_steps, sizeof(*block->steps)),
	};
	if (!block->steps) {
		snprintf(p->why, sizeof(p->why), "out of memory for the samples");
		return NULL;
	}
	p->rec.nr_blocks++;
	return block;
}

/* Between two blocks, untimed. What was measured until then stays: no refusal, a failure. */
static int turn_knobs(struct passes *p, const struct block *block)
{
	if (!p->knobs ||
	    !knobs_turn(p->knobs, p->rec.arms[block->arm].setting, p->why, sizeof(p->why)))
		return 0;
	return -EIO;
}

int passes_run_block(struct passes *p, const struct probe *probe, struct block *block)
{
	const struct cell *cell = &p->rec.cells[block->cell];
	const struct arm *arm = &p->rec.arms[block->arm];
	char what[192];
	int ret;

	snprintf(what, sizeof(what), "%s %s/%s/%u %s%s%s", pass_name(block->pass), cell->workload,
		 cell->duty->name, cell->threads_per_cpu, arm->contender->name,
		 arm->knob ? " " : "", arm->knob ? arm->knob : "");
	ret = turn_knobs(p, block);
	if (ret)
		return ret;
	passes_begin_trace(p, block);
	ret = driver_run_block(&p->rec, probe, block);
	progress_step(&p->progress, what);
	if (passes_end_trace(p, block) && !ret)
		ret = -ENOMEM;
	if (ret == -EINTR)
		snprintf(p->why, sizeof(p->why), "%s: ended by %s", what,
			 interrupt_cause() ? interrupt_cause() : "a signal");
	else if (ret == -ETIMEDOUT)
		snprintf(p->why, sizeof(p->why), "%s: a thread did not answer within %llu ms", what,
			 (unsigned long long)p->rec.setup->deadline_ns / 1000000);
	else if (ret == -EILSEQ)
		snprintf(p->why, sizeof(p->why), "%s: a step that had to be refused was not", what);
	else if (ret == -EIO)
		snprintf(p->why, sizeof(p->why), "%s: work was accepted and not done", what);
	else if (ret == -EPROTO)
		snprintf(p->why, sizeof(p->why), "%s: more threads arrived than there are", what);
	else if (ret)
		snprintf(p->why, sizeof(p->why),
			 "%s: cannot make its threads or their data (%s); lower --threads-per-cpu "
			 "or raise the limits on threads and memory",
			 what, strerror(-ret));
	return ret;
}

int passes_timing(struct passes *p, uint32_t cell)
{
	uint32_t nr = (uint32_t)nr_selected(p, cell), nr_reps = nr_repetitions(p);
	uint32_t *order = calloc((size_t)nr * nr_reps + 1, sizeof(*order));
	uint32_t *arms = calloc(nr + 1, sizeof(*arms));
	/* Warm-up has an order of its own: the repetitions that count begin a design afresh. */
	uint32_t nr_warmup = p->options->warmup_blocks;
	int ret = order && arms ? block_order(order, nr, nr_warmup, &p->random) : -ENOMEM;

	if (!ret)
		ret = block_order(order + (size_t)nr * nr_warmup, nr, nr_reps - nr_warmup,
				  &p->random);

	for (uint32_t arm = 0, i = 0; arm < p->rec.nr_arms && !ret; arm++)
		if (p->is_selected[cell * p->rec.nr_arms + arm])
			arms[i++] = arm;
	for (uint32_t i = 0; i < nr * nr_reps && !ret; i++) {
		struct block *block = passes_add_block(p, cell, arms[order[i]], PASS_TIMING);

		if (!block) {
			ret = -ENOMEM;
			break;
		}
		block->repetition = i / nr;
		block->is_warmup = block->repetition < p->options->warmup_blocks;
		ret = passes_run_block(p, NULL, block);
	}
	free(arms);
	free(order);
	return ret;
}

const struct block *passes_timing_block(const struct passes *p, uint32_t cell, uint32_t arm,
					uint32_t nth)
{
	for (size_t i = 0; i < p->rec.nr_blocks; i++) {
		const struct block *block = &p->rec.blocks[i];

		if (block->cell == cell && block->arm == arm && block->pass == PASS_TIMING &&
		    !block->is_warmup && nth-- == 0)
			return block;
	}
	return NULL;
}

int passes_interrupted(struct passes *p)
{
	snprintf(p->why, sizeof(p->why), "ended by %s", interrupt_cause());
	return -EINTR;
}

/* Call @one for each selected arm of each cell, until it fails. */
int passes_each(struct passes *p, int (*one)(struct passes *p, uint32_t cell, uint32_t arm))
{
	int ret = 0;

	for (uint32_t cell = 0; cell < p->rec.nr_cells; cell++)
		for (uint32_t arm = 0; arm < p->rec.nr_arms && !ret; arm++)
			if (p->is_selected[cell * p->rec.nr_arms + arm])
				ret = interrupt_is_due() ? passes_interrupted(p)
							 : one(p, cell, arm);
	return ret;
}

/* In the child: one block, its result into the pipe. */
static int measure_in_child(struct passes *p, struct block *block, int to_parent)
{
	int ret = driver_run_block(&p->rec, NULL, block);

	if (!ret && write(to_parent, &block->held, sizeof(block->held)) != sizeof(block->held))
		ret = -EIO;
	return ret;
}

/* Its answer or its end; false: an interrupt came first. */
static bool wait_for_child(int from_child)
{
	struct pollfd end = { .fd = from_child, .events = POLLIN };

	while (poll(&end, 1, SLICE_MS) <= 0) {
		interrupt_look();
		if (interrupt_is_due())
			return false;
	}
	return true;
}

static void reap(pid_t child)
{
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

/* 0; -EINTR; or -EPERM with @p->why set: the figures of this arm stay unknown. */
static int collect_from_child(struct passes *p, struct block *block, int from_child, pid_t child)
{
	struct held_memory held;
	ssize_t n;

	if (!wait_for_child(from_child)) {
		/* This pass takes no CPU away: there is nothing to be put back. */
		kill(child, SIGKILL);
		reap(child);
		return passes_interrupted(p);
	}
	do
		n = read(from_child, &held, sizeof(held));
	while (n < 0 && errno == EINTR);
	reap(child);
	if (n == sizeof(held)) {
		block->held = held;
		return 0;
	}
	snprintf(p->why, sizeof(p->why), "memory of %s: the process that measures it failed",
		 p->rec.arms[block->arm].contender->name);
	return -EPERM;
}

/*
 * A process of its own: the C library keeps stacks and memory of threads that are gone, and what
 * an earlier arm left there would be this arm's gain. Nobody but the caller runs yet, so that a
 * fork is safe.
 */
static int memory_one(struct passes *p, uint32_t cell, uint32_t arm)
{
	struct block *block = passes_add_block(p, cell, arm, PASS_MEMORY);
	int pipes[2], ret;
	pid_t child;

	if (!block)
		return -ENOMEM;
	ret = turn_knobs(p, block);
	if (ret)
		return ret;
	if (pipe(pipes))
		return -errno;
	passes_begin_trace(p, block);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* it holds what tells that the suite lives */
		_exit(measure_in_child(p, block, pipes[1]) ? 1 : 0);
	}
	close(pipes[1]);
	if (child > 0) {
		ret = collect_from_child(p, block, pipes[0], child);
	} else {
		snprintf(p->why, sizeof(p->why), "memory: cannot fork: %s", strerror(errno));
		ret = -EPERM;
	}
	close(pipes[0]);
	progress_step(&p->progress, "memory");
	if (passes_end_trace(p, block) && !ret)
		ret = -ENOMEM;
	return ret;
}

int passes_memory(struct passes *p)
{
	return passes_each(p, memory_one);
}
