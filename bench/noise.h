/* SPDX-License-Identifier: MIT */
/*
 * noise - how much of a CPU a thread of ours really gets, measured by itself for a moment.
 *
 * A thread pinned to the CPU first reads the clock in a loop, where every longer pause between
 * two readings is somebody else's (interrupt, kernel thread, hypervisor), and then sleeps until
 * a moment a millisecond ahead again and again, and looks how late it was woken. It says what a
 * duration of that size may be made of, not what a run will see later.
 */
#ifndef BENCH_NOISE_H
#define BENCH_NOISE_H

#include <stddef.h>
#include <stdint.h>

/* The limits of the words. All have to hold for the better word. */
#define NOISE_QUIET_GAP_NS	 50000u
#define NOISE_QUIET_LATENESS_NS	 100000u
#define NOISE_QUIET_STOLEN_PPM	 1000u /* 0.1 % of the time spun */
#define NOISE_UNEVEN_GAP_NS	 1000000u
#define NOISE_UNEVEN_LATENESS_NS 1000000u
#define NOISE_UNEVEN_STOLEN_PPM	 20000u /* 2 % */

/* A pause this much longer than a reading of the clock counts as a gap. */
#define NOISE_GAP_NS 2000u

struct noise {
	uint32_t cpu;
	uint64_t spun_ns;	 /* how long it looked for gaps */
	uint64_t longest_gap_ns; /* 0: none */
	uint64_t nr_gaps;
	uint64_t gaps_ns;	  /* all of them together */
	uint64_t lateness_p50_ns; /* of waking from sleep */
	uint64_t lateness_p99_ns;
	uint64_t nr_wakes;
};

enum noise_level { NOISE_QUIET, NOISE_UNEVEN, NOISE_NOISY };

/**
 * noise_measure() - look at one CPU for about @budget_ns, half of it spinning, half asleep.
 *
 * Makes a thread of its own; the caller's affinity stays. Return: 0; -EINVAL we may not run
 * there, or the budget is below 10 ms; -EAGAIN no thread to be had; -ENOMEM.
 */
int noise_measure(unsigned int cpu, uint64_t budget_ns, struct noise *ret_noise);

/* The share of time spun that others took, in parts per million. */
uint64_t noise_stolen_ppm(const struct noise *noise);

enum noise_level noise_judge(const struct noise *noise);
const char *noise_level_name(enum noise_level level); /* "quiet", "uneven", "noisy" */

#endif
