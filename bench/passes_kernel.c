/* SPDX-License-Identifier: MIT */
/* The kernel's own share of an offline and an online: what is traced in which block. */
#include "passes_internal.h"

#include "bulk.h"
#include "driver.h"
#include "hotplug.h"

#include <errno.h>

/*
 * Each level twice, there and back, so that a drift of the machine falls on all of them. The
 * contenders do not matter to the kernel's steps, the knobs do: one arm of a cell and setting shows
 * them.
 */
static const enum trace_level levels[] = { TRACE_CALLS, TRACE_STEPS, TRACE_OFF,
					   TRACE_OFF,	TRACE_STEPS, TRACE_CALLS };

#define NR_BLOCKS (sizeof(levels) / sizeof(levels[0]))

static bool is_wanted(const struct passes *p)
{
	return p->options->passes[PASS_KERNEL] && p->rec.setup->hotplug->is_kernels;
}

/* Where one request moves many CPUs, the trace is also what tells them apart. */
static bool is_trace_wanted(const struct passes *p)
{
	return is_wanted(p) || p->rec.setup->hotplug->move_group;
}

/* The first one that is selected, of each setting of the knobs. */
static bool is_shown(const struct passes *p, uint32_t cell, uint32_t arm)
{
	const bool *is_selected = &p->is_selected[cell * p->rec.nr_arms];

	for (uint32_t before = 0; before < arm; before++)
		if (is_selected[before] && p->rec.arms[before].setting == p->rec.arms[arm].setting)
			return false;
	return is_selected[arm];
}

size_t passes_nr_kernel_blocks(const struct passes *p, uint32_t cell)
{
	size_t nr = 0;

	for (uint32_t arm = 0; arm < p->rec.nr_arms && is_wanted(p); arm++)
		nr += is_shown(p, cell, arm) ? NR_BLOCKS : 0;
	return nr;
}

int passes_open_trace(struct passes *p)
{
	size_t max_steps = 0;

	if (!is_trace_wanted(p))
		return 0;
	for (size_t i = 0; i < p->rec.nr_cells; i++)
		if (p->rec.cells[i].plan->nr_steps > max_steps)
			max_steps = p->rec.cells[i].plan->nr_steps;
	return ktrace_open(p->rec.setup->topo, max_steps, &p->ktrace);
}

void passes_begin_trace(struct passes *p, const struct block *block)
{
	if (p->ktrace)
		ktrace_begin(p->ktrace, block);
}

int passes_end_trace(struct passes *p, struct block *block)
{
	const struct kernel_rows *rows = p->ktrace ? ktrace_rows(p->ktrace) : NULL;
	size_t first_row = rows ? rows->nr_steps : 0;
	int ret = p->ktrace ? ktrace_end(p->ktrace, block) : 0;

	bulk_split(block, rows, first_row);
	return ret;
}

void passes_stop_trace(struct passes *p)
{
	if (p->ktrace)
		ktrace_stop(p->ktrace);
}

static int run_levels(struct passes *p, uint32_t cell, uint32_t arm)
{
	int ret = 0;

	for (size_t i = 0; i < NR_BLOCKS && !ret; i++) {
		struct block *block = passes_add_block(p, cell, arm, PASS_KERNEL);

		if (!block)
			return -ENOMEM;
		block->repetition = i >= NR_BLOCKS / 2;
		block->trace = levels[i];
		ret = passes_run_block(p, NULL, block);
	}
	return ret;
}

static int run_cell(struct passes *p, uint32_t cell)
{
	int ret = 0;

	for (uint32_t arm = 0; arm < p->rec.nr_arms && !ret; arm++)
		if (is_shown(p, cell, arm))
			ret = run_levels(p, cell, arm);
	return ret;
}

int passes_kernel(struct passes *p)
{
	const char *why;
	int ret = 0;

	if (!p->ktrace)
		return 0;
	for (uint32_t cell = 0; cell < p->rec.nr_cells && !ret; cell++)
		ret = run_cell(p, cell);
	why = ktrace_why(p->ktrace);
	if (ret || !why)
		return ret;
	snprintf(p->why, sizeof(p->why), "the kernel's share is not whole: %s", why);
	return -EPERM;
}
