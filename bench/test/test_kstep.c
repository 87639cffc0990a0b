/* SPDX-License-Identifier: MIT */
/* Steps of the kernel are paired by CPU, state and task, nested ones too, and nothing is guessed.
 */
#include "kstep_fixture.h"

static const char *const recorded[] = {
	"cpuhp-6.1-first.trace",	"cpuhp-6.1-plain.trace",       "cpuhp-6.1-fail-down.trace",
	"cpuhp-6.1-fail-up.trace",	"cpuhp-6.1-interleaved.trace", "cpuhp-6.12-first.trace",
	"cpuhp-6.12-plain.trace",	"cpuhp-6.12-fail-down.trace",  "cpuhp-6.12-fail-up.trace",
	"cpuhp-6.12-interleaved.trace",
};
static const char *const plain[] = { "cpuhp-6.1-plain.trace", "cpuhp-6.12-plain.trace" };

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static void every_recorded_mark_finds_its_partner(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(recorded); i++) {
		struct fixture *f = fixture_load(recorded[i]);
		size_t nr;
		struct kstep *steps = fixture_pair(f->marks, f->nr_marks, &nr);

		assert_int_equal(2 * nr, f->nr_marks);
		for (size_t j = 0; j < nr; j++) {
			assert_int_equal(steps[j].fate, KSTEP_WHOLE);
			assert_true(steps[j].begin_ns <= steps[j].end_ns);
			assert_true(!j || steps[j - 1].begin_ns <= steps[j].begin_ns);
		}
		free(steps);
		free(f);
	}
}

/* 4 cycles: each parks once on the way down and unparks once on the way up. */
static void every_offline_has_its_park(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		struct fixture *f = fixture_load(plain[i]);
		size_t nr;
		struct kstep *steps = fixture_pair(f->marks, f->nr_marks, &nr);

		assert_int_equal(fixture_count(f, steps, nr, "smpboot_park_threads"), 4);
		assert_int_equal(fixture_count(f, steps, nr, "takedown_cpu"), 4);
		assert_int_equal(fixture_count(f, steps, nr, "smpboot_unpark_threads"), 4);
		assert_int_equal(fixture_count(f, steps, nr, "smpboot_create_threads"), 4);
		for (size_t j = 0; j < nr; j++) {
			const char *name = fixture_function(f, steps[j].function);

			if (!strcmp(name, "smpboot_park_threads")) {
				assert_false(steps[j].is_up);
				assert_int_equal(steps[j].depth, 1);
				assert_int_equal(steps[j].runs_on, steps[j].cpu);
			}
			if (!strcmp(name, "cpuhp_kick_ap_work") || !strcmp(name, "takedown_cpu"))
				assert_int_equal(steps[j].depth, 0);
			if (!strncmp(name, "smpboot_un", 10) || !strncmp(name, "smpboot_cr", 10))
				assert_true(steps[j].is_up);
		}
		free(steps);
		free(f);
	}
}

/* What is inside lies within: in a whole stream no step outlasts the one around it. */
static void nested_steps_lie_inside(void **state)
{
	struct fixture *f = fixture_load("cpuhp-6.12-plain.trace");
	size_t nr, nr_nested = 0;
	struct kstep *steps = fixture_pair(f->marks, f->nr_marks, &nr);
	const struct kstep *outer[4] = { NULL };

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		const struct kstep *step = &steps[i];

		assert_true(step->cpu < 4);
		if (!step->depth) {
			outer[step->cpu] = step;
			continue;
		}
		nr_nested++;
		assert_non_null(outer[step->cpu]);
		assert_true(step->end_ns <= outer[step->cpu]->end_ns);
	}
	assert_true(nr_nested > 40);
	free(steps);
	free(f);
}

static void multi_instances_are_told(void **state)
{
	struct fixture *f = fixture_load("cpuhp-6.1-first.trace");
	size_t nr, nr_multi = 0;
	struct kstep *steps = fixture_pair(f->marks, f->nr_marks, &nr);

	(void)state;
	for (size_t i = 0; i < nr; i++)
		nr_multi += steps[i].is_multi;
	assert_int_equal(nr_multi, fixture_count(f, steps, nr, "trace_rb_cpu_prepare"));
	assert_int_equal(nr_multi, 9); /* three CPUs, three buffers */
	free(steps);
	free(f);
}

/* hotplug/fail: the step around the failure ends with -EAGAIN, what was done is undone upwards. */
static void rollback_goes_the_other_way(void **state)
{
	static const char *const names[] = { "cpuhp-6.1-fail-down.trace",
					     "cpuhp-6.12-fail-down.trace" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct fixture *f = fixture_load(names[i]);
		size_t nr, nr_failed = 0, nr_up = 0;
		struct kstep *steps = fixture_pair(f->marks, f->nr_marks, &nr);

		for (size_t j = 0; j < nr; j++) {
			nr_failed += steps[j].result == -11;
			nr_up += steps[j].is_up;
			if (steps[j].result)
				assert_string_equal(fixture_function(f, steps[j].function),
						    "cpuhp_kick_ap_work");
		}
		assert_int_equal(nr_failed, 2);
		assert_true(nr_up > 5);
		assert_int_equal(fixture_count(f, steps, nr, "takedown_cpu"), 0);
		free(steps);
		free(f);
	}
}

