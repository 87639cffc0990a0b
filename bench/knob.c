/* SPDX-License-Identifier: MIT */
#include "knob.h"

#include "sysfile.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 65536 /* of all knobs */

static int refuse(char *why, size_t why_size, int error, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int refuse(char *why, size_t why_size, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, why_size, format, args);
	va_end(args);
	return -error;
}

/* What the suite itself moves, and what would move CPUs or tasks behind its back. */
static const char *who_manages(const char *path)
{
	static const struct {
		const char *pattern, *who;
	} managed[] = {
		{ "sys/devices/system/cpu/cpu[0-9]*/online", "--hotplug" },
		{ "sys/devices/system/cpu/cpu[0-9]*/hotplug/*", "--hotplug" },
		{ "sys/devices/system/cpu/smt/*", "--hotplug smt" },
		{ "sys/devices/system/cpu/online", "--hotplug" },
		{ "sys/devices/system/node/*/cpu[0-9]*", "--hotplug" },
		{ "sys/fs/cgroup/*", "--hotplug cpuset" },
		{ "sys/kernel/tracing/*", "the kernel pass" },
		{ "sys/kernel/debug/tracing/*", "the kernel pass" },
	};

	for (size_t i = 0; i < sizeof(managed) / sizeof(managed[0]); i++)
		if (!fnmatch(managed[i].pattern, path, 0))
			return managed[i].who;
	return NULL;
}

static bool is_below(const char *path, const char *dir)
{
	return strncmp(path, dir, strlen(dir)) == 0 && path[strlen(dir)];
}

static int check_path(const char *path, char *why, size_t why_size)
{
	const char *who;

	if ((!is_below(path, "/sys/") && !is_below(path, "/proc/sys/")) || strstr(path, "/../"))
		return refuse(why, why_size, EINVAL,
			      "'%.120s' is no setting of the kernel: give a file below /sys or "
			      "/proc/sys",
			      path);
	if (strpbrk(path, " \t\n"))
		return refuse(why, why_size, EINVAL, "'%.120s' has a blank in its name", path);
	who = who_manages(path + 1);
	if (who)
		return refuse(why, why_size, EINVAL, "'%.120s' is moved by %s: it cannot be a knob",
			      path, who);
	return 0;
}

static int add_value(struct knob *knob, const char *value, char *why, size_t why_size)
{
	if (!*value)
		return refuse(why, why_size, EINVAL, "an empty value: give PATH=V1,V2");
	for (uint32_t i = 0; i < knob->nr_values; i++)
		if (setting_shows(knob->values[i], value))
			return refuse(why, why_size, EINVAL, "'%.60s' and '%.60s' are one value",
				      knob->values[i], value);
	if (knob->nr_values == KNOB_VALUES_MAX)
		return refuse(why, why_size, EINVAL, "more than %d values", KNOB_VALUES_MAX);
	knob->values[knob->nr_values++] = value;
	return 0;
}

/* The file's name; where that alone says nothing ("disable"), with its directory's. */
static void name_knob(struct knob *knob, const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	if (strcmp(name, "disable") == 0)
		for (name -= 2; name > path && *name != '/';)
			name--;
	snprintf(knob->name, sizeof(knob->name), "%s", name + (*name == '/'));
}

static int parse(const char *text, struct knob *knob, char *why, size_t why_size)
{
	char *equals, *rest, *value;
	int ret;

	if (snprintf(knob->text, sizeof(knob->text), "%s", text) >= (int)sizeof(knob->text))
		return refuse(why, why_size, EINVAL, "longer than %d characters", KNOB_TEXT_BYTES);
	equals = strchr(knob->text, '=');
	if (!equals)
		return refuse(why, why_size, EINVAL, "'%.120s' has no values: give PATH=V1,V2",
			      text);
	*equals = '\0';
	ret = check_path(knob->text, why, why_size);
	if (!ret)
		name_knob(knob, knob->text);
	for (rest = equals + 1; !ret && (value = strsep(&rest, ","));)
		ret = add_value(knob, value, why, why_size);
	return ret;
}

int knob_check(const char *text, char *why, size_t why_size)
{
	struct knob knob = { .nr_values = 0 };

	return parse(text, &knob, why, why_size);
}

