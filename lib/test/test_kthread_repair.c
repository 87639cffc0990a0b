/* SPDX-License-Identifier: MIT */
/* Who took a binding for granted that was not: found out on arrival, repaired, and counted. */
#include "epoch_fixture.h"

/* Behind everybody's back: no epoch moves. */
static void carry_off(struct homebody *own)
{
	homebody_park(own);
	allow_cpus(kthread_tid(own->k), &own->cpus[1], 1);
}

static void comes_home_before_its_function_goes_on(void **state)
{
	struct homebody own = { 0 };
	struct kthread_stats stats;

	(void)state;
	homebody_start(&own, &own.epoch);
	/* Stirred for no reason it is bound by the unpark, and there is nothing to repair. */
	do {
		carry_off(&own);
		assert_int_equal(bounded(kthread_unpark_wait(own.k)), 0);
		assert_true(is_bound_to(kthread_tid(own.k), own.cpus[0]));
		wait_for_turns(&own.subject);
		stats = homebody_stats(&own);
	} while (stats.nr_repaired < 10);
	assert_int_equal(stats.nr_astray, 0);
	homebody_stop(&own);
}

/* Unparked abroad, for nobody can bind it. False: the unpark itself has found that out. */
static bool send_astray(struct homebody *own)
{
	int ret;

	carry_off(own);
	atomic_store(&probe.fails_with, EINVAL);
	ret = bounded(kthread_unpark_wait(own->k));
	atomic_store(&probe.fails_with, 0);
	if (ret == -EXDEV)
		return true;
	assert_int_equal(ret, -EINVAL);
	assert_int_equal(bounded(kthread_unpark_wait(own->k)), 0);
	wait_for_turns(&own->subject);
	return false;
}

static void is_bound_the_next_time_if_it_could_not(void **state)
{
	struct homebody own = { 0 };

	(void)state;
	homebody_start(&own, &own.epoch);
	for (int nr_astray = 0; nr_astray < 10;) {
		if (!send_astray(&own))
			continue;
		nr_astray++;
		wait_for_turns(&own.subject);
		assert_int_equal(homebody_stats(&own).nr_astray, nr_astray);
		assert_true(atomic_load(&own.nr_abroad) > 0);
		homebody_park(&own);
		atomic_store(&own.nr_abroad, 0);
		assert_true(homebody_is_bound_by_unpark(&own));
	}
	assert_int_equal(homebody_stats(&own).nr_repaired, 0);
	homebody_stop(&own);
}

/* Nobody asked for it to be unparked: it may end wherever it is. */
static void is_not_repaired_by_stop(void **state)
{
	struct homebody own = { 0 };
	struct kthread_stats stats;

	(void)state;
	homebody_start(&own, &own.epoch);
	carry_off(&own);
	kthread_get(own.k);
	bounded(kthread_stop(own.k));
	stats = homebody_stats(&own);
	assert_int_equal(stats.nr_repaired + stats.nr_astray + stats.nr_binds, 0);
	assert_int_equal(atomic_load(&probe.nr_calls), 0);
	kthread_put(own.k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_home_before_its_function_goes_on),
		cmocka_unit_test(is_bound_the_next_time_if_it_could_not),
		cmocka_unit_test(is_not_repaired_by_stop),
	};
	int ret = skip_without_two_cpus();

	return ret ? ret : cmocka_run_group_tests(tests, NULL, NULL);
}
