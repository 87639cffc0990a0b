/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include "outfile.h"
#include "sysfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD	   "parkbench-journal 2\n"
#define TAIL	   "end\n"
#define SETTING	   "setting: " /* path, a blank, what it said */
#define LIST_BYTES 32768
#define STARTED	   22 /* field of /proc/PID/stat, counted from 1 */

static int path_of(const char *dir, const char *name, char path[static JOURNAL_PATH_BYTES])
{
	int len = snprintf(path, JOURNAL_PATH_BYTES, "%s/%s", dir, name);

	return len < 0 || len >= JOURNAL_PATH_BYTES ? -ENAMETOOLONG : 0;
}

void journal_default_dir(char dir[static JOURNAL_PATH_BYTES])
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0)
		snprintf(dir, JOURNAL_PATH_BYTES, "/run/parkbench");
	else if (runtime && *runtime == '/')
		snprintf(dir, JOURNAL_PATH_BYTES, "%.400s/parkbench", runtime);
	else
		snprintf(dir, JOURNAL_PATH_BYTES, "/tmp/parkbench-%u", (unsigned int)geteuid());
}

/* When @pid was started, in the kernel's ticks; 0: there is no such process. */
static uint64_t started_of(pid_t pid)
{
	char path[64], text[1024], *field;

	snprintf(path, sizeof(path), "proc/%d/stat", (int)pid);
	if (sysfile_read("", path, text, sizeof(text)))
		return 0;
	field = strrchr(text, ')');
	if (field && (field[2] == 'Z' || field[2] == 'X'))
		return 0; /* dead, and only not yet waited for */
	for (int i = 2; field && i < STARTED; i++)
		field = strchr(field + 1, ' ');
	return field ? strtoull(field, NULL, 10) : 0;
}

static int read_boot_id(char boot_id[static 40])
{
	return sysfile_read("", "proc/sys/kernel/random/boot_id", boot_id, 40);
}

int journal_sign(struct journal_entry *entry)
{
	entry->pid = getpid();
	entry->pid_started = started_of(entry->pid);
	return read_boot_id(entry->boot_id);
}

bool journal_is_of_this_boot(const struct journal_entry *entry)
{
	char boot_id[40];

	return !read_boot_id(boot_id) && strcmp(boot_id, entry->boot_id) == 0;
}

bool journal_is_owner_alive(const struct journal_entry *entry)
{
	return entry->pid_started && started_of(entry->pid) == entry->pid_started;
}

/* mkdir -p, for us alone. */
static int make_dir(const char *dir)
{
	char path[JOURNAL_PATH_BYTES];
	int ret = path_of(dir, "", path);

	if (ret)
		return ret;
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

int journal_open(const char *dir, struct journal *ret_journal)
{
	struct journal journal = { .lock_fd = -1 };
	char path[JOURNAL_PATH_BYTES];
	int ret = make_dir(dir);

	if (!ret)
		ret = path_of(dir, "lock", path);
	if (ret)
		return ret;
	journal.lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (journal.lock_fd < 0)
		return -errno;
	if (flock(journal.lock_fd, LOCK_EX | LOCK_NB)) {
		ret = -errno;
		close(journal.lock_fd);
		return ret;
	}
	snprintf(journal.dir, sizeof(journal.dir), "%s", dir);
	*ret_journal = journal;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (journal->lock_fd >= 0)
		close(journal->lock_fd);
	journal->lock_fd = -1;
}

static void put_mask(FILE *file, const char *key, const struct cpumask *mask)
{
	char list[LIST_BYTES];

	cpumask_format(mask, list, sizeof(list));
	fprintf(file, "%s: %s\n", key, list);
}

static int write_file(const char *dir, const char *name, void (*put)(FILE *file, const void *arg),
		      const void *arg)
{
	char path[JOURNAL_PATH_BYTES];
	struct outfile out;
	int ret = path_of(dir, name, path);

	if (!ret)
		ret = outfile_open(&out, path);
	if (ret)
		return ret;
	put(out.file, arg);
	return outfile_commit(&out, true);
}

static void put_entry(FILE *file, const void *arg)
{
	const struct journal_entry *entry = arg;

	fprintf(file,
		HEAD "boot_id: %s\npid: %d\npid_started: %" PRIu64 "\nroot: %s\ncommand: %s\n",
		entry->boot_id, (int)entry->pid, entry->pid_started, entry->root, entry->command);
	put_mask(file, "victims", &entry->victims);
	fprintf(file, "smt_control: %s\n", entry->state.smt);
	put_mask(file, "online", &entry->state.online);
	fprintf(file, "is_settings_only: %d\n", entry->is_settings_only);
	for (size_t i = 0; i < entry->settings.nr; i++)
		fprintf(file, SETTING "%s %s\n", entry->settings.list[i].path,
			entry->settings.list[i].was);
	fputs(TAIL, file);
}

/* The name of the file, too, has to last. */
static int sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = fsync(fd) ? -errno : 0;
	close(fd);
	return ret;
}

