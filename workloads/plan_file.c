/* SPDX-License-Identifier: MIT */
/*
 * Plan file format 1: text in ASCII, lines ended by a newline, fields parted by one blank.
 *
 *	parkbench-plan 1		format
 *	workload walk			who made it
 *	seed 42				from what
 *	cpus 4-7,12			the CPUs that may go away, in the kernel's list format
 *	steps 4				how many lines follow
 *	0 0 100250 7 offline		seq lane planned_ns cpu action
 *	1 0 200913 4 offline
 *	2 0 311020 7 online
 *	3 0 402776 4 online
 *
 * seq counts from 0; planned_ns is counted from the start of the block; action is "offline" or
 * "online". One more word behind it says that the step has to fail, where (see enum plan_fails):
 *
 *	4 0 500000 4 offline fails:threads		or fails:off_cpu, fails:hotplug, fails:last
 *
 * Steps of one lane follow each other, those of different lanes may run at the same time. Numbers
 *are decimal without sign and leading zeros, the list of CPUs ascends and is as short as it can be:
 *a plan has one spelling. The next plan of a file follows without a gap.
 */
#include "plan.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#define FORMAT	   1
#define FIRST_WORD "parkbench-plan"

/* "cpus " and every second of CPUMASK_NR_CPUS numbers of four digits with its comma fit. */
#define LINE_BYTES 24576

/* The header's lines from FIRST_WORD to steps. */
#define NR_HEADER_LINES 5

static const char *const action_names[] = {
	[PLAN_OFFLINE] = "offline",
	[PLAN_ONLINE] = "online",
};

static const char *const fails_names[NR_PLAN_FAILS] = {
	[PLAN_FAILS_NOT] = "",
	[PLAN_FAILS_HOTPLUG] = "fails:hotplug",
	[PLAN_FAILS_OFF_CPU] = "fails:off_cpu",
	[PLAN_FAILS_THREADS] = "fails:threads",
	[PLAN_FAILS_LAST] = "fails:last",
};

static int save_header(const struct plan *plan, FILE *file)
{
	char cpus[LINE_BYTES];

	assert((size_t)cpumask_format(&plan->cpus, NULL, 0) < sizeof(cpus));
	cpumask_format(&plan->cpus, cpus, sizeof(cpus));
	return fprintf(file, "%s %d\nworkload %s\nseed %" PRIu64 "\ncpus %s\nsteps %zu\n",
		       FIRST_WORD, FORMAT, plan->workload, plan->seed, cpus, plan->nr_steps);
}

int plan_save(const struct plan *plan, FILE *file)
{
	errno = 0;
	if (save_header(plan, file) < 0)
		goto out_failed;
	for (size_t i = 0; i < plan->nr_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		if (fprintf(file, "%zu %u %" PRIu64 " %u %s%s%s\n", i, step->lane, step->planned_ns,
			    step->cpu, action_names[step->action], step->fails ? " " : "",
			    fails_names[step->fails]) < 0)
			goto out_failed;
	}
	if (fflush(file) == 0)
		return 0;
out_failed:
	return errno ? -errno : -EIO;
}

struct reader {
	FILE *file;
	long start;	    /* where in the file the plan starts; not above 0: not known */
	unsigned long line; /* of the plan, from 1 */
	char *why;
	size_t why_size;
	const char *at; /* what of the line is not read yet */
	char text[LINE_BYTES];
};

/* How many lines earlier plans of the file have. Asked on failure only: nobody reads on. */
static unsigned long lines_before(const struct reader *reader)
{
	unsigned long lines = 0;

	if (reader->start <= 0 || fseek(reader->file, 0, SEEK_SET))
		return 0;
	for (long at = 0; at < reader->start; at++)
		lines += getc(reader->file) == '\n';
	return lines;
}

