/* SPDX-License-Identifier: MIT */
/*
 * The kernel takes all second threads of the machine off by one write to smt/control, and brings
 * them back by another. What each of them cost, only the kernel's trace tells: see bulk.h.
 */
#include "clock.h"
#include "hotplug.h"
#include "hotplug_sysfs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

extern const struct hotplug hotplug_sysfs, hotplug_smt;

#define SETTLE_NS 1000000000u
#define PAUSE_NS  100000u

/* One process has one kernel: as in hotplug_sysfs.c. */
static struct {
	struct cpumask cpus;
	char remark[160];
} here;

/* Secondary is what the kernel does not need for the core to run: all but its first thread. */
static bool is_second_thread(const struct hotplug_control *c, unsigned int cpu)
{
	struct cpumask siblings;

	return !hotplug_control_siblings(c, cpu, &siblings) && cpumask_first(&siblings) != cpu;
}

static void smt_group(const struct topology *topo, struct cpumask *ret_cpus)
{
	const struct hotplug_control *c = hotplug_sysfs_control();
	const struct cpumask *online = &topo->online;
	struct cpumask cpus;
	unsigned int cpu;

	cpumask_clear(&cpus);
	for_each_cpu (cpu, online)
		if (is_second_thread(c, cpu))
			cpumask_set_cpu(cpu, &cpus);
	here.cpus = cpus;
	*ret_cpus = cpus;
}

/* Everything that smt/control can say besides "on". */
static const char *why_not_on(const char *control)
{
	static const struct {
		const char *says, *means;
	} reasons[] = {
		{ "off", "the second threads are off already: write 'on' to it first" },
		{ "forceoff", "firmware or the boot parameter nosmt=force has switched them off; "
			      "only a boot brings them back" },
		{ "notsupported", "this CPU has no second threads, or the machine does not show "
				  "them" },
		{ "notimplemented", "this kernel cannot switch SMT: it lacks CONFIG_HOTPLUG_SMT" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(control, reasons[i].says) == 0)
			return reasons[i].means;
	return "only some of the threads of a core are on: write 'on' to it first";
}

static int probe_control(char *why, size_t why_size)
{
	char control[16] = "";
	int ret = hotplug_control_read_smt(hotplug_sysfs_control(), control, sizeof(control));

	if (ret) {
		snprintf(why, why_size, "there is no smt/control: %s",
			 ret == -ENOENT ? "this kernel cannot switch SMT" : strerror(-ret));
		return ret;
	}
	if (strcmp(control, "on") == 0)
		return 0;
	snprintf(why, why_size, "smt/control says '%s': %s", control, why_not_on(control));
	return -ENOTSUP;
}

static int smt_probe(const struct topology *topo, char *why, size_t why_size)
{
	struct cpumask cpus;
	char list[64];
	int ret = probe_control(why, why_size);

	if (!ret)
		ret = hotplug_sysfs.probe(topo, why, why_size);
	if (ret)
		return ret;
	cpumask_andnot(&cpus, &topo->present, &topo->online);
	if (!cpumask_empty(&cpus)) {
		cpumask_format(&cpus, list, sizeof(list));
		snprintf(why, why_size,
			 "CPU %s is offline, and 'on' brings all back: bring it online first",
			 list);
		return -EBUSY;
	}
	smt_group(topo, &cpus);
	if (!cpumask_empty(&cpus))
		return 0;
	snprintf(why, why_size, "no CPU is the second thread of a core");
	return -ENOTSUP;
}

static bool is_there(bool is_online)
{
	const struct cpumask *cpus = &here.cpus;
	unsigned int cpu;

	for_each_cpu (cpu, cpus)
		if (hotplug_control_read(hotplug_sysfs_control(), cpu) != is_online)
			return false;
	return true;
}

static int wait_until_there(bool is_online)
{
	const uint64_t deadline_ns = clock_now_ns() + SETTLE_NS;

	while (!is_there(is_online)) {
		if (clock_now_ns() >= deadline_ns)
			return HOTPLUG_NO_OP;
		clock_sleep_until_ns(clock_now_ns() + PAUSE_NS);
	}
	return 0;
}

static bool is_switched_off(const struct hotplug_control *c)
{
	char control[16] = "";

	return !hotplug_control_read_smt(c, control, sizeof(control)) &&
	       strcmp(control, "off") == 0;
}

/*
 * The kernel stops at the first CPU that it cannot take off and leaves those before it off, with
 * smt/control still "on": then each can be brought back by itself.
 */
static void bring_back_all(void)
{
	const struct hotplug_control *c = hotplug_sysfs_control();
	const struct cpumask *cpus = &here.cpus;
	unsigned int cpu;

	if (is_switched_off(c))
		hotplug_control_write_smt(c, true);
	for_each_cpu (cpu, cpus)
		if (!hotplug_control_read(c, cpu))
			hotplug_control_write(c, cpu, true);
}

static void expect_as_shown(void)
{
	const struct cpumask *cpus = &here.cpus;
	unsigned int cpu;

	for_each_cpu (cpu, cpus)
		hotplug_sysfs_expect(cpu, hotplug_control_read(hotplug_sysfs_control(), cpu));
}

static int smt_move_group(bool is_online, struct hotplug_step *step)
{
	int ret;

	if (is_there(is_online)) {
		step->is_unchanged = true;
		return 0;
	}
	ret = hotplug_control_write_smt(hotplug_sysfs_control(), is_online);
	if (!ret)
		ret = wait_until_there(is_online);
	if (ret && ret != HOTPLUG_NO_OP) {
		const char *name = strerrorname_np(-ret);

		snprintf(here.remark, sizeof(here.remark), "smt/control was refused '%s' (%s)",
			 is_online ? "on" : "off", name ? name : "?");
	}
	if (ret && !is_online)
		bring_back_all();
	expect_as_shown();
	return ret;
}

static int smt_offline(unsigned int cpu, void *arg)
{
	(void)arg;
	return hotplug_control_read(hotplug_sysfs_control(), cpu) == 0 ? 0 : HOTPLUG_NO_OP;
}

/* By itself it cannot come back while smt/control is "off": that answers EPERM (M5). */
static int smt_online(unsigned int cpu, void *arg)
{
	const struct hotplug_control *c = hotplug_sysfs_control();
	int ret;

	if (hotplug_control_read(c, cpu) == 1)
		return 0;
	if (is_switched_off(c))
		return smt_move_group(true, arg);
	ret = hotplug_control_write(c, cpu, true);
	hotplug_sysfs_expect(cpu, hotplug_control_read(c, cpu) == 1);
	return ret;
}

static bool smt_was_disturbed(void)
{
	return hotplug_sysfs.was_disturbed();
}

static const char *smt_remark(size_t index)
{
	return index == 0 && here.remark[0] ? here.remark : NULL;
}

static bool smt_can_take(const struct topology *topo, unsigned int cpu)
{
	return hotplug_sysfs.can_take(topo, cpu);
}

const struct hotplug hotplug_smt = {
	.name = "smt",
	.summary = "the kernel takes all second threads off at once (smt/control): root",
	.is_kernels = true,
	.probe = smt_probe,
	.online = smt_online,
	.offline = smt_offline,
	.was_disturbed = smt_was_disturbed,
	.remark = smt_remark,
	.group = smt_group,
	.move_group = smt_move_group,
	.can_take = smt_can_take,
};
