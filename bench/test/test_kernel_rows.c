/* SPDX-License-Identifier: MIT */
/* The kernel's steps and calls find our steps, by CPU and time; what is missing is a row too. */
#include "kernel_rows.h"
#include "kstep_fixture.h"

#include <errno.h>

#define FIRST_NS 1000000u

static const char states[] = "  0: offline\n  1: threads:prepare\n156: smpboot/threads:online\n";

struct house {
	struct fixture *fixture;
	struct kernel_rows rows;
	struct step_sample samples[4];
	struct block block;
	struct kernel_block traced;
	struct kstep *steps;
};

static const char *name_function(void *fixture, uint64_t address)
{
	return fixture_function(fixture, address);
}

/* CPU 1 goes and comes, then CPU 2: the first half of the recorded stream. */
static void house_init(struct house *house, const char *name)
{
	size_t nr = 0;

	memset(house, 0, sizeof(*house));
	house->fixture = fixture_load(name);
	house->steps = fixture_pair(house->fixture->marks, house->fixture->nr_marks,
				    &house->traced.nr_steps);
	assert_int_equal(kernel_rows_init(&house->rows, states), 0);
	house->block = (struct block){ .index = 7,
				       .started_ns = house->steps[0].begin_ns - FIRST_NS,
				       .ended_ns = UINT64_MAX,
				       .steps = house->samples };
	/* An operation begins with an outermost step in another direction than the one before. */
	for (size_t i = 0; i < house->traced.nr_steps && nr < 4; i++) {
		const struct kstep *step = &house->steps[i];

		if (step->depth ||
		    (nr && (house->samples[nr - 1].action == PLAN_ONLINE) == step->is_up))
			continue;
		house->samples[nr] = (struct step_sample){
			.seq = nr,
			.cpu = step->cpu,
			.real_cpu = step->cpu,
			.action = step->is_up ? PLAN_ONLINE : PLAN_OFFLINE,
			.started_ns = step->begin_ns - house->block.started_ns - 1,
		};
		nr++;
	}
	assert_int_equal(nr, 4);
	house->block.nr_steps = nr;
	house->traced.block = &house->block;
	house->traced.steps = house->steps;
}

static void house_add(struct house *house)
{
	const struct kernel_namer namer = { name_function, house->fixture };

	assert_int_equal(kernel_rows_add(&house->rows, &house->traced, &namer), 0);
}

static void house_fini(struct house *house)
{
	kernel_rows_fini(&house->rows);
	free(house->steps);
	free(house->fixture);
}

static void steps_find_ours(void **state)
{
	struct house house;
	size_t nr_parks = 0, nr_joined = 0;

	(void)state;
	house_init(&house, "cpuhp-6.1-plain.trace");
	house.block.ended_ns = house.steps[house.traced.nr_steps / 2].begin_ns - 1;
	house_add(&house);
	assert_int_equal(house.rows.nr_steps, house.traced.nr_steps);
	for (size_t i = 0; i < house.rows.nr_steps; i++) {
		const struct kstep_row *row = &house.rows.steps[i];
		const struct step_sample *ours = &house.samples[row->origin.seq];

		assert_int_equal(row->origin.block, 7);
		assert_int_equal(row->origin.status, KERNEL_OK);
		/* What comes when the block is over belongs to no step of it. */
		assert_int_equal(row->origin.is_joined, row->step.begin_ns <= house.block.ended_ns);
		if (!row->origin.is_joined)
			continue;
		nr_joined++;
		assert_int_equal(ours->cpu, row->step.cpu);
		assert_int_equal(ours->action == PLAN_ONLINE, row->step.is_up);
		if (strcmp(row->function, "smpboot_park_threads") != 0)
			continue;
		nr_parks++;
		assert_int_equal(row->origin.state, 156);
		assert_string_equal(row->origin.state_name, "smpboot/threads:online");
	}
	assert_true(nr_joined > 100);
	assert_int_equal(nr_parks, 2);
	house_fini(&house);
}

static void lost_events_spoil_the_block(void **state)
{
	struct house house;

	(void)state;
	house_init(&house, "cpuhp-6.12-plain.trace");
	house.traced.nr_lost = 3;
	house.steps[5].fate = KSTEP_NO_EXIT;
	house_add(&house);
	for (size_t i = 0; i < house.rows.nr_steps; i++) {
		const struct kernel_origin *origin = &house.rows.steps[i].origin;

		assert_int_equal(origin->status, i == 5 ? KERNEL_BLANK : KERNEL_SPOILED);
		assert_string_equal(origin->reason, "3 events of the block were lost");
	}
	house_fini(&house);
}

