/* SPDX-License-Identifier: MIT */
#include "kernel_rows.h"

#include "array_grow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STATES 4096 /* more than any kernel has */
#define MAX_NESTED 4096 /* steps of all CPUs that begin while one lasts */

struct kernel_symbol {
	uint64_t address;
	const char *name;
};

const char *kernel_status_name(enum kernel_status status)
{
	static const char *const names[] = {
		[KERNEL_OK] = "ok",
		[KERNEL_SPOILED] = "spoiled",
		[KERNEL_BLANK] = "blank",
	};

	return names[status];
}

/*
 * Names.
 */

/* "" without memory: a name less is no reason to lose the row. */
static const char *keep_name(struct kernel_rows *rows, const char *text, size_t length)
{
	char **more = array_grow(rows->names, rows->nr_names, &rows->max_names, sizeof(*more));
	char *name;

	if (!more)
		return "";
	rows->names = more;
	name = strndup(text, length);
	if (!name)
		return "";
	rows->names[rows->nr_names++] = name;
	return name;
}

/* " 31: mm/page_alloc:pcp" a line. */
static void parse_state(struct kernel_rows *rows, const char *line)
{
	char *end;
	unsigned long number = strtoul(line, &end, 10);

	if (end == line || *end != ':' || number >= rows->nr_states)
		return;
	end += 1 + strspn(end + 1, " ");
	rows->states[number] = keep_name(rows, end, strcspn(end, "\n"));
}

int kernel_rows_init(struct kernel_rows *rows, const char *states)
{
	*rows = (struct kernel_rows){ .nr_states = MAX_STATES };
	rows->states = calloc(rows->nr_states, sizeof(*rows->states));
	if (!rows->states)
		return -ENOMEM;
	for (; states && *states; states = strchr(states, '\n')) {
		states += *states == '\n';
		parse_state(rows, states);
	}
	return 0;
}

void kernel_rows_fini(struct kernel_rows *rows)
{
	for (size_t i = 0; i < rows->nr_names; i++)
		free(rows->names[i]);
	free(rows->names);
	free(rows->functions);
	free(rows->states);
	free(rows->steps);
	free(rows->calls);
	*rows = (struct kernel_rows){ 0 };
}

static const char *state_name(const struct kernel_rows *rows, int32_t state)
{
	return state >= 0 && (size_t)state < rows->nr_states ? rows->states[state] : NULL;
}

/* There are some hundred of them. */
static const char *function_name(struct kernel_rows *rows, const struct kernel_namer *namer,
				 uint64_t address)
{
	struct kernel_symbol *more;
	const char *name;

	for (size_t i = 0; i < rows->nr_functions; i++)
		if (rows->functions[i].address == address)
			return rows->functions[i].name;
	more = array_grow(rows->functions, rows->nr_functions, &rows->max_functions, sizeof(*more));
	if (!more)
		return "";
	rows->functions = more;
	name = namer->function(namer->arg, address);
	name = keep_name(rows, name, strlen(name));
	rows->functions[rows->nr_functions++] = (struct kernel_symbol){ address, name };
	return name;
}

/*
 * Joining.
 */

/* The newest step of ours on @cpu that had begun at @ns, in any lane; NULL outside of the plan. */
static const struct step_sample *step_at(const struct block *block, uint32_t cpu, uint64_t ns)
{
	const struct step_sample *found = NULL;

	if (ns < block->started_ns || ns > block->ended_ns)
		return NULL;
	for (size_t i = 0; i < block->nr_steps; i++) {
		const struct step_sample *s = &block->steps[i];

		if (s->real_cpu != cpu || s->status == STEP_NOT_TRIED)
			continue;
		if (block->started_ns + s->started_ns > ns)
			break;
		found = s;
	}
	return found;
}

/*
 * A CPU that is fresh stays so until its first way up has ended, that is until something leads it
 * down, which a refused first online does too.
 */
static void judge_first_online(struct kernel_rows *rows, struct kernel_origin *origin, bool is_up)
{
	origin->is_first_online_known = rows->is_fresh_known && origin->cpu < CPUMASK_NR_CPUS;
	if (!origin->is_first_online_known)
		return;
	if (!is_up)
		cpumask_clear_cpu(origin->cpu, &rows->fresh);
	origin->is_first_online = is_up && cpumask_test_cpu(origin->cpu, &rows->fresh);
}

static struct kstep_row *add_step_row(struct kernel_rows *rows)
{
	struct kstep_row *more =
		array_grow(rows->steps, rows->nr_steps, &rows->max_steps, sizeof(*more));

	if (!more)
		return NULL;
	rows->steps = more;
	more += rows->nr_steps++;
	*more = (struct kstep_row){ .function = "" };
	return more;
}

static struct kcall_row *add_call_row(struct kernel_rows *rows)
{
	struct kcall_row *more =
		array_grow(rows->calls, rows->nr_calls, &rows->max_calls, sizeof(*more));

	if (!more)
		return NULL;
	rows->calls = more;
	more += rows->nr_calls++;
	*more = (struct kcall_row){ 0 };
	return more;
}

static void judge_status(struct kernel_origin *origin, const char *missing, const char *lost)
{
	origin->status = missing ? KERNEL_BLANK : lost ? KERNEL_SPOILED : KERNEL_OK;
	origin->reason = missing && !lost ? missing : lost;
}

