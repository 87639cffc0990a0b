/* SPDX-License-Identifier: MIT */
#include "csv_kernel.h"

#include "kernel_rows.h"

#include <inttypes.h>

/* The step that the row is about; NULL: it is about a call, or says that nothing was seen. */
static const struct kstep *step_of(const struct csv_row *row)
{
	return row->kstep && row->kstep->is_shown ? &row->kstep->step : NULL;
}

static const struct kcall *call_of(const struct csv_row *row)
{
	return row->kcall && row->kcall->is_shown ? &row->kcall->call : NULL;
}

static const struct kernel_origin *origin_of(const struct csv_row *row)
{
	return row->kstep ? &row->kstep->origin : &row->kcall->origin;
}

static void put_if(struct csv_writer *csv, bool is_known, uint64_t value)
{
	if (is_known)
		csv_put_u64(csv, value);
	else
		csv_put_empty(csv);
}

static void put_signed(struct csv_writer *csv, bool is_known, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	csv_put_text(csv, is_known ? text : NULL);
}

/* Ours that it belongs to. */
static const struct step_sample *ours(const struct csv_row *row)
{
	const struct kernel_origin *origin = origin_of(row);

	return origin->is_joined ? &row->block->steps[origin->seq] : NULL;
}

void csv_put_kernel_seq(struct csv_writer *csv, const struct csv_row *row)
{
	put_if(csv, origin_of(row)->is_joined, origin_of(row)->seq);
}

void csv_put_kernel_action(struct csv_writer *csv, const struct csv_row *row)
{
	const struct step_sample *step = ours(row);

	if (step)
		csv_put_text(csv, step->action == PLAN_OFFLINE ? "offline" : "online");
	else
		csv_put_empty(csv);
}

void csv_put_kernel_cpu(struct csv_writer *csv, const struct csv_row *row)
{
	put_if(csv, origin_of(row)->is_in_step, origin_of(row)->cpu);
}

void csv_put_kernel_first_online(struct csv_writer *csv, const struct csv_row *row)
{
	put_if(csv, origin_of(row)->is_first_online_known, origin_of(row)->is_first_online);
}

void csv_put_kernel_state(struct csv_writer *csv, const struct csv_row *row)
{
	put_signed(csv, origin_of(row)->is_state_known, origin_of(row)->state);
}

void csv_put_kernel_state_name(struct csv_writer *csv, const struct csv_row *row)
{
	csv_put_text(csv, origin_of(row)->state_name);
}

void csv_put_kernel_runs_on(struct csv_writer *csv, const struct csv_row *row)
{
	if (step_of(row))
		csv_put_u64(csv, step_of(row)->runs_on);
	else
		put_if(csv, call_of(row), call_of(row) ? call_of(row)->runs_on : 0);
}

void csv_put_kernel_tid(struct csv_writer *csv, const struct csv_row *row)
{
	const struct kstep *step = step_of(row);
	const struct kcall *call = call_of(row);

	put_signed(csv, step || call, step ? step->tid : call ? call->tid : 0);
}

void csv_put_kernel_begin_ns(struct csv_writer *csv, const struct csv_row *row)
{
	const struct kstep *step = step_of(row);
	const struct kcall *call = call_of(row);

	if (step)
		put_if(csv, step->fate != KSTEP_NO_ENTER, step->begin_ns);
	else
		put_if(csv, call && call->fate != KCALL_NO_ENTRY, call ? call->begin_ns : 0);
}

void csv_put_kernel_ns(struct csv_writer *csv, const struct csv_row *row)
{
	const struct kstep *step = step_of(row);
	const struct kcall *call = call_of(row);

	if (step)
		put_if(csv, step->fate == KSTEP_WHOLE, step->end_ns - step->begin_ns);
	else if (call)
		put_if(csv, call->fate == KCALL_WHOLE, call->end_ns - call->begin_ns);
	else
		csv_put_empty(csv);
}

void csv_put_kernel_result(struct csv_writer *csv, const struct csv_row *row)
{
	const struct kstep *step = step_of(row);
	const struct kcall *call = call_of(row);

	if (step)
		put_signed(csv, step->fate != KSTEP_NO_EXIT, step->result);
	else
		put_signed(csv, call && call->fate != KCALL_NO_RETURN && call->call != KCALL_UNPARK,
			   call ? call->result : 0);
}

void csv_put_kernel_status(struct csv_writer *csv, const struct csv_row *row)
{
	csv_put_text(csv, kernel_status_name(origin_of(row)->status));
}

void csv_put_kernel_reason(struct csv_writer *csv, const struct csv_row *row)
{
	csv_put_text(csv, origin_of(row)->reason);
}

void csv_put_kstep_direction(struct csv_writer *csv, const struct csv_row *row)
{
	const struct kstep *step = step_of(row);

	if (step && step->fate != KSTEP_NO_ENTER)
		csv_put_text(csv, step->is_up ? "up" : "down");
	else
		csv_put_empty(csv);
}

void csv_put_kstep_is_rollback(struct csv_writer *csv, const struct csv_row *row)
{
	const struct kstep *step = step_of(row);
	bool is_known = step && step->fate != KSTEP_NO_ENTER && ours(row);

	put_if(csv, is_known, is_known && step->is_up != (ours(row)->action == PLAN_ONLINE));
}

void csv_put_kstep_function(struct csv_writer *csv, const struct csv_row *row)
{
	csv_put_text(csv, row->kstep->function);
}

void csv_put_kstep_is_multi(struct csv_writer *csv, const struct csv_row *row)
{
	const struct kstep *step = step_of(row);
	bool is_known = step && step->fate != KSTEP_NO_ENTER;

	put_if(csv, is_known, is_known && step->is_multi);
}

void csv_put_kstep_depth(struct csv_writer *csv, const struct csv_row *row)
{
	const struct kstep *step = step_of(row);
	bool is_known = step && step->fate != KSTEP_NO_ENTER;

	put_if(csv, is_known, is_known ? step->depth : 0);
}

void csv_put_kcall_call(struct csv_writer *csv, const struct csv_row *row)
{
	csv_put_text(csv, call_of(row) ? kcall_name(call_of(row)->call) : NULL);
}

void csv_put_kcall_caller(struct csv_writer *csv, const struct csv_row *row)
{
	csv_put_text(csv, call_of(row) ? call_of(row)->caller : NULL);
}

void csv_put_kcall_thread(struct csv_writer *csv, const struct csv_row *row)
{
	csv_put_text(csv, call_of(row) ? call_of(row)->thread.comm : NULL);
}

void csv_put_kcall_thread_tid(struct csv_writer *csv, const struct csv_row *row)
{
	const struct kcall *call = call_of(row);

	put_if(csv, call && call->thread.tid > 0, call ? (uint64_t)call->thread.tid : 0);
}
