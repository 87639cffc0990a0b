/* SPDX-License-Identifier: MIT */
/* Sets: all requests come before the first wait, and each member has its own result. */
#include "team.h"

static void parks_and_unparks_all(void **state)
{
	struct team team;

	(void)state;
	team_start(&team);
	for (int cycle = 0; cycle < 20; cycle++) {
		int *ret = cycle % 2 ? team.ret : NULL;

		assert_int_equal(bounded(kthread_park_many(team.k, NR, ret)), 0);
		for (int i = 0; i < NR; i++) {
			assert_true(!ret || !ret[i]);
			assert_frozen(&team.subjects[i]);
		}
		assert_int_equal(bounded(kthread_unpark_many(team.k, NR, ret)), 0);
		for (int i = 0; i < NR; i++) {
			assert_true(!ret || !ret[i]);
			wait_for_turns(&team.subjects[i]);
		}
	}
	assert_int_equal(kthread_park_many(team.k, 0, NULL), 0);
	assert_int_equal(kthread_unpark_many(team.k, 0, NULL), 0);
	team_stop(&team);
}

/* The first parks only after the last has been asked. */
struct pair {
	atomic_int nr_entries;
	atomic_bool has_last_been_asked;
};

static int look_for_request(void *data)
{
	struct pair *pair = data;

	atomic_fetch_add(&pair->nr_entries, 1);
	while (!kthread_should_stop_or_park())
		sched_yield();
	atomic_store(&pair->has_last_been_asked, true);
	return 0;
}

static int wait_for_last(void *data)
{
	struct pair *pair = data;

	atomic_fetch_add(&pair->nr_entries, 1);
	while (!atomic_load(&pair->has_last_been_asked) && !kthread_should_stop())
		sched_yield();
	while (!kthread_should_stop()) {
		kthread_parkme();
		sched_yield();
	}
	return 0;
}

static void asks_all_before_it_waits(void **state)
{
	struct pair pair = { 0 };
	struct kthread *k[2] = { kthread_run(wait_for_last, &pair, "first"),
				 kthread_run(look_for_request, &pair, "last") };

	(void)state;
	/* At the gate they would park without looking. */
	wait_until(atomic_load(&pair.nr_entries) == 2);
	assert_int_equal(bounded(kthread_park_many(k, 2, NULL)), 0);
	bounded(kthread_stop(k[0]));
	bounded(kthread_stop(k[1]));
}

static void has_a_result_for_each(void **state)
{
	struct team team;
	const int expected[NR] = { 0, -ENOSYS, 0, -ENOSYS, 0 };

	(void)state;
	team_start(&team);
	for (int i = 1; i < NR; i += 2) {
		atomic_store(&team.subjects[i].has_to_end, true);
		wait_for_end(team.k[i]);
	}
	assert_int_equal(bounded(kthread_park_many(team.k, NR, team.ret)), -ENOSYS);
	for (int i = 0; i < NR; i++)
		assert_int_equal(team.ret[i], expected[i]);
	assert_int_equal(bounded(kthread_park_many(team.k, NR, NULL)), -ENOSYS);
	assert_int_equal(bounded(kthread_unpark_many(team.k, NR, team.ret)), -ESRCH);
	for (int i = 0; i < NR; i++)
		assert_int_equal(team.ret[i], expected[i] ? -ESRCH : 0);
	assert_int_equal(bounded(kthread_unpark_many(team.k, NR, NULL)), -ESRCH);
	team_stop(&team);
}

static void may_hold_one_thread_twice(void **state)
{
	struct team team;
	struct kthread *set[4];

	(void)state;
	team_start(&team);
	for (size_t i = 0; i < ARRAY_SIZE(set); i++)
		set[i] = team.k[i / 2];
	for (int cycle = 0; cycle < 50; cycle++) {
		assert_int_equal(bounded(kthread_park_many(set, ARRAY_SIZE(set), NULL)), 0);
		assert_frozen(&team.subjects[0]);
		assert_int_equal(bounded(kthread_unpark_many(set, ARRAY_SIZE(set), team.ret)), 0);
		wait_for_turns(&team.subjects[0]);
		wait_for_turns(&team.subjects[1]);
	}
	team_stop(&team);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parks_and_unparks_all),
		cmocka_unit_test(asks_all_before_it_waits),
		cmocka_unit_test(has_a_result_for_each),
		cmocka_unit_test(may_hold_one_thread_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
