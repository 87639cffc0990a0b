/* SPDX-License-Identifier: MIT */
/* pingpong's partner sits on its CPU, loses no token and is gone after finish(). */
#include "block.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* How many threads of this process are called "pingpong"; the last of them in *@ret_tid. */
static unsigned int find_partners(pid_t *ret_tid)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	unsigned int nr = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char path[300], name[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		if (fgets(name, sizeof(name), file) && strcmp(name, "pingpong\n") == 0) {
			*ret_tid = (pid_t)atoi(entry->d_name);
			nr++;
		}
		fclose(file);
	}
	closedir(dir);
	return nr;
}

static void has_one_partner_on_its_cpu(void **state)
{
	unsigned int cpu = usable_cpu();
	struct block block;
	cpu_set_t set;
	pid_t partner;

	(void)state;
	make_block(&block, duty_find("pingpong"), 9);
	assert_int_equal(block.duty->prepare(block.dcs, block.nr, cpu), 0);
	assert_int_equal(find_partners(&partner), 1);
	assert_int_equal(sched_getaffinity(partner, sizeof(set), &set), 0);
	assert_int_equal(CPU_COUNT(&set), 1);
	assert_true(CPU_ISSET(cpu, &set));
	finish_block(&block);
	/* A joined thread leaves /proc a moment later. */
	while (find_partners(&partner))
		sched_yield();
	free_block(&block);
}

/* The thread that sent the token has ended; the next one finds it returned. */
static void token_outlives_its_thread(void **state)
{
	struct block block;
	struct duty_cpu *dc;

	(void)state;
	make_block(&block, duty_find("pingpong"), 1);
	dc = &block.dcs[0];
	prepare_block(&block);
	for (int left = 200; left > 0; left--) {
		assert_int_equal(duty_start(dc), 0);
		while (!dc->duty->has_work(dc))
			sem_wait(&block.tenants[0].woken);
		assert_int_equal(duty_step(dc), 1);
		duty_stop(dc);
	}
	finish_block(&block);
	assert_int_equal(dc->made, 200);
	assert_int_equal(atomic_load(&dc->answered), 200);
	assert_settled(&block);
	free_block(&block);
}

static void an_away_token_is_no_work(void **state)
{
	struct block block;
	struct duty_cpu *dc;

	(void)state;
	make_block(&block, duty_find("pingpong"), 1);
	dc = &block.dcs[0];
	prepare_block(&block);
	/* As after a send to a partner that is slow. */
	atomic_fetch_or(&dc->token, 2u);
	assert_false(dc->duty->has_work(dc));
	duty_post(dc);
	assert_false(dc->duty->has_work(dc));
	assert_int_equal(duty_step(dc), 0);
	atomic_fetch_and(&dc->token, ~2u);
	assert_true(dc->duty->has_work(dc));
	assert_int_equal(duty_step(dc), 2);
	finish_block(&block);
	assert_settled(&block);
	free_block(&block);
}

static void *finish_and_tell(void *arg)
{
	struct block *block = arg;

	finish_block(block);
	atomic_store(&block->tenants[0].should_stop, true);
	return NULL;
}

/* The thread is in the middle of a send: the partner's memory may not go yet. */
static void finish_waits_for_a_send(void **state)
{
	struct block block;
	pthread_t thread;

	(void)state;
	make_block(&block, duty_find("pingpong"), 1);
	prepare_block(&block);
	atomic_fetch_or(&block.dcs[0].token, 4u);
	assert_int_equal(pthread_create(&thread, NULL, finish_and_tell, &block), 0);
	for (int left = 5000; left > 0; left--) {
		assert_false(atomic_load(&block.tenants[0].should_stop));
		sched_yield();
	}
	atomic_fetch_and(&block.dcs[0].token, ~4u);
	pthread_join(thread, NULL);
	assert_settled(&block);
	free_block(&block);
}

static void verify_misses_an_answer(void **state)
{
	struct block block;

	(void)state;
	make_block(&block, duty_find("pingpong"), 1);
	prepare_block(&block);
	duty_step(&block.dcs[0]);
	finish_block(&block);
	assert_int_equal(block.duty->verify(&block.dcs[0]), 0);
	atomic_fetch_add(&block.dcs[0].answered, 1);
	assert_int_equal(block.duty->verify(&block.dcs[0]), -EIO);
	free_block(&block);
}

static void a_cpu_that_cannot_be_used_is_refused(void **state)
{
	struct block block;

	(void)state;
	make_block(&block, duty_find("pingpong"), 2);
	assert_int_equal(block.duty->prepare(block.dcs, 2, 8191), -EINVAL);
	finish_block(&block);
	assert_settled(&block);
	assert_int_equal(block.duty->prepare(block.dcs, 0, usable_cpu()), 0);
	block.duty->finish(block.dcs, 0);
	free_block(&block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_one_partner_on_its_cpu),
		cmocka_unit_test(token_outlives_its_thread),
		cmocka_unit_test(an_away_token_is_no_work),
		cmocka_unit_test(finish_waits_for_a_send),
		cmocka_unit_test(verify_misses_an_answer),
		cmocka_unit_test(a_cpu_that_cannot_be_used_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
