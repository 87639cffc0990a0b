/* SPDX-License-Identifier: MIT */
/* Unpark takes a binding for granted only while nothing can have happened to it. */
#include "epoch_fixture.h"

static void nothing_has_happened(void **state)
{
	struct homebody own = { 0 };

	(void)state;
	homebody_start(&own, &own.epoch);
	for (int i = 0; i < 20; i++)
		assert_true(homebody_is_trusted_soon(&own));
	homebody_stop(&own);
}

/* Who waits for it asleep has to be woken, and the thread is not stirred by that. */
static void its_parker_has_slept(void **state)
{
	struct homebody own = { 0 };
	int nr_elided = 0;

	(void)state;
	homebody_start(&own, &own.epoch);
	for (int i = 0; i < 50; i++) {
		struct caller parker;

		atomic_store(&own.subject.is_deaf, true);
		wait_for_turns(&own.subject);
		caller_start(&parker, kthread_park, own.k);
		wait_until(caller_has_settled(&parker));
		atomic_store(&own.subject.is_deaf, false);
		assert_int_equal(caller_join(&parker), 0);
		wait_until(is_asleep(kthread_tid(own.k)));
		nr_elided += !homebody_is_bound_by_unpark(&own);
	}
	assert_true(nr_elided > 0);
	homebody_stop(&own);
}

static void nobody_tells(void **state)
{
	struct homebody own = { 0 };

	(void)state;
	homebody_start(&own, NULL);
	for (int i = 0; i < 20; i++) {
		homebody_park(&own);
		assert_true(homebody_is_bound_by_unpark(&own));
	}
	assert_int_equal(homebody_stats(&own).nr_elided, 0);
	homebody_stop(&own);
}

static void epoch_has_moved(void **state)
{
	struct homebody own = { 0 };

	(void)state;
	homebody_start(&own, &own.epoch);
	for (int i = 0; i < 20; i++) {
		if (i % 2)
			kthread_affinity_changed(&own.epoch);
		homebody_park(&own);
		if (!(i % 2))
			kthread_affinity_changed(&own.epoch);
		assert_true(homebody_is_bound_by_unpark(&own));
	}
	homebody_stop(&own);
}

static void thread_was_stirred(void **state)
{
	struct homebody own = { 0 };

	(void)state;
	homebody_start(&own, &own.epoch);
	for (int i = 0; i < 20; i++) {
		homebody_park(&own);
		hold(own.k);
		release();
		wait_until(is_asleep(kthread_tid(own.k)));
		assert_true(homebody_is_bound_by_unpark(&own));
	}
	homebody_stop(&own);
}

static void stirred_long_ago(void **state)
{
	struct homebody own = { 0 };

	(void)state;
	homebody_start(&own, &own.epoch);
	homebody_park(&own);
	hold(own.k);
	release();
	wait_until(is_asleep(kthread_tid(own.k)));
	assert_true(homebody_is_bound_by_unpark(&own));
	assert_true(homebody_is_trusted_soon(&own));
	homebody_stop(&own);
}

static void binding_has_failed_since(void **state)
{
	struct homebody own = { 0 };

	(void)state;
	homebody_start(&own, &own.epoch);
	kthread_affinity_changed(&own.epoch);
	homebody_park(&own);
	atomic_store(&probe.fails_with, EINVAL);
	for (int i = 0; i < 3; i++)
		assert_int_equal(bounded(kthread_unpark(own.k)), -EINVAL);
	assert_int_equal(atomic_load(&probe.nr_calls), 3);
	assert_frozen(&own.subject);
	atomic_store(&probe.fails_with, 0);
	assert_true(homebody_is_bound_by_unpark(&own));
	homebody_stop(&own);
}

static void change_the_epoch(void *arg)
{
	kthread_affinity_changed(arg);
}

/* The change may have come right after the binding: what it has cost shows at the next one. */
static void epoch_moves_while_it_is_bound(void **state)
{
	struct homebody own = { 0 };

	(void)state;
	homebody_start(&own, &own.epoch);
	kthread_affinity_changed(&own.epoch);
	homebody_park(&own);
	probe.arg = &own.epoch;
	probe.before = change_the_epoch;
	assert_true(homebody_is_bound_by_unpark(&own));
	probe.before = NULL;
	homebody_park(&own);
	assert_true(homebody_is_bound_by_unpark(&own));
	assert_true(homebody_is_trusted_soon(&own));
	homebody_stop(&own);
}

/* Half the way round the counter is as far as any other, also the second half. */
static void epoch_has_moved_far(void **state)
{
	struct homebody own = { 0 };

	(void)state;
	homebody_start(&own, &own.epoch);
	for (int i = 0; i < 4; i++) {
		homebody_park(&own);
		own.epoch.nr_changes += 1u << 31;
		assert_true(homebody_is_bound_by_unpark(&own));
	}
	homebody_stop(&own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_has_happened),
		cmocka_unit_test(its_parker_has_slept),
		cmocka_unit_test(nobody_tells),
		cmocka_unit_test(epoch_has_moved),
		cmocka_unit_test(thread_was_stirred),
		cmocka_unit_test(stirred_long_ago),
		cmocka_unit_test(binding_has_failed_since),
		cmocka_unit_test(epoch_moves_while_it_is_bound),
		cmocka_unit_test(epoch_has_moved_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