static bool is_same(const struct kstep *a, const struct kstep *b)
{
	return a->fate == b->fate && a->cpu == b->cpu && a->tid == b->tid && a->state == b->state &&
	       a->function == b->function && a->begin_ns == b->begin_ns && a->end_ns == b->end_ns;
}

/* @some without @nr of its steps that are not whole must all be in @all. */
static void assert_all_in(const struct kstep *some, size_t nr_some, const struct kstep *all,
			  size_t nr_all, size_t nr_broken)
{
	for (size_t i = 0; i < nr_some; i++) {
		size_t j = 0;

		if (some[i].fate != KSTEP_WHOLE) {
			nr_broken--;
			continue;
		}
		while (j < nr_all && !is_same(&some[i], &all[j]))
			j++;
		assert_true(j < nr_all);
	}
	assert_int_equal(nr_broken, 0);
}

/* One mark gone, each in turn: one step without begin or end, and no other is touched. */
static void lost_mark_breaks_one_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		struct fixture *f = fixture_load(plain[i]);
		struct kstep_mark *rest = calloc(f->nr_marks, sizeof(*rest));
		size_t nr, nr_left;
		struct kstep *steps = fixture_pair(f->marks, f->nr_marks, &nr);

		for (size_t lost = 0; lost < f->nr_marks; lost++) {
			struct kstep *left;

			memcpy(rest, f->marks, lost * sizeof(*rest));
			memcpy(rest + lost, f->marks + lost + 1,
			       (f->nr_marks - lost - 1) * sizeof(*rest));
			left = fixture_pair(rest, f->nr_marks - 1, &nr_left);
			assert_int_equal(nr_left, nr);
			assert_all_in(left, nr_left, steps, nr, 1);
			free(left);
		}
		free(steps);
		free(rest);
		free(f);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct kstep_mark *left = a, *right = b;

	return left->ns < right->ns ? -1 : left->ns > right->ns;
}

/* Two kernels' streams woven into one, as if both CPUs had been on their way at once. */
static void interleaved_cpus_do_not_mix(void **state)
{
	struct fixture *a = fixture_load(plain[0]), *b = fixture_load(plain[1]);
	struct kstep_mark *both = calloc(a->nr_marks + b->nr_marks, sizeof(*both));
	size_t nr_a, nr_b, nr_both;
	struct kstep *steps_a, *steps_b, *steps;

	(void)state;
	for (size_t i = 0; i < b->nr_marks; i++) {
		b->marks[i].ns += a->marks[0].ns - b->marks[0].ns + 1;
		b->marks[i].cpu += 16;
		/* The same writer and the same kworkers toggle both. */
	}
	steps_a = fixture_pair(a->marks, a->nr_marks, &nr_a);
	steps_b = fixture_pair(b->marks, b->nr_marks, &nr_b);
	memcpy(both, a->marks, a->nr_marks * sizeof(*both));
	memcpy(both + a->nr_marks, b->marks, b->nr_marks * sizeof(*both));
	qsort(both, a->nr_marks + b->nr_marks, sizeof(*both), by_time);
	steps = fixture_pair(both, a->nr_marks + b->nr_marks, &nr_both);
	assert_int_equal(nr_both, nr_a + nr_b);
	assert_all_in(steps_a, nr_a, steps, nr_both, 0);
	assert_all_in(steps_b, nr_b, steps, nr_both, 0);
	free(steps);
	free(steps_b);
	free(steps_a);
	free(both);
	free(b);
	free(a);
}

/* cpuhp_kick_ap_work bears the number of the state that the CPU is in, which may be one of its
 * own steps: the task tells them apart. */
static void state_may_enclose_itself(void **state)
{
	const struct kstep_mark marks[] = {
		{ .kind = KSTEP_ENTER, .ns = 10, .cpu = 1, .tid = 7, .state = 235, .target = 140 },
		{ .kind = KSTEP_ENTER, .ns = 20, .cpu = 1, .tid = 21, .state = 235, .target = 140 },
		{ .kind = KSTEP_EXIT, .ns = 30, .cpu = 1, .tid = 21, .state = 235 },
		{ .kind = KSTEP_EXIT, .ns = 40, .cpu = 1, .tid = 7, .state = 235, .result = -11 },
	};
	size_t nr;
	struct kstep *steps = fixture_pair(marks, ARRAY_SIZE(marks), &nr);

	(void)state;
	assert_int_equal(nr, 2);
	assert_int_equal(steps[0].end_ns, 40);
	assert_int_equal(steps[0].result, -11);
	assert_int_equal(steps[1].end_ns, 30);
	assert_int_equal(steps[1].depth, 1);
	free(steps);
}

static void nothing_is_nothing(void **state)
{
	size_t nr = 1;

	(void)state;
	free(fixture_pair(NULL, 0, &nr));
	assert_int_equal(nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_recorded_mark_finds_its_partner),
		cmocka_unit_test(every_offline_has_its_park),
		cmocka_unit_test(nested_steps_lie_inside),
		cmocka_unit_test(multi_instances_are_told),
		cmocka_unit_test(rollback_goes_the_other_way),
		cmocka_unit_test(lost_mark_breaks_one_step),
		cmocka_unit_test(interleaved_cpus_do_not_mix),
		cmocka_unit_test(state_may_enclose_itself),
		cmocka_unit_test(nothing_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
