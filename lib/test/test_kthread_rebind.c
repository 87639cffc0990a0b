/* SPDX-License-Identifier: MIT */
/* Who is bound again by unpark, and who is left alone (B1, B3, B14, M2, M12, M21, M23). */
#include "kthread_check.h"

struct arrival {
	atomic_int nr_arrivals;
	atomic_int cpu; /* at the first instruction after the park */
	pid_t tid;
	unsigned int home;
	atomic_bool is_home;
};

static int note_arrivals(void *data)
{
	struct arrival *arrival = data;

	atomic_store(&arrival->cpu, sched_getcpu());
	atomic_fetch_add(&arrival->nr_arrivals, 1);
	while (!kthread_should_stop()) {
		if (kthread_parkme() == 1) {
			atomic_store(&arrival->cpu, sched_getcpu());
			atomic_store(&arrival->is_home, is_bound_to(0, arrival->home));
			atomic_fetch_add(&arrival->nr_arrivals, 1);
		}
		sched_yield();
	}
	return 0;
}

/* Parks @k, lets it run on @cpus only, unparks it and waits for it. */
static void park_and_move(struct kthread *k, struct arrival *arrival, const unsigned int *cpus,
			  size_t n)
{
	int nr_arrivals;

	assert_int_equal(bounded(kthread_park(k)), 0);
	nr_arrivals = atomic_load(&arrival->nr_arrivals);
	allow_cpus(kthread_tid(k), cpus, n);
	wake_spuriously(k);
	kthread_wake(k);
	assert_int_equal(bounded(kthread_unpark(k)), 0);
	wait_until(atomic_load(&arrival->nr_arrivals) > nr_arrivals);
}

static void per_cpu_thread_comes_home(void **state)
{
	unsigned int cpus[2];

	(void)state;
	pick_cpus(cpus);
	for (int i = 0; i < 2; i++) {
		struct arrival arrival = { .home = cpus[i] };
		struct hostile_waker waker;
		struct kthread *k;

		k = bounded(kthread_create_on_cpu(note_arrivals, &arrival, cpus[i], "home/%u"));
		assert_non_null(k);
		hostile_start(&waker, k, true);
		for (int cycle = 0; cycle < 100; cycle++) {
			if (cycle % 2)
				park_and_move(k, &arrival, cpus, 2);
			else
				park_and_move(k, &arrival, &cpus[!i], 1);
			assert_int_equal(atomic_load(&arrival.cpu), cpus[i]);
		}
		assert_true(is_bound_to(kthread_tid(k), cpus[i]));
		assert_true(atomic_load(&arrival.is_home));
		bounded(kthread_stop(k));
		hostile_end(&waker);
	}
}

static void stays_where_it_was_moved(struct kthread *k, struct arrival *arrival)
{
	unsigned int cpus[2];

	pick_cpus(cpus);
	assert_non_null(k);
	arrival->home = cpus[1];
	kthread_wake(k);
	wait_until(atomic_load(&arrival->nr_arrivals) == 1);
	park_and_move(k, arrival, &cpus[1], 1);
	assert_int_equal(atomic_load(&arrival->cpu), cpus[1]);
	assert_true(is_bound_to(kthread_tid(k), cpus[1]));
	bounded(kthread_stop(k));
}

static void affine_thread_is_left_alone(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct arrival arrival = { 0 };
	unsigned int cpus[2];

	(void)state;
	pick_cpus(cpus);
	attr.cpu = (int)cpus[0];
	stays_where_it_was_moved(kthread_create_attr(&attr, note_arrivals, &arrival, "affine"),
				 &arrival);
}

static void bound_thread_is_left_alone(void **state)
{
	struct arrival arrival = { 0 };
	unsigned int cpus[2];
	struct kthread *k;

	(void)state;
	pick_cpus(cpus);
	k = kthread_create(note_arrivals, &arrival, "bound");
	assert_int_equal(bounded(kthread_bind(k, cpus[0])), 0);
	stays_where_it_was_moved(k, &arrival);
}

static void free_thread_is_left_alone(void **state)
{
	struct arrival arrival = { 0 };

	(void)state;
	stays_where_it_was_moved(kthread_create(note_arrivals, &arrival, "free"), &arrival);
}

/* Nothing was asked for, so nothing is bound: not by unpark, and not by stop. */
static void running_per_cpu_thread_is_left_alone(void **state)
{
	struct arrival arrival = { 0 };
	unsigned int cpus[2];
	struct kthread *k;

	(void)state;
	pick_cpus(cpus);
	k = bounded(kthread_create_on_cpu(note_arrivals, &arrival, cpus[0], "run/%u"));
	assert_int_equal(bounded(kthread_unpark(k)), 0);
	wait_until(atomic_load(&arrival.nr_arrivals) == 1);
	allow_cpus(kthread_tid(k), &cpus[1], 1);
	assert_int_equal(bounded(kthread_unpark(k)), 0);
	assert_int_equal(bounded(kthread_unpark_wait(k)), 0);
	assert_true(is_bound_to(kthread_tid(k), cpus[1]));
	assert_int_equal(bounded(kthread_stop(k)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(per_cpu_thread_comes_home),
		cmocka_unit_test(affine_thread_is_left_alone),
		cmocka_unit_test(bound_thread_is_left_alone),
		cmocka_unit_test(free_thread_is_left_alone),
		cmocka_unit_test(running_per_cpu_thread_is_left_alone),
	};
	int ret = skip_without_two_cpus();

	return ret ? ret : cmocka_run_group_tests(tests, NULL, NULL);
}
