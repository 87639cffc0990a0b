/* SPDX-License-Identifier: MIT */
/* Registering is refused where it makes no sense, and safe while CPUs come and go. */
#include "smpboot_fixture.h"

#define NR_ROUNDS 150

static void tells_misuse(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");
	struct smp_hotplug_thread lacking = a->ht;

	assert_null(smpboot_create(stage->hp, 7, 7));
	assert_int_equal(errno, EINVAL);
	assert_null(smpboot_create(stage->hp, 0, 7));
	assert_int_equal(errno, EINVAL);
	assert_null(smpboot_create(stage->hp, 7, ONLINE));
	assert_int_equal(errno, EBUSY);
	assert_null(cpuhp_state_name(stage->hp, 7));
	assert_string_equal(cpuhp_state_name(stage->hp, PREPARE), "threads:prepare");
	assert_string_equal(cpuhp_state_name(stage->hp, ONLINE), "smpboot/threads:online");

	lacking.thread_fn = NULL;
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &lacking), -EINVAL);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), -ENOENT);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), -EEXIST);
	assert_int_equal(smpboot_destroy(stage->sb), -EBUSY);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(smpboot_destroy(NULL), 0);
	free(a);
}

static int register_within(unsigned int cpu, void *data)
{
	struct kind *kind = data;

	(void)cpu;
	assert_int_equal(smpboot_register_percpu_thread(kind->stage->sb, &kind->ht), -EDEADLK);
	assert_int_equal(smpboot_unregister_percpu_thread(kind->stage->sb, &kind->ht), -EDEADLK);
	assert_int_equal(smpboot_destroy(kind->stage->sb), -EDEADLK);
	return 0;
}

static void ladder_callbacks_get_edeadlk(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");
	const struct cpuhp_step step = { "within", register_within, NULL, a };

	assert_int_equal(cpuhp_setup_state(stage->hp, 5, &step), 0);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	free(a);
}

static void *come_and_go(void *data)
{
	struct kind *kind = data;
	uintptr_t nr_errors = 0;

	for (int i = 0; i < NR_ROUNDS; i++) {
		nr_errors += smpboot_register_percpu_thread(kind->stage->sb, &kind->ht) != 0;
		for (int k = 0; k < 2; k++)
			smpboot_wake(&kind->ht, kind->stage->cpus[k]);
		nr_errors += smpboot_unregister_percpu_thread(kind->stage->sb, &kind->ht) != 0;
	}
	return (void *)nr_errors;
}

static bool never(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	return false;
}

static void count_setup(unsigned int cpu, void *data)
{
	atomic_fetch_add(&((struct kind *)data)->nr_work[cpu], 1);
}

static void count_cleanup(unsigned int cpu, bool is_online, void *data)
{
	(void)is_online;
	atomic_fetch_sub(&((struct kind *)data)->nr_work[cpu], 1);
}

/* Two owners register and unregister while CPUs cycle: no deadlock, and every ledger balances. */
static void safe_while_cpus_come_and_go(void **state)
{
	struct stage *stage = *state;
	struct kind *kinds[2] = { new_kind(stage, "A"), new_kind(stage, "B") };
	pthread_t owners[2];
	void *nr_errors;

	for (int i = 0; i < 2; i++) {
		kinds[i]->ht.setup = count_setup;
		kinds[i]->ht.cleanup = count_cleanup;
		kinds[i]->ht.thread_should_run = never;
		assert_int_equal(pthread_create(&owners[i], NULL, come_and_go, kinds[i]), 0);
	}
	for (int i = 0; i < NR_ROUNDS; i++) {
		assert_int_equal(up(stage, i % 2, CPUHP_ONLINE), 0);
		assert_int_equal(down(stage, i % 2, i % 3 ? CPUHP_OFFLINE : PREPARE), 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(owners[i], &nr_errors), 0);
		assert_null(nr_errors);
		for (int k = 0; k < 2; k++)
			assert_int_equal(kinds[i]->nr_work[stage->cpus[k]], 0);
		assert_int_equal(kinds[i]->nr_misplaced, 0);
	}
	assert_int_equal(smpboot_wrong_cpu(stage->sb), 0);
	free(kinds[0]);
	free(kinds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(tells_misuse),
		stage_test(ladder_callbacks_get_edeadlk),
		stage_test(safe_while_cpus_come_and_go),
	};

	alarm(110);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
