/* SPDX-License-Identifier: MIT */
#include "digest.h"
#include "facts.h"
#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CPU_DIR "sys/devices/system/cpu/"

/* Comparable are kernels of one series, "6.1"; the patch level is soft. */
FACT_READER(fact_read_kernel_series)
{
	char release[256];
	unsigned int major, minor;
	int err = sysfile_read(origin->root, arg, release, sizeof(release));

	if (err)
		fact_set_unread(ret_value, arg, err);
	else if (sscanf(release, "%u.%u", &major, &minor) == 2)
		fact_set_text(ret_value, "%u.%u", major, minor);
	else
		fact_set_missing(ret_value, "/%s: \"%s\" is not a version", arg, release);
}

/* The configuration of the running kernel, where the distribution left it. 0 or -errno. */
static int load_config(const struct environment_origin *origin, char **ret_config)
{
	char release[256], path[300];
	int err = sysfile_read(origin->root, "proc/sys/kernel/osrelease", release, sizeof(release));

	if (err)
		return err;
	snprintf(path, sizeof(path), "boot/config-%s", release);
	return sysfile_load(origin->root, path, ret_config);
}

/* The coarse clock advances by one tick of the running kernel, so its resolution is 1/HZ. */
static int64_t hz_of_coarse_clock(void)
{
	struct timespec tick;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) || tick.tv_sec || tick.tv_nsec < 1)
		return 0;
	return (1000000000 + tick.tv_nsec / 2) / tick.tv_nsec;
}

FACT_READER(fact_read_hz)
{
	char *config, text[32] = "";
	int64_t hz = 0;

	(void)arg;
	if (!load_config(origin, &config)) {
		sysfile_field(config, "CONFIG_HZ", text, sizeof(text));
		free(config);
	}
	if (sysfile_parse_number(text, &hz) && is_this_machine(origin))
		hz = hz_of_coarse_clock();
	if (hz > 0)
		fact_set_number(ret_value, hz);
	else
		fact_set_missing(ret_value, "no /boot/config of this kernel");
}

static const char *preempt_of_config(const struct environment_origin *origin)
{
	static const char *const models[][2] = {
		{ "CONFIG_PREEMPT_RT", "rt" },	   { "CONFIG_PREEMPT_LAZY", "lazy" },
		{ "CONFIG_PREEMPT", "full" },	   { "CONFIG_PREEMPT_VOLUNTARY", "voluntary" },
		{ "CONFIG_PREEMPT_NONE", "none" },
	};
	const char *model = NULL;
	char *config, text[8];

	if (load_config(origin, &config))
		return NULL;
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]) && !model; i++)
		if (!sysfile_field(config, models[i][0], text, sizeof(text)) && text[0] == 'y')
			model = models[i][1];
	free(config);
	return model;
}

/* What can be switched at boot or later: debugfs knows, else the command line, else the default. */
static void read_dynamic_preempt(const struct environment_origin *origin,
				 struct fact_value *ret_value)
{
	const char *model;

	fact_read_choice(origin, "sys/kernel/debug/sched/preempt", ret_value);
	if (ret_value->type == FACT_TEXT)
		return;
	fact_read_parameter(origin, "preempt", ret_value);
	if (*fact_text(ret_value))
		return;
	model = preempt_of_config(origin);
	fact_set_text(ret_value, "%s", model ? model : "dynamic");
}

FACT_READER(fact_read_preempt)
{
	char version[512];
	int err = sysfile_read(origin->root, arg, version, sizeof(version));
	const char *model;

	if (err) {
		fact_set_unread(ret_value, arg, err);
	} else if (strstr(version, "PREEMPT_DYNAMIC")) {
		read_dynamic_preempt(origin, ret_value);
	} else if (strstr(version, "PREEMPT_RT")) {
		fact_set_text(ret_value, "rt");
	} else if (strstr(version, "PREEMPT_LAZY")) {
		fact_set_text(ret_value, "lazy");
	} else if (strstr(version, "PREEMPT")) {
		fact_set_text(ret_value, "full");
	} else {
		/* The version does not tell these two apart. */
		model = preempt_of_config(origin);
		fact_set_text(ret_value, "%s", model ? model : "none or voluntary");
	}
}

/* Kernels without nohz_full= write "(null)" where an empty list is meant. */
FACT_READER(fact_read_cpu_set)
{
	fact_read_line(origin, arg, ret_value);
	if (strstr(fact_text(ret_value), "(null)"))
		fact_set_text(ret_value, "%s", "");
}

FACT_READER(fact_read_vulnerabilities)
{
	char path[SYSFILE_PATH_BYTES], line[512], **names;
	int nr = sysfile_list(origin->root, arg, &names);

	if (nr < 0) {
		fact_set_unread(ret_value, arg, nr);
		return;
	}
	fact_set_empty_list(ret_value);
	for (int i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", arg, names[i]);
		if (!sysfile_read(origin->root, path, line, sizeof(line)))
			fact_add_line(ret_value, "%s: %s", names[i], line);
	}
	sysfile_list_free(names);
}

/* "Not affected" stays out: a newer kernel that knows more flaws is not another machine. */
FACT_READER(fact_read_mitigations)
{
	struct fact_value lines = { 0 }, affected = { 0 };
	char *line, *rest, hex[DIGEST_HEX_BYTES];

	fact_read_vulnerabilities(origin, arg, &lines);
	if (lines.type != FACT_LIST) {
		fact_fini(ret_value);
		*ret_value = lines;
		return;
	}
	fact_set_empty_list(&affected);
	for (line = strtok_r(lines.text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (!strstr(line, ": Not affected"))
			fact_add_line(&affected, "%s", line);
	digest_text(affected.text ? affected.text : "", hex);
	fact_set_text(ret_value, "sha256:%.12s", hex);
	fact_fini(&affected);
	fact_fini(&lines);
}

/* Whoever drives the frequency has its own switch; one of them says it in the negative. */
FACT_READER(fact_read_turbo)
{
	int64_t number;

	if (!sysfile_read_number(origin->root, CPU_DIR "intel_pstate/no_turbo", &number))
		fact_set_text(ret_value, "%s", number ? "off" : "on");
	else if (!sysfile_read_number(origin->root, arg, &number))
		fact_set_text(ret_value, "%s", number ? "on" : "off");
	else
		fact_set_missing(ret_value, "no switch for it in /sys");
}

static int read_state_file(const struct environment_origin *origin, const char *dir, int state,
			   const char *file, char text[64])
{
	char path[SYSFILE_PATH_BYTES];

	snprintf(path, sizeof(path), "%s/state%d/%s", dir, state, file);
	return sysfile_read(origin->root, path, text, 64);
}

/*
 * "C1: 2 us", with ", off" behind it if somebody disabled it. Of the first CPU: kinds of cores may
 * differ, but then the topology tells them apart.
 */
FACT_READER(fact_read_idle_states)
{
	char name[64], latency[64], disable[64];
	int err;

	for (int state = 0;; state++) {
		err = read_state_file(origin, arg, state, "name", name);
		if (!err)
			err = read_state_file(origin, arg, state, "latency", latency);
		if (err)
			break;
		if (read_state_file(origin, arg, state, "disable", disable))
			strcpy(disable, "0");
		fact_add_line(ret_value, "%s: %s us%s", name, latency,
			      strcmp(disable, "0") ? ", off" : "");
	}
	if (ret_value->type != FACT_LIST)
		fact_set_unread(ret_value, arg, err);
}
