/* SPDX-License-Identifier: MIT */
#include "csv_columns.h"

#include "contender.h"
#include "csv_kernel.h"
#include "csv_others.h"
#include "duty.h"
#include "hotplug.h"
#include "summary.h"

#include <math.h>
#include <string.h>

#define PUT(column, kind, expression)                                                              \
	static void put_##column(struct csv_writer *csv, const struct csv_row *row)                \
	{                                                                                          \
		csv_put_##kind(csv, expression);                                                   \
	}

static const struct run_setup *setup_of(const struct csv_row *row)
{
	return row->rec->setup;
}

static const struct cell *cell_of(const struct csv_row *row)
{
	return &row->rec->cells[row->cell];
}

static void put_schema(struct csv_writer *csv, const struct csv_row *row)
{
	(void)row;
	csv_put_u64(csv, CSV_SCHEMA);
}

PUT(hotplug_kind, text, hotplug_kind(setup_of(row)->hotplug))
PUT(hotplug, text, setup_of(row)->hotplug->name)
PUT(cell, u64, row->cell)
PUT(workload, text, cell_of(row)->workload)
PUT(duty, text, cell_of(row)->duty->name)
PUT(threads_per_cpu, u64, cell_of(row)->threads_per_cpu)
PUT(arm, text, row->rec->arms[row->arm]->name)
PUT(pin, text, row->rec->arms[row->arm]->pin)
PUT(stack_bytes, u64, setup_of(row)->stack_bytes)
PUT(stack_touch_bytes, u64, setup_of(row)->stack_touch_bytes)
PUT(data_touch_bytes, u64, setup_of(row)->data_touch_bytes)
PUT(controller_cpu, u64, setup_of(row)->controller_cpu)
PUT(controller_wait, text, setup_of(row)->wait == WAIT_POLL ? "poll" : "block")
PUT(sched, text, setup_of(row)->fifo_priority ? "fifo" : "other")
PUT(is_idle_held, u64, setup_of(row)->is_idle_held)
PUT(controller, text, row->step ? csv_controller(row->rec, row->step) : row->controller)

static void put_fifo_priority(struct csv_writer *csv, const struct csv_row *row)
{
	if (setup_of(row)->fifo_priority)
		csv_put_u64(csv, (uint64_t)setup_of(row)->fifo_priority);
	else
		csv_put_empty(csv);
}

PUT(block, u64, row->block->index)
PUT(repetition, u64, row->block->repetition)
PUT(pass, text, pass_name(row->block->pass))
PUT(warmup, u64, row->block->is_warmup)
PUT(trace, text, trace_level_name(row->block->trace))

static uint64_t nr_done(const struct block *block)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < block->nr_steps; i++)
		nr += block->steps[i].status == STEP_DONE;
	return nr;
}

PUT(begin_ns, u64, row->block->started_ns)
PUT(end_ns, u64, row->block->ended_ns)
PUT(nr_steps, u64, row->block->nr_steps)
PUT(nr_done, u64, nr_done(row->block))
PUT(work_accepted, u64, row->block->work_accepted)
PUT(work_done, u64, row->block->work_done)

#define PUT_HELD(column, field)                                                                    \
	static void put_##column(struct csv_writer *csv, const struct csv_row *row)                \
	{                                                                                          \
		if (row->block->held.is_known)                                                     \
			csv_put_double(csv, (double)row->block->held.field);                       \
		else                                                                               \
			csv_put_empty(csv);                                                        \
	}

PUT_HELD(nr_threads, nr_threads)
PUT_HELD(nr_alive, nr_alive)
PUT_HELD(held_anonymous, anonymous_bytes)
PUT_HELD(held_virtual, virtual_bytes)
PUT_HELD(held_page_table, page_table_bytes)
PUT_HELD(held_kernel_stack, kernel_stack_bytes)
PUT(memory_status, text, row->block->held.is_known ? "ok" : "blank")
PUT(memory_reason, text,
    row->block->held.is_known ? NULL : "the child process that measures did not finish")

