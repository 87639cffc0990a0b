/* SPDX-License-Identifier: MIT */
/*
 * Situations of what makes the library fast: bindings that are taken for granted, the look at the
 * CPU on arrival, and waits that look on before they sleep.
 */
#include "explored_steps.h"

#include <stddef.h>

/* What was reported before an unpark is mended by it, whatever the look on arrival would mend. */
static void report_and_unpark(void)
{
	explore_forget_affinity(kthread_tid(k));
	report_change();
	unpark_and_see();
	explore_check(explore_is_bound_to(kthread_tid(k), HOME), OWN_CPU);
}

/* The report may come while another one binds T. What it is about is mended the next time. */
static void report(void)
{
	explore_forget_affinity(kthread_tid(k));
	report_change();
}

static void unpark_changed(void)
{
	report_change();
	unpark();
}

static void finish_reported(void)
{
	explore_check(park() == 0, PARK);
	has_run = false;
	unpark_and_see();
	explore_check(explore_is_bound_to(kthread_tid(k), HOME), OWN_CPU);
	finish_by_cycle();
}

/* Its CPU went away under it, and it has noticed nothing but that it woke. Nobody reports that. */
static void stir_and_unpark(void)
{
	explore_set_affinity(kthread_tid(k), 2);
	explore_stir(kthread_tid(k));
	unpark_and_see();
	explore_check(explore_is_bound_to(kthread_tid(k), HOME) && !nr_repaired(), OWN_CPU);
}

/* Nobody knows of it: T has to see for itself where it is, before its function does. */
static void move_and_unpark(void)
{
	explore_set_affinity(kthread_tid(k), 2);
	unpark_and_wait();
	await_run();
	explore_check(explore_is_bound_to(kthread_tid(k), HOME), OWN_CPU);
}

/* Who gives up takes its request back, whoever parked T before. */
static void park_then_give_up(void)
{
	int ret;

	explore_check(park() == 0, PARK);
	unpark();
	explore_doing(PARK);
	ret = kthread_park_timeout(k, 1000);
	explore_doing(NULL);
	if (!ret)
		unpark();
	has_run = false;
	kthread_wake(k);
	await_run();
}

static void park_and_wait_for_it(void)
{
	explore_check(park() == 0, PARK);
	is_frozen = true;
	explore_point();
	is_frozen = false;
	unpark_and_wait();
}

const struct scenario scenarios_fast[] = {
	{ "trusted",
	  "an unpark that does not bind, beside a wake",
	  1,
	  setup_trusted,
	  { unpark_and_see, wake_it },
	  finish_by_cycle },
	{ "epoch",
	  "an unpark after a report, beside one before it",
	  0,
	  setup_trusted,
	  { report_and_unpark, wake_it },
	  finish_by_cycle },
	{ "epoch_late",
	  "a report in the middle of a binding",
	  0,
	  setup_trusted,
	  { unpark_changed, report },
	  finish_reported },
	{ "stirred",
	  "an unpark of one that left its futex",
	  0,
	  setup_trusted,
	  { stir_and_unpark, wake_it },
	  finish_by_cycle },
	{ "astray",
	  "an unpark of one that was moved, and nobody knows",
	  0,
	  setup_trusted,
	  { move_and_unpark, wake_it },
	  finish_by_cycle },
	{ "give_up",
	  "a park that gives up after one that did not",
	  0,
	  setup_running,
	  { park_then_give_up },
	  finish_by_cycle },
	{ "spin",
	  "controllers that look on: a cycle and a wake",
	  1,
	  setup_spun_for,
	  { park_and_wait_for_it, wake_it },
	  finish_by_cycle },
	{ "spin_unpark",
	  "controllers that look on: park and unpark at once",
	  0,
	  setup_spun_for,
	  { park_any, unpark_and_wait },
	  finish_by_cycle },
	{ "spin_exit",
	  "controllers that look on: park while it ends",
	  0,
	  setup_spun_for,
	  { park_ending, end_it },
	  finish_ended },
	{ "idle",
	  "a thread that looks on: two items and a park",
	  0,
	  setup_spinning,
	  { submit_twice, cycle_once },
	  finish_work },
	{ "idle_stop",
	  "a thread that looks on: stop and unpark",
	  0,
	  setup_spinning,
	  { park_any, unpark_or_gone, stop_it },
	  finish_stopped },
	{ 0 },
};
