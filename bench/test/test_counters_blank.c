/* SPDX-License-Identifier: MIT */
/* What this machine cannot count is blank with a reason, never 0, and does not stop the rest. */
#include "counters.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static struct counters *count_a_little(const char *list)
{
	struct counters *counters;
	char why[160] = "";

	if (counters_open(list, &counters, why, sizeof(why)))
		fail_msg("%s: %s", list ? list : "default", why);
	counters_begin(counters, PHASE_QUIESCE);
	for (int i = 0; i < 1000; i++)
		getppid();
	counters_end(counters, PHASE_QUIESCE);
	return counters;
}

static void assert_honest(const struct counter_result *result)
{
	if (result->status == COUNTER_BLANK) {
		assert_true(strlen(result->reason) > 0);
		assert_int_equal(result->count, 0);
	} else {
		assert_true(result->running_share > 0);
	}
}

/* Both clocks and cycles advance whatever one does: a 0 there would be a lie. */
static void assert_advanced(const struct counter_result *result)
{
	if (result->status != COUNTER_BLANK &&
	    (!strcmp(result->event, "task-clock") || !strcmp(result->event, "cycles")))
		assert_true(result->count > 0);
}

static void a_value_or_a_reason(void **state)
{
	static const char *const lists[] = {
		NULL,
		"cycles,instructions,cache-misses,branch-misses,L1-dcache-load-misses",
		"r1ffffff,node-prefetch-misses,stalled-cycles-backend",
		"sched:sched_switch,raw_syscalls:sys_enter",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct counters *counters = count_a_little(lists[i]);

		for (size_t j = 0; j < counters_nr(counters); j++) {
			struct counter_result result;

			counters_result(counters, j, PHASE_QUIESCE, &result);
			assert_honest(&result);
			assert_advanced(&result);
		}
		counters_close(counters);
	}
}

static void both_sides_of_hardware_are_there(void **state)
{
	struct counters *counters = count_a_little("task-clock,cycles");
	struct counter_result result[3];

	(void)state;
	assert_int_equal(counters_nr(counters), 3);
	for (size_t i = 0; i < 3; i++)
		counters_result(counters, i, PHASE_QUIESCE, &result[i]);
	assert_int_equal(result[0].mode, COUNTER_ALL);
	assert_string_equal(result[0].unit, "ns");
	assert_int_equal(result[1].mode, COUNTER_USER);
	assert_int_equal(result[2].mode, COUNTER_KERNEL);
	assert_string_equal(result[1].event, "cycles");
	assert_string_equal(result[2].event, "cycles");
	assert_string_equal(result[2].unit, "count");
	counters_close(counters);
}

static void without_descriptors_it_says_so(void **state)
{
	struct rlimit before, tight;
	struct counters *counters;
	struct counter_result migrations, faults;
	int next = dup(0);

	(void)state;
	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	tight = before;
	tight.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	counters = count_a_little("cpu-migrations,page-faults");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);

	counters_result(counters, 0, PHASE_QUIESCE, &migrations);
	counters_result(counters, 1, PHASE_QUIESCE, &faults);
	assert_int_equal(migrations.status, COUNTER_BLANK);
	if (!strstr(migrations.reason, "not permitted"))
		assert_non_null(strstr(migrations.reason, "file descriptor"));
	assert_int_equal(faults.status, COUNTER_EXACT);
	assert_string_equal(faults.source, "getrusage");
	counters_close(counters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_or_a_reason),
		cmocka_unit_test(both_sides_of_hardware_are_there),
		cmocka_unit_test(without_descriptors_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
