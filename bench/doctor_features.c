/* SPDX-License-Identifier: MIT */
#include "abort_on.h"
#include "counters.h"
#include "doctor.h"
#include "hotplug.h"
#include "syscalls.h"
#include "sysfile.h"
#include "tracesteps.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WHY_BYTES 256

static void doctor_privileges(const struct environment *env, struct findings *findings)
{
	const char *privileges = fact_text(environment_get(env, "privileges"));

	doctor_add(findings, strcmp(privileges, "all") ? DOCTOR_NOTE : DOCTOR_OK, "privileges",
		   "logical hotplug needs none; for real offlining and kernel counters be root",
		   "%s", privileges);
}

static void doctor_hotplug(const struct environment *env, struct findings *findings)
{
	const struct topology *topo = env->origin.topo;
	size_t nr;
	const struct hotplug *const *drivers = hotplug_list(&nr);

	for (size_t i = 0; i < nr && topo; i++) {
		char why[WHY_BYTES] = "", subject[32];
		bool is_usable = !drivers[i]->probe || !drivers[i]->probe(topo, why, sizeof(why));

		snprintf(subject, sizeof(subject), "hotplug %s", drivers[i]->name);
		doctor_add(findings, is_usable ? DOCTOR_OK : DOCTOR_MISSING, subject, why, "%s, %s",
			   is_usable ? "usable" : "not usable", hotplug_kind(drivers[i]));
	}
}

static void doctor_counter(const struct counter_result *result, struct findings *findings)
{
	char name[COUNTER_NAME_SIZE + 16];

	snprintf(name, sizeof(name), "%s%s%s", result->event,
		 result->mode == COUNTER_ALL ? "" : ", ",
		 result->mode == COUNTER_ALL ? "" : counter_mode_name(result->mode));
	if (result->status == COUNTER_BLANK)
		doctor_add(findings, DOCTOR_MISSING, "counter", result->reason, "%s", name);
	else
		doctor_add(findings, result->status == COUNTER_SCALED ? DOCTOR_NOTE : DOCTOR_OK,
			   "counter", result->reason, "%s (%s, %s)", name, result->source,
			   counter_status_name(result->status));
}

/* The default events, each opened and read once. */
static void doctor_counters(struct findings *findings)
{
	struct counters *counters;
	struct counter_result result;
	char why[WHY_BYTES] = "";

	if (counters_open(NULL, &counters, why, sizeof(why))) {
		doctor_add(findings, DOCTOR_MISSING, "counters", why, "none");
		return;
	}
	counters_begin(counters, PHASE_TOTAL);
	counters_end(counters, PHASE_TOTAL);
	for (size_t i = 0; i < counters_nr(counters); i++) {
		counters_result(counters, i, PHASE_TOTAL, &result);
		doctor_counter(&result, findings);
	}
	counters_close(counters);
}

static void doctor_syscalls(struct findings *findings)
{
	struct syscalls *syscalls;
	char why[WHY_BYTES] = "";
	int err = syscalls_start(&syscalls, why, sizeof(why));

	if (!err) {
		err = syscalls_stop(syscalls, why, sizeof(why));
		syscalls_free(syscalls);
	}
	doctor_add(findings, err ? DOCTOR_MISSING : DOCTOR_OK, "system calls", why, "%s",
		   err ? "cannot be counted (ptrace)" : "can be counted (ptrace)");
}

/* By making the instance and the probes that a run makes, and taking them away again. */
static void doctor_tracing(const struct environment *env, struct findings *findings)
{
	const struct topology *topo = env->origin.topo;
	const struct tracesteps_wants wants = { .has_calls = true,
						.nr_cpus = topo ? topo->nr_cpus : 0 };
	struct tracesteps *trace = NULL;
	char why[WHY_BYTES] = "";
	const char *missing;

	if (tracesteps_open(&wants, &trace, why, sizeof(why))) {
		doctor_add(findings, DOCTOR_MISSING, "kernel's steps", why,
			   "cannot be traced: steps.csv and kpark.csv stay blank");
		return;
	}
	doctor_add(findings, DOCTOR_OK, "kernel's steps", "",
		   "of real offlines and onlines can be traced");
	missing = tracesteps_why_no_calls(trace);
	doctor_add(findings, missing ? DOCTOR_MISSING : DOCTOR_OK, "kernel's parks",
		   missing ? missing : "",
		   missing ? "cannot be traced: kpark.csv stays blank"
			   : "and creations can be traced");
	tracesteps_close(trace);
}

