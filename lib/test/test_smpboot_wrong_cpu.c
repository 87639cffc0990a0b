/* SPDX-License-Identifier: MIT */
/* A thread that somebody moves off its CPU is counted, and put right by the next unpark. */
#include "smpboot_fixture.h"

static void counts_and_recovers(void **state)
{
	struct stage *stage = *state;
	struct cpumask elsewhere = { { 0 } };
	struct kind *a;
	pid_t tid;

	need_two_cpus(stage);
	a = new_kind(stage, "A");
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	do_work(a, 0);
	assert_int_equal(smpboot_wrong_cpu(stage->sb), 0);

	tid = kthread_tid(smpboot_thread(&a->ht, stage->cpus[0]));
	cpumask_set_cpu(stage->cpus[1], &elsewhere);
	assert_int_equal(
		sched_setaffinity(tid, sizeof(elsewhere), (const cpu_set_t *)elsewhere.bits), 0);
	do_work(a, 0);
	assert_true(smpboot_wrong_cpu(stage->sb) > 0);

	assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
	atomic_store(&a->nr_misplaced, 0);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	do_work(a, 0);
	assert_int_equal(a->nr_misplaced, 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { stage_test(counts_and_recovers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
