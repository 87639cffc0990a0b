/* SPDX-License-Identifier: MIT */
#include "doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOW_WAKE_US 20

void doctor_add(struct findings *findings, enum doctor_verdict verdict, const char *subject,
		const char *advice, const char *text, ...)
{
	struct finding *row = &findings->rows[findings->nr];
	va_list args;

	if (findings->nr == sizeof(findings->rows) / sizeof(findings->rows[0]))
		return;
	findings->nr++;
	row->verdict = verdict;
	snprintf(row->subject, sizeof(row->subject), "%s", subject);
	snprintf(row->advice, sizeof(row->advice), "%s", verdict == DOCTOR_OK ? "" : advice);
	va_start(args, text);
	vsnprintf(row->text, sizeof(row->text), text, args);
	va_end(args);
}

/* Facts whose text decides: the good word is fine, any other is a note. */
static const struct setting {
	const char *key, *subject, *good, *good_text;
	const char *missing_text; /* NULL: not known, and why */
	const char *advice;
} settings[] = {
	{ "hypervisor", "hypervisor", "none", "bare metal", NULL,
	  "the host may take CPU time: compare runs in pairs, on the same host" },
	{ "container", "container", "none", "none", NULL,
	  "limits and daemons of the host do not all show; no real offline from here" },
	{ "user_namespace", "user namespace", "initial", "initial", NULL,
	  "root is not real root here: real offlining and FIFO may be refused" },
	{ "cpufreq_governor", "governor", "performance", "performance",
	  "none: host or firmware decide the frequency",
	  "speed follows the load: cpupower frequency-set -g performance" },
	{ "turbo", "turbo", "off", "off", "no switch: host or firmware decide",
	  "speed follows heat and neighbours: switch it off for small differences" },
	{ "cpu_quota", "CPU quota", "none", "none", NULL,
	  "threads are stopped when it runs out: run outside this cgroup" },
};

static void judge_setting(const struct setting *setting, const struct fact_value *value,
			  struct findings *findings)
{
	bool is_good = !strcmp(fact_text(value), setting->good);

	if (value->type == FACT_TEXT)
		doctor_add(findings, is_good ? DOCTOR_OK : DOCTOR_NOTE, setting->subject,
			   setting->advice, "%s", is_good ? setting->good_text : value->text);
	else if (setting->missing_text)
		doctor_add(findings, DOCTOR_OK, setting->subject, "", "%s", setting->missing_text);
	else
		doctor_add(findings, DOCTOR_NOTE, setting->subject,
			   value->text ? value->text : "no reason is known", "not known");
}

static void judge_settings(const struct environment *env, struct findings *findings)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		judge_setting(&settings[i], environment_get(env, settings[i].key), findings);
}

/* Switches that are numbers: any other value than the good one is a note; not there is fine. */
static const struct {
	const char *key, *subject;
	int64_t good;
	const char *good_text, *bad_text, *advice;
} switches[] = {
	{ "smt_active", "SMT", 0, "off", "on",
	  "siblings share a core: keep them idle, or read 'controller: sibling' rows apart" },
	{ "numa_balancing", "NUMA balancing", 0, "off", "on",
	  "it moves pages during a run: sysctl kernel.numa_balancing=0" },
	{ "rcu_expedited", "rcu_expedited", 0, "off, the default", "on",
	  "a real offline is many times faster than by default; say so with the numbers" },
	{ "nmi_watchdog", "NMI watchdog", 0, "off", "on",
	  "it occupies one hardware counter: sysctl kernel.nmi_watchdog=0" },
};

static void judge_switches(const struct environment *env, struct findings *findings)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		const struct fact_value *value = environment_get(env, switches[i].key);

		if (value->type != FACT_NUMBER)
			continue;
		if (value->number == switches[i].good)
			doctor_add(findings, DOCTOR_OK, switches[i].subject, "", "%s",
				   switches[i].good_text);
		else
			doctor_add(findings, DOCTOR_NOTE, switches[i].subject, switches[i].advice,
				   "%s", switches[i].bad_text);
	}
}

static void judge_isolation(const struct environment *env, struct findings *findings)
{
	const char *isolated = fact_text(environment_get(env, "isolated"));
	const char *nohz_full = fact_text(environment_get(env, "nohz_full"));

	if (*isolated)
		doctor_add(findings, DOCTOR_OK, "isolation", "", "CPU %s isolated, %s%s", isolated,
			   *nohz_full ? "nohz_full " : "with ticks", nohz_full);
	else
		doctor_add(findings, DOCTOR_NOTE, "isolation",
			   "others run on our CPUs: boot with isolcpus=, nohz_full= for tails",
			   "no CPU is isolated");
}