static void *try_fifo(void *arg)
{
	const struct sched_param priority = { .sched_priority = 1 };

	*(int *)arg = pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
	return NULL;
}

/* In a thread of its own: nobody else's policy changes. */
static void doctor_fifo(struct findings *findings)
{
	pthread_t thread;
	int err = 0, no_thread = pthread_create(&thread, NULL, try_fifo, &err);

	if (!no_thread)
		pthread_join(thread, NULL);
	else
		err = no_thread;
	if (!err)
		doctor_add(findings, DOCTOR_OK, "SCHED_FIFO", "", "permitted");
	else
		doctor_add(findings, DOCTOR_MISSING, "SCHED_FIFO",
			   "--sched fifo needs root, CAP_SYS_NICE or ulimit -r", "%s",
			   strerror(err));
}

/* Opening asks for the default latency and closing withdraws that: nothing changes. */
static void doctor_dma_latency(struct findings *findings)
{
	int fd = open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		doctor_add(findings, DOCTOR_OK, "cpu_dma_latency", "", "can be held down");
	} else {
		doctor_add(findings, DOCTOR_MISSING, "cpu_dma_latency",
			   "--idle hold needs root and a kernel with CONFIG_CPU_IDLE", "%s",
			   strerror(errno));
	}
}

/* What can end a run early, and how a kernel can be made to fail. */
static void doctor_safety(struct findings *findings)
{
	static const char *const conditions[] = { "kmsg", "psi:cpu:1" };
	const bool can_fail = sysfile_exists("", "sys/devices/system/cpu/cpu0/hotplug/fail");

	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		struct abort_watch *watch = NULL;
		struct abort_terms terms;
		struct option_why unused;
		char why[WHY_BYTES] = "";
		int err = abort_terms_parse(conditions[i], &terms, &unused);

		if (!err)
			err = abort_watch_begin(&terms, "", &watch, why, sizeof(why));
		if (!err)
			abort_watch_end(watch);
		doctor_add(findings, err ? DOCTOR_MISSING : DOCTOR_OK, "--abort-on", why,
			   i ? "psi: pressure %s" : "kmsg: the kernel's complaints %s",
			   err ? "cannot be read" : "can be read");
	}
	doctor_add(findings, can_fail ? DOCTOR_OK : DOCTOR_MISSING, "--fail-state",
		   can_fail ? "" : "needs a kernel with cpuN/hotplug/fail: CONFIG_HOTPLUG_CPU",
		   "real steps %s fail on purpose",
		   can_fail ? "can be made to" : "cannot be made to");
}

/* The settings that move an offline most, and whether --knob could turn them. */
static void doctor_knobs(struct findings *findings)
{
	static const char *const paths[] = {
		"sys/kernel/rcu_expedited",
		"sys/module/rcutree/parameters/rcu_normal_wake_from_gp",
		"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
		"sys/devices/system/cpu/cpuidle/current_governor",
	};
	bool can_any = false;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char path[SYSFILE_PATH_BYTES];

		snprintf(path, sizeof(path), "/%s", paths[i]);
		if (access(path, W_OK))
			continue;
		doctor_add(findings, DOCTOR_OK, "--knob", "", "%s can be turned", path);
		can_any = true;
	}
	if (!can_any)
		doctor_add(findings, DOCTOR_MISSING, "--knob",
			   "needs root, and /sys not mounted read-only",
			   "no setting of the kernel can be turned");
}

void doctor_try_features(const struct environment *env, struct findings *findings)
{
	doctor_privileges(env, findings);
	doctor_hotplug(env, findings);
	doctor_counters(findings);
	doctor_syscalls(findings);
	doctor_tracing(env, findings);
	doctor_knobs(findings);
	doctor_safety(findings);
	doctor_fifo(findings);
	doctor_dma_latency(findings);
}
