/* SPDX-License-Identifier: MIT */
/* The patch's style: told to park, it returns and is called again; not told, it ends (B12, B13). */
#include "kthread_check.h"

enum ask_with { SHOULD_PARK, SHOULD_STOP_OR_PARK, NOT_AT_ALL };

struct player {
	enum ask_with ask_with;
	bool calls_parkme; /* after it was told */
	bool exits;
	atomic_bool may_return;
	atomic_int nr_entries;
	atomic_bool was_told;
	atomic_bool has_to_return; /* without being told */
};

static bool is_told(struct player *player)
{
	switch (player->ask_with) {
	case SHOULD_PARK:
		return kthread_should_park();
	case SHOULD_STOP_OR_PARK:
		return kthread_should_stop_or_park();
	default:
		return false;
	}
}

static int play(void *data)
{
	struct player *player = data;
	int entry = atomic_fetch_add(&player->nr_entries, 1) + 1;

	while (!atomic_load(&player->has_to_return) && !is_told(player)) {
		if (kthread_should_stop())
			return entry;
		sched_yield();
	}
	atomic_store(&player->was_told, true);
	while (!atomic_load(&player->may_return))
		sched_yield();
	if (player->calls_parkme)
		kthread_parkme();
	if (player->exits)
		kthread_exit(100 + entry);
	return entry;
}

static struct kthread *player_start(struct player *player)
{
	struct kthread *k = kthread_run(play, player, "player");

	assert_non_null(k);
	wait_until(atomic_load(&player->nr_entries) == 1);
	return k;
}

static void is_called_again_after_unpark(void **state)
{
	(void)state;
	for (int ask_with = SHOULD_PARK; ask_with <= SHOULD_STOP_OR_PARK; ask_with++) {
		struct player player = { .ask_with = ask_with, .may_return = true };
		struct kthread *k = player_start(&player);

		for (int i = 1; i < 50; i++) {
			assert_int_equal(bounded(kthread_park(k)), 0);
			assert_int_equal(atomic_load(&player.nr_entries), i);
			assert_int_equal(kthread_unpark(k), 0);
			wait_until(atomic_load(&player.nr_entries) == i + 1);
		}
		assert_int_equal(bounded(kthread_stop(k)), 50);
	}
}

static void stopped_while_parked_is_not_called_again(void **state)
{
	struct player player = { .may_return = true };
	struct kthread *k = player_start(&player);

	(void)state;
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_int_equal(bounded(kthread_stop(k)), 1);
	assert_int_equal(atomic_load(&player.nr_entries), 1);
}

/* B13: it is told, the unpark comes, and only then it returns. It must not end. */
static void told_and_then_unparked_is_called_again(void **state)
{
	struct player player = { 0 };
	struct kthread *k = player_start(&player);
	struct caller parker;

	(void)state;
	caller_start(&parker, kthread_park, k);
	wait_until(atomic_load(&player.was_told));
	assert_int_equal(kthread_unpark(k), 0);
	assert_int_equal(caller_join(&parker), -ECANCELED);
	atomic_store(&player.may_return, true);
	wait_until(atomic_load(&player.nr_entries) == 2);
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_int_equal(bounded(kthread_stop(k)), 2);
}

static void ends(struct player *player, int result)
{
	struct kthread *k = player_start(player);
	struct caller parker;

	caller_start(&parker, kthread_park, k);
	wait_until(caller_has_settled(&parker));
	if (player->ask_with == NOT_AT_ALL)
		atomic_store(&player->has_to_return, true);
	wait_until(atomic_load(&player->was_told));
	if (player->calls_parkme) {
		assert_int_equal(kthread_unpark(k), 0);
		assert_int_equal(caller_join(&parker), -ECANCELED);
	}
	atomic_store(&player->may_return, true);
	if (!player->calls_parkme)
		assert_int_equal(caller_join(&parker), -ENOSYS);
	wait_for_end(k);
	assert_int_equal(bounded(kthread_stop(k)), result);
	assert_int_equal(atomic_load(&player->nr_entries), 1);
}

/* B12: it has a reason of its own to return while somebody wants it parked. */
static void not_told_it_ends(void **state)
{
	struct player player = { .ask_with = NOT_AT_ALL };

	(void)state;
	ends(&player, 1);
}

static void parkme_forgets_that_it_was_told(void **state)
{
	struct player player = { .calls_parkme = true };

	(void)state;
	ends(&player, 1);
}

static void exit_ends_it_although_told(void **state)
{
	struct player player = { .exits = true };

	(void)state;
	ends(&player, 101);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_called_again_after_unpark),
		cmocka_unit_test(stopped_while_parked_is_not_called_again),
		cmocka_unit_test(told_and_then_unparked_is_called_again),
		cmocka_unit_test(not_told_it_ends),
		cmocka_unit_test(parkme_forgets_that_it_was_told),
		cmocka_unit_test(exit_ends_it_although_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
