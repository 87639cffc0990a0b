/* SPDX-License-Identifier: MIT */
#include "impact_internal.h"

#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPU_DIR "sys/devices/system/cpu"

static const char policy_stops[] =
	"stops with its last CPU; the governor is started anew, limits may be forgotten";
static const char policy_moves[] = "handed to another CPU of the policy";
static const char last_housekeeper[] =
	"none is left beside nohz_full: the kernel refuses the offline (EBUSY)";
static const char fewer_housekeepers[] =
	"work of the nohz_full CPUs is done here; the timekeeper cannot go (EBUSY)";

/* A file with a list of CPUs. 0, -ENOENT without one, -ENOMEM. @ret_list is to be freed. */
static int read_cpus(const struct inquiry *inquiry, const char *path, struct cpumask *ret_cpus,
		     char **ret_list)
{
	char *list;
	int err = sysfile_load(inquiry->census->root, path, &list);

	if (err)
		return err == -ENOMEM ? err : -ENOENT;
	/* affected_cpus and related_cpus separate by blanks. */
	for (char *c = list; *c; c++)
		*c = *c == ' ' ? ',' : *c;
	if (!*list || cpumask_parse(list, ret_cpus)) {
		free(list);
		return -ENOENT;
	}
	*ret_list = list;
	return 0;
}

static int judge_policy(const struct inquiry *inquiry, const char *name)
{
	struct impact_finding finding = { .kind = IMPACT_CPUFREQ, .severity = IMPACT_NOTE };
	char path[128], governor[32] = "?", *list;
	enum mask_fate fate;
	struct cpumask cpus;
	int err;

	snprintf(path, sizeof(path), CPU_DIR "/cpufreq/%.32s/affected_cpus", name);
	err = read_cpus(inquiry, path, &cpus, &list);
	if (err)
		return err == -ENOENT ? 0 : err;
	snprintf(path, sizeof(path), CPU_DIR "/cpufreq/%.32s/scaling_governor", name);
	sysfile_read(inquiry->census->root, path, governor, sizeof(governor));
	snprintf(finding.who, sizeof(finding.who), "%s, %s", name, governor);
	fate = impact_fate(inquiry, &cpus);
	if (fate == MASK_EMPTIES)
		finding.meaning = policy_stops;
	/* The first of its CPUs looks after the policy. */
	else if (fate == MASK_SHRINKS && cpumask_test_cpu(cpumask_first(&cpus), &inquiry->victims))
		finding.meaning = policy_moves;
	if (finding.meaning)
		err = impact_add(inquiry, &finding, list);
	free(list);
	return err;
}

static int judge_policies(const struct inquiry *inquiry)
{
	char **names;
	int err = 0;

	if (sysfile_list(inquiry->census->root, CPU_DIR "/cpufreq", &names) < 0)
		return 0;
	for (size_t i = 0; names[i] && !err; i++)
		if (strncmp(names[i], "policy", 6) == 0)
			err = judge_policy(inquiry, names[i]);
	sysfile_list_free(names);
	return err;
}

static int judge_nohz_full(const struct inquiry *inquiry)
{
	struct impact_finding finding = { .kind = IMPACT_HOUSEKEEPING, .severity = IMPACT_NOTE };
	struct cpumask nohz, housekeepers;
	enum mask_fate fate;
	char *list;
	int err = read_cpus(inquiry, CPU_DIR "/nohz_full", &nohz, &list);

	if (err)
		return err == -ENOENT ? 0 : err;
	cpumask_andnot(&housekeepers, &inquiry->online, &nohz);
	fate = impact_fate(inquiry, &housekeepers);
	finding.meaning = fate == MASK_EMPTIES ? last_housekeeper : fewer_housekeepers;
	snprintf(finding.who, sizeof(finding.who), "nohz_full is %.100s", list);
	free(list);
	if (fate == MASK_UNTOUCHED)
		return 0;
	list = calloc(1, (size_t)cpumask_format(&housekeepers, NULL, 0) + 1);
	if (!list)
		return -ENOMEM;
	cpumask_format(&housekeepers, list, (size_t)cpumask_format(&housekeepers, NULL, 0) + 1);
	err = impact_add(inquiry, &finding, list);
	free(list);
	return err;
}

int impact_judge_machine(const struct inquiry *inquiry)
{
	int err = judge_policies(inquiry);

	return err ? err : judge_nohz_full(inquiry);
}
