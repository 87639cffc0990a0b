/* SPDX-License-Identifier: MIT */
/* Creating a thread: it waits at its gate, has its name and its id, and starts when woken. */
#include "kthread_check.h"

static bool carries_name(pid_t tid, const char *name)
{
	char path[64], comm[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", (int)tid);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(comm, sizeof(comm), file));
	fclose(file);
	comm[strcspn(comm, "\n")] = '\0';
	return !strcmp(comm, name);
}

static void waits_at_its_gate_until_woken(void **state)
{
	struct subject subject = { .result = 7 };
	struct kthread *k = kthread_create(count_turns, &subject, "gate");

	(void)state;
	assert_non_null(k);
	for (int i = 0; i < 200; i++)
		sched_yield();
	wake_spuriously(k);
	assert_int_equal(atomic_load(&subject.nr_entries), 0);
	assert_int_equal(kthread_wake(k), 0);
	wait_for_turns(&subject);
	assert_int_equal(bounded(kthread_stop(k)), 7);
	assert_int_equal(atomic_load(&subject.nr_entries), 1);
}

static void run_creates_and_starts(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "run/%d", 3);

	(void)state;
	assert_non_null(k);
	assert_true(carries_name(kthread_tid(k), "run/3"));
	wait_for_turns(&subject);
	assert_int_equal(bounded(kthread_stop(k)), 0);
	assert_null(kthread_start(NULL));
}

static void carries_its_name_before_it_starts(void **state)
{
	struct kthread *k = kthread_create(count_turns, NULL, "%s", "fifteen-bytes-0123456789");

	(void)state;
	assert_non_null(k);
	assert_true(carries_name(kthread_tid(k), "fifteen-bytes-0"));
	bounded(kthread_stop(k));
}

static void per_cpu_name_receives_the_cpu(void **state)
{
	struct subject subject = { 0 };
	unsigned int cpus[2];
	struct kthread *k;
	char name[16];

	(void)state;
	pick_cpus(cpus);
	snprintf(name, sizeof(name), "service/%u", cpus[1]);
	k = bounded(kthread_create_on_cpu(count_turns, &subject, cpus[1], "service/%u"));
	assert_non_null(k);
	assert_true(carries_name(kthread_tid(k), name));
	assert_int_equal(kthread_cpu(k), cpus[1]);
	bounded(kthread_stop(k));
}

static int know_oneself(void *data)
{
	struct kthread **self = data;

	*self = kthread_self();
	return kthread_tid(kthread_self()) == gettid() && kthread_data(kthread_self()) == data;
}

static void knows_itself(void **state)
{
	struct kthread *self = NULL;
	struct kthread *k = kthread_create(know_oneself, &self, "self");

	(void)state;
	assert_non_null(k);
	assert_ptr_equal(kthread_data(k), &self);
	assert_int_equal(kthread_cpu(k), -1);
	kthread_wake(k);
	wait_for_end(k);
	assert_int_equal(bounded(kthread_stop(k)), 1);
	assert_ptr_equal(self, k);
}

static void other_threads_have_no_own_side(void **state)
{
	(void)state;
	assert_null(kthread_self());
	assert_false(kthread_should_stop());
	assert_false(kthread_should_park());
	assert_false(kthread_should_stop_or_park());
	assert_int_equal(kthread_parkme(), -EPERM);
	assert_int_equal(kthread_sleep(), -EPERM);
	assert_int_equal(kthread_trysleep(), -EPERM);
	assert_int_equal(kthread_fd(), -EPERM);
}

#define assert_refused(call)                                                                       \
	do {                                                                                       \
		errno = 0;                                                                         \
		assert_null(call);                                                                 \
		assert_int_equal(errno, EINVAL);                                                   \
	} while (0)

static void refuses_what_cannot_be(void **state)
{
	struct kthread_attr small = KTHREAD_ATTR_DEFAULT, no_cpu = KTHREAD_ATTR_DEFAULT;
	struct kthread_attr no_node = KTHREAD_ATTR_DEFAULT, huge = KTHREAD_ATTR_DEFAULT;

	(void)state;
	small.stack_bytes = 1;
	huge.stack_bytes = SIZE_MAX;
	no_cpu.per_cpu = true;
	no_node.node = 1023;
	assert_refused(kthread_create(NULL, NULL, "none"));
	assert_refused(kthread_create_attr(&small, count_turns, NULL, "small"));
	assert_refused(kthread_create_attr(&huge, count_turns, NULL, "huge"));
	assert_refused(kthread_create_attr(&no_cpu, count_turns, NULL, "no cpu"));
	assert_refused(kthread_create_attr(&no_node, count_turns, NULL, "no node"));
	assert_refused(kthread_create_on_cpu(count_turns, NULL, CPUMASK_NR_CPUS - 1, "%u"));
	assert_refused(kthread_create_on_cpu(count_turns, NULL, CPUMASK_NR_CPUS, "%u"));
	no_cpu.cpu = -2;
	assert_refused(kthread_create_attr(&no_cpu, count_turns, NULL, "cpu -2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_at_its_gate_until_woken),
		cmocka_unit_test(run_creates_and_starts),
		cmocka_unit_test(carries_its_name_before_it_starts),
		cmocka_unit_test(per_cpu_name_receives_the_cpu),
		cmocka_unit_test(knows_itself),
		cmocka_unit_test(other_threads_have_no_own_side),
		cmocka_unit_test(refuses_what_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