static int refuse(const struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(const struct reader *reader, const char *format, ...)
{
	unsigned long line = lines_before(reader) + reader->line;
	int used = snprintf(reader->why, reader->why_size, "line %lu: ", line);
	va_list args;

	if (used >= 0 && (size_t)used < reader->why_size) {
		va_start(args, format);
		vsnprintf(reader->why + used, reader->why_size - (size_t)used, format, args);
		va_end(args);
	}
	return -EINVAL;
}

/* 1: there is a line, without its newline; 0: the file has ended; or -errno. */
static int read_line(struct reader *reader)
{
	size_t length;

	reader->at = reader->text;
	if (!fgets(reader->text, sizeof(reader->text), reader->file)) {
		if (!ferror(reader->file))
			return 0;
		snprintf(reader->why, reader->why_size, "the file cannot be read: %s",
			 strerror(errno));
		return -EIO;
	}
	reader->line++;
	length = strlen(reader->text);
	if (length == 0 || reader->text[length - 1] != '\n')
		return refuse(reader, "the line is cut off, too long or no text");
	reader->text[length - 1] = '\0';
	return 1;
}

/* One line that has to be there. */
static int need_line(struct reader *reader, const char *what)
{
	int ret = read_line(reader);

	if (ret)
		return ret < 0 ? ret : 0;
	return refuse(reader, "the file ends here, before %s", what);
}

/* Take @word and the blank or end after it off the line. */
static bool take_word(struct reader *reader, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(reader->at, word, length) != 0)
		return false;
	if (reader->at[length] != ' ' && reader->at[length] != '\0')
		return false;
	reader->at += length + (reader->at[length] == ' ');
	return true;
}

/* Not strtoull(), which takes blanks, signs, leading zeros and what a locale adds. */
static bool take_number(struct reader *reader, uint64_t max, uint64_t *ret_number)
{
	const char *p = reader->at;
	uint64_t number = 0;

	if (*p < '0' || *p > '9' || (p[0] == '0' && p[1] >= '0' && p[1] <= '9'))
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	if (*p != ' ' && *p != '\0')
		return false;
	reader->at = p + (*p == ' ');
	*ret_number = number;
	return true;
}

/* The line is used up, and does not end in a blank. */
static bool is_at_end(const struct reader *reader)
{
	return *reader->at == '\0' && reader->at > reader->text && reader->at[-1] != ' ';
}

static int load_workload(struct reader *reader, struct plan *plan)
{
	int ret = need_line(reader, "its workload");

	if (ret)
		return ret;
	if (!take_word(reader, "workload") || !plan_is_name(reader->at))
		return refuse(reader, "expected \"workload\" and a name of a-z, 0-9, _ and -");
	strcpy(plan->workload, reader->at);
	return 0;
}

static int load_cpus(struct reader *reader, struct plan *plan)
{
	char canonical[LINE_BYTES];
	int ret = need_line(reader, "its cpus");

	if (ret)
		return ret;
	if (!take_word(reader, "cpus") || cpumask_parse(reader->at, &plan->cpus) != 0)
		return refuse(reader, "expected \"cpus\" and a list like 4-7,12 of CPUs below %u",
			      CPUMASK_NR_CPUS);
	cpumask_format(&plan->cpus, canonical, sizeof(canonical));
	if (strcmp(reader->at, canonical) != 0)
		return refuse(reader, "write the list of CPUs as %.200s", canonical);
	return 0;
}

static int load_number(struct reader *reader, const char *key, uint64_t max, uint64_t *ret_number)
{
	int ret = need_line(reader, key);

	if (ret)
		return ret;
	if (!take_word(reader, key) || !take_number(reader, max, ret_number) || !is_at_end(reader))
		return refuse(reader, "expected \"%s\" and a number up to %" PRIu64, key, max);
	return 0;
}

/* What an earlier plan left behind, another file or another format. The line is read already. */
static int load_format(struct reader *reader)
{
	uint64_t format;

	if (!take_word(reader, FIRST_WORD))
		return refuse(reader, "a plan starts with \"%s %d\"; this is something else",
			      FIRST_WORD, FORMAT);
	if (!take_number(reader, UINT64_MAX, &format) || !is_at_end(reader))
		return refuse(reader, "expected \"%s\" and the number of its format", FIRST_WORD);
	if (format != FORMAT)
		return refuse(reader, "the plan has format %" PRIu64 "; only format %d is known",
			      format, FORMAT);
	return 0;
}