/* "irqbalance\ntuned\n" -> "irqbalance, tuned" */
static void judge_daemons(const struct environment *env, struct findings *findings)
{
	const struct fact_value *value = environment_get(env, "daemons");
	char names[128] = "";

	if (value->type != FACT_LIST)
		return;
	snprintf(names, sizeof(names), "%s", value->text);
	if (!*names) {
		doctor_add(findings, DOCTOR_OK, "daemons", "", "none known to disturb");
		return;
	}
	names[strlen(names) - 1] = '\0';
	for (char *end; (end = strchr(names, '\n'));)
		*end = ' ';
	doctor_add(findings, DOCTOR_NOTE, "daemons", "they change settings meanwhile: stop them",
		   "%s running", names);
}

static void judge_clock(const struct environment *env, struct findings *findings)
{
	static const char *const fast[] = {
		"tsc", "arch_sys_counter",	     "kvm-clock", "timebase", "riscv_clocksource",
		"tod", "hyperv_clocksource_tsc_page"
	};
	const char *name = fact_text(environment_get(env, "clocksource"));

	if (!*name)
		return;
	for (size_t i = 0; i < sizeof(fast) / sizeof(fast[0]); i++) {
		if (strcmp(name, fast[i]))
			continue;
		doctor_add(findings, DOCTOR_OK, "clock source", "", "%s", name);
		return;
	}
	doctor_add(findings, DOCTOR_NOTE, "clock source",
		   "each reading is a system call or slow: see why the kernel left the TSC (dmesg)",
		   "%s", name);
}

/* The deepest state that is not switched off, by latency. */
static void judge_idle(const struct environment *env, struct findings *findings)
{
	const struct fact_value *states = environment_get(env, "idle_states");
	const char *line = states->type == FACT_LIST ? states->text : NULL;
	unsigned int deepest_us = 0, latency_us;
	char name[32], deepest[32] = "", off[8];

	if (!line)
		return;
	for (; *line; line = strchr(line, '\n') + 1) {
		int nr = sscanf(line, "%31[^:]: %u us%7[, a-z]", name, &latency_us, off);

		if (nr != 2 || latency_us < deepest_us)
			continue;
		deepest_us = latency_us;
		snprintf(deepest, sizeof(deepest), "%s", name);
	}
	doctor_add(findings, deepest_us > SLOW_WAKE_US ? DOCTOR_NOTE : DOCTOR_OK, "idle states",
		   "an idle CPU wakes late: run with --idle hold to leave that out",
		   "deepest %s, %u us to leave", deepest, deepest_us);
}

static void judge_thp(const struct environment *env, struct findings *findings)
{
	const char *thp = fact_text(environment_get(env, "thp_enabled"));

	if (!*thp)
		return;
	doctor_add(findings, strcmp(thp, "always") ? DOCTOR_OK : DOCTOR_NOTE, "huge pages",
		   "a touched stack may become a huge page: echo madvise > "
		   "/sys/kernel/mm/transparent_hugepage/enabled",
		   "%s", thp);
}

/* Per online CPU; what we start ourselves is not in it yet. */
static void judge_load(const struct environment *env, struct findings *findings)
{
	const char *load = fact_text(environment_get(env, "load_average"));
	int64_t nr_cpus = fact_number(environment_get(env, "nr_online"), 0);
	double one_minute = strtod(load, NULL);

	if (!*load || nr_cpus < 1)
		return;
	doctor_add(findings, one_minute > 0.5 * (double)nr_cpus ? DOCTOR_NOTE : DOCTOR_OK, "load",
		   "somebody works here: wait, or give us CPUs of our own",
		   "%.2f over the last minute, %lld CPUs online", one_minute, (long long)nr_cpus);
}

static void judge_build(const struct environment *env, struct findings *findings)
{
	const char *build = fact_text(environment_get(env, "build"));
	bool is_slow = strstr(build, "Debug") || strstr(build, "san") || strstr(build, "unknown");

	doctor_add(findings, is_slow ? DOCTOR_NOTE : DOCTOR_OK, "this build",
		   "not for numbers: build with CMAKE_BUILD_TYPE=RelWithDebInfo", "%s", build);
}

static void judge_kernel(const struct environment *env, struct findings *findings)
{
	doctor_add(findings, DOCTOR_OK, "kernel", "", "%s, preemption %s, HZ %lld",
		   fact_text(environment_get(env, "kernel_release")),
		   fact_text(environment_get(env, "preempt")),
		   (long long)fact_number(environment_get(env, "hz"), 0));
}

void doctor_judge_machine(const struct environment *env, struct findings *findings)
{
	judge_kernel(env, findings);
	judge_settings(env, findings);
	judge_switches(env, findings);
	judge_isolation(env, findings);
	judge_daemons(env, findings);
	judge_clock(env, findings);
	judge_idle(env, findings);
	judge_thp(env, findings);
	judge_load(env, findings);
	judge_build(env, findings);
}
