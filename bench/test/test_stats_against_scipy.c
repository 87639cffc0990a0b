/* SPDX-License-Identifier: MIT */
/* The interval is what scipy's exact test does not reject: just inside yes, just outside no. */
#include "stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define PYTHON "/usr/bin/python3"

static const char script[] =
	"import sys, warnings; from scipy.stats import wilcoxon\n"
	"warnings.simplefilter('error')\n"
	"for line in sys.stdin:\n"
	"    level, low, high, *x = map(float, line.split())\n"
	"    p = lambda at: wilcoxon([v - at for v in x], mode='exact').pvalue\n"
	"    for bound, inwards in ((low, 1e-9), (high, -1e-9)):\n"
	"        if p(bound + inwards) <= 1 - level or p(bound - inwards) > 1 - level:\n"
	"            sys.exit(line)\n";

/* Untied by construction; splitmix64, so that the vectors are the same everywhere. */
static double next_value(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53 - 0.4;
}

static void bounds_are_where_the_test_turns(void **state)
{
	char path[] = "/tmp/parkbench-scipy-XXXXXX", command[128];
	uint64_t seed = 1;
	int fd = mkstemp(path);
	FILE *out;

	(void)state;
	assert_true(fd >= 0);
	fputs(script, out = fdopen(fd, "w"));
	fclose(out);
	snprintf(command, sizeof(command), PYTHON " %s", path);
	out = popen(command, "w");
	assert_non_null(out);
	for (size_t n = 6; n <= 50; n += 4) {
		struct stats_interval interval;
		double values[50];

		for (size_t i = 0; i < n; i++)
			values[i] = next_value(&seed);
		assert_int_equal(stats_signed_rank_interval(values, n, 0.95, &interval), 0);
		fprintf(out, "0.95 %.17g %.17g", interval.low, interval.high);
		for (size_t i = 0; i < n; i++)
			fprintf(out, " %.17g", values[i]);
		fputc('\n', out);
	}
	assert_int_equal(pclose(out), 0);
	remove(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(bounds_are_where_the_test_turns) };

	if (system(PYTHON " -c 'import scipy.stats' 2>/dev/null")) {
		puts("skipped: " PYTHON " with scipy is not installed");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
