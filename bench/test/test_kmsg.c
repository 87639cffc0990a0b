/* SPDX-License-Identifier: MIT */
/* Which records of the kernel's log are complaints; a socket of records stands in for the log. */
#include "kmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[2];

static int open_log(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends);
}

static int close_log(void **state)
{
	(void)state;
	return close(ends[0]) | close(ends[1]);
}

static void say(const char *record)
{
	assert_int_equal(write(ends[1], record, strlen(record)), (ssize_t)strlen(record));
}

static void what_a_healthy_kernel_says_of_hotplug_is_none(void **state)
{
	static const char *const lines[] = {
		"smpboot: CPU 2 is now offline",
		"smpboot: Booting Node 0 Processor 2 APIC 0x2",
		"IRQ 24: no longer affine to CPU2",
		"process 512 (worker) no longer affine to cpu2",
		"sched: RT throttling activated",
		"perf: interrupt took too long (2516 > 2500), lowering",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(kmsg_is_trouble(lines[i]));
}

static void warnings_stalls_and_lockups_are(void **state)
{
	static const char *const lines[] = {
		"WARNING: CPU: 1 PID: 77 at kernel/sched/core.c:9500 sched_cpu_dying+0x1/0x2",
		"BUG: scheduling while atomic: swapper/1/0/0x00000002",
		"BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 31s!",
		"watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [cpuhp/1:19]",
		"Watchdog detected hard LOCKUP on cpu 3",
		"INFO: task kworker/1:1:88 blocked for more than 120 seconds.",
		"rcu: INFO: rcu_preempt self-detected stall on CPU",
		"rcu: INFO: rcu_sched detected stalls on CPUs/tasks:",
		"rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... }",
		"kernel BUG at kernel/cpu.c:1017!",
		"Oops: 0000 [#1] PREEMPT SMP NOPTI",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_true(kmsg_is_trouble(lines[i]));
}

static void the_complaint_is_found_among_others(void **state)
{
	char text[64] = "untouched";

	(void)state;
	assert_false(kmsg_find_trouble(ends[0], text, sizeof(text)));
	say("6,1,2,-;smpboot: CPU 2 is now offline\n SUBSYSTEM=cpu\n");
	say("4,2,3,-;WARNING: CPU: 1\tPID: 77\n");
	say("6,3,4,-;after it\n");
	assert_true(kmsg_find_trouble(ends[0], text, sizeof(text)));
	assert_string_equal(text, "WARNING: CPU: 1?PID: 77");
	assert_false(kmsg_find_trouble(ends[0], text, sizeof(text)));
}

/* Facility 1 and up: written to /dev/kmsg or by syslog. */
static void a_program_may_say_what_it_likes(void **state)
{
	char text[64];

	(void)state;
	say("12,1,2,-;WARNING: my disk is full\n");
	say("30,2,3,-;BUG: in systemd\n");
	assert_false(kmsg_find_trouble(ends[0], text, sizeof(text)));
}

static void the_end_of_a_long_line_is_cut_off(void **state)
{
	char text[8];

	(void)state;
	say("4,2,3,-;WARNING: something");
	assert_true(kmsg_find_trouble(ends[0], text, sizeof(text)));
	assert_string_equal(text, "WARNING");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_healthy_kernel_says_of_hotplug_is_none),
		cmocka_unit_test(warnings_stalls_and_lockups_are),
		cmocka_unit_test_setup_teardown(the_complaint_is_found_among_others, open_log,
						close_log),
		cmocka_unit_test_setup_teardown(a_program_may_say_what_it_likes, open_log,
						close_log),
		cmocka_unit_test_setup_teardown(the_end_of_a_long_line_is_cut_off, open_log,
						close_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
