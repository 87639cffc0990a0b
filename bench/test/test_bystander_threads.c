/* SPDX-License-Identifier: MIT */
/* The threads begin where they were told to, look, end when told to, and leave nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bystander.h"
#include "bystander_join.h"
#include "clock.h"
#include "one_block.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#define DEADLINE_NS 60000000000u

static struct bystander_setup setup_on(const struct cpumask *cpus, enum bystander_kind kind)
{
	return (struct bystander_setup){
		.kind = kind, .cpus = *cpus, .max_gaps = 4096, .deadline_ns = DEADLINE_NS
	};
}

static struct cpumask allowed_cpus(void)
{
	struct cpumask allowed;

	cpumask_clear(&allowed);
	assert_int_equal(sched_getaffinity(0, sizeof(allowed), (cpu_set_t *)allowed.bits), 0);
	return allowed;
}

static int nr_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int nr = 0;

	for (struct dirent *entry; dir && (entry = readdir(dir));)
		nr += entry->d_name[0] != '.';
	closedir(dir);
	return nr;
}

static void assert_in_order(const struct gap_log *log)
{
	uint64_t last_ns = log->from_ns;

	for (size_t i = 0; i < log->nr_gaps; i++) {
		assert_true(log->gaps[i].begin_ns >= last_ns);
		assert_true(log->gaps[i].gap_ns >= log->threshold_ns);
		last_ns = log->gaps[i].begin_ns + log->gaps[i].gap_ns;
	}
	assert_true(last_ns <= log->until_ns);
}

static void *nothing(void *arg)
{
	return arg;
}

/* A sanitizer makes a thread of its own beside the first one: before threads are counted. */
static void start_first_thread(void)
{
	pthread_t first;

	assert_int_equal(pthread_create(&first, NULL, nothing, NULL), 0);
	pthread_join(first, NULL);
}

/* A thread that was joined is still listed for a moment. */
static void assert_threads_end(int nr_expected)
{
	uint64_t deadline_ns = clock_now_ns() + DEADLINE_NS;

	while (nr_threads() > nr_expected && clock_now_ns() < deadline_ns)
		sched_yield();
	assert_true(nr_threads() <= nr_expected);
}

static void look_and_stop(enum bystander_kind kind)
{
	struct cpumask allowed = allowed_cpus();
	struct bystander_setup setup = setup_on(&allowed, kind);
	struct bystanders all;
	uint64_t begin_ns, end_ns;
	int nr_before;

	start_first_thread();
	nr_before = nr_threads();
	assert_int_equal(bystanders_start(&setup, &all), 0);
	begin_ns = clock_now_ns();
	assert_int_equal(all.nr, cpumask_weight(&allowed));
	/* Until a deadline has surely passed. */
	clock_sleep_until_ns(begin_ns + 2 * BYSTANDER_PERIOD_NS);
	end_ns = clock_now_ns();
	bystanders_stop(&all);
	for (size_t i = 0; i < all.nr; i++) {
		struct bystander_view view = bystanders_view(&all, i);

		assert_true(cpumask_test_cpu(view.cpu, &allowed));
		assert_int_equal(view.kind, kind);
		assert_false(view.is_displaced);
		assert_true(view.log->from_ns <= begin_ns && view.log->until_ns >= end_ns);
		assert_in_order(view.log);
		if (kind == BYSTANDER_SLEEP)
			assert_true(view.log->nr_gaps > 0);
	}
	bystanders_stop(&all);
	bystanders_fini(&all);
	bystanders_fini(&all);
	assert_threads_end(nr_before);
}

static void spinners_look_and_stop(void **state)
{
	(void)state;
	look_and_stop(BYSTANDER_SPIN);
}

static void sleepers_look_and_stop(void **state)
{
	(void)state;
	look_and_stop(BYSTANDER_SLEEP);
}

static void fini_ends_what_runs(void **state)
{
	struct cpumask allowed = allowed_cpus();
	struct bystander_setup setup = setup_on(&allowed, BYSTANDER_SPIN);
	struct bystanders all;

	(void)state;
	assert_int_equal(bystanders_start(&setup, &all), 0);
	bystanders_fini(&all);
	assert_int_equal(all.nr, 0);
}

static void none_is_no_failure(void **state)
{
	struct bystander_setup setup = { .max_gaps = 1, .deadline_ns = DEADLINE_NS };
	struct bystanders all;

	(void)state;
	assert_int_equal(bystanders_start(&setup, &all), 0);
	assert_int_equal(all.nr, 0);
	bystanders_fini(&all);
}

static void a_cpu_that_is_not_there_is_refused(void **state)
{
	struct cpumask cpus = allowed_cpus();
	struct bystander_setup setup;
	struct bystanders all = { .nr = 77 };

	(void)state;
	cpumask_set_cpu(CPUMASK_NR_CPUS - 1, &cpus);
	setup = setup_on(&cpus, BYSTANDER_SLEEP);
	assert_int_equal(bystanders_start(&setup, &all), -EINVAL);
	assert_int_equal(all.nr, 77);
}

/* The whole way: the driver's windows, and what a bystander on the controller's CPU saw. */
static void a_block_is_joined(void **state)
{
	struct one_block one;
	struct cpumask cpus = { .bits = { 0 } };
	struct bystander_setup setup;
	struct bystanders all;
	struct bystander_row rows[40];
	const struct bystander_scene scene = { .topo = &one.topo, .block = &one.block };
	struct bystander_view view;
	size_t nr;

	(void)state;
	one_block_init(&one, "park", "sleep", 1, 20);
	cpumask_set_cpu(one.setup.controller_cpu, &cpus);
	setup = setup_on(&cpus, BYSTANDER_SLEEP);
	assert_int_equal(bystanders_start(&setup, &all), 0);
	assert_int_equal(driver_run_block(&one.rec, NULL, &one.block), 0);
	bystanders_stop(&all);
	view = bystanders_view(&all, 0);
	assert_int_equal(bystander_join(&scene, &view, rows, &nr), 0);
	assert_int_equal(nr, 40);
	for (size_t i = 0; i < nr; i++) {
		struct window window = bystander_window(&one.block, &one.block.steps[i]);

		assert_true(window.begin_ns >= one.block.started_ns);
		assert_true(window.end_ns <= one.block.started_ns + one.block.steps[i].ended_ns);
		assert_true(window.end_ns >= window.begin_ns);
		assert_true(window.end_ns <= one.block.ended_ns);
		assert_int_equal(rows[i].cpu, one.setup.controller_cpu);
	}
	bystanders_fini(&all);
	one_block_fini(&one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spinners_look_and_stop),
		cmocka_unit_test(sleepers_look_and_stop),
		cmocka_unit_test(fini_ends_what_runs),
		cmocka_unit_test(none_is_no_failure),
		cmocka_unit_test(a_cpu_that_is_not_there_is_refused),
		cmocka_unit_test(a_block_is_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
