/* SPDX-License-Identifier: MIT */
/* What the kernel does to its own threads is nobody's loss. */
#include "aftermath.h"
#include "fake_machine.h"

/* kcompactd of 6.1 sets its own mask again whenever a CPU comes. */
static void a_kernel_thread_that_nobody_pinned_is_the_kernels(void **state)
{
	const struct census_origin origin = { *state, FAKE_OWN_PID, NULL };
	const struct fake_task before[] = {
		{ .pid = 2, .name = "kthreadd", .mask = "0,2-3", .flags = FAKE_KTHREAD },
		{ .pid = 51, .name = "kcompactd0", .mask = "0,2-3", .flags = FAKE_KTHREAD },
	};
	struct aftermath a;
	struct cpumask victims;

	fake_task(*state, before[0]);
	fake_task(*state, before[1]);
	cpumask_parse("2", &victims);
	assert_int_equal(aftermath_begin(&origin, &victims, &a), 0);
	fake_task(*state,
		  (struct fake_task){
			  .pid = 51, .name = "kcompactd0", .mask = "0-3", .flags = FAKE_KTHREAD });
	assert_int_equal(aftermath_compare(&a, NULL), 0);
	assert_int_equal(a.nr_rows, 1);
	assert_int_equal(aftermath_nr_foreign(&a), 0);
	aftermath_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(a_kernel_thread_that_nobody_pinned_is_the_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