int journal_write(const struct journal *journal, const struct journal_entry *entry)
{
	int ret = write_file(journal->dir, "journal", put_entry, entry);

	return ret ? ret : sync_dir(journal->dir);
}

static int get_text(const char *text, const char *key, char *buf, size_t size)
{
	return sysfile_field(text, key, buf, size) ? -EBADMSG : 0;
}

static int get_number(const char *text, const char *key, int64_t *ret_number)
{
	char value[64];

	if (get_text(text, key, value, sizeof(value)) || sysfile_parse_number(value, ret_number))
		return -EBADMSG;
	return 0;
}

static int get_mask(const char *text, const char *key, struct cpumask *ret_mask)
{
	char list[LIST_BYTES];

	if (get_text(text, key, list, sizeof(list)) || cpumask_parse(list, ret_mask))
		return -EBADMSG;
	return 0;
}

/* @text is changed. */
static int get_settings(char *text, struct settings *settings)
{
	char *rest = text, *line;
	int ret = 0;

	while (!ret && (line = strsep(&rest, "\n"))) {
		char *was;

		if (strncmp(line, SETTING, strlen(SETTING)) != 0)
			continue;
		line += strlen(SETTING);
		was = strchr(line, ' ');
		if (!was)
			return -EBADMSG;
		*was = '\0';
		ret = settings_add(settings, line, was + 1);
	}
	return ret;
}

static int parse(char *text, struct journal_entry *entry)
{
	const size_t length = strlen(text), head = strlen(HEAD);
	int64_t pid = 0, started = 0, is_settings_only = 0;

	/* The last newline has been cut off. */
	if (length < head + 4 || memcmp(text, HEAD, head) != 0 ||
	    strcmp(text + length - 4, "\nend") != 0)
		return -EBADMSG;
	if (get_text(text, "boot_id", entry->boot_id, sizeof(entry->boot_id)) ||
	    get_text(text, "root", entry->root, sizeof(entry->root)) ||
	    get_text(text, "command", entry->command, sizeof(entry->command)) ||
	    get_text(text, "smt_control", entry->state.smt, sizeof(entry->state.smt)) ||
	    get_number(text, "pid", &pid) || get_number(text, "pid_started", &started) ||
	    get_number(text, "is_settings_only", &is_settings_only) ||
	    get_mask(text, "victims", &entry->victims) ||
	    get_mask(text, "online", &entry->state.online) || cpumask_empty(&entry->state.online))
		return -EBADMSG;
	entry->pid = (pid_t)pid;
	entry->pid_started = (uint64_t)started;
	entry->is_settings_only = is_settings_only;
	return get_settings(text, &entry->settings);
}

int journal_read(const char *dir, struct journal_entry *ret_entry)
{
	struct journal_entry entry = { .pid = 0 };
	char path[JOURNAL_PATH_BYTES], *text;
	int ret = path_of(dir, "journal", path);

	if (!ret)
		ret = sysfile_load("", path, &text);
	if (ret)
		return ret;
	ret = parse(text, &entry);
	free(text);
	if (!ret)
		*ret_entry = entry;
	else
		settings_fini(&entry.settings);
	return ret;
}

int journal_remove(const char *dir)
{
	char path[JOURNAL_PATH_BYTES];
	int ret = path_of(dir, "journal", path);

	if (ret)
		return ret;
	if (unlink(path) && errno != ENOENT)
		return -errno;
	return sync_dir(dir);
}

static void put_text(FILE *file, const void *text)
{
	fprintf(file, "%s\n", (const char *)text);
}

int journal_note(const char *dir, const char *text)
{
	return write_file(dir, "last-restore", put_text, text);
}
