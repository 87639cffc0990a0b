/* SPDX-License-Identifier: MIT */
/* The words for noise, and what cannot be looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "noise.h"

#include <errno.h>
#include <sched.h>

static void the_worst_figure_decides(void **state)
{
	const struct noise quiet = { .spun_ns = 1000000000, .longest_gap_ns = NOISE_QUIET_GAP_NS };
	struct noise noise = quiet;

	(void)state;
	assert_int_equal(noise_judge(&noise), NOISE_QUIET);
	noise.longest_gap_ns++;
	assert_int_equal(noise_judge(&noise), NOISE_UNEVEN);
	noise.gaps_ns = 20000000;
	assert_int_equal(noise_judge(&noise), NOISE_UNEVEN);
	noise.gaps_ns = 20001000;
	assert_int_equal(noise_judge(&noise), NOISE_NOISY);
	noise = quiet;
	noise.lateness_p99_ns = NOISE_UNEVEN_LATENESS_NS + 1;
	assert_int_equal(noise_judge(&noise), NOISE_NOISY);
	assert_string_equal(noise_level_name(noise_judge(&noise)), "noisy");
}

static void refuses_cpus_that_are_not_there(void **state)
{
	struct noise noise = { .cpu = 77 };

	(void)state;
	assert_int_equal(noise_measure(8191, 20000000, &noise), -EINVAL);
	assert_int_equal(noise_measure(0, 1000, &noise), -EINVAL);
	assert_int_equal(noise.cpu, 77);
}

static void looks_where_it_was_told_to(void **state)
{
	int cpu = sched_getcpu();
	struct noise noise;

	(void)state;
	assert_int_equal(noise_measure((unsigned int)cpu, 20000000, &noise), 0);
	assert_int_equal(noise.cpu, cpu);
	assert_true(noise.nr_wakes > 0);
	assert_true(noise.spun_ns > 0);
	assert_true(noise.lateness_p50_ns <= noise.lateness_p99_ns);
	assert_true(noise.gaps_ns <= noise.spun_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_figure_decides),
		cmocka_unit_test(refuses_cpus_that_are_not_there),
		cmocka_unit_test(looks_where_it_was_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
