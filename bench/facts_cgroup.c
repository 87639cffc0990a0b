/* SPDX-License-Identifier: MIT */
/*
 * The CPU quota of a process is the tightest one on the way from its group to the root of what it
 * can see; in a container the groups of the host above that are invisible.
 */
#include "cgroup.h"
#include "facts.h"
#include "sysfile.h"

#include <stdio.h>
#include <string.h>

#define NO_GROUP "no group with CPU control in /proc/self/cgroup"

/* Quota and period of one group in microseconds; false: it has none. */
static bool read_quota(const struct environment_origin *origin, const struct cgroup_place *place,
		       long long *quota_us, long long *period_us)
{
	char text[64], period[64];

	if (place->is_v2)
		return !cgroup_read(origin->root, place, "cpu.max", text, sizeof(text)) &&
		       sscanf(text, "%lld %lld", quota_us, period_us) == 2 && *period_us > 0;
	return !cgroup_read(origin->root, place, "cpu.cfs_quota_us", text, sizeof(text)) &&
	       !cgroup_read(origin->root, place, "cpu.cfs_period_us", period, sizeof(period)) &&
	       sscanf(text, "%lld", quota_us) == 1 && sscanf(period, "%lld", period_us) == 1 &&
	       *quota_us > 0 && *period_us > 0;
}

FACT_READER(fact_read_cgroup_path)
{
	struct cgroup_place place = { .is_v2 = false };

	(void)arg;
	if (cgroup_find_path(origin->root, "cpu", &place))
		fact_set_missing(ret_value, NO_GROUP);
	else
		fact_set_text(ret_value, "%s%s", place.is_v2 ? "v2:" : "v1:", place.path);
}

FACT_READER(fact_read_cpu_quota)
{
	struct cgroup_place place = { .is_v2 = false };
	long long quota_us, period_us;
	double tightest = 0;

	(void)arg;
	if (cgroup_find(origin->root, "cpu", &place)) {
		fact_set_missing(ret_value, NO_GROUP);
		return;
	}
	fact_set_text(ret_value, "none");
	do {
		if (!read_quota(origin, &place, &quota_us, &period_us))
			continue;
		if (tightest > 0 && (double)quota_us / (double)period_us >= tightest)
			continue;
		tightest = (double)quota_us / (double)period_us;
		fact_set_text(ret_value, "%lld/%lld", quota_us, period_us);
	} while (cgroup_go_up(&place));
}

/* A group above ours that runs out of quota stops us too, but counts it in its own file. */
FACT_READER(fact_read_nr_throttled)
{
	struct cgroup_place place = { .is_v2 = false };
	char text[SYSFILE_LINE_BYTES];
	long long sum = 0, number;
	unsigned int nr = 0;

	(void)arg;
	if (cgroup_find(origin->root, "cpu", &place)) {
		fact_set_missing(ret_value, NO_GROUP);
		return;
	}
	do {
		const char *at;

		if (cgroup_read(origin->root, &place, "cpu.stat", text, sizeof(text)))
			continue;
		at = strstr(text, "nr_throttled ");
		if (!at || sscanf(at, "nr_throttled %lld", &number) != 1)
			continue;
		sum += number;
		nr++;
	} while (cgroup_go_up(&place));
	if (nr)
		fact_set_number(ret_value, sum);
	else
		fact_set_missing(ret_value, "no cpu.stat with nr_throttled in our group");
}
