/* SPDX-License-Identifier: MIT */
/* A thread has the name, the stack and the CPU that its kind asks for. */
#include "smpboot_fixture.h"

#include <sys/prctl.h>

/* Below this a sanitizer's own needs would not fit. */
#define STACK_BYTES (2u << 20)

struct seen {
	char name[16];
	size_t stack_bytes;
	unsigned int nr_cpus;
	int cpu;
	atomic_bool is_complete;
};

static void look(unsigned int cpu, void *data)
{
	struct seen *seen = data;
	pthread_attr_t attr;
	struct cpumask cpus = { { 0 } };

	prctl(PR_GET_NAME, seen->name);
	if (!pthread_getattr_np(pthread_self(), &attr)) {
		pthread_attr_getstacksize(&attr, &seen->stack_bytes);
		pthread_attr_destroy(&attr);
	}
	if (sched_getaffinity(0, sizeof(cpus), (cpu_set_t *)cpus.bits) >= 0)
		seen->nr_cpus = cpumask_weight(&cpus);
	seen->cpu = sched_getcpu();
	atomic_store(&seen->is_complete, seen->cpu == (int)cpu);
}

static bool never(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	return false;
}

static void idle(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
}

static void has_what_was_asked_for(void **state)
{
	struct stage *stage = *state;
	struct kthread *store[CPUMASK_NR_CPUS] = { NULL };
	struct seen seen = { .cpu = -1 };
	struct smp_hotplug_thread ht = {
		.store = store,
		.thread_should_run = never,
		.thread_fn = idle,
		.setup = look,
		.data = &seen,
		.thread_comm = "look/%u",
		.stack_bytes = STACK_BYTES,
	};
	char name[32];

	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &ht), 0);
	assert_int_equal(up(stage, 1, CPUHP_ONLINE), 0);
	wait_until(atomic_load(&seen.is_complete));
	snprintf(name, sizeof(name), "look/%u", stage->cpus[1]);
	assert_string_equal(seen.name, name);
	assert_int_equal(seen.stack_bytes, STACK_BYTES);
	assert_int_equal(seen.nr_cpus, 1);
	assert_int_equal(seen.cpu, stage->cpus[1]);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &ht), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { stage_test(has_what_was_asked_for) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
