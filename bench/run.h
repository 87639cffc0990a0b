/* SPDX-License-Identifier: MIT */
/*
 * run - what a run consists of, from the plan to the recorded steps.
 *
 * A run is a list of cells. A cell fixes what all contenders share (plan, duty, threads per CPU);
 * an arm is one contender in it, under one setting of the knobs if there are any. One pass of the
 * cell's plan by one arm is a block; a repetition is one block of every arm, in an order that our
 * own seeded shuffle chose. Ratios are paired by repetition. Blocks come in passes: time is taken
 * in the timing pass only, with no counter open; counters, system calls, memory and bystanders have
 * passes of their own (M9).
 */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include "phase.h"
#include "plan.h"
#include "topology.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct contender;
struct duty;
struct hotplug;

enum pass {
	PASS_TIMING,
	PASS_COUNTING,
	PASS_SYSCALLS,
	PASS_MEMORY,
	PASS_KERNEL,
	PASS_BYSTANDER,
	PASS_PERF,
	PASS_FIRST_ONLINE, /* before all others, of CPUs found offline; never asked for by name */
	NR_PASSES
};

/*
 * How much of the kernel is traced while a block runs (ktrace.h); each includes the one before.
 * Steps: its cpuhp tracepoints. Calls: probes on its kthread functions.
 */
enum trace_level { TRACE_OFF, TRACE_STEPS, TRACE_CALLS, NR_TRACE_LEVELS };

/*
 * How the controller waits for planned times and for threads to arrive. In the contenders' own
 * calls a join always blocks; a park may look on for a while before (spin_ns).
 */
enum controller_wait { WAIT_BLOCK, WAIT_POLL };

/*
 * Where the planned times count from. Open: from the block's start, whatever the steps took, as
 * arrivals from outside do; but then a slow contender has shorter pauses than a fast one, and where
 * steps take longer than the plan gives them none at all. Pause: from the end of the step before,
 * so that every contender rests as long as the plan says.
 */
enum pacing { PACING_PAUSE, PACING_OPEN };

/* What every block of the run has in common. Set up once, then constant. */
struct run_setup {
	const struct topology *topo;
	const struct hotplug *hotplug;
	void *hotplug_run;		 /* of its begin(); NULL if it has none */
	unsigned int controller_cpu;	 /* as the plan counts it */
	const struct cpumask *real_cpus; /* the plan's CPUs are virtual and share these; or NULL */
	enum controller_wait wait;
	enum pacing pacing;
	size_t stack_bytes, stack_touch_bytes, data_touch_bytes;
	uint64_t spin_ns;  /* how long a controller may look on before it sleeps in a park */
	int fifo_priority; /* 0: SCHED_OTHER, else SCHED_FIFO at this priority */
	bool is_idle_held; /* C-states kept out through cpu_dma_latency */
	uint64_t seed;
	uint64_t clock_read_ns; /* what one reading of the clock costs */
	uint64_t deadline_ns;	/* a thread that has not answered after this long is lost */
};

struct cell {
	const char *workload;
	const struct plan *plan;
	const struct duty *duty;
	unsigned int threads_per_cpu;
};

/* One contender under one combination of knob values (knob.h). */
struct arm {
	const struct contender *contender;
	uint32_t setting; /* which combination; 0: the first values, or no knobs */
	const char *knob; /* "rcu_expedited=1"; NULL: no knobs */
};

/* Why a phase has no value. */
enum blank {
	BLANK_NONE,	      /* it has one */
	BLANK_NO_THREADS,     /* the contender has none (empty) */
	BLANK_NOT_MOVED,      /* the contender leaves its threads alone (none) */
	BLANK_OTHER_STEP,     /* belongs to the other direction */
	BLANK_NOT_REACHED,    /* the step was refused before */
	BLANK_NOT_OBSERVABLE, /* the kernel does not show it here */
	BLANK_NO_DESCRIPTORS, /* the limit on open files */
	BLANK_LANES,	      /* other steps ran at the same time */
	BLANK_VIRTUAL,	      /* many CPUs of the plan share a real one */
	BLANK_NOT_SPLIT,      /* of many CPUs at once, and no trace says what this one's part was */
};

enum step_status {
	STEP_DONE,
	STEP_REFUSED,	/* the hotplug driver or the contender failed with .error; rolled back */
	STEP_NO_OP,	/* nothing changed */
	STEP_SPOILED,	/* somebody else changed the online mask meanwhile */
	STEP_LOST,	/* a thread did not answer within the deadline */
	STEP_NOT_TRIED, /* planned, but the block ended before */
	NR_STEP_STATUSES
};