/* Two knobs, or two names of one knob, may mean one file: policies of cpufreq are shared. */
static bool has_file(const struct settings *settings, size_t from, const char *path)
{
	for (size_t i = from; i < settings->nr; i++)
		if (strcmp(settings->list[i].path, path) == 0)
			return true;
	return false;
}

/* What nothing can be written for: a file without a value, or "(null)" for a name that is none. */
static bool can_be_put_back(const char *line)
{
	char word[SETTING_VALUE_BYTES];

	setting_word(line, word);
	return word[strspn(word, " \t")] && strcmp(word, "(null)") != 0;
}

static int add_file(struct knobs *knobs, const struct knob *knob, const char *path, char *why,
		    size_t why_size)
{
	char line[SETTING_VALUE_BYTES], full[PATH_MAX];
	int ret;

	if (check_path(path, why, why_size))
		return -EINVAL;
	path++;
	if (has_file(&knobs->before, knob->first, path))
		return 0;
	if (has_file(&knobs->before, 0, path) || knobs->before.nr == FILES_MAX)
		return refuse(why, why_size, EINVAL, "/%.120s is given twice", path);
	ret = sysfile_read(knobs->control.root, path, line, sizeof(line));
	if (ret)
		return refuse(why, why_size, EINVAL, "/%.120s cannot be read: %s", path,
			      strerror(-ret));
	if (strchr(line, '\n') || strlen(line) == sizeof(line) - 1)
		return refuse(why, why_size, EINVAL, "/%.120s has more than one line", path);
	if (!can_be_put_back(line))
		return refuse(why, why_size, EINVAL,
			      "/%.120s says '%.60s', which cannot be put back: it cannot be a knob",
			      path, line);
	snprintf(full, sizeof(full), "%s/%s", knobs->control.root ? knobs->control.root : "", path);
	if (access(full, W_OK))
		return refuse(why, why_size, errno == EROFS ? EACCES : errno,
			      "/%.120s cannot be written: %s", path, strerror(errno));
	return settings_add(&knobs->before, path, line);
}

/* The real names: a link may lead to what is no knob. */
static int add_files(struct knobs *knobs, struct knob *knob, char *why, size_t why_size)
{
	const char *root = knobs->control.root ? knobs->control.root : "";
	char pattern[PATH_MAX + KNOB_TEXT_BYTES], real_root[PATH_MAX] = "", real[PATH_MAX];
	glob_t found;
	int ret = 0;

	if (*root && !realpath(root, real_root))
		return refuse(why, why_size, EINVAL, "%.120s: %s", root, strerror(errno));
	snprintf(pattern, sizeof(pattern), "%s%s", real_root, knob->text);
	knob->first = knobs->before.nr;
	if (glob(pattern, 0, NULL, &found))
		return refuse(why, why_size, EINVAL, "there is no file %.160s", knob->text);
	for (size_t i = 0; i < found.gl_pathc && !ret; i++)
		ret = realpath(found.gl_pathv[i], real) &&
				      strncmp(real, real_root, strlen(real_root)) == 0
			      ? add_file(knobs, knob, real + strlen(real_root), why, why_size)
			      : refuse(why, why_size, EINVAL, "%.160s: %s", found.gl_pathv[i],
				       strerror(errno));
	globfree(&found);
	knob->nr_files = knobs->before.nr - knob->first;
	return ret;
}

/* Which of its values @knob has in @setting. */
static const char *value_in(const struct knobs *knobs, size_t knob, uint32_t setting)
{
	for (size_t i = knobs->nr; --i > knob;)
		setting /= knobs->list[i].nr_values;
	return knobs->list[knob].values[setting % knobs->list[knob].nr_values];
}

static int make_labels(struct knobs *knobs)
{
	knobs->labels = calloc(knobs->nr_settings, sizeof(*knobs->labels));
	if (!knobs->labels)
		return -ENOMEM;
	for (uint32_t setting = 0; setting < knobs->nr_settings; setting++) {
		size_t length = 0;

		for (size_t i = 0; i < knobs->nr && length < KNOB_LABEL_BYTES; i++)
			length +=
				(size_t)snprintf(knobs->labels[setting] + length,
						 KNOB_LABEL_BYTES - length, "%s%s=%s", i ? " " : "",
						 knobs->list[i].name, value_in(knobs, i, setting));
		if (length >= KNOB_LABEL_BYTES)
			return -E2BIG;
	}
	return 0;
}

