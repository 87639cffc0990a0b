/* SPDX-License-Identifier: MIT */
/*
 * `parkbench run --token-fd N`: a live process that measures one block whenever it is told to.
 *
 * Whoever holds the other end of descriptor N (the gate has a socket pair for each build) can so
 * run two builds in turn, block by block. On the descriptor, one line each:
 *
 *	us    series 0 toggle/sleep/threads:1/park       one line per series, then
 *	us    ready
 *	them  a byte: the number of a series
 *	us    series 0 cycles 100 quiesce_p50_ns 3201 ... pairs of a word and a number
 *
 * The end of file ends the process, and so does any signal: a logical driver has taken nothing that
 * somebody would have to give back. Nothing is written to a results directory.
 */
#include "cmd.h"
#include "cmd_run_internal.h"
#include "contender.h"
#include "controller.h"
#include "driver.h"
#include "duty.h"
#include "series.h"
#include "stats.h"
#include "tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NR_SERIES_MAX 256 /* a token is a byte */

struct token_run {
	struct run *run;
	int fd;
	struct recording rec; /* of one block, which is used again and again */
	struct block block;
	struct rusage before, after; /* the plan alone: threads are made and joined around it */
};

/* 0 or -errno. The other end may be gone. */
static int say(const struct token_run *t, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t done = write(t->fd, text, left);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			text += done;
			left -= (size_t)done;
		}
	}
	return 0;
}

static size_t nr_series(const struct token_run *t)
{
	return t->rec.nr_cells * t->rec.nr_arms;
}

static int say_series(const struct token_run *t)
{
	int ret = 0;

	for (size_t i = 0; i < nr_series(t) && !ret; i++) {
		const struct cell *cell = &t->rec.cells[i / t->rec.nr_arms];
		char line[256];

		if (!t->run->is_selected[i])
			continue;
		snprintf(line, sizeof(line), "series %zu %s/%s/threads:%u/%s\n", i, cell->workload,
			 cell->duty->name, cell->threads_per_cpu,
			 t->rec.arms[i % t->rec.nr_arms].contender->name);
		ret = say(t, line);
	}
	return ret ? ret : say(t, "ready\n");
}

static void usage_begin(void *arg, enum phase phase)
{
	struct token_run *t = arg;

	if (phase == NR_PHASES)
		getrusage(RUSAGE_SELF, &t->before);
}

static void usage_end(void *arg, enum phase phase)
{
	struct token_run *t = arg;

	if (phase == NR_PHASES)
		getrusage(RUSAGE_SELF, &t->after);
}

/* Append " quiesce_p50_ns 3201"; a phase that the contender does not have is left out. */
static int add_median(const struct token_run *t, enum phase phase, char *line, size_t size)
{
	const struct series_key key = { t->block.cell, t->block.arm, phase };
	const size_t length = strlen(line);
	struct series series;

	if (series_gather(&t->rec, &key, &series))
		return -ENOMEM;
	if (series.nr_medians)
		snprintf(line + length, size - length, " %s_p50_ns %.17g", phase_name(phase),
			 series.medians[0].value);
	series_fini(&series);
	return 0;
}

static int say_block(const struct token_run *t, unsigned int series, uint64_t nr_cycles)
{
	static const enum phase phases[] = { PHASE_QUIESCE, PHASE_RESUME, PHASE_TOTAL };
	char line[512];
	size_t length;

	snprintf(line, sizeof(line), "series %u cycles %llu", series,
		 (unsigned long long)nr_cycles);
	for (size_t i = 0; i < sizeof(phases) / sizeof(*phases); i++)
		if (add_median(t, phases[i], line, sizeof(line)))
			return -ENOMEM;
	length = strlen(line);
	snprintf(line + length, sizeof(line) - length,
		 " voluntary_switches %ld involuntary_switches %ld faults %ld block_ns %llu\n",
		 t->after.ru_nvcsw - t->before.ru_nvcsw, t->after.ru_nivcsw - t->before.ru_nivcsw,
		 t->after.ru_minflt - t->before.ru_minflt,
		 (unsigned long long)(t->block.ended_ns - t->block.started_ns));
	return say(t, line);
}

/* One block of one series. An exit code. */
static int measure_block(struct token_run *t, unsigned int series)
{
	const struct probe probe = { usage_begin, usage_end, t };
	struct tally tally;
	int ret;

	t->block.cell = series / t->rec.nr_arms;
	t->block.arm = series % t->rec.nr_arms;
	ret = driver_run_block(&t->rec, &probe, &t->block);
	t->block.repetition++;
	tally_make(&t->rec, &tally);
	if (ret || tally.nr_wrong_cpu || tally.nr[STEP_DONE] != tally.nr_planned) {
		fprintf(stderr,
			"parkbench run: --token-fd: a block of series %u failed: %s; %llu of %llu "
			"steps done, %llu threads on a wrong CPU\n",
			series, ret ? strerror(-ret) : "not as planned",
			(unsigned long long)tally.nr[STEP_DONE],
			(unsigned long long)tally.nr_planned,
			(unsigned long long)tally.nr_wrong_cpu);
		return EXIT_FAILED;
	}
	return say_block(t, series, tally.nr_planned / 2) ? EXIT_USAGE : EXIT_DONE;
}

/* Until the end of file. An exit code. */
static int obey(struct token_run *t)
{
	int code = EXIT_DONE;

	while (code == EXIT_DONE) {
		unsigned char token;
		ssize_t n = read(t->fd, &token, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cmd_refuse("run", "--token-fd %d: cannot read: %s", t->fd,
					  strerror(errno));
		if (n == 0)
			return EXIT_DONE;
		if (token >= nr_series(t) || !t->run->is_selected[token])
			return cmd_refuse("run", "--token-fd %d: there is no series %u", t->fd,
					  token);
		code = measure_block(t, token);
	}
	return code;
}

static int allocate(struct token_run *t)
{
	size_t nr_steps = 1;

	for (size_t i = 0; i < t->rec.nr_cells; i++)
		if (t->rec.cells[i].plan->nr_steps > nr_steps)
			nr_steps = t->rec.cells[i].plan->nr_steps;
	t->block.steps = calloc(nr_steps, sizeof(*t->block.steps));
	return t->block.steps ? 0 : -ENOMEM;
}

int run_tokens(struct run *run)
{
	struct token_run t = {
		.run = run,
		.fd = run->options.token_fd,
		.rec = run->passes.rec,
		.block = { .pass = PASS_TIMING },
	};
	struct controller controller;
	char why[256];
	int code;

	t.rec.blocks = &t.block;
	t.rec.nr_blocks = t.rec.max_blocks = 1;
	if (nr_series(&t) > NR_SERIES_MAX)
		return cmd_refuse("run", "--token-fd has names for %d series, these are %zu",
				  NR_SERIES_MAX, nr_series(&t));
	if (allocate(&t))
		return cmd_refuse("run", "out of memory");
	if (controller_enter(&run->setup, &controller, why, sizeof(why))) {
		free(t.block.steps);
		return cmd_refuse("run", "%s", why);
	}
	if (say_series(&t))
		code = cmd_refuse("run", "--token-fd %d: cannot write: %s", t.fd, strerror(errno));
	else
		code = obey(&t);
	controller_leave(&controller);
	fflush(NULL);
	if (code == EXIT_FAILED)
		_exit(code); /* threads that did not answer may still use what would be freed */
	free(t.block.steps);
	return code;
}
