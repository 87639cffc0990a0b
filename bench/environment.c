/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include "build_stamp.h"
#include "clock.h"
#include "facts.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CPU_DIR	   "sys/devices/system/cpu/"
#define KERNEL_DIR "proc/sys/kernel/"
#define THP_DIR	   "sys/kernel/mm/transparent_hugepage/"
#define CLOCK_DIR  "sys/devices/system/clocksource/clocksource0/"
#define RCU_DIR	   "sys/module/rcutree/parameters/"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif
#ifndef PARKBENCH_BUILD_FLAGS
#define PARKBENCH_BUILD_FLAGS NULL
#endif
#ifndef PARKBENCH_COMMIT
#define PARKBENCH_COMMIT "unknown"
#endif
#ifndef PARKBENCH_VERSION
#define PARKBENCH_VERSION NULL
#endif

#define STEAL_LIMIT_PERCENT 2.0

BUILD_STAMP(commit, 64) = PARKBENCH_COMMIT;

#define HARD(key, reader, arg)                                                                     \
	{                                                                                          \
		key, FACT_HARD, false, fact_read_##reader, arg                                     \
	}
#define HARD_W(key, reader, arg)                                                                   \
	{                                                                                          \
		key, FACT_HARD, true, fact_read_##reader, arg                                      \
	}
#define SOFT(key, reader, arg)                                                                     \
	{                                                                                          \
		key, FACT_SOFT, false, fact_read_##reader, arg                                     \
	}
#define INFO(key, reader, arg)                                                                     \
	{                                                                                          \
		key, FACT_INFO, false, fact_read_##reader, arg                                     \
	}
#define INFO_W(key, reader, arg)                                                                   \
	{                                                                                          \
		key, FACT_INFO, true, fact_read_##reader, arg                                      \
	}

