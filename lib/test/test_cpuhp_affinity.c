/* SPDX-License-Identifier: MIT */
/* Threads that watch a ladder's epoch are bound again after whatever any rung may have done. */
#include "epoch_fixture.h"

#include <kpark/cpuhp.h>

enum { EARLY = 5, REAL = 10, LATE = 15 };

struct trip {
	struct homebody own;
	bool was_bound[2]; /* by the unpark on EARLY and on LATE */
	int fails_with;
};

static int cycle(struct trip *trip, int which)
{
	homebody_park(&trip->own);
	trip->was_bound[which] = homebody_is_bound_by_unpark(&trip->own);
	return 0;
}

static int cycle_early(unsigned int cpu, void *trip)
{
	(void)cpu;
	return cycle(trip, 0);
}

static int cycle_late(unsigned int cpu, void *trip)
{
	(void)cpu;
	return cycle(trip, 1);
}

/* Fails after somebody has been bound in the middle of it. */
static int leave_or_come(unsigned int cpu, void *data)
{
	struct trip *trip = data;

	(void)cpu;
	if (trip->fails_with)
		cycle(trip, 1);
	return trip->fails_with;
}

static struct cpuhp *ladder_for(struct trip *trip)
{
	const struct cpuhp_step early = { "early", cycle_early, cycle_early, trip };
	const struct cpuhp_step real = { "real", leave_or_come, leave_or_come, trip };
	const struct cpuhp_step late = { "late", cycle_late, cycle_late, trip };
	struct cpuhp *hp = cpuhp_create(1);

	assert_non_null(hp);
	assert_int_equal(cpuhp_setup_state(hp, EARLY, &early), 0);
	assert_int_equal(cpuhp_setup_state(hp, REAL, &real), 0);
	assert_int_equal(cpuhp_setup_state(hp, LATE, &late), 0);
	return hp;
}

/* Whichever way it went: on the far side of the rung every thread is bound. */
static void both_ways_across_a_rung(void **state)
{
	struct trip trip = { 0 };
	struct cpuhp *hp = ladder_for(&trip);

	(void)state;
	homebody_start(&trip.own, cpuhp_affinity_epoch(hp));
	for (int i = 0; i < 10; i++) {
		assert_int_equal(bounded(cpu_up(hp, 0, CPUHP_ONLINE)), 0);
		assert_true(trip.was_bound[1]);
		assert_int_equal(bounded(cpu_down(hp, 0, CPUHP_OFFLINE)), 0);
		assert_true(trip.was_bound[0]);
	}
	homebody_stop(&trip.own);
	cpuhp_destroy(hp);
}

/* A move that failed may have been under way. */
static void on_the_way_back(void **state)
{
	struct trip trip = { 0 };
	struct cpuhp *hp = ladder_for(&trip);

	(void)state;
	homebody_start(&trip.own, cpuhp_affinity_epoch(hp));
	trip.fails_with = -EIO;
	for (int i = 0; i < 10; i++) {
		trip.was_bound[0] = false;
		assert_int_equal(bounded(cpu_up(hp, 0, CPUHP_ONLINE)), -EIO);
		assert_true(trip.was_bound[0]);
	}
	homebody_stop(&trip.own);
	cpuhp_destroy(hp);
}

static void a_ladder_that_stands_still(void **state)
{
	struct trip trip = { 0 };
	struct cpuhp *hp = ladder_for(&trip);

	(void)state;
	homebody_start(&trip.own, cpuhp_affinity_epoch(hp));
	assert_int_equal(bounded(cpu_up(hp, 0, CPUHP_ONLINE)), 0);
	/* The last rung has bound it as well, but may have gone on after that. */
	cycle(&trip, 0);
	assert_true(trip.was_bound[0]);
	assert_true(homebody_is_trusted_soon(&trip.own));
	/* What the ladder does not know can be told. */
	kthread_affinity_changed(cpuhp_affinity_epoch(hp));
	cycle(&trip, 0);
	assert_true(trip.was_bound[0]);
	homebody_stop(&trip.own);
	cpuhp_destroy(hp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_across_a_rung),
		cmocka_unit_test(on_the_way_back),
		cmocka_unit_test(a_ladder_that_stands_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
