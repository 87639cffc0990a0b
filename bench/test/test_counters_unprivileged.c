/* SPDX-License-Identifier: MIT */
/*
 * Without the right to perf, switches and faults come from the accounting and migrations from
 * nowhere: an exclude_kernel counter would have said 0.
 */
#include "counters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { NR_NAPS = 20, NOBODY = 65534 };

static const char list[] = "context-switches,cpu-migrations,page-faults,task-clock,"
			   "sched:sched_switch,cycles";

static void read_results(const struct counters *counters, struct counter_result *results)
{
	for (size_t i = 0; i < 5; i++)
		counters_result(counters, i, PHASE_QUIESCE, &results[i]);
}

/* In a process of its own; exits with the number of the line that does not hold, 77 or 0. */
#define hold(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return __LINE__ % 256;                                                     \
	} while (0)

static int look_as_nobody(void)
{
	struct counters *counters;
	struct counter_result results[5];
	char why[160];

	hold(!counters_open(list, &counters, why, sizeof(why)));
	counters_begin(counters, PHASE_QUIESCE);
	for (int i = 0; i < NR_NAPS; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	counters_end(counters, PHASE_QUIESCE);
	read_results(counters, results);
	if (!strcmp(results[1].source, "perf") && results[1].status != COUNTER_BLANK)
		return 77;

	hold(results[0].status == COUNTER_EXACT && results[0].count >= NR_NAPS / 2);
	hold(!strcmp(results[0].source, "getrusage") && strstr(results[0].reason, "whole process"));
	hold(results[1].status == COUNTER_BLANK && strstr(results[1].reason, "CAP_PERFMON"));
	hold(results[2].status == COUNTER_EXACT && !strcmp(results[2].source, "getrusage"));
	hold(results[3].status == COUNTER_EXACT && !strcmp(results[3].source, "getrusage"));
	hold(results[4].status == COUNTER_BLANK && results[4].reason[0]);
	counters_close(counters);
	return 0;
}

static int verdict;

static void nobody_gets_no_zeros(void **state)
{
	(void)state;
	if (verdict)
		fail_msg("what line %d (modulo 256) asks for does not hold", verdict);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nobody_gets_no_zeros) };
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (!getuid() && (setgid(NOBODY) || setuid(NOBODY)))
			_exit(1);
		_exit(look_as_nobody());
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 1;
	verdict = WEXITSTATUS(status);
	if (verdict == 77) {
		printf("skipped: perf_event_paranoid lets everybody count\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
