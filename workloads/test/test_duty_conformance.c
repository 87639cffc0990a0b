/* SPDX-License-Identifier: MIT */
/*
 * Every registered duty does exactly the work it accepted, while its threads are stopped and made
 * anew under it, while others post, and whether its partner comes before or after the threads.
 */
#include "block.h"

#define NR_THREADS 3
#define NR_ROUNDS  5
#define NR_POSTS   20

static void *post_to_all(void *arg)
{
	struct block *block = arg;

	for (int left = NR_POSTS; left > 0; left--)
		for (size_t i = 0; i < block->nr; i++)
			duty_post(&block->dcs[i]);
	return NULL;
}

static void wait_until_all_done(struct block *block)
{
	for (size_t i = 0; i < block->nr; i++)
		wait_until_done(&block->dcs[i]);
}

/* Items are posted while the threads stop, while there are none and while the next ones start. */
static void survives_its_threads(const struct duty *duty)
{
	struct block block;
	pthread_t poster;

	make_block(&block, duty, NR_THREADS);
	prepare_block(&block);
	for (int round = 0; round < NR_ROUNDS; round++) {
		start_threads(&block);
		wait_until_all_done(&block);
		assert_int_equal(pthread_create(&poster, NULL, post_to_all, &block), 0);
		stop_threads(&block);
		pthread_join(poster, NULL);
	}
	start_threads(&block);
	wait_until_all_done(&block);
	stop_threads(&block);
	finish_block(&block);
	assert_settled(&block);
	for (size_t i = 0; i < block.nr; i++)
		assert_true(atomic_load(&block.dcs[i].done) >= NR_ROUNDS * NR_POSTS);
	free_block(&block);
}

static void has_threads_longer_than_a_partner(const struct duty *duty)
{
	struct block block;

	make_block(&block, duty, NR_THREADS);
	for (int round = 0; round < NR_ROUNDS; round++) {
		start_threads(&block);
		post_to_all(&block);
		prepare_block(&block);
		post_to_all(&block);
		wait_until_all_done(&block);
		finish_block(&block);
		post_to_all(&block);
		wait_until_all_done(&block);
		stop_threads(&block);
		assert_settled(&block);
	}
	free_block(&block);
}

/* A step does something exactly when there is work. */
static void steps_when_it_has_work(const struct duty *duty)
{
	struct block block;
	struct duty_cpu *dc;

	make_block(&block, duty, 1);
	dc = &block.dcs[0];
	prepare_block(&block);
	assert_int_equal(duty_start(dc), 0);
	duty_post(dc);
	assert_true(duty->has_work(dc));
	assert_true(duty_step(dc) > 0);
	assert_int_equal(duty_backlog(dc), 0);
	for (int left = 1000; left > 0; left--) {
		bool has_work = duty->has_work(dc);
		uint64_t done = atomic_load(&dc->done);
		uint64_t nr_done = duty_step(dc);

		/* A token may come back in between. */
		assert_true(nr_done > 0 || !has_work);
		assert_true(atomic_load(&dc->done) == done + nr_done);
		sched_yield();
	}
	duty_stop(dc);
	finish_block(&block);
	assert_settled(&block);
	free_block(&block);
}

static void needs_nobody_to_wake(const struct duty *duty)
{
	struct duty_cpu dc;

	duty_cpu_init(&dc, duty, 5);
	assert_int_equal(duty->verify(&dc), 0);
	if (duty->prepare)
		assert_int_equal(duty->prepare(&dc, 1, usable_cpu()), 0);
	duty_post(&dc);
	assert_true(duty->verify(&dc) != 0);
	while (!duty->has_work(&dc))
		sched_yield();
	duty_step(&dc);
	if (duty->finish)
		duty->finish(&dc, 1);
	assert_int_equal(duty->verify(&dc), 0);
}

static void for_each_duty(void (*check)(const struct duty *duty))
{
	size_t nr;
	const struct duty *const *list = duty_list(&nr);

	for (size_t i = 0; i < nr; i++)
		check(list[i]);
}

static void all_survive_their_threads(void **state)
{
	(void)state;
	for_each_duty(survives_its_threads);
}

static void all_may_have_threads_longer_than_a_partner(void **state)
{
	(void)state;
	for_each_duty(has_threads_longer_than_a_partner);
}

static void all_step_when_they_have_work(void **state)
{
	(void)state;
	for_each_duty(steps_when_it_has_work);
}

static void all_need_nobody_to_wake(void **state)
{
	(void)state;
	for_each_duty(needs_nobody_to_wake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_survive_their_threads),
		cmocka_unit_test(all_may_have_threads_longer_than_a_partner),
		cmocka_unit_test(all_step_when_they_have_work),
		cmocka_unit_test(all_need_nobody_to_wake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
