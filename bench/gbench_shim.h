/* SPDX-License-Identifier: MIT */
/*
 * gbench_shim - Google Benchmark as C sees it: it filters, repeats, reports; it does not schedule.
 *
 * The blocks of a run are executed in parkbench's own balanced order. Each repetition of a
 * registered benchmark then hands over the recorded times of one block. So a benchmark function
 * is called exactly once per repetition, in order, with no calibration and no warm-up, and has to
 * count its calls itself: Google Benchmark does not tell which repetition it is.
 *
 *	gb_register() ...; gb_selected() -> run the selected arms; gb_run() -> hand over.
 *
 * Nothing here throws. One thread only. The environment's BENCHMARK_* variables have no effect.
 */
#ifndef BENCH_GBENCH_SHIM_H
#define BENCH_GBENCH_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One call of a benchmark function; valid until that returns. */
struct gb_state;

enum gb_unit { GB_NANOSECOND, GB_MICROSECOND };

enum gb_format { GB_CONSOLE, GB_JSON };

struct gb_benchmark {
	const char *name; /* unique */
	void (*run)(struct gb_state *state, void *arg);
	void *arg;
	uint64_t iterations;  /* of each repetition, >= 1 */
	uint32_t repetitions; /* >= 1 */
	enum gb_unit unit;    /* of the times in the reports */
};

/**
 * gb_register() - make a benchmark known. The name is copied.
 *
 * Return: 0; -EINVAL no name, no function, zero iterations or repetitions; -EEXIST the name is
 * taken; -ENOMEM.
 */
int gb_register(const struct gb_benchmark *benchmark);

/* Forget all benchmarks and all context. */
void gb_clear(void);

/* Add one line to the report's context. 0; -EINVAL no key; -EEXIST the key is taken; -ENOMEM. */
int gb_context(const char *key, const char *value);

/* The same for --benchmark_context's "key=value,key=value". Also -EINVAL where '=' is missing. */
int gb_context_pairs(const char *pairs);

/**
 * gb_selected() - which benchmarks does Google Benchmark's own filter let pass?
 * @filter: as --benchmark_filter: a regular expression, "-" in front negates, NULL or "" is all.
 * @visit: called in the order of registration; @full_name is what reports and the filter see.
 *
 * Return: how many; 0 when none; -EINVAL not a regular expression; -ENOMEM. Runs nothing.
 */
int gb_selected(const char *filter,
		void (*visit)(const struct gb_benchmark *benchmark, const char *full_name,
			      void *visit_arg),
		void *visit_arg);

struct gb_settings {
	const char *program;	   /* for the report's context */
	const char *filter;	   /* as for gb_selected() */
	enum gb_format format;	   /* of the report on standard output */
	bool is_tabular;	   /* console: counters as columns */
	bool is_silent;		   /* no report on standard output */
	enum gb_format out_format; /* of the report returned as text */
};

struct gb_result {
	size_t nr_run;	   /* benchmarks */
	size_t nr_skipped; /* repetitions that ended in gb_skip(), an exception or too early */
	char *report;	   /* the second report, in out_format; release with free() */
};

/**
 * gb_run() - call the selected benchmarks and report.
 *
 * The console's context goes to standard error, its table to standard output. JSON is valid for
 * strict parsers: what is not a finite number is left out.
 *
 * Return: 0; -ENOENT the filter lets none pass; -EINVAL; -ENOMEM; -EIO it failed otherwise.
 * @ret is untouched on failure.
 */
int gb_run(const struct gb_settings *settings, struct gb_result *ret);

/* For benchmark functions. The loop is `while (gb_next(state)) gb_set_time_ns(state, ...);` */
bool gb_next(struct gb_state *state);
void gb_set_time_ns(struct gb_state *state, uint64_t ns);

/*
 * A value of this repetition. Give every benchmark the same names: the console's columns and the
 * statistics depend on it. 0; -EINVAL not a finite number: leave it out; -ENOMEM.
 */
int gb_counter(struct gb_state *state, const char *name, double value);

void gb_label(struct gb_state *state, const char *label);

/* This repetition has no result; gb_next() is false from now on. */
void gb_skip(struct gb_state *state, const char *reason);

#ifdef __cplusplus
}
#endif
#endif
