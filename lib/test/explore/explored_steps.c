/* SPDX-License-Identifier: MIT */
#include "explored_steps.h"

#include <errno.h>
#include <stddef.h>

int park(void)
{
	explore_doing(PARK);
	int ret = kthread_park(k);

	explore_doing(NULL);
	return ret;
}

void unpark(void)
{
	explore_doing(UNPARKED);
	explore_check(kthread_unpark(k) != -EINVAL, UNPARKED);
	explore_doing(NULL);
}

int stop(void)
{
	explore_doing(STOP);
	int ret = kthread_stop(k);

	explore_doing(NULL);
	return ret;
}

void await_run(void)
{
	explore_doing(UNPARKED);
	explore_until(&has_run);
	explore_doing(NULL);
}

void finish_by_stop(void)
{
	int ret = stop();

	explore_check(ret == (is_entered ? RESULT : -EINTR), STOP);
	kthread_put(k);
}

/* Whoever still has a reference is told so. */
void finish_stopped(void)
{
	explore_check(kthread_unpark(k) == -ESRCH, "ended is ended");
	explore_check(park() == -ENOSYS, "ended is ended");
	kthread_put(k);
}

/* T still serves: it parks, freezes, runs on and ends. Afterwards nothing may be left over. */
void finish_by_cycle(void)
{
	int ret;

	unpark();
	kthread_wake(k);
	has_run = false;
	ret = park();
	explore_check(ret == 0, PARK);
	is_frozen = true;
	explore_point();
	is_frozen = false;
	has_run = false;
	unpark();
	await_run();
	finish_by_stop();
}

void park_any(void)
{
	int ret = park();

	explore_check(ret == 0 || ret == -ENOSYS || ret == -ECANCELED, PARK);
}

void stop_it(void)
{
	int ret = stop();

	explore_check(ret == (is_entered ? RESULT : -EINTR), STOP);
}

void end_it(void)
{
	has_to_end = true;
	kthread_wake(k);
}

void park_ending(void)
{
	int ret = park();

	explore_check(ret == 0 || ret == -ENOSYS, PARK);
	if (!ret)
		unpark();
}

void finish_ended(void)
{
	explore_check(stop() == RESULT, STOP);
	finish_stopped();
}

void unpark_and_see(void)
{
	unpark();
	await_run();
}

void unpark_and_wait(void)
{
	int ret;

	explore_doing(UNPARKED);
	ret = kthread_unpark_wait(k);
	explore_doing(NULL);
	explore_check(ret == 0 || ret == -ECANCELED || ret == -ESRCH || ret == -EXDEV, UNPARKED);
	explore_check(ret != -EXDEV, OWN_CPU);
}

void unpark_or_gone(void)
{
	explore_doing(UNPARKED);
	kthread_unpark_wait(k);
	explore_doing(NULL);
}

void submit_twice(void)
{
	for (int i = 0; i < 2; i++) {
		nr_pending++;
		kthread_wake(k);
		explore_point();
	}
}

void cycle_once(void)
{
	int ret = park();

	explore_check(ret == 0, PARK);
	is_frozen = true;
	explore_point();
	is_frozen = false;
	unpark();
}

void finish_work(void)
{
	/* Nobody wakes it any more: what is pending has to be under way. */
	explore_doing(WORK);
	while (nr_pending) {
		has_run = false;
		explore_until(&has_run);
	}
	explore_doing(NULL);
	explore_check(nr_worked == 2, WORK);
	finish_by_stop();
}

void wake_it(void)
{
	kthread_wake(k);
}
