/* SPDX-License-Identifier: MIT */
/*
 * Small situations, each with one thread T and up to three controllers, in which a known defect
 * would show. The names of the checks are those of the eight invariants that a defect breaks.
 */
#include "explored_steps.h"

#include <errno.h>
#include <stddef.h>

static void wake_twice(void)
{
	kthread_wake(k);
	kthread_wake(k);
}

/* Somebody parks, looks, unparks, twice; nobody else does. */
static void cycle_twice(void)
{
	for (int i = 0; i < 2; i++) {
		explore_check(park() == 0, PARK);
		is_frozen = true;
		explore_point();
		if (is_bound)
			explore_set_affinity(kthread_tid(k), 2);
		explore_point();
		is_frozen = false;
		has_run = false;
		unpark();
		await_run();
	}
}

static void park_0(void)
{
	results[0] = park();
	if (!results[0])
		is_frozen = true;
}

static void park_1(void)
{
	results[1] = park();
	if (!results[1])
		is_frozen = true;
}

/* Both hold: one unpark ends both. */
static void finish_two_parkers(void)
{
	explore_check(results[0] == 0 && results[1] == 0, PARK);
	is_frozen = false;
	finish_by_cycle();
}

static void park_or_gone(void)
{
	int ret = park();

	explore_check(ret == 0 || ret == -ENOSYS, PARK);
}

static void stop_returning(void)
{
	int ret = stop();

	explore_check(ret == RESULT || ret == 0 || ret == -EINTR, STOP);
}

static void ask_self_park(void)
{
	wants_self = true;
	kthread_wake(k);
	explore_doing(UNPARKED);
	explore_until(&has_asked);
	explore_doing(NULL);
	has_run = false;
	unpark();
	await_run();
}

/* Gives up, or parks and lets go again. */
static void park_for_a_while(void)
{
	int ret;

	explore_doing(PARK);
	ret = kthread_park_timeout(k, 1000);
	explore_doing(NULL);
	explore_check(ret == 0 || ret == -ETIMEDOUT, PARK);
}

static void finish_parked(void)
{
	explore_check(results[0] == 0, PARK);
	explore_point();
	is_frozen = false;
	finish_by_cycle();
}

static void finish_timeout(void)
{
	finish_by_cycle();
}

static void unpark_it(void)
{
	unpark();
}

/* The first binding fails: T stays parked. The next one works. */
static void unpark_without_luck(void)
{
	is_frozen = true;
	explore_fail_affinity(1);
	explore_doing(UNPARKED);
	if (kthread_unpark(k) == 0)
		explore_fail(OWN_CPU, "unpark did not bind");
	explore_point();
	is_frozen = false;
	unpark();
	await_run();
}

/* The second park comes before T has left the first. */
static void park_again_soon(void)
{
	explore_check(park() == 0, PARK);
	unpark();
	cycle_once();
}

static void self_park_then_park(void)
{
	ask_self_park();
	cycle_once();
}

static void bind_twice(void)
{
	kthread_bind(k, 2);
	kthread_bind(k, 3);
}

/* Bound by unpark, before its first instruction: what it mends by itself comes too late. */
static void unpark_moved(void)
{
	unpark_and_see();
	explore_check(!nr_repaired(), OWN_CPU);
}

const struct scenario scenarios[] = {
	{ "cycle",
	  "park and unpark twice, shaken, beside two wakes and a spurious return",
	  1,
	  setup_running_per_cpu,
	  { cycle_twice, wake_twice },
	  finish_by_stop },
	{ "returns",
	  "the same with the style of 2012",
	  1,
	  setup_returning,
	  { cycle_twice, wake_it },
	  finish_by_cycle },
	{ "again",
	  "park, unpark and park in a row",
	  0,
	  setup_running,
	  { park_again_soon },
	  finish_by_cycle },
	{ "self_again",
	  "a park after a self-park",
	  0,
	  setup_running,
	  { self_park_then_park },
	  finish_by_cycle },
	{ "parkers", "two park at once", 0, setup_running, { park_0, park_1 }, finish_two_parkers },
	{ "stop",
	  "park and stop at once",
	  1,
	  setup_running,
	  { park_or_gone, stop_it },
	  finish_stopped },
	{ "stop_parked",
	  "stop of a parked thread beside a wake",
	  1,
	  setup_parked_per_cpu,
	  { stop_it, wake_it },
	  finish_stopped },
	{ "stop_running",
	  "stop and unpark of a thread that is not parked",
	  0,
	  setup_running_per_cpu,
	  { stop_it, unpark_it },
	  finish_stopped },
	{ "stop_unpark",
	  "stop, park and unpark at once",
	  0,
	  setup_running_per_cpu,
	  { stop_it, park_any, unpark_or_gone },
	  finish_stopped },
	{ "stop_bind",
	  "stop in the middle of a binding",
	  1,
	  setup_parked_per_cpu,
	  { unpark_or_gone, stop_it },
	  finish_stopped },
	{ "stop_gate",
	  "stop and unpark of one that was born parked",
	  0,
	  setup_born_parked,
	  { unpark_or_gone, stop_it },
	  finish_stopped },
	{ "stop_returns",
	  "stop of one that returns to park",
	  0,
	  setup_returning,
	  { park_any, stop_returning },
	  finish_stopped },
	{ "exit", "park while it ends", 0, setup_running, { park_ending, end_it }, finish_ended },
	{ "self",
	  "self-park, and an unpark that may be early",
	  1,
	  setup_running_per_cpu,
	  { ask_self_park, wake_it },
	  finish_by_cycle },
	{ "timeout",
	  "a park that gives up beside one that does not",
	  0,
	  setup_running,
	  { park_0, park_for_a_while },
	  finish_parked },
	{ "timeouts",
	  "two that give up",
	  0,
	  setup_running,
	  { park_for_a_while, park_for_a_while },
	  finish_timeout },
	{ "unpark",
	  "park and unpark at once",
	  0,
	  setup_running_per_cpu,
	  { park_any, unpark_it },
	  finish_by_cycle },
	{ "wrong_cpu",
	  "unpark of one that was moved, beside a wake",
	  1,
	  setup_parked_per_cpu,
	  { unpark_moved, wake_it },
	  finish_by_cycle },
	{ "unparkers",
	  "two unpark",
	  0,
	  setup_parked_per_cpu,
	  { unpark_and_see, unpark_and_wait },
	  finish_by_cycle },
	{ "arrival",
	  "unpark that waits, beside a park",
	  0,
	  setup_parked_per_cpu,
	  { unpark_and_wait, park_any },
	  finish_by_cycle },
	{ "no_binding",
	  "a binding that fails",
	  1,
	  setup_parked_per_cpu,
	  { unpark_without_luck, wake_it },
	  finish_by_cycle },
	{ "work",
	  "two items and a park",
	  1,
	  setup_running,
	  { submit_twice, cycle_once },
	  finish_work },
	{ "gate",
	  "bind before the start, beside it",
	  0,
	  setup_at_gate,
	  { bind_twice, wake_it },
	  finish_by_cycle },
	{ 0 },
};