/* clang-format off */
static const struct fact facts[] = {
	/* the machine */
	HARD("arch", arch, KERNEL_DIR "arch"),
	HARD("cpu", cpu, NULL),
	INFO("cpu_model", field, "proc/cpuinfo:model name"),
	SOFT("cpu_parts", distinct, "regs/identification/midr_el1"), /* ARM: all kinds of cores */
	SOFT("microcode", microcode, CPU_DIR "cpu0/microcode/version"),
	HARD("topology", topology, NULL),
	HARD("hypervisor", hypervisor, "sys/hypervisor/type"),
	SOFT("container", container, "run/systemd/container"),
	INFO("pid_namespace", namespace, "pid"),
	INFO("user_namespace", namespace, "user"),
	INFO("dmi_vendor", line, "sys/class/dmi/id/sys_vendor"),
	INFO("dmi_product", line, "sys/class/dmi/id/product_name"),
	SOFT("firmware", line, "sys/class/dmi/id/bios_version"),
	SOFT("memory_gib", memory_gib, "proc/meminfo:MemTotal"),
	INFO("memory_bytes", bytes, "proc/meminfo:MemTotal"),

	/* its CPUs */
	HARD("nr_online", nr_online, CPU_DIR "online"),
	INFO("cpus_possible", line, CPU_DIR "possible"),
	INFO("cpus_present", line, CPU_DIR "present"),
	INFO_W("cpus_online", line, CPU_DIR "online"),
	INFO_W("cpus_offline", line, CPU_DIR "offline"),
	INFO_W("cpus_allowed", field, "proc/self/status:Cpus_allowed_list"),
	HARD_W("smt_active", number, CPU_DIR "smt/active"),
	SOFT("smt_control", line, CPU_DIR "smt/control"),
	HARD("isolated", cpu_set, CPU_DIR "isolated"),
	HARD("nohz_full", cpu_set, CPU_DIR "nohz_full"),
	SOFT("rcu_nocbs", parameter, "rcu_nocbs"),

	/* the kernel */
	HARD("kernel", kernel_series, KERNEL_DIR "osrelease"),
	SOFT("kernel_release", line, KERNEL_DIR "osrelease"),
	INFO("kernel_version", line, KERNEL_DIR "version"),
	INFO("kernel_command_line", line, "proc/cmdline"),
	HARD("hz", hz, NULL),
	HARD("preempt", preempt, KERNEL_DIR "version"),
	HARD("mitigations", mitigations, CPU_DIR "vulnerabilities"),
	INFO("vulnerabilities", vulnerabilities, CPU_DIR "vulnerabilities"),
	HARD_W("clocksource", line, CLOCK_DIR "current_clocksource"),
	INFO("clocksources_available", line, CLOCK_DIR "available_clocksource"),
	HARD("rcu_expedited", number, "sys/kernel/rcu_expedited"), /* moves an offline 12 times */
	HARD("rcu_normal", number, "sys/kernel/rcu_normal"),
	HARD("rcu_normal_wake_from_gp", line, RCU_DIR "rcu_normal_wake_from_gp"),
	HARD("timer_slack_ns", number, "proc/self/timerslack_ns"),
	SOFT("timer_migration", number, KERNEL_DIR "timer_migration"),
	SOFT("thp_enabled", choice, THP_DIR "enabled"),
	SOFT("thp_defrag", choice, THP_DIR "defrag"),
	SOFT("numa_balancing", number, KERNEL_DIR "numa_balancing"),
	SOFT("sched_rt_runtime_us", number, KERNEL_DIR "sched_rt_runtime_us"),
	SOFT("nmi_watchdog", number, KERNEL_DIR "nmi_watchdog"),
	INFO("lockdown", choice, "sys/kernel/security/lockdown"),
	INFO("perf_event_paranoid", number, KERNEL_DIR "perf_event_paranoid"),
	INFO("ptrace_scope", number, KERNEL_DIR "yama/ptrace_scope"),
	INFO("boot_id", line, KERNEL_DIR "random/boot_id"),

	/* power */
	HARD("cpufreq_driver", distinct, "cpufreq/scaling_driver"),
	HARD_W("cpufreq_governor", distinct, "cpufreq/scaling_governor"),
	SOFT("cpufreq_preference", distinct, "cpufreq/energy_performance_preference"),
	HARD_W("turbo", turbo, CPU_DIR "cpufreq/boost"),
	INFO("cpufreq_min_khz", distinct, "cpufreq/scaling_min_freq"),
	INFO("cpufreq_max_khz", distinct, "cpufreq/scaling_max_freq"),
	SOFT("idle_driver", line, CPU_DIR "cpuidle/current_driver"),
	SOFT("idle_governor", line, CPU_DIR "cpuidle/current_governor_ro"),
	SOFT("idle_states", idle_states, CPU_DIR "cpu0/cpuidle"),
	INFO_W("nr_thermal_throttles", sum, "thermal_throttle/core_throttle_count"),

	/* who else wants the CPU */
	HARD("cpu_quota", cpu_quota, NULL), /* microseconds per period, "none" */
	INFO("cgroup", cgroup_path, NULL),
	INFO_W("nr_throttled", nr_throttled, NULL),
	INFO_W("steal_ticks", ticks, "steal"),
	INFO_W("cpu_ticks", ticks, "all"),
	INFO_W("load_average", line, "proc/loadavg"),
	INFO("daemons", daemons, "proc"),

	/* ourselves */
	HARD("privileges", privileges, "proc/self/status:CapEff"),
	INFO("uids", field, "proc/self/status:Uid"),
	INFO("capabilities", field, "proc/self/status:CapEff"),
	INFO("seccomp", field, "proc/self/status:Seccomp"),
	INFO("limit_processes", limit, "Max processes"),
	INFO("limit_locked_bytes", limit, "Max locked memory"),
	INFO("limit_realtime_priority", limit, "Max realtime priority"),
	INFO("limit_stack_bytes", limit, "Max stack size"),
	SOFT("libc", libc, NULL),
	SOFT("stack_cache_bytes", stack_cache, "glibc.pthread.stack_cache_size"),
	SOFT("glibc_tunables", variable, "GLIBC_TUNABLES"),
	HARD("build", build, NULL),
	SOFT("compiler", constant, COMPILER),
	SOFT("build_flags", constant, PARKBENCH_BUILD_FLAGS),
	INFO("version", constant, PARKBENCH_VERSION),
	INFO("commit", constant, commit), /* ends in "-dirty" if it was */
	HARD("hotplug", hotplug, NULL),
	HARD("workloads", workloads, NULL),

	/* where a fleet finds it again */
	INFO("host", host, "etc/machine-id"),
	INFO("slurm_job", variable, "SLURM_JOB_ID"),
	INFO("slurm_array_job", variable, "SLURM_ARRAY_JOB_ID"),
	INFO("slurm_array_task", variable, "SLURM_ARRAY_TASK_ID"),
	INFO("slurm_nodes", variable, "SLURM_JOB_NODELIST"),
	INFO("slurm_cpus", variable, "SLURM_CPUS_ON_NODE"),
};
/* clang-format on */

#define NR_FACTS (sizeof(facts) / sizeof(facts[0]))

const struct fact *environment_facts(size_t *ret_nr)
{
	*ret_nr = NR_FACTS;
	return facts;
}

