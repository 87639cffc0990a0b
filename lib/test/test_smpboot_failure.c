/* SPDX-License-Identifier: MIT */
/*
 * When one thread cannot be created, unparked or parked, the ladder is told the error and the
 * threads before it are put back.
 */
#include "smpboot_fixture.h"

#define SHORT_NS 1000000u

static void end_thread(struct kind *kind, int i)
{
	unsigned int cpu = kind->stage->cpus[i];

	atomic_store(&kind->is_fatal, true);
	atomic_store(&kind->nr_work[cpu], 1);
	wait_until(smpboot_wake(&kind->ht, cpu) == -ESRCH);
}

/* B does not park in time: C, parked before it, runs again, and A was never asked. */
static void unparks_what_it_had_parked(void **state)
{
	struct stage *stage = *state;
	struct kind *kinds[3] = { new_kind(stage, "A"), new_kind(stage, "B"),
				  new_kind(stage, "C") };
	unsigned int cpu = stage->cpus[0];

	for (int i = 0; i < 3; i++)
		assert_int_equal(smpboot_register_percpu_thread(stage->sb, &kinds[i]->ht), 0);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	for (int i = 0; i < 3; i++)
		do_work(kinds[i], 0);
	stage->text[0] = '\0';
	kinds[1]->ht.park_timeout_ns = SHORT_NS;
	atomic_store(&kinds[1]->is_stuck, true);
	atomic_store(&kinds[1]->nr_work[cpu], 1);
	assert_int_equal(smpboot_wake(&kinds[1]->ht, cpu), 0);
	wait_until(atomic_load(&kinds[1]->nr_work[cpu]) == 0);

	assert_int_equal(down(stage, 0, CPUHP_OFFLINE), -ETIMEDOUT);
	assert_int_equal(cpuhp_cpu_state(stage->hp, cpu), CPUHP_ONLINE);
	expect_text(stage, "C.park0 C.unpark0 ");
	atomic_store(&kinds[1]->is_stuck, false);
	wait_until(atomic_load(&kinds[1]->nr_done[cpu]) == 2);
	for (int i = 0; i < 3; i++)
		do_work(kinds[i], 0);
	kinds[1]->ht.park_timeout_ns = 0;
	assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
	expect_text(stage, "C.park0 B.park0 A.park0 ");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &kinds[i]->ht), 0);
		free(kinds[i]);
	}
	assert_int_equal(smpboot_undo_failures(stage->sb), 0);
}

/* B is dead: A, unparked before it, is parked again, and C never runs. Often, for C's sake. */
static void parks_what_it_had_unparked(void **state)
{
	struct stage *stage = *state;
	struct kind *kinds[3] = { new_kind(stage, "A"), new_kind(stage, "B"),
				  new_kind(stage, "C") };
	unsigned int cpu = stage->cpus[0];

	for (int i = 0; i < 3; i++)
		assert_int_equal(smpboot_register_percpu_thread(stage->sb, &kinds[i]->ht), 0);
	atomic_store(&kinds[0]->nr_work[cpu], 1 << 30);
	assert_int_equal(up(stage, 0, PREPARE), 0);
	assert_int_equal(kthread_unpark(smpboot_thread(&kinds[1]->ht, cpu)), 0);
	end_thread(kinds[1], 0);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(up(stage, 0, CPUHP_ONLINE), -ESRCH);
		assert_int_equal(cpuhp_cpu_state(stage->hp, cpu), PREPARE);
		assert_still(kinds[0], 0);
	}
	assert_null(strstr(stage->text, "C.setup0 "));
	assert_int_equal(smpboot_undo_failures(stage->sb), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &kinds[i]->ht), 0);
		free(kinds[i]);
	}
}

/* No thread can be bound to a CPU that no machine has: nothing is left of the attempt. */
static void registers_wholly_or_not_at_all(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");

	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	assert_int_equal(cpu_up(stage->hp, CPUMASK_NR_CPUS - 1, ONLINE), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), -EINVAL);
	assert_null(smpboot_thread(&a->ht, stage->cpus[0]));
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), -ENOENT);
	assert_int_equal(cpu_down(stage->hp, CPUMASK_NR_CPUS - 1, CPUHP_OFFLINE), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	do_work(a, 0);
	assert_int_equal(cpu_up(stage->hp, CPUMASK_NR_CPUS - 1, ONLINE), -EINVAL);
	assert_int_equal(cpuhp_cpu_state(stage->hp, CPUMASK_NR_CPUS - 1), CPUHP_OFFLINE);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	free(a);
}

static int refuse(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	return -EBUSY;
}

/* A step below refuses the CPU's departure: its threads, parked by then, run again. */
static void follows_a_ladder_that_walks_back(void **state)
{
	const struct cpuhp_step low = { "refuses", NULL, refuse, NULL };
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");

	assert_int_equal(cpuhp_setup_state(stage->hp, PREPARE + 1, &low), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	expect_text(stage, "A.create0 A.setup0 ");
	assert_int_equal(down(stage, 0, CPUHP_OFFLINE), -EBUSY);
	expect_text(stage, "A.park0 A.unpark0 ");
	do_work(a, 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(unparks_what_it_had_parked),
		stage_test(parks_what_it_had_unparked),
		stage_test(registers_wholly_or_not_at_all),
		stage_test(follows_a_ladder_that_walks_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
