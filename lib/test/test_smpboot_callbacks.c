/* SPDX-License-Identifier: MIT */
/*
 * Setup runs once and first, park and unpark alternate, cleanup runs if and only if setup did, and
 * all of them on the thread's CPU.
 */
#include "smpboot_fixture.h"

static void lives_through_cycles(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");

	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	expect_text(stage, "A.create0 A.setup0 ");
	for (int i = 0; i < 200; i++) {
		assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
		expect_text(stage, "A.park0 ");
		assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
		expect_text(stage, "A.unpark0 ");
	}
	do_work(a, 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	expect_text(stage, "A.cleanup-online0 ");
	assert_int_equal(a->nr_misplaced, 0);
	assert_int_equal(smpboot_wrong_cpu(stage->sb), 0);
	free(a);
}

/* Parked and unparked so fast that the thread may see any part of it: still every other one. */
static void callbacks_alternate_however_fast(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");
	const char *at;
	bool is_parked = false;

	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	for (int i = 0; i < 150; i++) {
		assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
		assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
	}
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	do_work(a, 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);

	at = strstr(stage->text, "A.setup0 ");
	assert_non_null(at);
	assert_ptr_equal(at, stage->text + strlen("A.create0 "));
	for (at += strlen("A.setup0 "); *at != '\0' && strncmp(at, "A.cleanup", 9); at++) {
		const char *next = is_parked ? "A.unpark0 " : "A.park0 ";

		assert_memory_equal(at, next, strlen(next));
		at += strlen(next) - 1;
		is_parked = !is_parked;
	}
	assert_false(is_parked);
	assert_string_equal(at, "A.cleanup-online0 ");
	assert_int_equal(a->nr_misplaced, 0);
	free(a);
}

/* Created parked, so parked before its first turn: it gets setup, and no unpark callback. */
static void first_unpark_is_a_setup(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");

	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(up(stage, 0, PREPARE), 0);
	assert_int_equal(kthread_park(smpboot_thread(&a->ht, stage->cpus[0])), 0);
	expect_text(stage, "A.create0 ");
	assert_int_equal(up(stage, 0, ONLINE), 0);
	expect_text(stage, "A.setup0 ");
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	expect_text(stage, "A.cleanup-online0 ");
	free(a);
}

static void no_cleanup_without_setup(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");

	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	assert_int_equal(up(stage, 0, PREPARE), 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	expect_text(stage, "A.create0 ");
	assert_null(smpboot_thread(&a->ht, stage->cpus[0]));
	free(a);
}

static void callbacks_are_optional(void **state)
{
	struct stage *stage = *state;
	struct kind *a = new_kind(stage, "A");

	a->ht.create = a->ht.setup = a->ht.park = a->ht.unpark = NULL;
	a->ht.cleanup = NULL;
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &a->ht), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
		do_work(a, 0);
		assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
	}
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &a->ht), 0);
	expect_text(stage, "");
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(lives_through_cycles),    stage_test(callbacks_alternate_however_fast),
		stage_test(first_unpark_is_a_setup), stage_test(no_cleanup_without_setup),
		stage_test(callbacks_are_optional),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
