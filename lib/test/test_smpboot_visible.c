/* SPDX-License-Identifier: MIT */
/*
 * Who finds a thread while its CPU comes up for the first time finds it complete. The thread
 * sanitizer is the judge: what is looked at is no atomic.
 */
#include "kthread_check.h"

#include <kpark/smpboot.h>

#define NR_ROUNDS 30

static unsigned int cpu;

static bool has_work(unsigned int number, void *data)
{
	(void)number;
	(void)data;
	return false;
}

static void do_work(unsigned int number, void *data)
{
	(void)number;
	(void)data;
}

static void *look(void *arg)
{
	const struct smp_hotplug_thread *ht = arg;
	struct kthread *k;

	while (!(k = smpboot_thread(ht, cpu)))
		sched_yield();
	return (void *)(intptr_t)kthread_tid(k);
}

static void one_round(struct cpuhp *hp, struct kthread **store)
{
	struct smp_hotplug_thread ht = {
		.store = store,
		.thread_should_run = has_work,
		.thread_fn = do_work,
		.thread_comm = "visible/%u",
	};
	struct smpboot *sb = smpboot_create(hp, 10, 20);
	pthread_t looker;
	void *tid;

	assert_int_equal(smpboot_register_percpu_thread(sb, &ht), 0);
	assert_int_equal(pthread_create(&looker, NULL, look, &ht), 0);
	assert_int_equal(bounded(cpu_up(hp, cpu, CPUHP_ONLINE)), 0);
	bounded(pthread_join(looker, &tid));
	assert_int_equal((intptr_t)tid, kthread_tid(smpboot_thread(&ht, cpu)));
	assert_int_equal(bounded(smpboot_unregister_percpu_thread(sb, &ht)), 0);
	assert_int_equal(cpu_down(hp, cpu, CPUHP_OFFLINE), 0);
	assert_int_equal(smpboot_destroy(sb), 0);
}

static void who_finds_it_finds_it_complete(void **state)
{
	unsigned int cpus[2];
	struct kthread **store;
	struct cpuhp *hp;

	(void)state;
	pick_cpus(cpus);
	cpu = cpus[0];
	store = calloc(cpu + 1, sizeof(*store));
	hp = cpuhp_create(cpu + 1);
	for (int i = 0; i < NR_ROUNDS; i++)
		one_round(hp, store);
	cpuhp_destroy(hp);
	free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(who_finds_it_finds_it_complete) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
