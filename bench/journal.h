/* SPDX-License-Identifier: MIT */
/*
 * journal - what the machine was like before the first CPU went away, on file.
 *
 * Written before the first write to a control file and removed when everything is back, so that a
 * journal that lies there after a run says: not restored. Its lock admits one real run at a time;
 * the guardian shares it, and so holds it until it has restored.
 */
#ifndef BENCH_JOURNAL_H
#define BENCH_JOURNAL_H

#include "hotplug_control.h"
#include "setting.h"

#include <sys/types.h>

#define JOURNAL_PATH_BYTES 512

struct journal_entry {
	char boot_id[40];	    /* of the kernel that the state belongs to */
	pid_t pid;		    /* of the suite */
	uint64_t pid_started;	    /* as /proc/PID/stat has it: pids come again */
	char root[256];		    /* "" is this machine */
	char command[128];	    /* for people */
	struct cpumask victims;	    /* CPUs that may be away */
	struct hotplug_state state; /* as it was */
	bool is_settings_only;	    /* the run moves no CPUs: they are not to be put back */
	struct settings settings;   /* that the run changes, as they were */
};

struct journal {
	char dir[JOURNAL_PATH_BYTES];
	int lock_fd;
};

/* /run/parkbench for root, else below $XDG_RUNTIME_DIR or /tmp. */
void journal_default_dir(char dir[static JOURNAL_PATH_BYTES]);

/* Fill in who we are; the state is the caller's. 0 or -errno. */
int journal_sign(struct journal_entry *entry);

/**
 * journal_open() - make the directory and take the lock.
 *
 * Return: 0, close with journal_close(); -EWOULDBLOCK somebody has the lock; another -errno.
 */
int journal_open(const char *dir, struct journal *ret_journal);
void journal_close(struct journal *journal);

/* Durably, whole or not at all. 0 or -errno. */
int journal_write(const struct journal *journal, const struct journal_entry *entry);

/*
 * 0, and its settings are to be released; -ENOENT there is none; -EBADMSG not one of ours, or cut
 * off; another -errno.
 */
int journal_read(const char *dir, struct journal_entry *ret_entry);

int journal_remove(const char *dir);

/* Does @entry belong to this kernel, since its boot? Only then is there anything to put back. */
bool journal_is_of_this_boot(const struct journal_entry *entry);

/* Does the process that wrote @entry live? */
bool journal_is_owner_alive(const struct journal_entry *entry);

/* What a guardian has done, for those who come later: a line of text in the directory. */
int journal_note(const char *dir, const char *text);

#endif
