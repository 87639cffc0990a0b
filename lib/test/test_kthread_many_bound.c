/* SPDX-License-Identifier: MIT */
/* A set does not wait for somebody who binds one member before it has unparked the others. */
#include "affinity_probe.h"
#include "team.h"

static struct caller other;
static struct team *stuck_team;

/* Runs while another controller binds k[0]: the set must not wait for it before k[1]. */
static int unpark_pair(struct kthread *k)
{
	struct kthread *set[] = { k, stuck_team->k[1] };

	return kthread_unpark_many(set, 2, stuck_team->ret);
}

static void unpark_set_meanwhile(void *arg)
{
	if (atomic_load(&probe.nr_calls) > 1)
		return;
	caller_start(&other, unpark_pair, arg);
	wait_for_turns(&stuck_team->subjects[1]);
}

static void waits_for_no_binder_before_the_others(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k;
	unsigned int cpus[2];
	struct team team;

	(void)state;
	team_start(&team);
	stuck_team = &team;
	pick_cpus(cpus);
	k = bounded(kthread_create_on_cpu(count_turns, &subject, cpus[0], "stuck/%u"));
	assert_non_null(k);
	assert_int_equal(bounded(kthread_park(team.k[1])), 0);
	probe.arg = k;
	probe.before = unpark_set_meanwhile;
	assert_int_equal(bounded(kthread_unpark(k)), 0);
	assert_int_equal(caller_join(&other), 0);
	assert_int_equal(team.ret[0], 0);
	assert_int_equal(team.ret[1], 0);
	wait_for_turns(&subject);
	bounded(kthread_stop(k));
	team_stop(&team);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_no_binder_before_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
