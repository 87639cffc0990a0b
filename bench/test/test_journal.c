/* SPDX-License-Identifier: MIT */
/* What the journal keeps, whom its lock keeps out, and that half a journal is none. */
#include "journal.h"
#include "scratch_dir.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <cmocka.h>

static struct scratch scratch;

static int setup(void **state)
{
	(void)state;
	return scratch_init(&scratch);
}

static int teardown(void **state)
{
	(void)state;
	scratch_fini(&scratch);
	return 0;
}

static void fill(struct journal_entry *entry)
{
	*entry = (struct journal_entry){ .command = "run --hotplug sysfs",
					 .root = "/some root",
					 .state.smt = "on" };
	assert_int_equal(journal_sign(entry), 0);
	assert_int_equal(cpumask_parse("1,3,1200", &entry->victims), 0);
	assert_int_equal(cpumask_parse("0-3,5,1199-1300,8191", &entry->state.online), 0);
}

static void comes_back_as_written(void **state)
{
	struct journal journal;
	struct journal_entry entry, back;

	(void)state;
	fill(&entry);
	assert_int_equal(journal_open(scratch.path, &journal), 0);
	assert_int_equal(journal_read(scratch.path, &back), -ENOENT);
	assert_int_equal(settings_add(&entry.settings, "sys/kernel/rcu_expedited", "0"), 0);
	assert_int_equal(settings_add(&entry.settings, "sys/thp/enabled", "always [madvise] never"),
			 0);
	assert_int_equal(journal_write(&journal, &entry), 0);
	assert_int_equal(journal_read(scratch.path, &back), 0);
	assert_true(cpumask_equal(&back.state.online, &entry.state.online));
	assert_true(cpumask_equal(&back.victims, &entry.victims));
	assert_string_equal(back.state.smt, "on");
	assert_string_equal(back.root, "/some root");
	assert_string_equal(back.command, "run --hotplug sysfs");
	assert_int_equal(back.pid, getpid());
	assert_true(journal_is_of_this_boot(&back));
	assert_true(journal_is_owner_alive(&back));
	assert_false(back.is_settings_only);
	assert_int_equal(back.settings.nr, 2);
	assert_string_equal(back.settings.list[0].path, "sys/kernel/rcu_expedited");
	assert_string_equal(back.settings.list[0].was, "0");
	assert_string_equal(back.settings.list[1].was, "always [madvise] never");
	settings_fini(&back.settings);
	entry.is_settings_only = true;
	assert_int_equal(journal_remove(scratch.path), 0);
	assert_int_equal(journal_write(&journal, &entry), 0);
	assert_int_equal(journal_read(scratch.path, &back), 0);
	assert_true(back.is_settings_only);
	settings_fini(&back.settings);
	settings_fini(&entry.settings);
	assert_int_equal(journal_remove(scratch.path), 0);
	assert_int_equal(journal_read(scratch.path, &back), -ENOENT);
	journal_close(&journal);
}

static void half_a_journal_is_none(void **state)
{
	struct journal journal;
	struct journal_entry entry, back;
	char path[96], *text;

	(void)state;
	fill(&entry);
	assert_int_equal(journal_open(scratch.path, &journal), 0);
	assert_int_equal(journal_write(&journal, &entry), 0);
	journal_close(&journal);
	snprintf(path, sizeof(path), "%s/journal", scratch.path);
	text = scratch_read(scratch.path, "journal");
	for (size_t length = 0; length + 1 < strlen(text); length++) {
		assert_int_equal(truncate(path, (off_t)length), 0);
		assert_int_equal(journal_read(scratch.path, &back), -EBADMSG);
		FILE *file = fopen(path, "w");

		fputs(text, file);
		fclose(file);
	}
	free(text);
}

static void one_run_at_a_time(void **state)
{
	struct journal journal, second;
	pid_t child;
	int status;

	(void)state;
	assert_int_equal(journal_open(scratch.path, &journal), 0);
	assert_int_equal(journal_open(scratch.path, &second), -EWOULDBLOCK);
	/* A guardian that outlives the suite keeps others out. */
	child = fork();
	if (child == 0)
		_exit(journal_open(scratch.path, &second) == -EWOULDBLOCK ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	journal_close(&journal);
	assert_int_equal(journal_open(scratch.path, &second), 0);
	journal_close(&second);
}

static void the_dead_are_told_from_the_living(void **state)
{
	struct journal_entry entry;

	(void)state;
	fill(&entry);
	entry.pid_started++; /* another process with the same number */
	assert_false(journal_is_owner_alive(&entry));
	strcpy(entry.boot_id, "another boot");
	assert_false(journal_is_of_this_boot(&entry));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(comes_back_as_written, setup, teardown),
		cmocka_unit_test_setup_teardown(half_a_journal_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(one_run_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(the_dead_are_told_from_the_living, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
