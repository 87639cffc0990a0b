/* SPDX-License-Identifier: MIT */
/*
 * The suite is killed at any moment while it toggles CPUs of a tree of files: the mask is what it
 * was, holes included. Without its guardian the journal says what is owed.
 */
#include "clock.h"
#include "custody.h"
#include "fake_root.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#define NR_KILLS    50
#define PATIENCE_NS 30000000000u

static const unsigned int victims[] = { 1, 2, 5, 1200 };

#define NR_VICTIMS (sizeof(victims) / sizeof(victims[0]))

/* CPU 0 has no control file, 3 is offline, 4 is not there. */
static void make_tree(const char *root)
{
	static const unsigned int cpus[] = { 1, 2, 3, 5, 1200 };
	char path[128];

	fake_file(root, "sys/devices/system/cpu/cpu0/topology/core_id", "0");
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
		snprintf(path, sizeof(path), "sys/devices/system/cpu/cpu%u/online", cpus[i]);
		fake_file(root, path, cpus[i] == 3 ? "0" : "1");
	}
}

static void assert_as_made(const struct hotplug_control *control)
{
	struct cpumask now, made;
	char list[128];

	assert_int_equal(hotplug_control_mask(control, &now), 0);
	cpumask_parse("0-2,5,1200", &made);
	cpumask_format(&now, list, sizeof(list));
	if (!cpumask_equal(&now, &made))
		fail_msg("online is %s", list);
}

/* The suite: takes custody, tells its guardian's pid, and toggles until it is killed. */
static void be_the_suite(const struct hotplug_control *control, const char *dir, int to_test)
{
	struct custody custody = { .is_held = false };
	struct cpumask mask = { .bits = { 0 } };
	struct custody_request request = { .control = control, .victims = &mask, .dir = dir };
	char why[256];

	setpgid(0, 0);
	for (size_t i = 0; i < NR_VICTIMS; i++)
		cpumask_set_cpu(victims[i], &mask);
	if (custody_begin(&request, &custody, why, sizeof(why)) ||
	    write(to_test, &custody.guardian.pid, sizeof(pid_t)) != sizeof(pid_t))
		_exit(1);
	for (unsigned int i = 0;; i++)
		hotplug_control_write(control, victims[i % NR_VICTIMS], i / NR_VICTIMS % 3 == 0);
}

/* Returns the suite's pid once it toggles. */
static pid_t start_suite(const struct hotplug_control *control, const char *dir,
			 pid_t *ret_guardian)
{
	int ends[2];
	pid_t suite;

	assert_int_equal(pipe(ends), 0);
	suite = fork();
	if (suite == 0)
		be_the_suite(control, dir, ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], ret_guardian, sizeof(*ret_guardian)), sizeof(pid_t));
	close(ends[0]);
	return suite;
}

/* When nobody holds the lock any more the guardian has ended. */
static void await_lock(const char *dir, struct journal *ret_journal)
{
	uint64_t deadline_ns = clock_now_ns() + PATIENCE_NS;

	while (journal_open(dir, ret_journal)) {
		assert_true(clock_now_ns() < deadline_ns);
		clock_sleep_until_ns(clock_now_ns() + 100000);
	}
}

static void killed_at_any_moment(void **state)
{
	const struct hotplug_control control = { .root = *state };
	char dir[128];

	make_tree(*state);
	snprintf(dir, sizeof(dir), "%s/journal.d", (char *)*state);
	srand(1);
	for (int i = 0; i < NR_KILLS; i++) {
		struct journal_entry entry;
		struct journal journal;
		pid_t guardian, suite = start_suite(&control, dir, &guardian);

		clock_sleep_until_ns(clock_now_ns() + (uint64_t)(rand() % 3000) * 1000);
		/* Alone, or with all that it has started; the guardian is in neither group. */
		assert_int_equal(kill(i % 2 ? suite : -suite, SIGKILL), 0);
		assert_int_equal(waitpid(suite, NULL, 0), suite);
		await_lock(dir, &journal);
		assert_as_made(&control);
		assert_int_equal(journal_read(dir, &entry), -ENOENT);
		journal_close(&journal);
	}
}

static void without_guardian_the_journal_is_owed(void **state)
{
	const struct hotplug_control control = { .root = *state };
	struct hotplug_repair repair;
	struct journal_entry entry;
	struct journal journal;
	struct custody second;
	struct cpumask none = { .bits = { 0 } };
	pid_t guardian, suite;
	char dir[128], why[256];
	struct custody_request request = { .control = &control, .victims = &none, .dir = dir };

	make_tree(*state);
	snprintf(dir, sizeof(dir), "%s/journal.d", (char *)*state);
	suite = start_suite(&control, dir, &guardian);
	assert_int_equal(custody_begin(&request, &second, why, sizeof(why)), -EWOULDBLOCK);
	assert_non_null(strstr(why, "under way"));
	assert_int_equal(kill(guardian, SIGKILL), 0);
	assert_int_equal(kill(suite, SIGKILL), 0);
	assert_int_equal(waitpid(suite, NULL, 0), suite);
	await_lock(dir, &journal);
	assert_int_equal(journal_read(dir, &entry), 0);
	journal_close(&journal);
	assert_int_equal(custody_begin(&request, &second, why, sizeof(why)), -EBUSY);
	assert_non_null(strstr(why, "parkbench restore"));
	assert_int_equal(hotplug_control_restore(&control, &entry.state,
						 clock_now_ns() + PATIENCE_NS, &repair),
			 0);
	assert_as_made(&control);
}

static void dismissed_when_all_is_restored(void **state)
{
	const struct hotplug_control control = { .root = *state };
	struct custody custody = { .is_held = false };
	struct cpumask mask = { .bits = { 0 } };
	struct journal journal;
	char dir[128], why[256];
	struct custody_request request = { .control = &control, .victims = &mask, .dir = dir };

	make_tree(*state);
	snprintf(dir, sizeof(dir), "%s/journal.d", (char *)*state);
	assert_int_equal(custody_end(&custody, why, sizeof(why)), 0);
	assert_int_equal(custody_begin(&request, &custody, why, sizeof(why)), 0);
	assert_int_equal(hotplug_control_write(&control, 2, false), 0);
	assert_int_equal(hotplug_control_write(&control, 3, true), 0);
	assert_int_equal(custody_end(&custody, why, sizeof(why)), 0);
	assert_as_made(&control);
	assert_int_equal(journal_open(dir, &journal), 0);
	assert_int_equal(journal_read(dir, &custody.entry), -ENOENT);
	journal_close(&journal);
	/* It has ended, and it was ours to wait for. */
	assert_int_equal(waitpid(-1, NULL, 0), -1);
	assert_int_equal(errno, ECHILD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(killed_at_any_moment, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(without_guardian_the_journal_is_owed,
						fake_root_setup, fake_root_teardown),
		cmocka_unit_test_setup_teardown(dismissed_when_all_is_restored, fake_root_setup,
						fake_root_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
