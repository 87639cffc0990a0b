/* SPDX-License-Identifier: MIT */
#include "setting.h"

#include "array_grow.h"
#include "clock.h"
#include "sysfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SETTLE_NS 1000000000u
#define PAUSE_NS  100000u

int settings_add(struct settings *settings, const char *path, const char *was)
{
	struct setting *more =
		array_grow(settings->list, settings->nr, &settings->max, sizeof(*more));
	struct setting setting = { strdup(path), strdup(was) };

	if (more)
		settings->list = more;
	if (!more || !setting.path || !setting.was) {
		free(setting.path);
		free(setting.was);
		return -ENOMEM;
	}
	settings->list[settings->nr++] = setting;
	return 0;
}

void settings_fini(struct settings *settings)
{
	for (size_t i = 0; i < settings->nr; i++) {
		free(settings->list[i].path);
		free(settings->list[i].was);
	}
	free(settings->list);
	*settings = (struct settings){ .nr = 0 };
}

/* 1 or 0 for a word that the kernel's module parameters take for a truth value; -1: none. */
static int truth_of(const char *text)
{
	static const char *const words[][5] = { { "0", "N", "n", "off", "no" },
						{ "1", "Y", "y", "on", "yes" } };

	for (int truth = 0; truth < 2; truth++)
		for (size_t i = 0; i < 5; i++)
			if (strcmp(text, words[truth][i]) == 0)
				return truth;
	return -1;
}

/* The same words, however many blanks are between them. */
static bool has_same_words(const char *a, const char *b)
{
	for (;;) {
		size_t length;

		a += strspn(a, " \t");
		b += strspn(b, " \t");
		length = strcspn(a, " \t");
		if (length != strcspn(b, " \t") || memcmp(a, b, length) != 0)
			return false;
		if (!length)
			return true;
		a += length;
		b += length;
	}
}

/* "never [madvise]", "none (full)": where the chosen one begins, and how long it is; or NULL. */
static const char *find_chosen(const char *line, size_t *ret_length)
{
	const char *begin = strpbrk(line, "[(");
	size_t length;

	/* A list has blanks around its choices; anything else is a value with a bracket in it. */
	if (!begin || !strpbrk(line, " \t") || (begin > line && !strchr(" \t", begin[-1])))
		return NULL;
	length = strcspn(begin + 1, *begin == '[' ? "]" : ")");
	if (!begin[1 + length])
		return NULL;
	*ret_length = length;
	return begin + 1;
}

void setting_word(const char *line, char word[static SETTING_VALUE_BYTES])
{
	size_t length = strlen(line);
	const char *chosen = find_chosen(line, &length);

	snprintf(word, SETTING_VALUE_BYTES, "%.*s", (int)length, chosen ? chosen : line);
}

bool setting_shows(const char *line, const char *value)
{
	char word[SETTING_VALUE_BYTES];
	int64_t shown, wanted;

	setting_word(line, word);
	if (has_same_words(word, value))
		return true;
	if (!sysfile_parse_number(word, &shown) && !sysfile_parse_number(value, &wanted))
		return shown == wanted;
	return truth_of(word) >= 0 && truth_of(word) == truth_of(value);
}

/* One write of the whole text: the kernel takes each write for a request of its own. */
static int write_text(const struct hotplug_control *c, const char *path, const char *text)
{
	char full[SYSFILE_PATH_BYTES], why[128];
	const size_t length = strlen(text);
	int fd, ret = 0;
	ssize_t put;

	if (hotplug_control_allowed(c, why, sizeof(why)))
		return -EPERM;
	if (snprintf(full, sizeof(full), "%s/%s", c->root ? c->root : "", path) >=
	    (int)sizeof(full))
		return -ENAMETOOLONG;
	fd = open(full, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do
		put = write(fd, text, length);
	while (put < 0 && errno == EINTR);
	if (put < 0)
		ret = -errno;
	else if ((size_t)put != length)
		ret = -EIO;
	close(fd);
	return ret;
}

static int read_line(const struct hotplug_control *c, const char *path,
		     char line[static SETTING_VALUE_BYTES])
{
	return sysfile_read(c->root, path, line, SETTING_VALUE_BYTES);
}

int setting_write(const struct hotplug_control *c, const char *path, const char *value)
{
	int ret = write_text(c, path, value);
	const uint64_t deadline_ns = clock_now_ns() + SETTLE_NS;
	char line[SETTING_VALUE_BYTES];

	while (!ret) {
		ret = read_line(c, path, line);
		if (!ret && setting_shows(line, value))
			return 0;
		if (!ret && clock_now_ns() >= deadline_ns)
			ret = -EIO;
		if (!ret)
			clock_sleep_until_ns(clock_now_ns() + PAUSE_NS);
	}
	return ret;
}

/* 1: it was not as it had been; 0: it was; else -errno. */
static int restore_one(const struct hotplug_control *c, const struct setting *setting)
{
	char line[SETTING_VALUE_BYTES], word[SETTING_VALUE_BYTES];
	int ret = read_line(c, setting->path, line);

	if (ret || strcmp(line, setting->was) == 0)
		return ret;
	setting_word(setting->was, word);
	ret = setting_write(c, setting->path, word);
	return ret ? ret : 1;
}

/* A governor, its tunables, and what those allow. */
#define PASSES_MAX 3

/* The newest first: one may only be possible under another. */
static struct settings_repair restore_pass(const struct hotplug_control *c,
					   const struct settings *settings)
{
	struct settings_repair repair = { .nr_back = 0 };

	for (size_t i = settings->nr; i-- > 0;) {
		int ret = restore_one(c, &settings->list[i]);

		repair.nr_back += ret > 0;
		if (ret >= 0)
			continue;
		repair.failed = &settings->list[i];
		repair.error = -ret;
	}
	return repair;
}

int settings_restore(const struct hotplug_control *c, const struct settings *settings,
		     struct settings_repair *ret_repair)
{
	struct settings_repair repair = restore_pass(c, settings);
	size_t nr_back = repair.nr_back, nr_new = nr_back;

	/* What failed may need what came after it: a governor's tunables are there under it only.
	 */
	for (size_t i = 1; repair.failed && nr_new && i < PASSES_MAX; i++) {
		repair = restore_pass(c, settings);
		nr_new = repair.nr_back;
		nr_back += nr_new;
	}
	repair.nr_back = nr_back < settings->nr ? nr_back : settings->nr;
	*ret_repair = repair;
	return repair.failed ? -EIO : 0;
}
