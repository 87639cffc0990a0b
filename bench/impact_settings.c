/* SPDX-License-Identifier: MIT */
#include "impact_internal.h"

#include "sysfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char irq_lost[] = "delivered nowhere else: moved, and the kernel forgets the setting";
static const char irq_managed[] =
	"managed by the kernel: shut down with the CPU and started again with it";
static const char irq_fixed[] = "the kernel moves them; nobody can set where they go";
static const char irq_unused[] = "nobody uses them now; the setting may be forgotten";
static const char irq_shrinks[] = "delivered to their other CPUs meanwhile; the setting stays";
static const char cpuset_emptied[] =
	"no CPU of the group is left: its tasks run on the parent's, pins inside are lost";
static const char cpuset_idle[] = "no CPU of the group is left, but nobody is in it";
static const char cpuset_shrinks[] = "smaller meanwhile; the kernel restores the group";
static const char cpuset_v1_loses[] = "loses the CPUs for good: cgroup v1 does not give them back";
static const char cpuset_v1_idle[] =
	"loses the CPUs for good (cgroup v1), but nobody is in the group";
static const char partition_emptied[] = "the partition becomes invalid: no CPU is left in it";
static const char partition_shrinks[] = "the partition has fewer CPUs meanwhile";
static const char resctrl_loses[] =
	"the CPUs leave the group for good: the kernel returns them to the default group";

/* The directory of a setting's file, and another file in it. */
static void beside(const struct census_setting *setting, const char *file, char *path)
{
	const char *slash = strrchr(setting->path, '/');

	snprintf(path, SYSFILE_PATH_BYTES, "%.*s/%s", (int)(slash - setting->path), setting->path,
		 file);
}

/* Queues of drivers that let the kernel spread them; queue 0 of nvme is the controller's own. */
static bool is_managed_queue(const char *name)
{
	unsigned int device, queue;
	int end = 0;

	if (sscanf(name, "nvme%uq%u%n", &device, &queue, &end) == 2 && !name[end])
		return queue > 0;
	if (sscanf(name, "virtio%u-req.%u%n", &device, &queue, &end) == 2 && !name[end])
		return true;
	end = 0;
	return sscanf(name, "virtio%u-request%n", &device, &end) == 1 && end && !name[end];
}

/* CONFIG_GENERIC_IRQ_DEBUGFS says it, elsewhere the kernel tells nobody: the name must do. */
static bool is_managed(const struct census *census, const struct census_setting *setting,
		       const char *irq)
{
	char path[128], *text;
	bool is_found;

	snprintf(path, sizeof(path), "sys/kernel/debug/irq/irqs/%.16s", irq);
	if (sysfile_load(census->root, path, &text))
		return is_managed_queue(setting->name);
	is_found = strstr(text, "IRQD_AFFINITY_MANAGED");
	free(text);
	return is_found;
}

static bool is_writable(const struct census *census, const char *path)
{
	char full[SYSFILE_PATH_BYTES + 64];
	struct stat st;

	snprintf(full, sizeof(full), "%s/%s", census->root ? census->root : "", path);
	return stat(full, &st) || st.st_mode & S_IWUSR;
}

static void name_irq(const struct census *census, const struct census_setting *irq,
		     const char *number, struct impact_finding *finding)
{
	char path[SYSFILE_PATH_BYTES], effective[32] = "";

	beside(irq, "effective_affinity_list", path);
	sysfile_read(census->root, path, effective, sizeof(effective));
	snprintf(finding->who, sizeof(finding->who), "%s %s%s%s%s", number, irq->name,
		 *effective ? " (now on " : "", effective, *effective ? ")" : "");
}

static int judge_irq(const struct inquiry *inquiry, const struct census_setting *irq,
		     enum mask_fate fate)
{
	struct impact_finding finding = { .kind = IMPACT_IRQ, .severity = IMPACT_MOVES };
	char number[16] = "";

	sscanf(irq->path, "proc/irq/%15[0-9]", number);
	name_irq(inquiry->census, irq, number, &finding);
	if (fate == MASK_SHRINKS) {
		finding.meaning = irq_shrinks;
	} else if (is_managed(inquiry->census, irq, number)) {
		finding.meaning = irq_managed;
	} else if (!is_writable(inquiry->census, irq->path)) {
		finding.meaning = irq_fixed;
	} else if (!*irq->name) {
		finding.meaning = irq_unused;
		finding.severity = IMPACT_NOTE;
	} else {
		finding.meaning = irq_lost;
		finding.severity = IMPACT_BLOCKS;
	}
	return impact_add(inquiry, &finding, irq->value);
}

