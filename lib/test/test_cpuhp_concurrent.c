/* SPDX-License-Identifier: MIT */
/* Movers in many threads are taken one at a time; a reader without the lock sees what it may. */
#include <kpark/cpuhp.h>

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define NR_MOVERS 4
#define NR_CPUS	  8u
#define NR_MOVES  4000
#define RUNG	  5

/* What only the ladder's lock protects is plain memory, so that TSan has something to see. */
struct field {
	struct cpuhp *hp;
	int up[NR_CPUS];
	int nr_inside;
	atomic_int nr_faults;
	atomic_bool is_over;
};

struct mover {
	struct field *field;
	unsigned int seed;
	pthread_t thread;
};

static int enter(struct field *field, unsigned int cpu, int from)
{
	if (field->nr_inside++ || field->up[cpu] != from)
		atomic_fetch_add(&field->nr_faults, 1);
	field->up[cpu] = !from;
	field->nr_inside--;
	return 0;
}

static int startup(unsigned int cpu, void *data)
{
	return enter(data, cpu, 0);
}

static int teardown(unsigned int cpu, void *data)
{
	return enter(data, cpu, 1);
}

static void *move(void *data)
{
	struct mover *mover = data;
	struct field *field = mover->field;
	const struct cpuhp_step step = { "passing", NULL, NULL, NULL };

	for (int i = 0; i < NR_MOVES; i++) {
		unsigned int r = (unsigned int)rand_r(&mover->seed);
		int target = (int)(r >> 8) % (CPUHP_ONLINE + 1);
		int ret = r & 1 ? cpu_up(field->hp, (r >> 4) % NR_CPUS, target)
				: cpu_down(field->hp, (r >> 4) % NR_CPUS, target);

		if (ret && ret != -EINVAL)
			atomic_fetch_add(&field->nr_faults, 1);
		if (r % 16 == 0 && cpuhp_setup_state(field->hp, 9, &step) == 0)
			cpuhp_remove_state(field->hp, 9);
	}
	return NULL;
}

static void *watch(void *data)
{
	struct field *field = data;

	while (!atomic_load(&field->is_over))
		for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
			int state = cpuhp_cpu_state(field->hp, cpu);

			if (state < CPUHP_OFFLINE || state > CPUHP_ONLINE)
				atomic_fetch_add(&field->nr_faults, 1);
		}
	return NULL;
}

static void movers_take_turns(void **state)
{
	struct field field = { .hp = cpuhp_create(NR_CPUS) };
	const struct cpuhp_step step = { "field", startup, teardown, &field };
	struct mover movers[NR_MOVERS];
	pthread_t watcher;

	(void)state;
	assert_non_null(field.hp);
	assert_int_equal(cpuhp_setup_state(field.hp, RUNG, &step), 0);
	assert_int_equal(pthread_create(&watcher, NULL, watch, &field), 0);
	for (unsigned int i = 0; i < NR_MOVERS; i++) {
		movers[i] = (struct mover){ .field = &field, .seed = i + 1 };
		assert_int_equal(pthread_create(&movers[i].thread, NULL, move, &movers[i]), 0);
	}
	for (int i = 0; i < NR_MOVERS; i++)
		assert_int_equal(pthread_join(movers[i].thread, NULL), 0);
	atomic_store(&field.is_over, true);
	assert_int_equal(pthread_join(watcher, NULL), 0);

	assert_int_equal(field.nr_faults, 0);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		assert_int_equal(field.up[cpu], cpuhp_cpu_state(field.hp, cpu) >= RUNG);
	cpuhp_destroy(field.hp);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(movers_take_turns) };

	alarm(110);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
