/* SPDX-License-Identifier: MIT */
#include "custody.h"

#include "clock.h"
#include "undo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RESTORE_NS 10000000000u

static void name_command(struct journal_entry *entry, char *const *argv)
{
	size_t length = 0;

	for (size_t i = 0; argv && argv[i] && length < sizeof(entry->command); i++)
		length += (size_t)snprintf(entry->command + length, sizeof(entry->command) - length,
					   "%s%s", i ? " " : "", argv[i]);
	for (char *c = entry->command; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = '?';
}

static int refuse_second(const char *dir, char *why, size_t why_size)
{
	struct journal_entry other = { .pid = 0 };

	if (journal_read(dir, &other))
		snprintf(why, why_size, "another real run has the lock in %s", dir);
	else if (journal_is_owner_alive(&other))
		snprintf(why, why_size, "another real run is under way: process %d (%.80s)",
			 (int)other.pid, other.command);
	else
		snprintf(why, why_size,
			 "process %d was killed and its guardian is at work: try again shortly",
			 (int)other.pid);
	settings_fini(&other.settings);
	return -EWOULDBLOCK;
}

/* A journal that nobody holds is a debt; after a reboot there is nothing to pay. */
static int check_debts(const char *dir, char *why, size_t why_size)
{
	struct journal_entry old = { .pid = 0 };
	int ret = journal_read(dir, &old);

	settings_fini(&old.settings);
	if (ret == -ENOENT || (!ret && !journal_is_of_this_boot(&old)))
		return 0;
	if (ret)
		snprintf(why, why_size, "the journal in %s cannot be read (%s): remove it", dir,
			 strerror(-ret));
	else
		snprintf(why, why_size,
			 "process %d was killed and left %s: run 'parkbench restore' first",
			 (int)old.pid, old.is_settings_only ? "knobs turned" : "CPUs off");
	return -EBUSY;
}

static int take_over(struct custody *c, const struct custody_request *request, char *why,
		     size_t why_size)
{
	struct guardian_orders orders = { &c->control, &c->journal, &c->entry };
	int ret = hotplug_control_state(&c->control, &c->entry.state);

	if (!ret)
		ret = journal_sign(&c->entry);
	c->entry.is_settings_only = !request->victims;
	if (request->victims)
		c->entry.victims = *request->victims;
	if (request->settings)
		c->entry.settings = *request->settings;
	snprintf(c->entry.root, sizeof(c->entry.root), "%s",
		 c->control.root ? c->control.root : "");
	name_command(&c->entry, request->argv);
	if (ret) {
		snprintf(why, why_size, "cannot read which CPUs are online: %s", strerror(-ret));
		return ret;
	}
	/*
	 * The guardian first: it knows the state already, and a suite that is killed before it is
	 * at its post leaves no journal, as nothing is owed yet.
	 */
	ret = guardian_start(&orders, &c->guardian);
	if (ret) {
		snprintf(why, why_size, "cannot start the guardian: %s", strerror(-ret));
		return ret;
	}
	ret = journal_write(&c->journal, &c->entry);
	if (ret) {
		snprintf(why, why_size, "cannot write the journal in %s: %s", c->journal.dir,
			 strerror(-ret));
		guardian_dismiss(&c->guardian);
	}
	return ret;
}

int custody_begin(const struct custody_request *request, struct custody *ret_custody, char *why,
		  size_t why_size)
{
	char dir[JOURNAL_PATH_BYTES];
	int ret;

	ret_custody->control = *request->control;
	journal_default_dir(dir);
	if (request->dir)
		snprintf(dir, sizeof(dir), "%s", request->dir);
	ret = journal_open(dir, &ret_custody->journal);
	if (ret == -EWOULDBLOCK)
		return refuse_second(dir, why, why_size);
	if (ret) {
		snprintf(why, why_size, "cannot use %s for the journal: %s; see --journal", dir,
			 strerror(-ret));
		return ret;
	}
	ret = check_debts(dir, why, why_size);
	if (!ret)
		ret = take_over(ret_custody, request, why, why_size);
	if (ret)
		journal_close(&ret_custody->journal);
	ret_custody->is_held = !ret;
	return ret;
}

int custody_end(struct custody *custody, char *why, size_t why_size)
{
	struct undo undo;
	char failure[256];
	int ret;

	if (!custody->is_held)
		return 0;
	custody->is_held = false;
	ret = undo_all(&custody->control, &custody->entry, clock_now_ns() + RESTORE_NS, &undo);
	if (!ret) {
		/* First: from here on nothing is owed, whoever is killed when. */
		ret = journal_remove(custody->journal.dir);
	} else {
		undo_name_failure(&undo, failure, sizeof(failure));
		snprintf(why, why_size, "not as it was: %s: run 'parkbench restore'", failure);
	}
	guardian_dismiss(&custody->guardian);
	journal_close(&custody->journal);
	return ret;
}