/* Is a task in it or, with v2, in a group below? Not readable: yes, to be on the safe side. */
static bool is_populated(const struct census *census, const struct census_setting *cpuset)
{
	char path[SYSFILE_PATH_BYTES], text[256];

	beside(cpuset, "cgroup.events", path);
	if (!sysfile_read(census->root, path, text, sizeof(text)))
		return !strstr(text, "populated 0");
	beside(cpuset, "cgroup.procs", path);
	return sysfile_read(census->root, path, text, sizeof(text)) || *text;
}

static int judge_cpuset(const struct inquiry *inquiry, const struct census_setting *cpuset,
			enum mask_fate fate)
{
	const bool is_used = is_populated(inquiry->census, cpuset);
	struct impact_finding finding = { .kind = IMPACT_CPUSET, .severity = IMPACT_MOVES };

	snprintf(finding.who, sizeof(finding.who), "%s", cpuset->name);
	if (cpuset->kind == CENSUS_CPUSET_V1) {
		finding.meaning = is_used ? cpuset_v1_loses : cpuset_v1_idle;
		finding.severity = is_used ? IMPACT_BLOCKS : IMPACT_NOTE;
	} else if (fate == MASK_SHRINKS) {
		finding.meaning = cpuset_shrinks;
	} else {
		finding.meaning = is_used ? cpuset_emptied : cpuset_idle;
		finding.severity = is_used ? IMPACT_BLOCKS : IMPACT_NOTE;
	}
	return impact_add(inquiry, &finding, cpuset->value);
}

/* Its CPUs are those of the group; a partition that is already invalid has nothing to lose. */
static int judge_partition(const struct inquiry *inquiry, const struct census_setting *partition)
{
	struct impact_finding finding = { .kind = IMPACT_CPUSET, .severity = IMPACT_MOVES };
	char path[SYSFILE_PATH_BYTES], *list;
	struct cpumask cpus;
	enum mask_fate fate = MASK_UNTOUCHED;
	int err = 0;

	beside(partition, "cpuset.cpus.effective", path);
	if (strstr(partition->value, "invalid") || sysfile_load(inquiry->census->root, path, &list))
		return 0;
	if (!cpumask_parse(list, &cpus))
		fate = impact_fate(inquiry, &cpus);
	snprintf(finding.who, sizeof(finding.who), "%s, partition %s", partition->name,
		 partition->value);
	finding.meaning = partition_shrinks;
	if (fate == MASK_EMPTIES) {
		finding.meaning = partition_emptied;
		finding.severity = IMPACT_BLOCKS;
	}
	if (fate != MASK_UNTOUCHED)
		err = impact_add(inquiry, &finding, list);
	free(list);
	return err;
}

static int judge_resctrl(const struct inquiry *inquiry, const struct census_setting *group)
{
	struct impact_finding finding = { .kind = IMPACT_RESCTRL,
					  .severity = IMPACT_BLOCKS,
					  .meaning = resctrl_loses };

	snprintf(finding.who, sizeof(finding.who), "%s", group->name);
	return impact_add(inquiry, &finding, group->value);
}

static int judge_setting(const struct inquiry *inquiry, const struct census_setting *setting)
{
	enum mask_fate fate;
	struct cpumask cpus;

	if (setting->kind == CENSUS_PARTITION)
		return judge_partition(inquiry, setting);
	if (cpumask_parse(setting->value, &cpus))
		return 0;
	fate = impact_fate(inquiry, &cpus);
	if (fate == MASK_UNTOUCHED)
		return 0;
	switch (setting->kind) {
	case CENSUS_IRQ:
		/* May go anywhere: nothing is set that could be forgotten. */
		if (fate == MASK_SHRINKS && cpumask_subset(&inquiry->online, &cpus))
			return 0;
		return judge_irq(inquiry, setting, fate);
	case CENSUS_CPUSET:
	case CENSUS_CPUSET_V1:
		return judge_cpuset(inquiry, setting, fate);
	case CENSUS_RESCTRL:
		return judge_resctrl(inquiry, setting);
	default:
		return 0;
	}
}

int impact_judge_settings(const struct inquiry *inquiry)
{
	int err = 0;

	for (size_t i = 0; i < inquiry->census->nr_settings && !err; i++)
		err = judge_setting(inquiry, &inquiry->census->settings[i]);
	return err;
}
