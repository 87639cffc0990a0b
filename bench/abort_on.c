/* SPDX-License-Identifier: MIT */
#include "abort_on.h"

#include "bystander.h"
#include "kmsg.h"
#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GAP_MAX_NS (UINT64_C(3600) * 1000000000)

struct abort_watch {
	struct abort_terms terms;
	const char *root;
	int kmsg_fd; /* -1: not looked at */
	const struct bystanders *bystanders;
	char cause[200]; /* "": none yet */
};

static const char *const pressure_names[NR_PRESSURES] = {
	[PRESSURE_CPU] = "cpu",
	[PRESSURE_MEMORY] = "memory",
	[PRESSURE_IO] = "io",
};

static int parse_gap(const char *value, struct abort_terms *terms, struct option_why *why)
{
	uint64_t gap_ns;

	if (option_time(value, GAP_MAX_NS, &gap_ns, why))
		return -EINVAL;
	if (!gap_ns)
		return option_refuse(why, "gap:0 is any gap at all: give a time above 0");
	terms->gap_ns = gap_ns;
	return 0;
}

/* "cpu:40" */
static int parse_pressure(const char *value, struct abort_terms *terms, struct option_why *why)
{
	for (enum pressure what = 0; what < NR_PRESSURES; what++) {
		const size_t length = strlen(pressure_names[what]);
		uint64_t percent;

		if (strncmp(value, pressure_names[what], length) != 0 || value[length] != ':')
			continue;
		if (option_number(value + length + 1, (struct option_range){ 1, 99 }, &percent,
				  why))
			return -EINVAL;
		terms->percent[what] = (unsigned int)percent;
		return 0;
	}
	return option_refuse(why,
			     "'psi:%.60s' is not understood: give psi:cpu:40, psi:memory:10 "
			     "or psi:io:50, in percent",
			     value);
}

static int parse_condition(const char *item, void *arg, struct option_why *why)
{
	struct abort_terms *terms = arg;

	terms->is_any = true;
	if (strcmp(item, "kmsg") == 0) {
		terms->is_kmsg = true;
		return 0;
	}
	if (strncmp(item, "gap:", 4) == 0)
		return parse_gap(item + 4, terms, why);
	if (strncmp(item, "psi:", 4) == 0)
		return parse_pressure(item + 4, terms, why);
	return option_refuse(why, "'%.60s' is not understood: give kmsg, gap:500ms or psi:cpu:40",
			     item);
}

int abort_terms_parse(const char *text, struct abort_terms *ret, struct option_why *why)
{
	struct abort_terms terms = { .is_any = false };
	int err = option_each(text, parse_condition, &terms, why);

	if (!err)
		*ret = terms;
	return err;
}

/* The "some avg10" of one kind, in percent; or -errno. */
static int read_pressure(const char *root, enum pressure what, double *ret_percent)
{
	char path[64], line[SYSFILE_LINE_BYTES];
	double percent;
	int err;

	snprintf(path, sizeof(path), "proc/pressure/%s", pressure_names[what]);
	err = sysfile_read(root, path, line, sizeof(line));
	if (err)
		return err;
	if (sscanf(line, "some avg10=%lf", &percent) != 1)
		return -EBADMSG;
	*ret_percent = percent;
	return 0;
}

static int check_pressures(const struct abort_watch *watch, char *why, size_t why_size)
{
	for (enum pressure what = 0; what < NR_PRESSURES; what++) {
		double percent;
		int err =
			watch->terms.percent[what] ? read_pressure(watch->root, what, &percent) : 0;

		if (!err)
			continue;
		snprintf(why, why_size,
			 "--abort-on psi:%s: /proc/pressure/%s cannot be read (%s): the kernel "
			 "needs CONFIG_PSI, and psi=1 on its command line",
			 pressure_names[what], pressure_names[what], strerror(-err));
		return err;
	}
	return 0;
}

static int open_kmsg(struct abort_watch *watch, char *why, size_t why_size)
{
	if (!watch->terms.is_kmsg)
		return 0;
	watch->kmsg_fd = kmsg_open(watch->root);
	if (watch->kmsg_fd >= 0)
		return 0;
	snprintf(why, why_size, "--abort-on kmsg: /dev/kmsg cannot be read (%s): be root",
		 strerror(-watch->kmsg_fd));
	return watch->kmsg_fd;
}

int abort_watch_begin(const struct abort_terms *terms, const char *root,
		      struct abort_watch **ret_watch, char *why, size_t why_size)
{
	struct abort_watch *watch = malloc(sizeof(*watch));
	int err;

	if (!watch) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	*watch = (struct abort_watch){ .terms = *terms, .root = root, .kmsg_fd = -1 };
	err = check_pressures(watch, why, why_size);
	if (!err)
		err = open_kmsg(watch, why, why_size);
	if (err)
		abort_watch_end(watch);
	else
		*ret_watch = watch;
	return err;
}

void abort_watch_end(struct abort_watch *watch)
{
	if (watch && watch->kmsg_fd >= 0)
		close(watch->kmsg_fd);
	free(watch);
}

void abort_watch_bystanders(struct abort_watch *watch, const struct bystanders *bystanders)
{
	if (watch)
		watch->bystanders = bystanders;
}

static void look_at_kmsg(struct abort_watch *watch)
{
	char line[160];

	if (watch->kmsg_fd >= 0 && kmsg_find_trouble(watch->kmsg_fd, line, sizeof(line)))
		snprintf(watch->cause, sizeof(watch->cause), "--abort-on kmsg: %s", line);
}

static void look_at_bystanders(struct abort_watch *watch)
{
	struct bystander_gap worst;

	if (!watch->terms.gap_ns || !watch->bystanders)
		return;
	worst = bystanders_worst(watch->bystanders);
	if (worst.gap_ns > watch->terms.gap_ns)
		snprintf(watch->cause, sizeof(watch->cause),
			 "--abort-on gap: the bystander on CPU %u could not run for %.3f ms",
			 worst.cpu, (double)worst.gap_ns / 1e6);
}

static void look_at_pressure(struct abort_watch *watch)
{
	for (enum pressure what = 0; what < NR_PRESSURES; what++) {
		const unsigned int limit = watch->terms.percent[what];
		double percent;

		if (limit && !read_pressure(watch->root, what, &percent) && percent > limit)
			snprintf(watch->cause, sizeof(watch->cause),
				 "--abort-on psi:%s:%u: some avg10 is %.2f %%",
				 pressure_names[what], limit, percent);
	}
}

const char *abort_watch_look(void *arg)
{
	struct abort_watch *watch = arg;

	if (!watch)
		return NULL;
	if (!*watch->cause)
		look_at_pressure(watch);
	if (!*watch->cause)
		look_at_bystanders(watch);
	if (!*watch->cause)
		look_at_kmsg(watch);
	return *watch->cause ? watch->cause : NULL;
}
