/* SPDX-License-Identifier: MIT */
/* --repair-foreign: what an offline took from others is put back, and read back to be there. */
#include "aftermath.h"
#include "fake_machine.h"

#include <errno.h>

#define V1 "sys/fs/cgroup/cpuset/"

/* A kernel that does what it is told, or refuses, or only says that it did. */
struct fake_kernel {
	const char *root;
	int error;
	bool is_lying;
	int nr_calls;
	char order[512];
};

static int fake_set_affinity(void *arg, pid_t tid, const struct cpumask *cpus)
{
	struct fake_kernel *kernel = arg;
	char list[64];

	kernel->nr_calls++;
	cpumask_format(cpus, list, sizeof(list));
	if (!kernel->error && !kernel->is_lying)
		fake_task(kernel->root,
			  (struct fake_task){ .pid = tid, .name = "pinned", .mask = list });
	return kernel->error;
}

static int fake_write_setting(void *arg, const char *path, const char *value)
{
	struct fake_kernel *kernel = arg;

	kernel->nr_calls++;
	strcat(strcat(kernel->order, path), " ");
	if (!kernel->error && !kernel->is_lying)
		fake_file(kernel->root, path, value);
	return kernel->error;
}

static struct repair_ops ops_of(struct fake_kernel *kernel)
{
	return (struct repair_ops){ fake_set_affinity, fake_write_setting, kernel };
}

static struct aftermath begin(const char *root)
{
	const struct census_origin origin = { root, FAKE_OWN_PID, NULL };
	struct aftermath aftermath;
	struct cpumask victims;

	fake_machine(root, "0-3");
	fake_file(root, "proc/self/mounts", "cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0");
	fake_file(root, V1 "top/cpuset.cpus", "1-2");
	fake_file(root, V1 "top/below/cpuset.cpus", "2");
	fake_file(root, "proc/irq/35/smp_affinity_list", "2");
	fake_task(root, (struct fake_task){ .pid = 10, .name = "pinned", .mask = "2" });
	fake_task(root, (struct fake_task){ .pid = 11, .name = "moved by hand", .mask = "0" });
	fake_task(root,
		  (struct fake_task){ .pid = FAKE_OWN_PID, .name = "parkbench", .mask = "2" });
	cpumask_parse("2", &victims);
	assert_int_equal(aftermath_begin(&origin, &victims, &aftermath), 0);
	fake_file(root, V1 "top/cpuset.cpus", "1");
	fake_file(root, V1 "top/below/cpuset.cpus", "");
	fake_file(root, "proc/irq/35/smp_affinity_list", "0-3");
	fake_task(root, (struct fake_task){ .pid = 10, .name = "pinned", .mask = "0-3" });
	fake_task(root, (struct fake_task){ .pid = 11, .name = "moved by hand", .mask = "3" });
	fake_task(root,
		  (struct fake_task){ .pid = FAKE_OWN_PID, .name = "parkbench", .mask = "0-3" });
	return aftermath;
}

/* Parents before children, as a cpuset needs it; ours and somebody else's left alone. */
static void puts_back_what_the_offline_took(void **state)
{
	struct fake_kernel kernel = { .root = *state };
	const struct repair_ops ops = ops_of(&kernel);
	struct aftermath a = begin(*state);

	assert_int_equal(aftermath_compare(&a, &ops), 0);
	assert_int_equal(a.nr_rows, 6);
	assert_int_equal(kernel.nr_calls, 4);
	assert_string_equal(kernel.order, V1 "top/cpuset.cpus " V1 "top/below/cpuset.cpus "
					     "proc/irq/35/smp_affinity_list ");
	assert_int_equal(aftermath_nr_foreign(&a), 0);
	assert_int_equal(aftermath_nr_ours(&a), 1);
	for (size_t i = 0; i < a.nr_rows; i++)
		assert_int_equal(a.rows[i].is_repaired,
				 a.rows[i].is_by_offline && !a.rows[i].is_ours);
	aftermath_fini(&a);
}

static void only_reports_when_not_asked(void **state)
{
	struct aftermath a = begin(*state);

	assert_int_equal(aftermath_compare(&a, NULL), 0);
	assert_int_equal(aftermath_nr_foreign(&a), 4);
	assert_string_equal(aftermath_status(&a.rows[0]), "--repair-foreign was not given");
	aftermath_fini(&a);
}

static void a_refusal_is_told(void **state)
{
	struct fake_kernel kernel = { .root = *state, .error = -EIO };
	const struct repair_ops ops = ops_of(&kernel);
	struct aftermath a = begin(*state);

	assert_int_equal(aftermath_compare(&a, &ops), 0);
	assert_int_equal(aftermath_nr_foreign(&a), 4);
	assert_int_equal(a.rows[0].error, EIO);
	assert_string_equal(aftermath_status(&a.rows[0]), "EIO");
	aftermath_fini(&a);
}

static void accepted_is_not_done(void **state)
{
	struct fake_kernel kernel = { .root = *state, .is_lying = true };
	const struct repair_ops ops = ops_of(&kernel);
	struct aftermath a = begin(*state);

	assert_int_equal(aftermath_compare(&a, &ops), 0);
	assert_int_equal(aftermath_nr_foreign(&a), 4);
	assert_string_equal(aftermath_status(&a.rows[0]), "accepted, but not done");
	aftermath_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(puts_back_what_the_offline_took),
		machine_test(only_reports_when_not_asked),
		machine_test(a_refusal_is_told),
		machine_test(accepted_is_not_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