PUT(seq, u64, row->step->seq)
PUT(lane, u64, row->step->lane)
PUT(cpu, u64, row->step->cpu)
PUT(real_cpu, u64, row->step->real_cpu)
PUT(action, text, row->step->action == PLAN_OFFLINE ? "offline" : "online")
PUT(planned_ns, u64, row->step->planned_ns)
PUT(is_tried, u64, row->step->status != STEP_NOT_TRIED)
PUT(nr_wrong_cpu, u64, row->step->nr_wrong_cpu)
PUT(nr_affinity_lost, u64, row->step->nr_affinity_lost)
PUT(nr_affinity_repaired, u64, row->step->nr_affinity_repaired)
PUT(nr_retries, u64, row->step->nr_retries)
PUT(nr_others_lost, u64, row->step->nr_others_lost)

static void put_affinity_repair_ns(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->step->nr_affinity_lost && !row->step->is_affinity_unrepaired)
		csv_put_u64(csv, row->step->affinity_repair_ns);
	else
		csv_put_empty(csv);
}

static void put_is_in_cpuset(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->step->cpuset == CPUSET_UNKNOWN)
		csv_put_empty(csv);
	else
		csv_put_u64(csv, row->step->cpuset == CPUSET_HAS_CPU);
}

PUT(phase, text, row->phase < NR_PHASES ? phase_name(row->phase) : NULL)

static void put_started_ns(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->step->status == STEP_NOT_TRIED)
		csv_put_empty(csv);
	else
		csv_put_u64(csv, row->step->started_ns);
}

static bool is_blank(const struct csv_row *row)
{
	return row->phase < NR_PHASES &&
	       (row->step->status == STEP_NOT_TRIED || row->step->blank[row->phase] != BLANK_NONE);
}

static void put_ns(struct csv_writer *csv, const struct csv_row *row)
{
	if (is_blank(row))
		csv_put_empty(csv);
	else
		csv_put_u64(csv, row->step->ns[row->phase]);
}

static const char *const step_reasons[] = {
	[STEP_DONE] = NULL,
	[STEP_REFUSED] = "not known",
	[STEP_NO_OP] = "nothing changed",
	[STEP_SPOILED] = "somebody else changed the online mask",
	[STEP_LOST] = "a thread did not answer within the deadline",
	[STEP_NOT_TRIED] = "the block ended before",
};

static void put_step_status(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->step->status == STEP_DONE && is_blank(row))
		csv_put_text(csv, "blank");
	else
		csv_put_text(csv, step_status_name(row->step->status));
}

static void put_step_reason(struct csv_writer *csv, const struct csv_row *row)
{
	const struct step_sample *step = row->step;
	const char *reason = step_reasons[step->status];

	if (step->status == STEP_DONE && is_blank(row))
		reason = blank_reason(step->blank[row->phase]);
	if (step->error && strerrorname_np(step->error))
		reason = strerrorname_np(step->error);
	csv_put_text(csv, reason);
}

PUT(event, text, row->counter->event)
PUT(mode, text, row->counter->mode)
PUT(counter_reason, text, row->counter->reason)
PUT(counter_nr_cycles, u64, row->counter->nr_cycles)

PUT(counter_status, text, row->counter->status)
PUT(counter_unit, text, row->counter->unit)
PUT(source, text, row->counter->source)
PUT(counter_value, double, row->counter->value)
PUT(running_share, double, row->counter->running_share)

static double per_cycle(double value, uint64_t nr_cycles)
{
	return nr_cycles ? value / (double)nr_cycles : NAN;
}

PUT(counter_per_cycle, double, per_cycle(row->counter->value, row->counter->nr_cycles))

