/* SPDX-License-Identifier: MIT */
/* CPUs that never come up get no thread; threads of absent CPUs survive as the same threads. */
#include "smpboot_fixture.h"

static int nr_threads(const struct stage *stage, const struct kind *kind)
{
	int nr = 0;

	for (unsigned int cpu = 0; cpu < cpuhp_nr_cpus(stage->hp); cpu++)
		nr += smpboot_thread(&kind->ht, cpu) != NULL;
	return nr;
}

static void only_cpus_that_came_up_have_threads(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");

	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(nr_threads(stage, a), 0);
	assert_int_equal(smpboot_wake(&a->ht, stage->cpus[0]), -ESRCH);
	assert_int_equal(up(stage, 0, PREPARE - 1), 0);
	assert_int_equal(nr_threads(stage, a), 0);
	assert_int_equal(up(stage, 0, PREPARE), 0);
	assert_int_equal(nr_threads(stage, a), 1);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	assert_int_equal(nr_threads(stage, a), 1);
	assert_int_equal(kthread_cpu(smpboot_thread(&a->ht, stage->cpus[0])), stage->cpus[0]);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(nr_threads(stage, a), 0);
	free(a);
}

/* Registered late: what each CPU would have by now is made up for. */
static void late_kind_catches_up(void **state)
{
	struct stage *stage = *state;
	struct kind *a;

	need_two_cpus(stage);
	a = new_kind(stage, "A");
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	assert_int_equal(up(stage, 1, ONLINE - 1), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(nr_threads(stage, a), 2);
	do_work(a, 0);
	atomic_store(&a->nr_work[stage->cpus[1]], 1);
	assert_still(a, 1);
	assert_int_equal(up(stage, 1, ONLINE), 0);
	wait_until(atomic_load(&a->nr_done[stage->cpus[1]]) == 1);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	free(a);
}

static void absent_threads_stay_the_same(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");
	unsigned int cpu = stage->cpus[0];
	struct kthread *k;
	pid_t tid;

	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	k = smpboot_thread(&a->ht, cpu);
	tid = kthread_tid(k);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(down(stage, 0, i % 2 ? CPUHP_OFFLINE : ONLINE - 1), 0);
		assert_ptr_equal(smpboot_thread(&a->ht, cpu), k);
		assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
		do_work(a, 0);
		assert_ptr_equal(smpboot_thread(&a->ht, cpu), k);
		assert_int_equal(kthread_tid(k), tid);
	}
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	free(a);
}

/* Nothing of a thread runs while its CPU is away; the wake it got meanwhile is not lost. */
static void absent_threads_do_nothing(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");
	unsigned int cpu = stage->cpus[0];

	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	do_work(a, 0);
	assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
	atomic_store(&a->nr_work[cpu], 3);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(smpboot_wake(&a->ht, cpu), 0);
		assert_still(a, 0);
	}
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	wait_until(atomic_load(&a->nr_done[cpu]) == 4);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(only_cpus_that_came_up_have_threads),
		stage_test(late_kind_catches_up),
		stage_test(absent_threads_stay_the_same),
		stage_test(absent_threads_do_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
