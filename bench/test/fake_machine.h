/* SPDX-License-Identifier: MIT */
/* fake_machine - tasks and CPUs below a fake root, for census, impact and aftermath. */
#ifndef BENCH_TEST_FAKE_MACHINE_H
#define BENCH_TEST_FAKE_MACHINE_H

#include "fake_root.h"
#include "impact.h"

#define FAKE_OWN_PID  77777
#define FAKE_KTHREAD  0x00200000u
#define FAKE_BOUND    0x04200000u
#define FAKE_DEADLINE 6u

struct fake_task {
	int pid, tid; /* tid 0: pid */
	const char *name, *mask;
	unsigned int flags, policy;
	int ppid;
	char state; /* 0: 'S' */
	unsigned int start;
};

/* stat has the name as it is, status with its newlines escaped. */
static inline void fake_task(const char *root, struct fake_task task)
{
	const int tid = task.tid ? task.tid : task.pid;
	char path[64], text[1 << 16], name[64] = "", *to = name;

	for (const char *c = task.name; *c; c++)
		to += sprintf(to, *c == '\n' ? "\\n" : "%c", *c);
	snprintf(path, sizeof(path), "proc/%d/task/%d/stat", task.pid, tid);
	snprintf(text, sizeof(text),
		 "%d (%s) %c %d 1 1 0 -1 %u 1 2 3 4 5 6 7 8 20 0 1 0 %u 100 5 18446744073709551615 "
		 "1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 %u 0 0 0 0 0 0 0 0 0 0",
		 tid, task.name, task.state ? task.state : 'S', task.ppid, task.flags,
		 task.start ? task.start : (unsigned int)tid, task.policy);
	fake_file(root, path, text);
	snprintf(path, sizeof(path), "proc/%d/task/%d/status", task.pid, tid);
	snprintf(text, sizeof(text),
		 "Name:\t%s\nUmask:\t0022\nTgid:\t%d\nCpus_allowed:\tff\nCpus_allowed_list:\t%s\n"
		 "Mems_allowed_list:\t0",
		 name, task.pid, task.mask);
	fake_file(root, path, text);
}

/* A machine with CPUs @online and one task that may use all of them. */
static inline void fake_machine(const char *root, const char *online)
{
	fake_file(root, "sys/devices/system/cpu/online", online);
	fake_task(root, (struct fake_task){ .pid = 1, .name = "init", .mask = online });
}

static inline struct impact fake_impact_of(const char *root, const char *victims,
					   unsigned int nr_at_once)
{
	struct impact_question question = {
		.origin = { .root = root, .own_pid = FAKE_OWN_PID },
		.nr_at_once = nr_at_once,
	};
	struct impact impact;

	assert_int_equal(cpumask_parse(victims, &question.victims), 0);
	assert_int_equal(impact_collect(&question, &impact), 0);
	return impact;
}

static inline struct impact fake_impact(const char *root, const char *victims)
{
	return fake_impact_of(root, victims, 0);
}

/* The only finding there is. */
#define assert_one_finding(impact, expected_kind, expected_severity)                               \
	do {                                                                                       \
		assert_int_equal((impact).nr_findings, 1);                                         \
		assert_int_equal((impact).findings[0].kind, expected_kind);                        \
		assert_int_equal((impact).findings[0].severity, expected_severity);                \
	} while (0)

#define machine_test(test)                                                                         \
	cmocka_unit_test_setup_teardown(test, fake_root_setup, fake_root_teardown)

#endif