PUT(syscall, text, row->syscall->name)
PUT(nr_calls, u64, row->syscall->nr_calls)
PUT(syscall_nr_cycles, u64, row->syscall->nr_cycles)
PUT(syscall_per_cycle, double, per_cycle((double)row->syscall->nr_calls, row->syscall->nr_cycles))

PUT(statistic, text, row->summary->statistic)
PUT(value, double, row->summary->value)
PUT(unit, text, row->summary->unit)
PUT(ci_low, double, row->summary->low)
PUT(ci_high, double, row->summary->high)
PUT(ci_level, double, row->summary->level)
PUT(n, u64, row->summary->n)
PUT(replicate, text, row->summary->replicate)
PUT(method, text, row->summary->method)
PUT(summary_status, text, row->summary->status)
PUT(summary_reason, text, row->summary->reason)

static void put_reference(struct csv_writer *csv, const struct csv_row *row)
{
	uint32_t arm = row->summary->reference;

	csv_put_text(csv, arm == SUMMARY_NONE ? NULL : row->rec->arms[arm]->name);
}

PUT(summary_kind, text, row->summary->kind)
PUT(summary_distance, text, row->summary->distance)
#define IN(file)  (1u << CSV_##file)
#define IN_STEP	  (IN(SAMPLES) | IN(EVENTS))
#define IN_BLOCK  (IN_STEP | IN(BLOCKS) | IN(BYSTANDER))
#define IN_KERNEL (IN(STEPS) | IN(KPARK))
#define IN_PHASE  (IN(SAMPLES) | IN(BYSTANDER) | IN(COUNTERS) | IN(SYSCALLS) | IN(SUMMARY))