static int load_step(struct reader *reader, struct plan *plan, uint64_t nr_steps)
{
	uint64_t seq, lane, cpu;
	struct plan_step step = { 0 };
	int ret = read_line(reader);

	if (ret < 0)
		return ret;
	if (ret == 0)
		return refuse(reader, "the file ends here, after %zu of %" PRIu64 " steps",
			      plan->nr_steps, nr_steps);
	if (!take_number(reader, PLAN_STEPS_MAX, &seq) || seq != plan->nr_steps)
		return refuse(reader, "expected step %zu", plan->nr_steps);
	if (!take_number(reader, CPUMASK_NR_CPUS - 1, &lane))
		return refuse(reader, "the lane is no number up to %u", CPUMASK_NR_CPUS - 1);
	if (!take_number(reader, PLAN_NS_MAX, &step.planned_ns))
		return refuse(reader, "planned_ns is no number up to %" PRIu64, PLAN_NS_MAX);
	if (!take_number(reader, CPUMASK_NR_CPUS - 1, &cpu))
		return refuse(reader, "the CPU is no number up to %u", CPUMASK_NR_CPUS - 1);
	step.lane = (unsigned int)lane;
	step.cpu = (unsigned int)cpu;
	step.action = take_word(reader, action_names[PLAN_ONLINE]) ? PLAN_ONLINE : PLAN_OFFLINE;
	if (step.action == PLAN_OFFLINE && !take_word(reader, action_names[PLAN_OFFLINE]))
		return refuse(reader, "the action is neither \"offline\" nor \"online\"");
	for (int i = PLAN_FAILS_NOT + 1; i < NR_PLAN_FAILS && !step.fails; i++)
		if (take_word(reader, fails_names[i]))
			step.fails = (enum plan_fails)i;
	if (!is_at_end(reader))
		return refuse(reader, "there is something behind the action");
	ret = plan_add(plan, &step);
	if (ret)
		refuse(reader, "cannot be held: %s", strerror(-ret));
	return ret;
}

/* Steps are added as their lines are read: a damaged count allocates nothing. */
static int load_plan(struct reader *reader, struct plan *plan)
{
	uint64_t nr_steps;
	int ret = load_format(reader);

	if (!ret)
		ret = load_workload(reader, plan);
	if (!ret)
		ret = load_number(reader, "seed", UINT64_MAX, &plan->seed);
	if (!ret)
		ret = load_cpus(reader, plan);
	if (!ret)
		ret = load_number(reader, "steps", PLAN_STEPS_MAX, &nr_steps);
	while (!ret && plan->nr_steps < nr_steps)
		ret = load_step(reader, plan, nr_steps);
	return ret;
}

/* plan_validate(), with the line in front of what it says. */
static int check_plan(struct reader *reader, const struct plan *plan)
{
	char fault[256];
	size_t step;

	if (plan_find_fault(plan, &step, fault, sizeof(fault)) == 0)
		return 0;
	if (step < plan->nr_steps)
		reader->line = NR_HEADER_LINES + 1 + step;
	return refuse(reader, "%s", fault);
}

int plan_load(FILE *file, struct plan *ret_plan, char *why, size_t why_size)
{
	struct reader reader = { .file = file, .start = ftell(file), .why = why };
	struct plan plan = { .nr_steps = 0 };
	int ret;

	reader.why_size = why_size;
	ret = read_line(&reader);
	if (ret <= 0)
		return ret;
	ret = load_plan(&reader, &plan);
	if (!ret)
		ret = check_plan(&reader, &plan);
	if (ret) {
		plan_fini(&plan);
		return ret;
	}
	*ret_plan = plan;
	return 1;
}