static int add_one_step(struct kernel_rows *rows, const struct kernel_block *traced,
			const struct kstep *step, const struct kernel_namer *namer,
			const char *lost)
{
	static const char *const missing[] = {
		[KSTEP_NO_ENTER] = "the trace shows no begin",
		[KSTEP_NO_EXIT] = "the trace shows no end",
	};
	const struct step_sample *ours = step_at(traced->block, step->cpu, step->begin_ns);
	struct kstep_row *row = add_step_row(rows);

	if (!row)
		return -ENOMEM;
	row->is_shown = true;
	row->step = *step;
	if (step->function)
		row->function = function_name(rows, namer, step->function);
	row->origin = (struct kernel_origin){
		.block = traced->block->index,
		.is_joined = ours,
		.seq = ours ? ours->seq : 0,
		.is_in_step = true,
		.cpu = step->cpu,
		.is_state_known = true,
		.state = step->state,
		.state_name = state_name(rows, step->state),
	};
	if (step->fate != KSTEP_NO_ENTER)
		judge_first_online(rows, &row->origin, step->is_up);
	judge_status(&row->origin, step->fate == KSTEP_WHOLE ? NULL : missing[step->fate], lost);
	return 0;
}

/* Done by the driver, and nothing in the trace: that must not look like a step without cost. */
static int add_unseen(struct kernel_rows *rows, const struct kernel_block *traced, size_t first_row,
		      const char *lost)
{
	const struct block *block = traced->block;
	bool *is_seen = calloc(block->nr_steps + 1, sizeof(*is_seen));

	if (!is_seen)
		return -ENOMEM;
	for (size_t i = first_row; i < rows->nr_steps; i++)
		if (rows->steps[i].origin.is_joined)
			is_seen[rows->steps[i].origin.seq] = true;
	for (size_t i = 0; i < block->nr_steps; i++) {
		const struct step_sample *s = &block->steps[i];
		struct kstep_row *row;

		if (s->status != STEP_DONE || is_seen[s->seq])
			continue;
		row = add_step_row(rows);
		if (!row)
			break;
		row->origin = (struct kernel_origin){ .block = block->index,
						      .is_joined = true,
						      .seq = s->seq,
						      .is_in_step = true,
						      .cpu = s->real_cpu };
		judge_status(&row->origin, "the trace shows nothing of this step", lost);
	}
	free(is_seen);
	return 0;
}

/* The innermost step that the caller executed when it called; rows are in order of their begin. */
static const struct kstep_row *step_around(const struct kernel_rows *rows, size_t first_row,
					   const struct kcall *call)
{
	size_t low = first_row, high = rows->nr_steps;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (rows->steps[middle].step.begin_ns <= call->begin_ns)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t nr = 0; low-- > first_row && nr < MAX_NESTED; nr++) {
		const struct kstep_row *row = &rows->steps[low];
		bool is_over = row->step.fate == KSTEP_WHOLE && row->step.end_ns < call->begin_ns;

		if (row->step.tid != call->tid || row->step.fate == KSTEP_NO_ENTER)
			continue;
		if (!is_over)
			return row;
		/* Its own newest step has ended, and nothing encloses one of depth 0. */
		if (row->step.depth == 0)
			return NULL;
	}
	return NULL;
}

static int add_one_call(struct kernel_rows *rows, const struct kernel_block *traced,
			size_t first_row, const struct kcall *call, const char *lost)
{
	static const char *const missing[] = {
		[KCALL_NO_ENTRY] = "the trace shows no entry",
		[KCALL_NO_RETURN] = "the trace shows no return",
	};
	const struct kstep_row *around = step_around(rows, first_row, call);
	struct kcall_row *row = add_call_row(rows);

	if (!row)
		return -ENOMEM;
	if (around)
		row->origin = around->origin;
	row->origin.block = traced->block->index;
	row->is_shown = true;
	row->call = *call;
	judge_status(&row->origin, call->fate == KCALL_WHOLE ? NULL : missing[call->fate], lost);
	return 0;
}

int kernel_rows_add(struct kernel_rows *rows, const struct kernel_block *traced,
		    const struct kernel_namer *namer)
{
	const size_t first_row = rows->nr_steps;
	const char *lost = NULL;
	char text[96];
	int ret = 0;

	if (traced->nr_lost) {
		snprintf(text, sizeof(text), "%" PRIu64 " events of the block were lost",
			 traced->nr_lost);
		lost = keep_name(rows, text, strlen(text));
	}
	for (size_t i = 0; i < traced->nr_steps && !ret; i++)
		ret = add_one_step(rows, traced, &traced->steps[i], namer, lost);
	for (size_t i = 0; i < traced->nr_calls && !ret; i++)
		ret = add_one_call(rows, traced, first_row, &traced->calls[i], lost);
	return ret ? ret : add_unseen(rows, traced, first_row, lost);
}

int kernel_rows_add_blank_steps(struct kernel_rows *rows, const struct block *block,
				const char *reason)
{
	struct kstep_row *row = add_step_row(rows);

	if (!row)
		return -ENOMEM;
	row->origin = (struct kernel_origin){
		.block = block->index,
		.status = KERNEL_BLANK,
		.reason = keep_name(rows, reason, strlen(reason)),
	};
	return 0;
}

int kernel_rows_add_blank_calls(struct kernel_rows *rows, const struct block *block,
				const char *reason)
{
	struct kcall_row *row = add_call_row(rows);

	if (!row)
		return -ENOMEM;
	row->origin = (struct kernel_origin){
		.block = block->index,
		.status = KERNEL_BLANK,
		.reason = keep_name(rows, reason, strlen(reason)),
	};
	return 0;
}
