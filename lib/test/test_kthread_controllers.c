/* SPDX-License-Identifier: MIT */
/*
 * Several controllers park, unpark, wake and at last stop one thread at once, with a hostile waker.
 * The invariants: 1 parked means parked, 2 it runs on its CPU, 3 every park ends, 4 parks that
 * returned 0 are parks, 5 every unpark is followed by a run, 6 stop ends with the right value.
 */
#include "kthread_check.h"

#define NR_CONTROLLERS 3
#define NR_ROUNDS      50
#define NR_STEPS       50

struct arena {
	struct subject subject;
	struct kthread *k;
	unsigned int home;
	atomic_int nr_unparks;	  /* begun */
	atomic_int nr_unparking;  /* begun and not returned from */
	atomic_int nr_violations; /* of 1: turns while parked */
	atomic_int nr_astray;	  /* of 2 */
	atomic_int nr_odd;	  /* results nobody can explain */
	atomic_bool is_stopping;
	bool returns_to_park;
};

static int run_in_arena(void *data)
{
	struct arena *arena = data;

	atomic_fetch_add(&arena->subject.nr_entries, 1);
	do {
		if (sched_getcpu() != (int)arena->home)
			atomic_fetch_add(&arena->nr_astray, 1);
		atomic_fetch_add(&arena->subject.nr_turns, 1);
		if (kthread_sleep() == -EINTR && arena->returns_to_park &&
		    kthread_should_stop_or_park())
			break;
		kthread_parkme();
	} while (!kthread_should_stop());
	return 17;
}

/* 1: it may not have moved, if nobody can have unparked it since before the park. */
static void watch_it_stand_still(struct arena *arena, int nr_unparks)
{
	unsigned long turns = atomic_load(&arena->subject.nr_turns);

	for (int yields = 0; yields < 4; yields++)
		sched_yield();
	if (atomic_load(&arena->subject.nr_turns) != turns &&
	    atomic_load(&arena->nr_unparks) == nr_unparks && !atomic_load(&arena->is_stopping))
		atomic_fetch_add(&arena->nr_violations, 1);
}

static bool is_explained(int ret)
{
	return !ret || ret == -ENOSYS || ret == -ECANCELED || ret == -ETIMEDOUT || ret == -ESRCH;
}

static int let_go(struct arena *arena, int (*call)(struct kthread *))
{
	int ret;

	atomic_fetch_add(&arena->nr_unparking, 1);
	atomic_fetch_add(&arena->nr_unparks, 1);
	ret = bounded(call(arena->k));
	atomic_fetch_sub(&arena->nr_unparking, 1);
	return ret;
}

static int step(struct arena *arena, unsigned int choice)
{
	int nr_unparks = atomic_load(&arena->nr_unparks);
	bool is_undisturbed = !atomic_load(&arena->nr_unparking);
	int ret;

	if (choice % 8 < 3) {
		ret = bounded(choice % 8 ? kthread_park(arena->k)
					 : kthread_park_timeout(arena->k, choice % 100000));
		if (!ret && is_undisturbed)
			watch_it_stand_still(arena, nr_unparks);
		return ret;
	}
	if (choice % 8 == 7)
		return kthread_wake(arena->k);
	return let_go(arena, choice % 8 == 6 ? kthread_unpark_wait : kthread_unpark);
}

struct controller {
	struct arena *arena;
	unsigned int seed;
	pthread_t thread;
};

static void *control(void *arg)
{
	struct controller *controller = arg;
	struct arena *arena = controller->arena;

	for (int i = 0; i < NR_STEPS; i++) {
		int ret = step(arena, (unsigned int)rand_r(&controller->seed) >> 4);

		if (!is_explained(ret))
			atomic_fetch_add(&arena->nr_odd, 1);
	}
	/* Nobody waits for ever for one whose partner has finished. */
	let_go(arena, kthread_unpark);
	kthread_put(arena->k);
	return NULL;
}

/* 5: whatever they left behind, after one more unpark it runs. */
static void let_it_run(struct arena *arena)
{
	unsigned long turns = atomic_load(&arena->subject.nr_turns);

	assert_int_equal(bounded(kthread_unpark(arena->k)), 0);
	assert_int_equal(kthread_wake(arena->k), 0);
	wait_until(atomic_load(&arena->subject.nr_turns) > turns);
}

static void play_round(unsigned int seed, bool is_stopped_amid)
{
	struct controller controllers[NR_CONTROLLERS];
	struct arena arena = { .returns_to_park = seed % 2 };
	struct hostile_waker waker;
	unsigned int cpus[2];
	int ret = 0;

	pick_cpus(cpus);
	arena.home = cpus[seed / 2 % 2];
	arena.k = bounded(kthread_create_on_cpu(run_in_arena, &arena, arena.home, "arena/%u"));
	assert_non_null(arena.k);
	hostile_start(&waker, arena.k, true);
	for (unsigned int i = 0; i < NR_CONTROLLERS; i++) {
		kthread_get(arena.k);
		controllers[i] = (struct controller){ &arena, seed * 31 + i, 0 };
		pthread_create(&controllers[i].thread, NULL, control, &controllers[i]);
	}
	if (is_stopped_amid) {
		wait_until(atomic_load(&arena.nr_unparks) > (int)seed % 20);
		atomic_store(&arena.is_stopping, true);
		ret = bounded(kthread_stop(arena.k));
	}
	for (int i = 0; i < NR_CONTROLLERS; i++)
		bounded(pthread_join(controllers[i].thread, NULL));
	if (!is_stopped_amid) {
		let_it_run(&arena);
		ret = bounded(kthread_stop(arena.k));
	}
	hostile_end(&waker);
	assert_int_equal(ret, atomic_load(&arena.subject.nr_entries) ? 17 : -EINTR);
	assert_int_equal(atomic_load(&arena.nr_violations), 0);
	assert_int_equal(atomic_load(&arena.nr_astray), 0);
	assert_int_equal(atomic_load(&arena.nr_odd), 0);
}

static void agree_on_nothing(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < NR_ROUNDS; round++)
		play_round(round, false);
}

static void are_surprised_by_a_stop(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < NR_ROUNDS; round++)
		play_round(round, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agree_on_nothing),
		cmocka_unit_test(are_surprised_by_a_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
