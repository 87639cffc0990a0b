/* SPDX-License-Identifier: MIT */
/*
 * plan - what happens to which CPU and when, decided completely before the first step.
 *
 * A plan is a list of steps, each taking one CPU offline or bringing one online at a planned time.
 * It depends on the topology, the parameters and the seed and on nothing else: the generator is
 * our own, so a seed gives the same plan, byte for byte, on every C library and architecture.
 *
 * One pass of a plan by one contender is a block. A plan starts with all of its CPUs online and
 * ends so. plan_validate() says whether it does; nothing runs a plan that did not pass.
 */
#ifndef WORKLOADS_PLAN_H
#define WORKLOADS_PLAN_H

#include "topology.h"

#include <stdint.h>
#include <stdio.h>

/* No plan has more steps, and none ends later: 16 million, and 292 years. */
#define PLAN_STEPS_MAX ((size_t)1 << 24)
#define PLAN_NS_MAX    ((uint64_t)INT64_MAX)

/* No workload makes more lanes. */
#define PLAN_LANES_MAX 64

#define PLAN_NAME_BYTES 32

enum plan_action { PLAN_OFFLINE, PLAN_ONLINE };

/*
 * A step that has to fail, and then leaves everything as it was: on its way the CPU passes three
 * states, and one of them is made to refuse. The hotplug driver's is the lowest, then comes the
 * wait until the threads are off the CPU (on the way down only), then the threads themselves.
 * PLAN_FAILS_LAST makes nothing fail: the CPU is the last one, and the driver has to refuse it.
 */
enum plan_fails {
	PLAN_FAILS_NOT,
	PLAN_FAILS_HOTPLUG,
	PLAN_FAILS_OFF_CPU,
	PLAN_FAILS_THREADS,
	PLAN_FAILS_LAST,
	NR_PLAN_FAILS
};

struct plan_step {
	uint64_t planned_ns; /* since the start of the block */
	unsigned int cpu;    /* as the plan counts it */
	unsigned int lane;   /* which of several parallel togglers, < CPUMASK_NR_CPUS; 0 with one */
	enum plan_action action;
	enum plan_fails fails;
};

/* In which order a workload turns to its CPUs; near and far are seen from the controller. */
enum plan_order {
	PLAN_ORDER_OWN, /* the workload's own */
	PLAN_ORDER_ASCENDING,
	PLAN_ORDER_DESCENDING,
	PLAN_ORDER_NEAR,
	PLAN_ORDER_FAR,
	PLAN_ORDER_RANDOM, /* seeded, made once */
	NR_PLAN_ORDERS
};

struct history;

/* Everything a generator may look at besides the topology. Times in ns. */
struct plan_params {
	const char *workload; /* name in workloads.def */
	struct cpumask cpus;  /* victims: the CPUs that may go away */
	unsigned int cycles;  /* how many times a CPU goes away and comes back, over all CPUs */
	unsigned int max_off; /* at most this many away at once; 0: no more than all of cpus */
	uint64_t dwell_off_ns, dwell_on_ns; /* between the steps, before dither */
	uint64_t dither_ns; /* each dwell gets a seeded extra from [0, dither_ns] (M2) */
	uint64_t seed;
	enum plan_order order;
	const struct history *history; /* what to replay; NULL: nothing */
	unsigned int controller_cpu;   /* stays; what distances are counted from */
	unsigned int nr_lanes; /* parallel togglers, for the workloads that have them; 0: 2, at most
			  PLAN_LANES_MAX */
};

struct plan {
	char workload[PLAN_NAME_BYTES];
	uint64_t seed;
	struct cpumask cpus;	 /* generated plans: exactly those that have a step */
	struct plan_step *steps; /* a step's seq is its index */
	size_t nr_steps;
	size_t max_steps; /* room in @steps, for plan_add() */
};

/**
 * plan_generate() - run the generator that @params names.
 * @why: one line for the user on failure.
 *
 * Return: 0, and the plan has passed plan_validate(); -ENOENT no such workload; -EINVAL parameters
 * (no CPU, zero cycles, a CPU the topology lacks); -EOPNOTSUPP the machine or the set has not what
 * the workload is about; -ENOMEM; -EOVERFLOW more steps or time than a plan can hold. @ret_plan is
 * untouched on failure; release with plan_fini().
 */
int plan_generate(const struct topology *topo, const struct plan_params *params,
		  struct plan *ret_plan, char *why, size_t why_size);

/* May a workload be called so? A letter, then letters, digits, _ and -, all lower case. */
bool plan_is_name(const char *name);

/* Accepts a zeroed struct. */
void plan_fini(struct plan *plan);

/**
 * plan_validate() - is this a plan that can be run and undone?
 *
 * Times do not fall, no CPU goes off twice or comes on twice in a row, only CPUs of the set, all
 * back at the end, at least one step, nothing out of range. Lanes run in parallel, so that each is
 * looked at for itself: two may take the same CPU off, and both must bring it back. Return: 0;
 * -EINVAL with the step named in @why; -ENOMEM.
 */
int plan_validate(const struct plan *plan, char *why, size_t why_size);

/* plan_validate() that also says at which step it failed; nr_steps: the plan as a whole. */
int plan_find_fault(const struct plan *plan, size_t *ret_step, char *why, size_t why_size);

/* The CPUs that really go away: not those that are only asked to and have to be refused. */
void plan_away(const struct plan *plan, struct cpumask *ret_cpus);

/* The most CPUs that it has away at once, as planned. */
unsigned int plan_most_away(const struct plan *plan);

/* The highest lane + 1; more than 1: the plan needs as many threads to run it. */
unsigned int plan_nr_lanes(const struct plan *plan);

/* Do all CPUs of the plan exist here? 0, or -ENOENT naming the missing ones in @why. */
int plan_fits(const struct plan *plan, const struct topology *topo, char *why, size_t why_size);

/**
 * plan_save() - write @plan in plan file format 1, documented in plan_file.c.
 *
 * A file holds one or more plans. The text depends on the plan alone, not on the locale.
 * Return: 0; -EIO or what stdio left in errno.
 */
int plan_save(const struct plan *plan, FILE *file);

/**
 * plan_load() - read and validate the next plan of @file.
 * @why: receives one line for the user on failure. It names the line of the file, or of the plan
 *	where @file cannot be read again from the start (a pipe).
 *
 * There is exactly one way to write a plan, so that saving what was loaded gives the same bytes.
 * Return: 1 there was one; 0 the file has ended; -EINVAL, -ENOMEM, -EIO. @ret_plan is untouched
 * unless 1 is returned; release with plan_fini().
 */
int plan_load(FILE *file, struct plan *ret_plan, char *why, size_t why_size);

/* For generators: append one step, unchecked. 0; -ENOMEM; -EOVERFLOW beyond PLAN_STEPS_MAX. */
int plan_add(struct plan *plan, const struct plan_step *step);

#endif
