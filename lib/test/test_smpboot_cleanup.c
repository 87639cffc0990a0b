/* SPDX-License-Identifier: MIT */
/* Cleanup is told whether the thread's CPU is online, and threads of absent CPUs are stopped too.
 */
#include "smpboot_fixture.h"

static void tells_online_from_offline(void **state)
{
	struct stage *stage = *state;
	struct kind *a;

	need_two_cpus(stage);
	a = new_kind(stage, "A");
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	assert_int_equal(up(stage, 1, CPUHP_ONLINE), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	do_work(a, 0);
	do_work(a, 1);
	assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	assert_non_null(strstr(stage->text, "A.park0 A.cleanup-offline0 A.cleanup-online1 "));
	assert_null(smpboot_thread(&a->ht, stage->cpus[0]));
	assert_null(smpboot_thread(&a->ht, stage->cpus[1]));
	free(a);
}

/* Online means "on the rung that unparks, or above", not "at the top" and not "off the ground". */
static void online_begins_at_the_rung(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");
	struct kind *b = new_kind(stage, "B");

	assert_int_equal(up(stage, 0, ONLINE), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &b->ht), 0);
	do_work(a, 0);
	do_work(b, 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	assert_non_null(strstr(stage->text, "A.cleanup-online0 "));
	assert_int_equal(down(stage, 0, ONLINE - 1), 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &b->ht), 0);
	assert_non_null(strstr(stage->text, "B.park0 B.cleanup-offline0 "));
	free(a);
	free(b);
}

/* A thread that ended by itself is still taken care of: nothing leaks, nothing hangs. */
static void takes_a_dead_thread(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");

	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	atomic_store(&a->is_fatal, true);
	atomic_store(&a->nr_work[stage->cpus[0]], 1);
	wait_until(smpboot_wake(&a->ht, stage->cpus[0]) == -ESRCH);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	expect_text(stage, "A.create0 A.setup0 ");
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(tells_online_from_offline),
		stage_test(online_begins_at_the_rung),
		stage_test(takes_a_dead_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
