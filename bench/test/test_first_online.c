/* SPDX-License-Identifier: MIT */
/* CPUs found offline come up in a block of their own, before and apart from all plans. */
#include "contender.h"
#include "fake_recording.h"
#include "passes.h"
#include "tally.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static char order[64];
static int result_of_2;

static int online(unsigned int cpu, void *step)
{
	(void)step;
	snprintf(order + strlen(order), sizeof(order) - strlen(order), "%u ", cpu);
	return cpu == 2 ? result_of_2 : 0;
}

static struct fake fake;
static struct options options;
static struct passes passes;
/* The first cell is filtered out for the first arm. */
static const bool is_selected[] = { false, true, true };

static int begin(void **state)
{
	(void)state;
	order[0] = '\0';
	result_of_2 = 0;
	fake_init(&fake);
	fake.hotplug = (struct hotplug){ .name = "sysfs", .is_kernels = true, .online = online };
	options = (struct options){ .repetitions = 1 };
	passes = (struct passes){ .options = &options, .is_selected = is_selected };
	passes.rec = fake.rec;
	return passes_init(&passes);
}

static int end(void **state)
{
	(void)state;
	passes_fini(&passes);
	fake_fini(&fake);
	return 0;
}

static void none_is_offline(void **state)
{
	(void)state;
	assert_int_equal(passes_first_online(&passes), 0);
	assert_int_equal(passes.rec.nr_blocks, 0);
}

static void make_room(const char *cpus)
{
	passes_fini(&passes);
	passes.rec = fake.rec;
	cpumask_parse(cpus, &passes.offline);
	assert_int_equal(passes_init(&passes), 0);
}

static void each_is_a_step_that_no_plan_has(void **state)
{
	const struct block *block;
	struct tally tally;

	(void)state;
	make_room("1,3");
	assert_int_equal(passes_first_online(&passes), 0);
	assert_string_equal(order, "1 3 ");
	assert_int_equal(passes.rec.nr_blocks, 1);
	block = passes.rec.blocks;
	assert_string_equal(pass_name(block->pass), "first_online");
	assert_int_equal(block->arm, 1);
	assert_int_equal(block->nr_steps, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct step_sample *s = &block->steps[i];

		assert_int_equal(s->cpu, 1 + 2 * i);
		assert_int_equal(s->action, PLAN_ONLINE);
		assert_int_equal(s->status, STEP_DONE);
		assert_int_equal(s->blank[PHASE_ONLINE], BLANK_NONE);
		assert_int_equal(s->ns[PHASE_ONLINE], s->ended_ns - s->started_ns);
		assert_int_equal(s->blank[PHASE_RESUME], BLANK_NOT_REACHED);
	}
	tally_make(&passes.rec, &tally);
	assert_int_equal(tally.nr_planned, 0);
	assert_int_equal(tally.nr[STEP_DONE], 0);
}

static void one_that_does_not_come_ends_the_run(void **state)
{
	(void)state;
	make_room("1-3");
	result_of_2 = -EIO;
	assert_int_equal(passes_first_online(&passes), -EIO);
	assert_non_null(strstr(passes.why, "CPU 2 was offline and does not come online"));
	assert_string_equal(order, "1 2 ");
	assert_int_equal(passes.rec.blocks[0].steps[1].status, STEP_REFUSED);
	assert_int_equal(passes.rec.blocks[0].steps[1].error, EIO);
	assert_int_equal(passes.rec.blocks[0].steps[2].status, STEP_NOT_TRIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(none_is_offline, begin, end),
		cmocka_unit_test_setup_teardown(each_is_a_step_that_no_plan_has, begin, end),
		cmocka_unit_test_setup_teardown(one_that_does_not_come_ends_the_run, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
