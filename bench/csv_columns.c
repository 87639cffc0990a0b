/* SPDX-License-Identifier: MIT */
#include "csv_columns.h"

#include "csv_arms.h"
#include "csv_counts.h"
#include "csv_duty.h"
#include "csv_kernel.h"
#include "csv_others.h"
#include "csv_steps.h"

#define IN(file)  (1u << CSV_##file)
#define IN_STEP	  (IN(SAMPLES) | IN(EVENTS))
#define IN_BLOCK  (IN_STEP | IN(BLOCKS) | IN(BYSTANDER))
#define IN_KERNEL (IN(STEPS) | IN(KPARK))
#define IN_PHASE  (IN(SAMPLES) | IN(BYSTANDER) | IN(COUNTERS) | IN(SYSCALLS) | IN(SUMMARY))

static const struct csv_column columns[] = {
	{ "schema", "integer", CSV_EVERY_FILE, "version of these columns", csv_put_schema },
	{ "hotplug_kind", "text", CSV_EVERY_FILE,
	  "`simulated`: no CPU really went offline; `cpuset`: it left the suite's own cpuset and "
	  "stayed online; `real`",
	  csv_put_hotplug_kind },
	{ "hotplug", "text", CSV_EVERY_FILE, "hotplug driver", csv_put_hotplug },
	{ "cell", "integer", CSV_ARM_FILES, "what all arms share: workload, duty, threads per CPU",
	  csv_put_cell },
	{ "workload", "text", CSV_ARM_FILES, "generator of the plan", csv_put_workload },
	{ "duty", "text", CSV_ARM_FILES, "what each thread does while its CPU is up",
	  csv_put_duty },
	{ "threads_per_cpu", "integer", CSV_ARM_FILES, "threads of each CPU",
	  csv_put_threads_per_cpu },
	{ "arm", "text", CSV_ARM_FILES, "contender", csv_put_arm },
	{ "pin", "text", CSV_ARM_FILES, "how its threads come onto their CPU", csv_put_pin },
	{ "stack_bytes", "integer", CSV_ARM_FILES, "stack of each thread", csv_put_stack_bytes },
	{ "stack_touch_bytes", "integer", CSV_ARM_FILES, "of it written by each duty step",
	  csv_put_stack_touch_bytes },
	{ "data_touch_bytes", "integer", CSV_ARM_FILES, "data written by each duty step",
	  csv_put_data_touch_bytes },
	{ "controller_cpu", "integer", CSV_ARM_FILES, "CPU that takes the others off and on",
	  csv_put_controller_cpu },
	{ "controller_wait", "text", CSV_ARM_FILES, "how it waits for threads: `block`, `poll`",
	  csv_put_controller_wait },
	{ "sched", "text", CSV_ARM_FILES, "scheduling policy: `other`, `fifo`", csv_put_sched },
	{ "fifo_priority", "integer", CSV_ARM_FILES, "empty with `other`", csv_put_fifo_priority },
	{ "is_idle_held", "0/1", CSV_ARM_FILES, "deep idle states kept out through cpu_dma_latency",
	  csv_put_is_idle_held },
	{ "controller", "text", CSV_ARM_FILES,
	  "where the controller is, seen from the CPU of the row: `same`, `sibling`, `cache`, "
	  "`node`, `remote`; `mixed`: the row is about several",
	  csv_put_controller },

	{ "block", "integer", IN_BLOCK | IN_KERNEL,
	  "one pass of the plan by one arm; counts over the run in order of execution",
	  csv_put_block },
	{ "repetition", "integer", IN_BLOCK | IN_KERNEL,
	  "arms are paired by it; from 0, warm-up included", csv_put_repetition },
	{ "pass", "text", IN(EVENTS) | IN(BLOCKS) | IN_KERNEL,
	  "what the block was for: `timing`, `counting`, `syscalls`, `memory`, `bystander`, "
	  "`perf`, "
	  "`kernel`",
	  csv_put_pass },
	{ "warmup", "0/1", IN_BLOCK | IN_KERNEL, "1: in no statistic", csv_put_warmup },

	{ "seq", "integer", IN_STEP | IN(BYSTANDER), "step of the plan, from 0", csv_put_seq },
	{ "lane", "integer", IN_STEP, "which of several parallel togglers", csv_put_lane },
	{ "planned_ns", "integer", IN_STEP, "since the begin of the block", csv_put_planned_ns },
	{ "started_ns", "integer", IN_STEP,
	  "since the begin of the block; with `--pacing open` minus planned_ns is lateness",
	  csv_put_started_ns },
	{ "cpu", "integer", IN_STEP | IN(BYSTANDER), "as the plan counts it", csv_put_cpu },
	{ "real_cpu", "integer", IN_STEP | IN(BYSTANDER),
	  "where its threads were bound to; differs when the plan's CPUs are virtual",
	  csv_put_real_cpu },
	{ "action", "text", IN_STEP | IN(BYSTANDER), "`offline`, `online`", csv_put_action },
	{ "is_tried", "0/1", IN(EVENTS), "the step was begun", csv_put_is_tried },
	{ "nr_wrong_cpu", "integer", IN(EVENTS),
	  "threads whose first instruction was on another CPU", csv_put_nr_wrong_cpu },
	{ "nr_affinity_lost", "integer", IN(EVENTS),
	  "threads that could run elsewhere when the CPU was back", csv_put_nr_affinity_lost },
	{ "nr_affinity_repaired", "integer", IN(EVENTS),
	  "threads that could while it was away, and no longer when it was back",
	  csv_put_nr_affinity_repaired },
	{ "nr_retries", "integer", IN(EVENTS),
	  "how often the hotplug driver tried again; the time is the step's", csv_put_nr_retries },
	{ "fail_state", "integer", IN(EVENTS),
	  "cpuhp state at which `--fail-state` let it fail; empty: nowhere. `ok` with one: the "
	  "kernel has nothing to do there in this direction",
	  csv_put_fail_state },
	{ "affinity_repair_ns", "integer", IN(EVENTS),
	  "until the suite had bound these again; empty: none was lost, or one stayed so",
	  csv_put_affinity_repair_ns },
	{ "nr_others_lost", "integer", IN(EVENTS),
	  "threads of other CPUs that were up and could run elsewhere then; bound again, too",
	  csv_put_nr_others_lost },
	{ "is_in_cpuset", "0/1", IN(EVENTS),
	  "whether our cpuset has the CPU when it is back; empty: not of a simulated step, or not "
	  "known",
	  csv_put_is_in_cpuset },

	{ "begin_ns", "integer", IN(BLOCKS), "CLOCK_MONOTONIC", csv_put_begin_ns },
	{ "end_ns", "integer", IN(BLOCKS), "CLOCK_MONOTONIC", csv_put_end_ns },
	{ "nr_steps", "integer", IN(BLOCKS), "steps planned", csv_put_nr_steps },
	{ "nr_done", "integer", IN(BLOCKS), "steps done", csv_put_nr_done },
	{ "work_accepted", "integer", IN(BLOCKS), "duty: work items posted",
	  csv_put_work_accepted },
	{ "work_done", "integer", IN(BLOCKS),
	  "duty: work items done; a block that loses one is invalid", csv_put_work_done },
	{ "done_in_plan", "integer", IN(BLOCKS),
	  "duty: work done from the first step to the last, by threads that were there",
	  csv_put_done_in_plan },
	{ "done_per_s", "number", IN(BLOCKS), "the same per second", csv_put_done_per_s },
	{ "nr_items", "integer", IN(BLOCKS), "items that arrived; empty: see items_reason",
	  csv_put_nr_items },
	{ "nr_items_done", "integer", IN(BLOCKS), "of them, done; the rest waited at the end",
	  csv_put_nr_items_done },
	{ "nr_items_missed", "integer", IN(BLOCKS), "items that found the queue full",
	  csv_put_nr_items_missed },
	{ "wait_p50_ns", "integer", IN(BLOCKS),
	  "half of the items waited no longer; told within an eighth", csv_put_wait_p50_ns },
	{ "wait_p99_ns", "integer", IN(BLOCKS), "likewise 99 of 100", csv_put_wait_p99_ns },
	{ "wait_max_ns", "integer", IN(BLOCKS), "the longest wait of an item",
	  csv_put_wait_max_ns },
	{ "items_reason", "text", IN(BLOCKS), "why there are no items or waits",
	  csv_put_items_reason },

	{ "phase", "text", IN_PHASE, "see below; empty: not of one phase", csv_put_phase },
	{ "ns", "integer", IN(SAMPLES), "how long the phase took; empty: status and reason say why",
	  csv_put_ns },
	{ "status", "text", IN_STEP,
	  "`ok`; `refused`, `no_op`, `spoiled`, `lost`, `not_tried`: of the step; `blank`: step "
	  "done, this phase without a value",
	  csv_put_step_status },
	{ "reason", "text", IN_STEP, "of a status that is not ok; of a refusal the errno",
	  csv_put_step_reason },

	{ "event", "text", IN(COUNTERS), "performance counter", csv_put_event },
	{ "mode", "text", IN(COUNTERS), "`user`, `kernel`, `all`", csv_put_mode },
	{ "value", "number", IN(COUNTERS),
	  "sum over nr_cycles, scaled up if status is scaled; empty: not readable, never 0 for "
	  "that",
	  csv_put_counter_value },
	{ "unit", "text", IN(COUNTERS), "of value: `count`, `ns`", csv_put_counter_unit },
	{ "nr_cycles", "integer", IN(COUNTERS), "times a CPU went away and came back",
	  csv_put_counter_nr_cycles },
	{ "per_cycle", "number", IN(COUNTERS), "value / nr_cycles", csv_put_counter_per_cycle },
	{ "running_share", "number", IN(COUNTERS), "of the time the event was really counted",
	  csv_put_running_share },
	{ "source", "text", IN(COUNTERS), "`perf`; `getrusage`: of the whole process",
	  csv_put_source },
	{ "status", "text", IN(COUNTERS), "`exact`; `scaled`: had to share the hardware; `blank`",
	  csv_put_counter_status },
	{ "reason", "text", IN(COUNTERS), "of a status that is not exact", csv_put_counter_reason },

	{ "syscall", "text", IN(SYSCALLS), "name of the system call", csv_put_syscall },
	{ "nr_calls", "integer", IN(SYSCALLS), "over nr_cycles", csv_put_nr_calls },
	{ "nr_cycles", "integer", IN(SYSCALLS), "times a CPU went away and came back",
	  csv_put_syscall_nr_cycles },
	{ "per_cycle", "number", IN(SYSCALLS), "nr_calls / nr_cycles", csv_put_syscall_per_cycle },

	{ "nr_threads", "integer", IN(MEMORY), "threads that belong to the CPUs",
	  csv_put_nr_threads },
	{ "nr_alive", "integer", IN(MEMORY), "threads that exist meanwhile", csv_put_nr_alive },
	{ "anonymous_bytes", "integer", IN(MEMORY),
	  "memory of the process that is its own (stacks, heap), more than before the threads were "
	  "made",
	  csv_put_held_anonymous },
	{ "virtual_bytes", "integer", IN(MEMORY), "likewise", csv_put_held_virtual },
	{ "page_table_bytes", "integer", IN(MEMORY), "likewise", csv_put_held_page_table },
	{ "kernel_stack_bytes", "integer", IN(MEMORY),
	  "nr_alive times the stack that a thread has in the kernel", csv_put_held_kernel_stack },
	{ "status", "text", IN(MEMORY), "`ok`, `blank`", csv_put_memory_status },
	{ "reason", "text", IN(MEMORY), "of a status that is not ok", csv_put_memory_reason },

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

	{ "statistic", "text", IN(SUMMARY), "see below", csv_put_statistic },
	{ "value", "number", IN(SUMMARY), "in unit; empty: status and reason say why",
	  csv_put_value },
	{ "unit", "text", IN(SUMMARY), "`ns`, `ratio`, `count`", csv_put_unit },
	{ "ci_low", "number", IN(SUMMARY), "lower end of the interval", csv_put_ci_low },
	{ "ci_high", "number", IN(SUMMARY), "upper end of the interval", csv_put_ci_high },
	{ "ci_level", "number", IN(SUMMARY),
	  "probability of covering that is really reached; asked for is 0.95", csv_put_ci_level },
	{ "n", "integer", IN(SUMMARY), "of replicates", csv_put_n },
	{ "replicate", "text", IN(SUMMARY),
	  "what n counts: `step`, `cycle`, `block`, `pair` of blocks", csv_put_replicate },
	{ "reference", "text", IN(SUMMARY), "of a ratio: the arm in the denominator",
	  csv_put_reference },
	{ "method", "text", IN(SUMMARY), "how value and interval were made", csv_put_method },
	{ "status", "text", IN(SUMMARY), "`ok`; `no_interval`; `blank`", csv_put_summary_status },
	{ "reason", "text", IN(SUMMARY),
	  "why value or interval is missing; of refused steps the errno", csv_put_summary_reason },

	{ "what", "text", IN(AFTERMATH),
	  "`task`: its mask; `online`, `smt`, `own`: what the run itself writes; `cpuset`, "
	  "`cpuset_v1`, `partition`, `irq`, `resctrl`, `governor`, `frequency`",
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
	  csv_put_trace },
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
	{ "kind", "text", IN(SUMMARY), "of bystanders: `spin`, `sleep`", csv_put_summary_kind },
	{ "distance", "text", IN(SUMMARY),
	  "of bystanders: from the CPU that goes or comes; `controller`: the one on the "
	  "controller's CPU, however far",
	  csv_put_summary_distance },
	{ "bulk_ns", "integer", IN_STEP,
	  "how long the one request took that moved this CPU and others (`--hotplug smt`): all of "
	  "it, in each row; ns of `offline` and `online` is then this CPU's part of it by the "
	  "kernel's trace, from the begin of its first step to the end of its last; empty: the CPU "
	  "was moved by itself",
	  csv_put_bulk_ns },
	{ "nr_in_bulk", "integer", IN_STEP, "how many CPUs that request moved",
	  csv_put_nr_in_bulk },
	{ "knob", "text", CSV_ARM_FILES,
	  "settings of the kernel that are part of the arm, with --knob: `rcu_expedited=1`; empty: "
	  "none",
	  csv_put_knob },
	{ "reference_knob", "text", IN(SUMMARY), "of a ratio: the same of the denominator",
	  csv_put_reference_knob },
	{ "spin_ns", "integer", IN(BLOCKS),
	  "a park may look on so long before it blocks, 0: never; empty, as the next three, of "
	  "contenders whose calls only block",
	  csv_put_spin_ns },
	{ "nr_spins", "integer", IN(BLOCKS), "waits in the plan that looked on", csv_put_nr_spins },
	{ "nr_spins_won", "integer", IN(BLOCKS), "of them, those that did not have to block",
	  csv_put_nr_spins_won },
	{ "spun_ns", "integer", IN(BLOCKS), "CPU time that all of them burnt", csv_put_spun_ns },
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
		topology_distance(rec->setup->topo, rec->setup->controller_cpu, step->cpu));
}
