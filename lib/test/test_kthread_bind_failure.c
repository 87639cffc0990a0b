/* SPDX-License-Identifier: MIT */
/* The binding fails: the thread stays parked, the caller is told, and nothing is left behind. */
#include "affinity_probe.h"

static struct kthread *create_parked(struct subject *subject)
{
	unsigned int cpus[2];
	struct kthread *k;

	probe_reset();
	pick_cpus(cpus);
	k = bounded(kthread_create_on_cpu(count_turns, subject, cpus[1], "fail/%u"));
	assert_non_null(k);
	return k;
}

static void stays_parked(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = create_parked(&subject);
	struct hostile_waker waker;

	(void)state;
	hostile_start(&waker, k, true);
	for (int i = 0; i < 20; i++) {
		atomic_store(&probe.fails_with, i % 2 ? EINVAL : EPERM);
		assert_int_equal(bounded(kthread_unpark(k)), i % 2 ? -EINVAL : -EPERM);
		assert_int_equal(bounded(kthread_unpark_wait(k)), i % 2 ? -EINVAL : -EPERM);
		assert_int_equal(bounded(kthread_unpark_many(&k, 1, NULL)),
				 i % 2 ? -EINVAL : -EPERM);
		assert_frozen(&subject);
		assert_int_equal(bounded(kthread_park(k)), 0);
		atomic_store(&probe.fails_with, 0);
		assert_int_equal(bounded(kthread_unpark(k)), 0);
		wait_for_turns(&subject);
		assert_int_equal(bounded(kthread_park(k)), 0);
	}
	bounded(kthread_stop(k));
	hostile_end(&waker);
}

static void can_be_stopped_after_it(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = create_parked(&subject);

	(void)state;
	atomic_store(&probe.fails_with, EINVAL);
	assert_int_equal(bounded(kthread_unpark(k)), -EINVAL);
	assert_int_equal(bounded(kthread_stop(k)), -EINTR);
}

static struct caller stopper;

static void stop_meanwhile(void *arg)
{
	caller_start(&stopper, kthread_stop, arg);
	wait_until(caller_has_settled(&stopper));
}

/* The stop comes while the binding is under way: failed or not, the thread leaves and ends. */
static void stop_meanwhile_is_not_lost(void **state)
{
	const int errors[] = { EINVAL, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct subject subject = { 0 };
		struct kthread *k = kthread_get(create_parked(&subject));

		probe.arg = k;
		probe.before = stop_meanwhile;
		atomic_store(&probe.fails_with, errors[i]);
		assert_int_equal(bounded(kthread_unpark(k)), -errors[i]);
		assert_int_equal(caller_join(&stopper), -EINTR);
		kthread_put(k);
	}
}

static struct caller second;

static void unpark_meanwhile(void *arg)
{
	if (atomic_load(&probe.nr_calls) > 1)
		return;
	caller_start(&second, kthread_unpark, arg);
	wait_until(caller_has_settled(&second));
	atomic_store(&probe.fails_with, EINVAL);
}

/* Who waited for a binder that failed tries itself, and is told about its own failure. */
static void second_unparker_tries_itself(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = create_parked(&subject);

	(void)state;
	probe.arg = k;
	probe.before = unpark_meanwhile;
	assert_int_equal(bounded(kthread_unpark(k)), -EINVAL);
	assert_int_equal(caller_join(&second), -EINVAL);
	assert_int_equal(atomic_load(&probe.nr_calls), 2);
	/* The waiter is not taken for a parker. */
	probe_reset();
	assert_int_equal(bounded(kthread_unpark(k)), 0);
	wait_for_turns(&subject);
	assert_int_equal(bounded(kthread_park(k)), 0);
	bounded(kthread_stop(k));
}

static void bind_at_the_gate_reports_it(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_create(count_turns, &subject, "gate");

	(void)state;
	probe_reset();
	atomic_store(&probe.fails_with, EINVAL);
	assert_int_equal(bounded(kthread_bind(k, 0)), -EINVAL);
	assert_int_equal(kthread_cpu(k), -1);
	kthread_wake(k);
	wait_for_turns(&subject);
	bounded(kthread_stop(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stays_parked),
		cmocka_unit_test(can_be_stopped_after_it),
		cmocka_unit_test(stop_meanwhile_is_not_lost),
		cmocka_unit_test(second_unparker_tries_itself),
		cmocka_unit_test(bind_at_the_gate_reports_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
