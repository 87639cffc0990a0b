/* SPDX-License-Identifier: MIT */
/* Who is whose: the kernel's threads, guests, deadlines, ours. */
#include "fake_machine.h"

static void the_kernels_own_threads_do_not_count(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_task(*state, (struct fake_task){
				  .pid = 20, .name = "cpuhp/2", .mask = "2", .flags = FAKE_BOUND });
	fake_task(*state,
		  (struct fake_task){
			  .pid = 21, .name = "irq/9-acpi", .mask = "2", .flags = FAKE_KTHREAD });
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 0);
	assert_int_equal(impact.nr_tasks, 1);
	impact_fini(&impact);
}

static void a_pinned_kernel_thread_needs_no_consent(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_task(*state,
		  (struct fake_task){
			  .pid = 20, .name = "rcuop/1", .mask = "2", .flags = FAKE_KTHREAD });
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_KERNEL_THREAD, IMPACT_MOVES);
	impact_fini(&impact);
}

/* PF_NO_SETAFFINITY alone: a user's thread that the kernel keeps in its place. */
static void a_bound_thread_of_a_user_counts(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_task(*state, (struct fake_task){
				  .pid = 20, .name = "iou-wrk", .mask = "2", .flags = 0x04000000 });
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_TASK, IMPACT_BLOCKS);
	impact_fini(&impact);
}

static void ours_do_not_count(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_task(*state,
		  (struct fake_task){ .pid = FAKE_OWN_PID, .name = "parkbench", .mask = "2" });
	fake_task(*state,
		  (struct fake_task){
			  .pid = FAKE_OWN_PID, .tid = 77778, .name = "park/2", .mask = "2" });
	fake_task(*state,
		  (struct fake_task){
			  .pid = 77790, .name = "perf", .mask = "2", .ppid = FAKE_OWN_PID });
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 0);
	impact_fini(&impact);
}

static void deadline_tasks_are_named_even_if_free(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_task(*state,
		  (struct fake_task){
			  .pid = 20, .name = "dl", .mask = "0-3", .policy = FAKE_DEADLINE });
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_DEADLINE, IMPACT_MOVES);
	impact_fini(&impact);
}

static void guests_are_known_by_their_threads(void **state)
{
	static const char *const names[] = { "CPU 0/KVM", "CPU 127/KVM", "fc_vcpu 3", "vcpu1" };
	static const char *const others[] = { "CPU x/KVM", "CPU 0/KVM2", "fc_vcpu", "vcpus" };
	struct impact impact;

	fake_machine(*state, "0-3");
	for (int i = 0; i < 4; i++) {
		fake_task(*state, (struct fake_task){ .pid = 20,
						      .tid = 20 + i,
						      .name = names[i],
						      .mask = i % 2 ? "2" : "0-3" });
		fake_task(*state,
			  (struct fake_task){ .pid = 40 + i, .name = others[i], .mask = "0-3" });
	}
	impact = fake_impact(*state, "2");
	/* One row of pinned threads, one of the others. */
	assert_int_equal(impact.nr_findings, 2);
	assert_int_equal(impact.findings[0].kind, IMPACT_VCPU);
	assert_int_equal(impact.findings[0].severity, IMPACT_BLOCKS);
	assert_int_equal(impact.findings[0].nr_threads, 2);
	assert_int_equal(impact.findings[1].kind, IMPACT_VCPU);
	assert_int_equal(impact.findings[1].severity, IMPACT_MOVES);
	impact_fini(&impact);
}

static void guests_are_known_by_their_descriptors(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_file(*state, "dev/kvm", "");
	fake_task(*state, (struct fake_task){ .pid = 20, .name = "own-vmm", .mask = "2" });
	fake_link(*state, "proc/20/fd/3", "/dev/null");
	fake_link(*state, "proc/20/fd/14", "anon_inode:kvm-vcpu:0");
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_VCPU, IMPACT_BLOCKS);
	impact_fini(&impact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(the_kernels_own_threads_do_not_count),
		machine_test(a_pinned_kernel_thread_needs_no_consent),
		machine_test(a_bound_thread_of_a_user_counts),
		machine_test(ours_do_not_count),
		machine_test(deadline_tasks_are_named_even_if_free),
		machine_test(guests_are_known_by_their_threads),
		machine_test(guests_are_known_by_their_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
