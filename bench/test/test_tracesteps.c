/* SPDX-License-Identifier: MIT */
/* The private instance of tracefs: made, used with an event that always comes, and gone after. */
#include "tracesteps.h"

#include "clock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define INSTANCES "/sys/kernel/tracing/instances"

static const struct tracesteps_wants wants = {
	.has_calls = true, .nr_cpus = 2, .system = "sched", .event = "sched_switch"
};

static bool is_there(pid_t pid)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), INSTANCES "/parkbench-%d", (int)pid);
	return !stat(path, &st);
}

static struct tracesteps *open_or_skip(const struct tracesteps_wants *w)
{
	struct tracesteps *ts = NULL;
	char why[256] = "";

	if (tracesteps_open(w, &ts, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		fflush(stdout);
		_exit(77);
	}
	return ts;
}

static void switch_some_tasks(void)
{
	for (int i = 0; i < 20; i++)
		clock_sleep_until_ns(clock_now_ns() + 100000);
}

static void events_are_read_back(void **state)
{
	struct tracesteps *ts = open_or_skip(&wants);
	struct trace_marks marks;

	(void)state;
	assert_true(is_there(getpid()));
	assert_int_equal(tracesteps_begin(ts, TRACE_CALLS), 0);
	switch_some_tasks();
	assert_int_equal(tracesteps_end(ts, &marks), 0);
	assert_true(marks.nr_other >= 20);
	assert_int_equal(marks.nr_steps, 0); /* nobody takes a CPU of this machine away */
	assert_int_equal(marks.nr_lost, 0);
	trace_marks_fini(&marks);
	assert_int_equal(tracesteps_begin(ts, TRACE_OFF), 0);
	switch_some_tasks();
	assert_int_equal(tracesteps_end(ts, &marks), 0);
	assert_int_equal(marks.nr_other, 0);
	/* And what came before a block is not in it. */
	assert_int_equal(tracesteps_begin(ts, TRACE_STEPS), 0);
	assert_int_equal(tracesteps_end(ts, &marks), 0);
	assert_int_equal(marks.nr_steps, 0);
	trace_marks_fini(&marks);
	assert_true(!tracesteps_why_no_calls(ts) || strlen(tracesteps_why_no_calls(ts)) > 10);
	tracesteps_close(ts);
	assert_false(is_there(getpid()));
}

static void full_buffer_is_noticed(void **state)
{
	struct tracesteps_wants small = wants;
	struct tracesteps *ts;
	struct trace_marks marks = { 0 };
	uint64_t deadline;

	(void)state;
	small.bytes_per_cpu = 1;
	ts = open_or_skip(&small);
	deadline = clock_now_ns() + 20000000000u; /* not earlier: opening may take long */
	while (!marks.nr_lost && clock_now_ns() < deadline) {
		assert_int_equal(tracesteps_begin(ts, TRACE_STEPS), 0);
		for (int i = 0; i < 50; i++)
			switch_some_tasks();
		assert_int_equal(tracesteps_end(ts, &marks), 0);
	}
	assert_true(marks.nr_lost > 0);
	assert_true(marks.nr_other > 0);
	tracesteps_close(ts);
}

/* In a child, that does not come back from it. */
static pid_t leave_an_instance(void)
{
	pid_t child = fork();

	if (child == 0) {
		struct tracesteps *ts = NULL;
		char why[256];

		if (tracesteps_open(&wants, &ts, why, sizeof(why)) ||
		    tracesteps_begin(ts, TRACE_CALLS))
			_exit(1);
		raise(SIGKILL);
	}
	return child;
}

static void killed_run_is_cleaned_up_after(void **state)
{
	struct tracesteps *ts = open_or_skip(&wants);
	pid_t child = leave_an_instance();
	int status;

	(void)state;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_true(is_there(child));
	assert_int_equal(tracesteps_remove_stale(), 1);
	assert_false(is_there(child));
	/* That of the living stays. */
	assert_true(is_there(getpid()));
	tracesteps_close(ts);
	assert_int_equal(tracesteps_remove_stale(), 0);
}

static void failed_begin_leaves_nothing(void **state)
{
	struct tracesteps_wants bad = wants;
	struct tracesteps *ts;

	(void)state;
	bad.system = "no_such_system";
	bad.event = "no_such_event";
	ts = open_or_skip(&bad);
	assert_int_not_equal(tracesteps_begin(ts, TRACE_STEPS), 0);
	tracesteps_close(ts);
	assert_false(is_there(getpid()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_read_back),

		cmocka_unit_test(full_buffer_is_noticed),
		cmocka_unit_test(killed_run_is_cleaned_up_after),
		cmocka_unit_test(failed_begin_leaves_nothing),
	};

#ifdef __SANITIZE_THREAD__
	printf("skipped: one thread, and libtraceevent reads the kernel's symbols for minutes\n");
	return 77;
#endif
	if (geteuid()) {
		printf("skipped: tracefs needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
