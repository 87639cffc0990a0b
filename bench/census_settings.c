/* SPDX-License-Identifier: MIT */
#include "census_internal.h"

#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPU_DIR "sys/devices/system/cpu"

#define RESCTRL_DIR "sys/fs/resctrl"

int census_add_setting(struct census *census, enum census_kind kind, const char *path,
		       const char *name)
{
	struct census_setting setting = { .kind = kind };
	char *text;
	int err = sysfile_load(census->root, path, &text);

	if (err && err != -ENOMEM) {
		census->nr_unreadable += err != -ENOENT && err != -ENODEV;
		return 0;
	}
	if (err || !*text) {
		if (!err)
			free(text);
		return err;
	}
	/* It was read into a large buffer; there may be many of them. */
	setting.value = strdup(text);
	setting.path = strdup(path);
	free(text);
	census_copy_name(setting.name, sizeof(setting.name), name);
	err = census_make_room((void **)&census->settings, census->nr_settings,
			       &census->max_settings, sizeof(setting));
	if (err || !setting.value || !setting.path) {
		free(setting.value);
		free(setting.path);
		return -ENOMEM;
	}
	census->settings[census->nr_settings++] = setting;
	return 0;
}

/* " 24:  1  0  IO-APIC  5-edge   name": behind the last wide gap of the line of @irq. */
static void name_from_table(const char *table, const char *irq, char *name, size_t size)
{
	char line[256] = "", *gap = NULL;

	if (!table || sysfile_field(table, irq, line, sizeof(line)))
		return;
	for (char *at = line; (at = strstr(at, "  ")); at++)
		gap = at + 2;
	if (gap)
		census_copy_name(name, size, gap);
}

/*
 * The action's name. /proc/interrupts has it too, but with 256 CPUs it is megabytes of counters:
 * only where there is nothing else.
 */
static void name_irq(const struct census *census, const char *irq, const char *table, char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/kernel/irq/%s/actions", irq);
	name[0] = '\0';
	if (sysfile_read(census->root, path, name, CENSUS_NAME_SIZE))
		name_from_table(table, irq, name, CENSUS_NAME_SIZE);
}

/* Lines of /proc/interrupts without the blanks before their number, as fields are looked for. */
static char *load_interrupts(const struct census *census)
{
	char *text, *to, *line;

	if (sysfile_exists(census->root, "sys/kernel/irq") ||
	    sysfile_load(census->root, "proc/interrupts", &text))
		return NULL;
	to = text;
	for (line = text; line && *line;) {
		size_t length;

		line += strspn(line, " \t");
		length = strcspn(line, "\n");
		length += line[length] == '\n';
		memmove(to, line, length);
		to += length;
		line += length;
	}
	*to = '\0';
	return text;
}

static int add_irqs(struct census *census)
{
	char **irqs, *table, path[128], name[CENSUS_NAME_SIZE];
	int err = 0;

	if (sysfile_list(census->root, "proc/irq", &irqs) < 0)
		return 0;
	table = load_interrupts(census);
	for (size_t i = 0; irqs[i] && !err; i++) {
		if (strspn(irqs[i], "0123456789") != strlen(irqs[i]))
			continue;
		name_irq(census, irqs[i], table, name);
		snprintf(path, sizeof(path), "proc/irq/%.16s/smp_affinity_list", irqs[i]);
		err = census_add_setting(census, CENSUS_IRQ, path, name);
	}
	free(table);
	sysfile_list_free(irqs);
	return err;
}

/* All control or monitoring groups in @dir. The default group loses nothing: it has no row. */
static int add_groups(struct census *census, const char *dir)
{
	char **groups, path[SYSFILE_PATH_BYTES];
	int err = 0;

	if (sysfile_list(census->root, dir, &groups) < 0)
		return 0;
	for (size_t i = 0; groups[i] && !err; i++) {
		snprintf(path, sizeof(path), "%.2000s/%.1000s/cpus_list", dir, groups[i]);
		if (!sysfile_exists(census->root, path))
			continue;
		err = census_add_setting(census, CENSUS_RESCTRL, path, groups[i]);
		snprintf(path, sizeof(path), "%.2000s/%.1000s/mon_groups", dir, groups[i]);
		if (!err)
			err = add_groups(census, path);
	}
	sysfile_list_free(groups);
	return err;
}

static int add_resctrl(struct census *census)
{
	int err = add_groups(census, RESCTRL_DIR);

	return err ? err : add_groups(census, RESCTRL_DIR "/mon_groups");
}

/* What a policy may do. It is made anew when its last CPU has gone and one comes back. */
static int add_policy(struct census *census, const char *policy)
{
	static const struct {
		enum census_kind kind;
		const char *file;
	} files[] = {
		{ CENSUS_GOVERNOR, "scaling_governor" },
		{ CENSUS_FREQUENCY, "scaling_min_freq" },
		{ CENSUS_FREQUENCY, "scaling_max_freq" },
	};
	char path[SYSFILE_PATH_BYTES];
	int err = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !err; i++) {
		snprintf(path, sizeof(path), CPU_DIR "/cpufreq/%.64s/%s", policy, files[i].file);
		err = census_add_setting(census, files[i].kind, path, policy);
	}
	return err;
}

static int add_policies(struct census *census)
{
	char **policies;
	int err = 0;

	if (sysfile_list(census->root, CPU_DIR "/cpufreq", &policies) < 0)
		return 0;
	for (size_t i = 0; policies[i] && !err; i++)
		if (strncmp(policies[i], "policy", 6) == 0)
			err = add_policy(census, policies[i]);
	sysfile_list_free(policies);
	return err;
}

int census_take_settings(struct census *census, const char *const *own_paths)
{
	int err = census_add_setting(census, CENSUS_ONLINE, CPU_DIR "/online", "");

	if (!err)
		err = census_add_setting(census, CENSUS_SMT, CPU_DIR "/smt/control", "");
	for (; own_paths && *own_paths && !err; own_paths++)
		err = census_add_setting(census, CENSUS_OWN, *own_paths, "");
	if (!err)
		err = census_take_cpusets(census);
	if (!err)
		err = add_irqs(census);
	if (!err)
		err = add_resctrl(census);
	if (!err)
		err = add_policies(census);
	return err;
}
