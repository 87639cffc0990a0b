/* SPDX-License-Identifier: MIT */
/*
 * Work submitted while CPUs come and go is executed once, on its own CPU, or refused; never lost.
 * It is accepted from the moment cpu_up() returns.
 */
#include "smpboot_fixture.h"

#define NR_CYCLES     300
#define NR_SUBMITTERS 2

struct shop {
	struct stage *stage;
	struct kind *kind;
	atomic_bool is_open[2];
	atomic_int nr_accepted[2];
	atomic_bool is_over;
};

static int nth(const struct shop *shop, unsigned int cpu)
{
	return cpu == shop->stage->cpus[0] ? 0 : 1;
}

/* One rung below the threads: open before they are unparked, closed after they have parked. */
static int shop_open(unsigned int cpu, void *data)
{
	struct shop *shop = data;

	atomic_store(&shop->is_open[nth(shop, cpu)], true);
	return 0;
}

static int shop_close(unsigned int cpu, void *data)
{
	struct shop *shop = data;

	atomic_store(&shop->is_open[nth(shop, cpu)], false);
	return 0;
}

/* Wakes in any case: a thread whose CPU is away must not mind. */
static bool submit(struct shop *shop, int i)
{
	unsigned int cpu = shop->stage->cpus[i];
	bool is_accepted = atomic_load(&shop->is_open[i]);

	if (is_accepted) {
		atomic_fetch_add(&shop->nr_accepted[i], 1);
		atomic_fetch_add(&shop->kind->nr_work[cpu], 1);
	}
	smpboot_wake(&shop->kind->ht, cpu);
	return is_accepted;
}

static void *keep_submitting(void *data)
{
	struct shop *shop = data;

	for (int i = 0; !atomic_load(&shop->is_over); i = 1 - i) {
		submit(shop, nth(shop, shop->stage->cpus[i]));
		sched_yield();
	}
	return NULL;
}

static void cycle(struct shop *shop)
{
	for (int i = 0; i < NR_CYCLES; i++) {
		int target = i % 3 ? PREPARE : CPUHP_OFFLINE;
		int first = i % 2, second = nth(shop, shop->stage->cpus[1 - first]);

		first = nth(shop, shop->stage->cpus[first]);
		assert_int_equal(up(shop->stage, first, CPUHP_ONLINE), 0);
		assert_true(submit(shop, first));
		assert_int_equal(up(shop->stage, second, CPUHP_ONLINE), 0);
		assert_true(submit(shop, second));
		assert_int_equal(down(shop->stage, first, target), 0);
		assert_false(submit(shop, first));
		assert_int_equal(down(shop->stage, second, target), 0);
	}
}

static void no_work_is_lost_or_misplaced(void **state)
{
	struct stage *stage = *state;
	struct shop shop = { .stage = stage, .kind = new_kind(stage, "A") };
	const struct cpuhp_step step = { "shop", shop_open, shop_close, &shop };
	pthread_t submitters[NR_SUBMITTERS];

	shop.kind->ht.create = shop.kind->ht.setup = NULL;
	shop.kind->ht.park = shop.kind->ht.unpark = NULL;
	assert_int_equal(cpuhp_setup_state(stage->hp, ONLINE - 1, &step), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &shop.kind->ht), 0);
	for (int i = 0; i < NR_SUBMITTERS; i++)
		assert_int_equal(pthread_create(&submitters[i], NULL, keep_submitting, &shop), 0);
	cycle(&shop);
	atomic_store(&shop.is_over, true);
	for (int i = 0; i < NR_SUBMITTERS; i++)
		assert_int_equal(pthread_join(submitters[i], NULL), 0);

	for (int i = 0; i < 2; i++) {
		assert_int_equal(up(stage, i, CPUHP_ONLINE), 0);
		wait_until(atomic_load(&shop.kind->nr_done[stage->cpus[i]]) ==
			   atomic_load(&shop.nr_accepted[nth(&shop, stage->cpus[i])]));
	}
	assert_true(shop.nr_accepted[0] >= NR_CYCLES);
	assert_int_equal(shop.kind->nr_misplaced, 0);
	assert_int_equal(smpboot_wrong_cpu(stage->sb), 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &shop.kind->ht), 0);
	free(shop.kind);
}

int main(void)
{
	const struct CMUnitTest tests[] = { stage_test(no_work_is_lost_or_misplaced) };

	alarm(110);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
