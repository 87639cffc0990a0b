/* SPDX-License-Identifier: MIT */
/* Which CPUs are measured: by placement, by number, every pair; on a machine of four cores. */
#include "limits_sites.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct topology topo;
static struct limits_sites sites;

/* The machine as given, all of it ours. */
static int load(void **state)
{
	(void)state;
	setenv("HWLOC_SYNTHETIC", "package:2 numa:1 l3:1 core:2 pu:2", 1);
	return topology_load(&topo);
}

static int unload(void **state)
{
	(void)state;
	topology_fini(&topo);
	return 0;
}

static int make(const struct limits_options *o, struct option_why *why)
{
	return limits_sites_make(o, &topo, &sites, why);
}

static struct limits_options options(void)
{
	return (struct limits_options){ .rounds = 6, .samples = 1, .threads_max = 64 };
}

static void one_pair_of_each_distance(void **state)
{
	static const char *const names[] = { "same", "sibling", "cache", "remote" };
	struct limits_options o = options();
	struct option_why why;

	(void)state;
	assert_int_equal(make(&o, &why), 0);
	assert_int_equal(sites.nr_pairs, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(sites.pairs[i].name, names[i]);
		assert_int_equal(sites.pairs[i].near_cpu, 0);
	}
	assert_int_equal(sites.pairs[0].far_cpus[0], 0);
	assert_int_equal(sites.pairs[3].far_cpus[0], 4);
	/* 16 and 64 threads: on CPU 0, on CPU 4, on all eight. */
	assert_int_equal(sites.nr_many, 6);
	assert_int_equal(sites.many[0].nr_threads, 16);
	assert_int_equal(sites.many[5].nr_threads, 64);
	assert_int_equal(sites.many[5].nr_far_cpus, 8);
	assert_string_equal(sites.many[5].name, "all");
	limits_sites_fini(&sites);
}

static void the_first_named_is_near(void **state)
{
	struct limits_options o = options();
	struct option_why why;

	(void)state;
	o.cpus = "5,2";
	o.threads_max = 1;
	assert_int_equal(make(&o, &why), 0);
	assert_int_equal(sites.nr_pairs, 2);
	assert_int_equal(sites.pairs[1].near_cpu, 5);
	assert_int_equal(sites.pairs[1].far_cpus[0], 2);
	assert_string_equal(sites.pairs[1].name, "remote");
	assert_int_equal(sites.nr_many, 0);
	limits_sites_fini(&sites);
}

static void placements_that_are_not_there_are_refused(void **state)
{
	struct limits_options o = options();
	struct option_why why;

	(void)state;
	o.is_placement_given = true;
	o.placements[TOPO_SIBLING] = true;
	assert_int_equal(make(&o, &why), 0);
	assert_int_equal(sites.nr_pairs, 1);
	limits_sites_fini(&sites);
	o.placements[TOPO_NODE] = true;
	assert_int_equal(make(&o, &why), -EINVAL);
	assert_non_null(strstr(why.text, "--placement node"));
}

static void bad_cpus_are_refused(void **state)
{
	struct limits_options o = options();
	struct option_why why;

	(void)state;
	o.cpus = "0-2";
	assert_int_equal(make(&o, &why), -EINVAL);
	assert_non_null(strstr(why.text, "one or two"));
	o.cpus = "8";
	assert_int_equal(make(&o, &why), -EINVAL);
	o.cpus = "nonsense:1";
	assert_int_equal(make(&o, &why), -EINVAL);
}

static void the_matrix_has_every_ordered_pair(void **state)
{
	struct limits_options o = options();
	struct option_why why;
	bool is_seen[8][8] = { { false } };

	(void)state;
	o.is_matrix = true;
	assert_int_equal(make(&o, &why), 0);
	assert_int_equal(sites.nr_pairs, 64);
	assert_int_equal(sites.nr_many, 0);
	for (size_t i = 0; i < 64; i++) {
		bool *seen = &is_seen[sites.pairs[i].near_cpu][sites.pairs[i].far_cpus[0]];

		assert_false(*seen);
		*seen = true;
	}
	limits_sites_fini(&sites);
}

static int parse(char *const *words, struct limits_options *o, struct option_why *why)
{
	int argc = 0;

	while (words[argc])
		argc++;
	return limits_options_parse(SUITE_LIMITS, argc, (char **)words, o, why);
}

static void the_command_line_is_read(void **state)
{
	char *good[] = { "limits", "--cpus=1,0", "--rounds",	  "7",	  "--samples", "9",
			 "--seed", "3",		 "--threads-max", "4096", "--goals",   "--out",
			 "x",	   NULL };
	char *matrix[] = { "limits", "--matrix", NULL };
	char *twice[] = { "limits", "--seed", "1", "--seed", "2", NULL };
	struct limits_options o;
	struct option_why why;

	(void)state;
	assert_int_equal(parse(good, &o, &why), 0);
	assert_string_equal(o.cpus, "1,0");
	assert_int_equal(o.rounds, 7);
	assert_int_equal(o.samples, 9);
	assert_int_equal(o.seed, 3);
	assert_int_equal(o.threads_max, 4096);
	assert_true(o.is_goals_only);
	assert_string_equal(o.out, "x");
	assert_int_equal(parse(matrix, &o, &why), 0);
	assert_true(o.is_matrix && o.rounds == 6 && o.samples == 20);
	assert_int_equal(parse(matrix + 1, &o, &why), 0); /* its own name is skipped */
	assert_true(!o.is_matrix && o.rounds == 20 && o.samples == 100);
	assert_int_equal(parse(twice, &o, &why), -EINVAL);
	assert_non_null(strstr(why.text, "given twice"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_pair_of_each_distance),
		cmocka_unit_test(the_first_named_is_near),
		cmocka_unit_test(placements_that_are_not_there_are_refused),
		cmocka_unit_test(bad_cpus_are_refused),
		cmocka_unit_test(the_matrix_has_every_ordered_pair),
		cmocka_unit_test(the_command_line_is_read),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
