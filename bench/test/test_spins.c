/* SPDX-License-Identifier: MIT */
/* What controllers burn by looking on is counted where there is any, and --spin never means never.
 */
#include "one_block.h"

#include <kpark/kthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NR_CYCLES 5

/* As the controller is: who shares the victim's CPU does not spin. */
static void pin(unsigned int cpu)
{
	struct cpumask own;

	cpumask_clear(&own);
	cpumask_set_cpu(cpu, &own);
	assert_int_equal(sched_setaffinity(0, sizeof(own), (cpu_set_t *)own.bits), 0);
}

static struct spin_result run(const char *contender, uint64_t spin_ns, size_t *ret_nr_cpus)
{
	static struct cpumask allowed;
	struct spin_result spins;
	struct one_block one;

	/* Only once: what pin() leaves is one CPU. */
	if (cpumask_empty(&allowed))
		assert_true(sched_getaffinity(0, sizeof(allowed), (cpu_set_t *)allowed.bits) >= 0);
	assert_int_equal(sched_setaffinity(0, sizeof(allowed), (cpu_set_t *)allowed.bits), 0);
	one_block_init(&one, contender, "sleep", 2, NR_CYCLES);
	one.setup.spin_ns = spin_ns;
	*ret_nr_cpus = cpumask_weight(&allowed);
	pin(one.setup.controller_cpu);
	assert_int_equal(driver_run_block(&one.rec, NULL, &one.block), 0);
	spins = one.block.spins;
	one_block_fini(&one);
	return spins;
}

static void the_library_spins_and_it_shows(void **state)
{
	struct spin_result spins;
	size_t nr_cpus;

	(void)state;
	spins = run("park", KTHREAD_SPIN_NS_DEFAULT, &nr_cpus);
	assert_true(spins.is_known);
	assert_true(spins.nr_won <= spins.nr_waits);
	/* On one CPU it is never tried. */
	assert_int_equal(spins.nr_waits > 0, nr_cpus > 1);
	assert_int_equal(spins.spun_ns > 0, nr_cpus > 1);
}

static void never_is_never(void **state)
{
	struct spin_result spins;
	size_t nr_cpus;

	(void)state;
	spins = run("park", 0, &nr_cpus);
	assert_true(spins.is_known);
	assert_int_equal(spins.nr_waits, 0);
	assert_int_equal(spins.spun_ns, 0);
}

static void who_only_blocks_has_no_count(void **state)
{
	size_t nr_cpus;

	(void)state;
	assert_false(run("recreate", KTHREAD_SPIN_NS_DEFAULT, &nr_cpus).is_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_library_spins_and_it_shows),
		cmocka_unit_test(never_is_never),
		cmocka_unit_test(who_only_blocks_has_no_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
