/* SPDX-License-Identifier: MIT */
/* Binding: by attribute from the first instruction on, by kthread_bind() until the start. */
#include "kthread_check.h"

struct first_look {
	atomic_int cpu; /* last, -1 before */
	bool is_bound;
};

static int look_first(void *data)
{
	struct first_look *look = data;

	int cpu = sched_getcpu();

	look->is_bound = is_bound_to(0, (unsigned int)cpu);
	atomic_store(&look->cpu, cpu);
	while (!kthread_should_stop())
		if (kthread_sleep() == -EINTR)
			kthread_parkme();
	return 0;
}

static void attribute_binds_from_the_first_instruction(void **state)
{
	unsigned int cpus[2];

	(void)state;
	pick_cpus(cpus);
	for (int i = 0; i < 20; i++) {
		struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
		struct first_look look = { .cpu = -1 };
		struct kthread *k;

		attr.cpu = (int)cpus[i % 2];
		k = kthread_create_attr(&attr, look_first, &look, "attr");
		assert_non_null(k);
		assert_true(is_bound_to(kthread_tid(k), cpus[i % 2]));
		assert_int_equal(kthread_cpu(k), attr.cpu);
		kthread_wake(k);
		wait_until(atomic_load(&look.cpu) != -1);
		bounded(kthread_stop(k));
		assert_int_equal(look.cpu, attr.cpu);
		assert_true(look.is_bound);
	}
}

static void binds_at_the_gate(void **state)
{
	struct first_look look = { .cpu = -1 };
	unsigned int cpus[2];
	struct kthread *k;

	(void)state;
	pick_cpus(cpus);
	k = kthread_create(look_first, &look, "gate");
	assert_non_null(k);
	assert_int_equal(bounded(kthread_bind(k, cpus[1])), 0);
	assert_int_equal(bounded(kthread_bind(k, cpus[0])), 0);
	assert_int_equal(kthread_cpu(k), cpus[0]);
	kthread_wake(k);
	wait_until(atomic_load(&look.cpu) != -1);
	assert_int_equal(bounded(kthread_bind(k, cpus[1])), -EINVAL);
	bounded(kthread_stop(k));
	assert_int_equal(look.cpu, cpus[0]);
	assert_true(look.is_bound);
}

static void binds_while_parked_at_the_gate(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct first_look look = { .cpu = -1 };
	unsigned int cpus[2];
	struct kthread *k;

	(void)state;
	pick_cpus(cpus);
	attr.parked = true;
	k = bounded(kthread_create_attr(&attr, look_first, &look, "parked"));
	assert_non_null(k);
	assert_int_equal(bounded(kthread_bind(k, cpus[1])), 0);
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_int_equal(look.cpu, -1);
	assert_int_equal(kthread_unpark(k), 0);
	wait_until(atomic_load(&look.cpu) != -1);
	bounded(kthread_stop(k));
	assert_int_equal(look.cpu, cpus[1]);
}

static void refuses_cpus_it_cannot_use(void **state)
{
	struct first_look look = { .cpu = -1 };
	struct kthread *k = kthread_create(look_first, &look, "refuse");

	(void)state;
	assert_non_null(k);
	assert_int_equal(bounded(kthread_bind(k, CPUMASK_NR_CPUS - 1)), -EINVAL);
	assert_int_equal(bounded(kthread_bind(k, CPUMASK_NR_CPUS)), -EINVAL);
	assert_int_equal(kthread_cpu(k), -1);
	assert_int_equal(bounded(kthread_stop(k)), -EINTR);
}

static int return_at_once(void *data)
{
	(void)data;
	return 0;
}

static void refuses_a_thread_that_has_ended(void **state)
{
	struct kthread *k = kthread_run(return_at_once, NULL, "ended");
	unsigned int cpus[2];

	(void)state;
	pick_cpus(cpus);
	wait_for_end(k);
	assert_int_equal(bounded(kthread_bind(k, cpus[0])), -EINVAL);
	assert_int_equal(bounded(kthread_stop(k)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attribute_binds_from_the_first_instruction),
		cmocka_unit_test(binds_at_the_gate),
		cmocka_unit_test(binds_while_parked_at_the_gate),
		cmocka_unit_test(refuses_cpus_it_cannot_use),
		cmocka_unit_test(refuses_a_thread_that_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