int knobs_resolve(struct knobs *knobs, const struct hotplug_control *control,
		  const char *const *texts, char *why, size_t why_size)
{
	int ret = 0;

	*knobs = (struct knobs){ .control = *control, .nr_settings = 1, .turned_to = -1 };
	if (texts[0] && hotplug_control_allowed(control, why, why_size))
		return -EPERM;
	snprintf(why, why_size, "out of memory");
	for (size_t i = 0; texts[i] && !ret; i++) {
		struct knob *knob = &knobs->list[knobs->nr];

		knobs->given[knobs->nr++] = texts[i];
		ret = parse(texts[i], knob, why, why_size);
		if (!ret)
			ret = add_files(knobs, knob, why, why_size);
		if (!ret)
			knobs->nr_settings *= knob->nr_values;
		if (!ret && knobs->nr_settings > KNOB_SETTINGS_MAX)
			ret = refuse(why, why_size, EINVAL, "more than %d combinations of values",
				     KNOB_SETTINGS_MAX);
	}
	if (!ret && knobs->nr)
		ret = make_labels(knobs);
	if (ret == -E2BIG)
		ret = refuse(why, why_size, EINVAL,
			     "names and values are longer than %d characters", KNOB_LABEL_BYTES);
	return ret;
}

void knobs_fini(struct knobs *knobs)
{
	settings_fini(&knobs->before);
	free(knobs->labels);
	*knobs = (struct knobs){ .nr = 0 };
}

static int refuse_value(const struct setting *file, const char *value, int error, char *why,
			size_t why_size)
{
	const char *name = strerrorname_np(error);

	if (error == EIO)
		return refuse(why, why_size, error,
			      "/%.120s takes '%.60s' and does not show it afterwards", file->path,
			      value);
	return refuse(why, why_size, error, "the kernel does not take '%.60s' for /%.120s: %s (%s)",
		      value, file->path, strerror(error), name ? name : "?");
}

static int try_file(struct knobs *knobs, const struct knob *knob, const struct setting *file,
		    char *why, size_t why_size)
{
	char word[SETTING_VALUE_BYTES];
	const char *value = word;
	int ret;

	setting_word(file->was, word);
	ret = setting_write(&knobs->control, file->path, word);
	for (uint32_t i = 0; i < knob->nr_values && !ret; i++) {
		value = knob->values[i];
		ret = setting_write(&knobs->control, file->path, value);
	}
	if (ret)
		return refuse_value(file, value, -ret, why, why_size);
	ret = setting_write(&knobs->control, file->path, word);
	return ret ? refuse_value(file, word, -ret, why, why_size) : 0;
}

int knobs_try(struct knobs *knobs, char *why, size_t why_size)
{
	int ret = 0;

	for (size_t i = 0; i < knobs->nr; i++) {
		const struct knob *knob = &knobs->list[i];

		for (size_t file = 0; file < knob->nr_files && !ret; file++)
			ret = try_file(knobs, knob, &knobs->before.list[knob->first + file], why,
				       why_size);
	}
	return ret;
}

/* @left: what the block before had it at; NULL: there was none. */
static int turn_file(struct knobs *knobs, const struct setting *file, const char *left,
		     const char *value)
{
	char line[SETTING_VALUE_BYTES];
	int ret = sysfile_read(knobs->control.root, file->path, line, sizeof(line));

	if (ret)
		return ret;
	/* Somebody else changed it, or the CPU's coming back did. */
	knobs->nr_drifted += left && !setting_shows(line, left);
	return setting_shows(line, value) ? 0 : setting_write(&knobs->control, file->path, value);
}

int knobs_turn(struct knobs *knobs, uint32_t setting, char *why, size_t why_size)
{
	for (size_t i = 0; i < knobs->nr; i++) {
		const struct knob *knob = &knobs->list[i];
		const char *value = value_in(knobs, i, setting);
		const char *left = knobs->turned_to < 0
					   ? NULL
					   : value_in(knobs, i, (uint32_t)knobs->turned_to);

		for (size_t nr = 0; nr < knob->nr_files; nr++) {
			const struct setting *file = &knobs->before.list[knob->first + nr];
			int ret = turn_file(knobs, file, left, value);

			if (ret)
				return refuse_value(file, value, -ret, why, why_size);
		}
	}
	knobs->turned_to = (int32_t)setting;
	return 0;
}