/* Is the CPU in our cpuset when it is back? */
enum cpuset_membership { CPUSET_UNKNOWN, CPUSET_HAS_CPU, CPUSET_LACKS_CPU };

/* One step of one block. Times in ns; blank phases hold 0 and their reason. */
struct step_sample {
	uint32_t seq;
	uint32_t cpu;
	uint32_t lane;
	uint32_t real_cpu; /* differs from cpu when virtual CPUs are mapped onto real ones */
	enum plan_action action;
	enum plan_fails fails;
	enum step_status status;
	int error;		   /* positive errno of a refusal, else 0 */
	uint32_t nr_wrong_cpu;	   /* threads whose first instruction was on another CPU */
	uint32_t nr_affinity_lost; /* threads found able to run elsewhere when the CPU was back */
	uint32_t nr_affinity_repaired; /* that had lost theirs while away, and got it back */
	uint32_t fail_state;	       /* at which the kernel was told to fail it; 0: it was not */
	uint32_t nr_retries;	       /* of the hotplug driver; their time is the step's */
	uint32_t nr_others_lost;       /* of other CPUs that are up: the step did it to them */
	uint64_t affinity_repair_ns;   /* of nr_affinity_lost: until none of them could any more; if
					  one was lost */
	bool is_affinity_unrepaired;   /* some still can: no time is given */
	enum cpuset_membership cpuset;
	uint64_t bulk_ns;    /* the one request that moved this CPU and others; 0: none did */
	uint32_t nr_in_bulk; /* how many CPUs it moved */
	uint64_t planned_ns; /* since the block's start */
	uint64_t started_ns; /* since the block's start: lateness is started - planned */
	uint64_t ended_ns;   /* likewise, whatever came of it; after the last phase's end */
	uint64_t begin_ns[NR_PHASES]; /* CLOCK_MONOTONIC; 0: blank, or the phase is a sum */
	uint64_t ns[NR_PHASES];
	uint8_t blank[NR_PHASES]; /* enum blank */
};

/*
 * What the tenants of a block hold while all of its CPUs are away, against before they were made.
 * Taken in the memory pass: a fresh process that makes them once, so that the C library's caches
 * are those of this arm alone.
 */
struct held_memory {
	bool is_known;
	uint32_t nr_threads; /* tenants of the block; 0 for contenders without */
	int64_t nr_alive;    /* threads that exist meanwhile */
	int64_t virtual_bytes, anonymous_bytes, page_table_bytes, kernel_stack_bytes;
};

/*
 * What controllers burnt in the plan by looking on in a contender's calls instead of sleeping.
 * CPU time that a contender whose calls block does not spend.
 */
struct spin_result {
	bool is_known; /* the contender counts it */
	uint64_t nr_waits, nr_won, spun_ns;
};

/* What the duty got done in a block, and how long its items waited, where items arrive. */
struct duty_result {
	uint64_t nr_done_in_plan; /* from the first step to the last, in the duty's units of work */
	bool is_fed, has_waits;	  /* items arrive at all; at least one was done */
	uint64_t nr_items, nr_items_done, nr_items_missed; /* missed: they found the queue full */
	uint64_t wait_p50_ns, wait_p99_ns, wait_max_ns;	   /* the first two within an eighth */
};

/* One closed pass of a cell's plan by one arm. */
struct block {
	uint32_t index; /* in the order of execution over the whole run */
	uint32_t cell, arm;
	uint32_t repetition; /* counted from 0, warm-up included */
	enum pass pass;
	enum trace_level trace;
	bool is_warmup;
	uint64_t started_ns, ended_ns; /* CLOCK_MONOTONIC */
	uint64_t work_accepted, work_done;
	struct held_memory held;
	struct duty_result duty;
	struct spin_result spins;
	struct step_sample *steps; /* plan->nr_steps of them */
	size_t nr_steps;
};

/* Everything that was recorded; grows by blocks only, between them. */
struct recording {
	const struct run_setup *setup;
	const struct cell *cells;
	size_t nr_cells;
	const struct arm *arms;
	size_t nr_arms;
	struct block *blocks;
	size_t nr_blocks, max_blocks;
};

/* Where the threads of @cpu really run: there, or in turn on one of setup->real_cpus. */
unsigned int run_real_cpu(const struct run_setup *setup, unsigned int cpu);

const char *pass_name(enum pass pass);
const char *pacing_name(enum pacing pacing);
const char *trace_level_name(enum trace_level level);
const char *step_status_name(enum step_status status);

/* Because the plan wants it, or because the kernel was told to fail there: no trouble. */
bool step_is_refused_as_planned(const struct step_sample *step);
const char *blank_reason(enum blank blank);

#endif