static size_t find_fact(const char *key)
{
	size_t i = 0;

	while (i < NR_FACTS && strcmp(facts[i].key, key))
		i++;
	assert(i < NR_FACTS);
	return i;
}

const struct fact_value *environment_get(const struct environment *env, const char *key)
{
	return &env->before[find_fact(key)];
}

static void stamp(char utc[24], uint64_t *now_ns)
{
	time_t now = time(NULL);
	struct tm parts;

	*now_ns = clock_now_ns();
	if (gmtime_r(&now, &parts))
		strftime(utc, 24, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

int environment_collect(const struct environment_origin *origin, struct environment *ret_env)
{
	struct environment env = { .origin = *origin };

	env.before = calloc(2 * NR_FACTS, sizeof(*env.before));
	if (!env.before)
		return -ENOMEM;
	env.after = env.before + NR_FACTS;
	stamp(env.before_utc, &env.before_ns);
	for (size_t i = 0; i < NR_FACTS; i++)
		facts[i].read(origin, facts[i].arg, &env.before[i]);
	*ret_env = env;
	return 0;
}

void environment_collect_after(struct environment *env)
{
	for (size_t i = 0; i < NR_FACTS; i++)
		if (facts[i].is_watched)
			facts[i].read(&env->origin, facts[i].arg, &env->after[i]);
	stamp(env->after_utc, &env->after_ns);
}

void environment_fini(struct environment *env)
{
	for (size_t i = 0; env->before && i < 2 * NR_FACTS; i++)
		fact_fini(&env->before[i]);
	free(env->before);
	memset(env, 0, sizeof(*env));
}

/* after - before of a counter; < 0: one of them is not known. */
static int64_t growth(const struct environment *env, const char *key)
{
	size_t i = find_fact(key);
	int64_t before = fact_number(&env->before[i], -1);
	int64_t after = fact_number(&env->after[i], -1);

	return before < 0 || after < before ? -1 : after - before;
}

double environment_steal_percent(const struct environment *env)
{
	int64_t stolen = growth(env, "steal_ticks"), all = growth(env, "cpu_ticks");

	return stolen < 0 || all <= 0 ? -1 : 100.0 * (double)stolen / (double)all;
}

/* What may not happen during a run. */
static const struct guard {
	enum { GUARD_CHANGED, GUARD_GREW } kind;
	const char *key;
	const char *what;
} guards[] = {
	{ GUARD_CHANGED, "clocksource", "the clock source changed" },
	{ GUARD_CHANGED, "cpus_online", "the online CPUs are not as found" },
	{ GUARD_CHANGED, "cpus_allowed", "the CPUs allowed to us changed" },
	{ GUARD_CHANGED, "smt_active", "SMT was switched" },
	{ GUARD_CHANGED, "cpufreq_governor", "a frequency governor was changed" },
	{ GUARD_CHANGED, "turbo", "turbo was switched" },
	{ GUARD_GREW, "nr_throttled", "the cgroup's CPU quota ran out" },
	{ GUARD_GREW, "nr_thermal_throttles", "the CPU got too hot" },
};

static const char *show(const struct fact_value *value, char buf[32])
{
	if (value->type == FACT_NUMBER) {
		snprintf(buf, 32, "%lld", (long long)value->number);
		return buf;
	}
	return value->type == FACT_TEXT ? value->text : "unreadable";
}

static void check_guard(const struct environment *env, const struct guard *guard,
			struct fact_value *ret_warnings)
{
	size_t i = find_fact(guard->key);
	const struct fact_value *before = &env->before[i], *after = &env->after[i];
	char buf[2][32];
	int64_t more = growth(env, guard->key);

	if (guard->kind == GUARD_GREW) {
		if (more > 0)
			fact_add_line(ret_warnings, "%s: %s %lld times", guard->what, guard->key,
				      (long long)more);
		return;
	}
	if (strcmp(show(before, buf[0]), show(after, buf[1])))
		fact_add_line(ret_warnings, "%s: %s was \"%s\", is \"%s\"", guard->what, guard->key,
			      show(before, buf[0]), show(after, buf[1]));
}

void environment_warnings(const struct environment *env, struct fact_value *ret_warnings)
{
	double steal = environment_steal_percent(env);

	fact_set_empty_list(ret_warnings);
	if (!env->after_utc[0])
		return;
	for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++)
		check_guard(env, &guards[i], ret_warnings);
	if (steal > STEAL_LIMIT_PERCENT)
		fact_add_line(ret_warnings,
			      "the hypervisor took CPU time: steal %.1f %%, limit %.0f %%", steal,
			      STEAL_LIMIT_PERCENT);
}