static void unseen_step_is_a_blank_row(void **state)
{
	struct house house;
	const struct kstep_row *row;

	(void)state;
	house_init(&house, "cpuhp-6.1-plain.trace");
	house.traced.nr_steps = 0;
	house.samples[1].status = STEP_REFUSED;
	house.samples[2].status = STEP_NO_OP;
	house_add(&house);
	assert_int_equal(house.rows.nr_steps, 2);
	row = &house.rows.steps[1];
	assert_false(row->is_shown);
	assert_int_equal(row->origin.seq, 3);
	assert_int_equal(row->origin.status, KERNEL_BLANK);
	assert_string_equal(row->origin.reason, "the trace shows nothing of this step");
	house_fini(&house);
}

/* A CPU is fresh until it is led down, whether its first way up has succeeded or not. */
static void first_online_is_told_once(void **state)
{
	struct house house;
	bool was_down = false;
	size_t nr_first = 0;

	(void)state;
	house_init(&house, "cpuhp-6.12-plain.trace");
	house.rows.is_fresh_known = true;
	cpumask_set_cpu(1, &house.rows.fresh);
	/* As if the recording had begun with the first way up. */
	for (; !house.traced.steps->is_up; house.traced.nr_steps--)
		house.traced.steps++;
	house_add(&house);
	for (size_t i = 0; i < house.rows.nr_steps; i++) {
		const struct kstep_row *row = &house.rows.steps[i];

		if (!row->is_shown)
			continue;
		was_down |= row->step.cpu == 1 && !row->step.is_up;
		assert_true(row->origin.is_first_online_known);
		nr_first += row->origin.is_first_online;
		assert_int_equal(row->origin.is_first_online, row->step.cpu == 1 && !was_down);
	}
	assert_true(was_down);
	assert_true(nr_first > 20);
	house_fini(&house);
}

/* A call belongs to the innermost step of its own task, not of its CPU or its time. */
static void calls_find_their_step(void **state)
{
	const struct kstep steps[] = {
		{ .cpu = 1, .tid = 5, .state = 236, .begin_ns = 2000100, .end_ns = 2000900 },
		{ .cpu = 1,
		  .tid = 94,
		  .state = 156,
		  .begin_ns = 2000200,
		  .end_ns = 2000300,
		  .depth = 1 },
	};
	const struct kcall calls[] = {
		{ .tid = 94, .begin_ns = 2000210, .end_ns = 2000220 },
		{ .tid = 5, .begin_ns = 2000215, .end_ns = 2000220 },
		{ .tid = 94, .begin_ns = 2000400, .end_ns = 2000410 },
		{ .tid = 7, .begin_ns = 2000215, .end_ns = 2000220 },
		{ .tid = 5, .begin_ns = 2000950, .fate = KCALL_NO_RETURN },
	};
	static const int32_t expected[] = { 156, 236, 0, 0, 0 };
	struct house house;

	(void)state;
	house_init(&house, "cpuhp-6.1-plain.trace");
	house.block.started_ns = 2000000;
	house.samples[0] = (struct step_sample){ .real_cpu = 1 };
	house.block.nr_steps = 1;
	house.traced.steps = steps;
	house.traced.nr_steps = 2;
	house.traced.calls = calls;
	house.traced.nr_calls = 5;
	house_add(&house);
	assert_int_equal(house.rows.nr_calls, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct kernel_origin *origin = &house.rows.calls[i].origin;

		assert_int_equal(origin->is_in_step, expected[i] != 0);
		assert_int_equal(origin->is_joined, expected[i] != 0);
		assert_int_equal(origin->state, expected[i]);
		assert_int_equal(origin->status, i == 4 ? KERNEL_BLANK : KERNEL_OK);
	}
	house_fini(&house);
}

static void reason_outlives_its_text(void **state)
{
	struct kernel_rows rows;
	struct block block = { .index = 3 };
	char why[] = "be root";

	(void)state;
	assert_int_equal(kernel_rows_init(&rows, NULL), 0);
	assert_int_equal(kernel_rows_add_blank_steps(&rows, &block, why), 0);
	assert_int_equal(kernel_rows_add_blank_calls(&rows, &block, why), 0);
	memset(why, 'x', sizeof(why) - 1);
	assert_string_equal(rows.steps[0].origin.reason, "be root");
	assert_string_equal(rows.calls[0].origin.reason, "be root");
	assert_int_equal(rows.calls[0].origin.block, 3);
	assert_string_equal(kernel_status_name(rows.calls[0].origin.status), "blank");
	kernel_rows_fini(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_find_ours),
		cmocka_unit_test(lost_events_spoil_the_block),
		cmocka_unit_test(unseen_step_is_a_blank_row),
		cmocka_unit_test(first_online_is_told_once),
		cmocka_unit_test(calls_find_their_step),
		cmocka_unit_test(reason_outlives_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