static const struct csv_column columns[] = {
	{ "schema", "integer", CSV_EVERY_FILE, "version of these columns", put_schema },
	{ "hotplug_kind", "text", CSV_EVERY_FILE,
	  "`simulated`: no CPU really went offline; `cpuset`: it left the suite's own cpuset and "
	  "stayed online; `real`",
	  put_hotplug_kind },
	{ "hotplug", "text", CSV_EVERY_FILE, "hotplug driver", put_hotplug },
	{ "cell", "integer", CSV_ARM_FILES, "what all arms share: workload, duty, threads per CPU",
	  put_cell },
	{ "workload", "text", CSV_ARM_FILES, "generator of the plan", put_workload },
	{ "duty", "text", CSV_ARM_FILES, "what each thread does while its CPU is up", put_duty },
	{ "threads_per_cpu", "integer", CSV_ARM_FILES, "threads of each CPU", put_threads_per_cpu },
	{ "arm", "text", CSV_ARM_FILES, "contender", put_arm },
	{ "pin", "text", CSV_ARM_FILES, "how its threads come onto their CPU", put_pin },
	{ "stack_bytes", "integer", CSV_ARM_FILES, "stack of each thread", put_stack_bytes },
	{ "stack_touch_bytes", "integer", CSV_ARM_FILES, "of it written by each duty step",
	  put_stack_touch_bytes },
	{ "data_touch_bytes", "integer", CSV_ARM_FILES, "data written by each duty step",
	  put_data_touch_bytes },
	{ "controller_cpu", "integer", CSV_ARM_FILES, "CPU that takes the others off and on",
	  put_controller_cpu },
	{ "controller_wait", "text", CSV_ARM_FILES, "how it waits for threads: `block`, `poll`",
	  put_controller_wait },
	{ "sched", "text", CSV_ARM_FILES, "scheduling policy: `other`, `fifo`", put_sched },
	{ "fifo_priority", "integer", CSV_ARM_FILES, "empty with `other`", put_fifo_priority },
	{ "is_idle_held", "0/1", CSV_ARM_FILES, "deep idle states kept out through cpu_dma_latency",
	  put_is_idle_held },
	{ "controller", "text", CSV_ARM_FILES,
	  "where the controller is, seen from the CPU of the row: `same`, `sibling`, `cache`, "
	  "`node`, `remote`; `mixed`: the row is about several",
	  put_controller },

	{ "block", "integer", IN_BLOCK | IN_KERNEL,
	  "one pass of the plan by one arm; counts over the run in order of execution", put_block },
	{ "repetition", "integer", IN_BLOCK | IN_KERNEL,
	  "arms are paired by it; from 0, warm-up included", put_repetition },
	{ "pass", "text", IN(EVENTS) | IN(BLOCKS) | IN_KERNEL,
	  "what the block was for: `timing`, `counting`, `syscalls`, `memory`, `bystander`, "
	  "`perf`, "
	  "`kernel`",
	  put_pass },
	{ "warmup", "0/1", IN_BLOCK | IN_KERNEL, "1: in no statistic", put_warmup },

	{ "seq", "integer", IN_STEP | IN(BYSTANDER), "step of the plan, from 0", put_seq },
	{ "lane", "integer", IN_STEP, "which of several parallel togglers", put_lane },
	{ "planned_ns", "integer", IN_STEP, "since the begin of the block", put_planned_ns },
	{ "started_ns", "integer", IN_STEP,
	  "since the begin of the block; minus planned_ns is lateness", put_started_ns },
	{ "cpu", "integer", IN_STEP | IN(BYSTANDER), "as the plan counts it", put_cpu },
	{ "real_cpu", "integer", IN_STEP | IN(BYSTANDER),
	  "where its threads were bound to; differs when the plan's CPUs are virtual",
	  put_real_cpu },
	{ "action", "text", IN_STEP | IN(BYSTANDER), "`offline`, `online`", put_action },
	{ "is_tried", "0/1", IN(EVENTS), "the step was begun", put_is_tried },
	{ "nr_wrong_cpu", "integer", IN(EVENTS),
	  "threads whose first instruction was on another CPU", put_nr_wrong_cpu },
	{ "nr_affinity_lost", "integer", IN(EVENTS),
	  "threads that could run elsewhere when the CPU was back", put_nr_affinity_lost },
	{ "nr_affinity_repaired", "integer", IN(EVENTS),
	  "threads that could while it was away, and no longer when it was back",
	  put_nr_affinity_repaired },
	{ "nr_retries", "integer", IN(EVENTS),
	  "how often the hotplug driver tried again; the time is the step's", put_nr_retries },
	{ "affinity_repair_ns", "integer", IN(EVENTS),
	  "until the suite had bound these again; empty: none was lost, or one stayed so",
	  put_affinity_repair_ns },
	{ "nr_others_lost", "integer", IN(EVENTS),
	  "threads of other CPUs that were up and could run elsewhere then; bound again, too",
	  put_nr_others_lost },
	{ "is_in_cpuset", "0/1", IN(EVENTS),
	  "whether our cpuset has the CPU when it is back; empty: not of a simulated step, or not "
	  "known",
	  put_is_in_cpuset },

	{ "begin_ns", "integer", IN(BLOCKS), "CLOCK_MONOTONIC", put_begin_ns },
	{ "end_ns", "integer", IN(BLOCKS), "CLOCK_MONOTONIC", put_end_ns },
	{ "nr_steps", "integer", IN(BLOCKS), "steps planned", put_nr_steps },
	{ "nr_done", "integer", IN(BLOCKS), "steps done", put_nr_done },
	{ "work_accepted", "integer", IN(BLOCKS), "duty: work items posted", put_work_accepted },
	{ "work_done", "integer", IN(BLOCKS),
	  "duty: work items done; a block that loses one is invalid", put_work_done },

	{ "phase", "text", IN_PHASE, "see below; empty: not of one phase", put_phase },
	{ "ns", "integer", IN(SAMPLES), "how long the phase took; empty: status and reason say why",
	  put_ns },
	{ "status", "text", IN_STEP,
	  "`ok`; `refused`, `no_op`, `spoiled`, `lost`, `not_tried`: of the step; `blank`: step "
	  "done, this phase without a value",
	  put_step_status },
	{ "reason", "text", IN_STEP, "of a status that is not ok; of a refusal the errno",
	  put_step_reason },

	{ "event", "text", IN(COUNTERS), "performance counter", put_event },
	{ "mode", "text", IN(COUNTERS), "`user`, `kernel`, `all`", put_mode },
	{ "value", "number", IN(COUNTERS),
	  "sum over nr_cycles, scaled up if status is scaled; empty: not readable, never 0 for "
	  "that",
	  put_counter_value },
	{ "unit", "text", IN(COUNTERS), "of value: `count`, `ns`", put_counter_unit },
	{ "nr_cycles", "integer", IN(COUNTERS), "times a CPU went away and came back",
	  put_counter_nr_cycles },
	{ "per_cycle", "number", IN(COUNTERS), "value / nr_cycles", put_counter_per_cycle },
	{ "running_share", "number", IN(COUNTERS), "of the time the event was really counted",
	  put_running_share },
	{ "source", "text", IN(COUNTERS), "`perf`; `getrusage`: of the whole process", put_source },
	{ "status", "text", IN(COUNTERS), "`exact`; `scaled`: had to share the hardware; `blank`",
	  put_counter_status },
	{ "reason", "text", IN(COUNTERS), "of a status that is not exact", put_counter_reason },

	{ "syscall", "text", IN(SYSCALLS), "name of the system call", put_syscall },
	{ "nr_calls", "integer", IN(SYSCALLS), "over nr_cycles", put_nr_calls },
	{ "nr_cycles", "integer", IN(SYSCALLS), "times a CPU went away and came back",
	  put_syscall_nr_cycles },
	{ "per_cycle", "number", IN(SYSCALLS), "nr_calls / nr_cycles", put_syscall_per_cycle },

	{ "nr_threads", "integer", IN(MEMORY), "threads that belong to the CPUs", put_nr_threads },
	{ "nr_alive", "integer", IN(MEMORY), "threads that exist meanwhile", put_nr_alive },
	{ "anonymous_bytes", "integer", IN(MEMORY),
	  "memory of the process that is its own (stacks, heap), more than before the threads were "
	  "made",
	  put_held_anonymous },
	{ "virtual_bytes", "integer", IN(MEMORY), "likewise", put_held_virtual },
	{ "page_table_bytes", "integer", IN(MEMORY), "likewise", put_held_page_table },
	{ "kernel_stack_bytes", "integer", IN(MEMORY),
	  "nr_alive times the stack that a thread has in the kernel", put_held_kernel_stack },
	{ "status", "text", IN(MEMORY), "`ok`, `blank`", put_memory_status },
	{ "reason", "text", IN(MEMORY), "of a status that is not ok", put_memory_reason },

	{ "bystander_cpu", "integer", IN(BYSTANDER), "the CPU that stays", csv_put_bystander_cpu },
	{ "kind", "text", IN(BYSTANDER),
	  "`spin`: reads the clock all the time; `sleep`: how late it wakes at absolute deadlines, "
	  "1 ms apart",
	  csv_put_bystander_kind },
	{ "distance", "text", IN(BYSTANDER),
	  "from the CPU of the step: `sibling`, `cache`, `node`, `remote`",
	  csv_put_bystander_distance },
	{ "window_ns", "integer", IN(BYSTANDER), "how long the step took, to its last phase's end",
	  csv_put_step_window_ns },
	{ "threshold_ns", "integer", IN(BYSTANDER), "shorter gaps are not seen",
	  csv_put_threshold_ns },
	{ "gap_begin_ns", "integer", IN(BYSTANDER),
	  "CLOCK_MONOTONIC; phase says where most of it fell", csv_put_gap_begin_ns },
	{ "worst_gap_ns", "integer", IN(BYSTANDER),
	  "longest time without running that began in the step, or its part from the step's begin "
	  "on",
	  csv_put_worst_gap_ns },
	{ "status", "text", IN(BYSTANDER),
	  "of worst_gap_ns: `ok`; `below`: none above the threshold; `blank`", csv_put_gap_status },
	{ "reason", "text", IN(BYSTANDER), "of a status that is not ok", csv_put_gap_reason },
	{ "quiet_gap_ns", "integer", IN(BYSTANDER),
	  "the same in a stretch as long without a step: the end of the dwell before",
	  csv_put_quiet_gap_ns },
	{ "quiet_age_ns", "integer", IN(BYSTANDER),
	  "from there to the step; above 0: that dwell was too short, and an earlier one or the "
	  "time before the block was taken",
	  csv_put_quiet_age_ns },
	{ "quiet_status", "text", IN(BYSTANDER), "of quiet_gap_ns: as status",
	  csv_put_quiet_status },
	{ "quiet_reason", "text", IN(BYSTANDER), "of a quiet_status that is not ok",
	  csv_put_quiet_reason },

	{ "statistic", "text", IN(SUMMARY), "see below", put_statistic },
	{ "value", "number", IN(SUMMARY), "in unit; empty: status and reason say why", put_value },
	{ "unit", "text", IN(SUMMARY), "`ns`, `ratio`, `count`", put_unit },
	{ "ci_low", "number", IN(SUMMARY), "lower end of the interval", put_ci_low },
	{ "ci_high", "number", IN(SUMMARY), "upper end of the interval", put_ci_high },
	{ "ci_level", "number", IN(SUMMARY),
	  "probability of covering that is really reached; asked for is 0.95", put_ci_level },
	{ "n", "integer", IN(SUMMARY), "of replicates", put_n },
	{ "replicate", "text", IN(SUMMARY),
	  "what n counts: `step`, `cycle`, `block`, `pair` of blocks", put_replicate },
	{ "reference", "text", IN(SUMMARY), "of a ratio: the arm in the denominator",
	  put_reference },
	{ "method", "text", IN(SUMMARY), "how value and interval were made", put_method },
	{ "status", "text", IN(SUMMARY), "`ok`; `no_interval`; `blank`", put_summary_status },
	{ "reason", "text", IN(SUMMARY),
	  "why value or interval is missing; of refused steps the errno", put_summary_reason },

	{ "what", "text", IN(AFTERMATH),
	  "`task`: its mask; `online`, `smt`, `own`: what the run itself writes; `cpuset`, "
	  "`cpuset_v1`, `partition`, `irq`, `resctrl`, `governor`",
	  csv_put_what },
	{ "owner", "text", IN(AFTERMATH), "`ours`: a run that leaves one fails; `foreign`",
	  csv_put_owner },
	{ "pid", "integer", IN(AFTERMATH), "process; empty: no task", csv_put_pid },
	{ "tid", "integer", IN(AFTERMATH), "thread", csv_put_tid },
	{ "name", "text", IN(AFTERMATH), "of the task, of who uses the IRQ, of the group",
	  csv_put_who },
	{ "setting", "text", IN(AFTERMATH), "file below /; empty: the mask of a task",
	  csv_put_setting },
	{ "before", "text", IN(AFTERMATH), "as the kernel writes it", csv_put_before },
	{ "after", "text", IN(AFTERMATH), "with all CPUs back, before any repair", csv_put_after },
	{ "cause", "text", IN(AFTERMATH),
	  "`offline`: a CPU that was away is in one of the two; `other`: none is, so it was "
	  "somebody else, and it is not repaired",
	  csv_put_cause },
	{ "is_repaired", "0/1", IN(AFTERMATH), "put back, and read back to be so",
	  csv_put_is_repaired },
	{ "reason", "text", IN(AFTERMATH), "of is_repaired; of a failed repair the errno",
	  csv_put_aftermath_reason },
	{ "trace", "text", IN_BLOCK | IN_KERNEL,
	  "what of the kernel was traced meanwhile: `off`; `steps`: its cpuhp tracepoints; "
	  "`calls`: "
	  "in addition probes on its kthread functions, which have a price of their own",
	  put_trace },
	{ "seq", "integer", IN_KERNEL,
	  "step of the plan that it belongs to; empty: none, as before the first and after the "
	  "last",
	  csv_put_kernel_seq },
	{ "action", "text", IN_KERNEL, "of that step: `offline`, `online`", csv_put_kernel_action },
	{ "cpu", "integer", IN_KERNEL,
	  "CPU that goes or comes; empty: a call that is in no kernel step", csv_put_kernel_cpu },
	{ "first_online", "0/1", IN_KERNEL,
	  "1: on the way up for the first time since boot, when the kernel creates the CPU's "
	  "threads "
	  "instead of unparking them; empty: not known",
	  csv_put_kernel_first_online },
	{ "state", "integer", IN_KERNEL,
	  "number of the cpuhp state, differs from kernel to kernel; of a call: the innermost one "
	  "that its caller was in",
	  csv_put_kernel_state },
	{ "state_name", "text", IN_KERNEL, "as in /sys/devices/system/cpu/hotplug/states",
	  csv_put_kernel_state_name },
	{ "direction", "text", IN(STEPS), "`up`, `down`", csv_put_kstep_direction },
	{ "is_rollback", "0/1", IN(STEPS), "against the direction of the step of the plan",
	  csv_put_kstep_is_rollback },
	{ "function", "text", IN(STEPS), "of the kernel, that did it", csv_put_kstep_function },
	{ "is_multi", "0/1", IN(STEPS), "one of several instances of its state",
	  csv_put_kstep_is_multi },
	{ "depth", "integer", IN(STEPS),
	  "kernel steps of the same CPU around it, whose ns contain this one's; 0: none",
	  csv_put_kstep_depth },
	{ "call", "text", IN(KPARK), "`park`, `unpark`, `stop`, `create`", csv_put_kcall_call },
	{ "thread", "text", IN(KPARK), "kernel thread that it is about; empty: not shown",
	  csv_put_kcall_thread },
	{ "thread_tid", "integer", IN(KPARK), "its number", csv_put_kcall_thread_tid },
	{ "caller", "text", IN(KPARK), "name of the calling task", csv_put_kcall_caller },
	{ "tid", "integer", IN_KERNEL, "task that executed it", csv_put_kernel_tid },
	{ "runs_on", "integer", IN_KERNEL, "CPU on which it began", csv_put_kernel_runs_on },
	{ "begin_ns", "integer", IN_KERNEL, "CLOCK_MONOTONIC", csv_put_kernel_begin_ns },
	{ "ns", "integer", IN_KERNEL, "how long it took; empty: status and reason say why",
	  csv_put_kernel_ns },
	{ "result", "integer", IN_KERNEL, "0 or -errno, as the kernel returns it; of `unpark` none",
	  csv_put_kernel_result },
	{ "status", "text", IN_KERNEL,
	  "`ok`; `spoiled`: events of the block were lost; `blank`: without a time",
	  csv_put_kernel_status },
	{ "reason", "text", IN_KERNEL, "of a status that is not ok", csv_put_kernel_reason },
	{ "kind", "text", IN(SUMMARY), "of bystanders: `spin`, `sleep`", put_summary_kind },
	{ "distance", "text", IN(SUMMARY),
	  "of bystanders: from the CPU that goes or comes; `controller`: the one on the "
	  "controller's CPU, however far",
	  put_summary_distance },
};

const struct csv_column *csv_columns(size_t *ret_nr)
{
	*ret_nr = sizeof(columns) / sizeof(columns[0]);
	return columns;
}

/* By where its threads really ran: a virtual CPU has no place of its own. */
const char *csv_controller(const struct recording *rec, const struct step_sample *step)
{
	return topo_distance_name(
		topology_distance(rec->setup->topo, rec->setup->controller_cpu, step->real_cpu));
}
