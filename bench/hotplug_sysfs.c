/* SPDX-License-Identifier: MIT */
/*
 * The kernel takes the CPU off and brings it back: cpuN/online is written, read back, and waited
 * for until it shows what was written.
 *
 * One process has one kernel to move CPUs of, so what the driver knows is static: what it works
 * on, the mask that should be online by its own doing, and what refusals have taught.
 */
#include "hotplug_sysfs.h"

#include "clock.h"
#include "facts.h"
#include "hotplug.h"
#include "hotplug_busy.h"
#include "hotplug_fail.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

extern const struct hotplug hotplug_sysfs;

#define SETTLE_NS      1000000000u
#define BUSY_NS	       300000000u
#define FIRST_PAUSE_NS 1000000u /* between two tries of a busy CPU; doubles each time */

#define MAX_REMARKS  16
#define REMARK_BYTES 200

struct remark {
	unsigned int cpu;
	int error;
	char text[REMARK_BYTES];
};

static struct {
	struct hotplug_sysfs_terms terms;
	struct cpumask expected;
	bool is_watching;	   /* expected is set */
	struct hotplug_fail *fail; /* NULL: no step is to fail */
	struct remark remarks[MAX_REMARKS];
	size_t nr_remarks;
	char report[REMARK_BYTES + 100]; /* of fail */
} here;

/* Steps of parallel lanes hold it while they change what is expected or was learnt. */
static pthread_mutex_t learning = PTHREAD_MUTEX_INITIALIZER;

void hotplug_sysfs_begin(const struct hotplug_sysfs_terms *terms)
{
	hotplug_fail_end(here.fail);
	memset(&here, 0, sizeof(here));
	here.terms = *terms;
}

int hotplug_sysfs_let_fail(const struct hotplug_fail_terms *terms, char *why, size_t why_size)
{
	return hotplug_fail_begin(terms, &here.terms.control, &here.fail, why, why_size);
}

const struct hotplug_control *hotplug_sysfs_control(void)
{
	return &here.terms.control;
}

static bool has_control_file(const struct topology *topo, unsigned int cpu)
{
	/* Plans can be made for machines that are not here. */
	if (topo && !topo->is_this_machine)
		return true;
	return hotplug_control_read(&here.terms.control, cpu) >= 0;
}

static bool is_in_container(char *name, size_t size)
{
	const struct environment_origin origin = { .root = here.terms.control.root };
	struct fact_value container = { 0 };
	bool is_one;

	if (origin.root && *origin.root)
		return false;
	fact_read_container(&origin, "run/systemd/container", &container);
	is_one = container.type == FACT_TEXT && strcmp(fact_text(&container), "none") != 0;
	snprintf(name, size, "%s", fact_text(&container));
	fact_fini(&container);
	return is_one;
}

/* Is there a CPU whose control file can be written, and if not, why? */
static int probe_files(const struct topology *topo, char *why, size_t why_size)
{
	const struct cpumask *present = &topo->present; /* also those that are offline now */
	int ret = -ENOENT;
	unsigned int cpu;

	for_each_cpu (cpu, present) {
		int error = hotplug_control_writable(&here.terms.control, cpu);

		if (!error)
			return 0;
		ret = error != -ENOENT ? error : ret;
	}
	if (ret == -ENOENT)
		snprintf(why, why_size,
			 "no CPU has a control file: the kernel cannot take one off");
	else if (ret == -EACCES || ret == -EPERM)
		snprintf(why, why_size, "cpuN/online cannot be written: be root");
	else
		snprintf(why, why_size, "cpuN/online cannot be written: %s", strerror(-ret));
	return ret;
}

static int sysfs_probe(const struct topology *topo, char *why, size_t why_size)
{
	char name[32];
	int ret = hotplug_control_allowed(&here.terms.control, why, why_size);

	if (ret)
		return ret;
	if (!here.terms.is_container_forced && is_in_container(name, sizeof(name))) {
		snprintf(why, why_size,
			 "in a container (%s) the CPUs are the host's: --force-container if they "
			 "are yours",
			 name);
		return -EPERM;
	}
	return probe_files(topo, why, why_size);
}

static struct remark *new_remark(unsigned int cpu, int error)
{
	for (size_t i = 0; i < here.nr_remarks; i++)
		if (here.remarks[i].cpu == cpu && here.remarks[i].error == error)
			return NULL;
	if (here.nr_remarks == MAX_REMARKS)
		return NULL;
	here.remarks[here.nr_remarks] = (struct remark){ .cpu = cpu, .error = error };
	return &here.remarks[here.nr_remarks++];
}

/* Once per CPU and errno, after the step: what the refusal says about the machine. */
static void learn(unsigned int cpu, bool is_online, int error, const char *why)
{
	struct remark *remark = new_remark(cpu, error);
	const char *name = strerrorname_np(error);
	struct cpumask online;

	if (!remark)
		return;
	if (error == ENOSPC && !is_online &&
	    !hotplug_control_mask(hotplug_sysfs_control(), &online))
		snprintf(remark->text, sizeof(remark->text),
			 "CPU %u was refused (ENOSPC): its interrupts fit nowhere else; the limit "
			 "is %u CPUs online",
			 cpu, cpumask_weight(&online));
	else
		snprintf(remark->text, sizeof(remark->text), "CPU %u was refused %s (%s)%s%s", cpu,
			 is_online ? "coming back" : "going", name ? name : "?", *why ? ": " : "",
			 why);
}

static const char *sysfs_remark(size_t index)
{
	if (here.fail && index == here.nr_remarks) {
		hotplug_fail_report(here.fail, here.report, sizeof(here.report));
		return here.report;
	}
	return index < here.nr_remarks ? here.remarks[index].text : NULL;
}

/* Would one fewer be too few? The last one never goes. */
static bool is_needed(char *why, size_t why_size)
{
	const unsigned int min = here.terms.min_online > 1 ? here.terms.min_online : 1;
	struct cpumask online;

	if (!hotplug_control_mask(hotplug_sysfs_control(), &online) &&
	    cpumask_weight(&online) > min)
		return false;
	snprintf(why, why_size, "%u must stay online; not tried", min);
	return true;
}

/*
 * The rule for trying again: EBUSY only, only where the reason may pass by itself, with pauses
 * that double from 1 ms, for 300 ms at most. Everything else is an answer.
 */
static int write_patiently(unsigned int cpu, bool is_online, struct hotplug_step *step, char *why,
			   size_t why_size)
{
	const struct hotplug_control *c = hotplug_sysfs_control();
	const uint64_t patience_ns = here.terms.busy_ns ? here.terms.busy_ns : BUSY_NS;
	const uint64_t deadline_ns = clock_now_ns() + patience_ns;
	uint64_t pause_ns = FIRST_PAUSE_NS;
	int ret = hotplug_control_write(c, cpu, is_online);

	if (ret != -EBUSY || !hotplug_busy_passes(c, cpu, why, why_size))
		return ret;
	while (ret == -EBUSY && clock_now_ns() + pause_ns < deadline_ns) {
		clock_sleep_until_ns(clock_now_ns() + pause_ns);
		pause_ns *= 2;
		step->nr_retries++;
		ret = hotplug_control_write(c, cpu, is_online);
	}
	return ret;
}

/* Written is not done: until the file shows it, and the mask with it. */
static int wait_until_shown(unsigned int cpu, bool is_online)
{
	const struct hotplug_control *c = hotplug_sysfs_control();
	const uint64_t patience_ns = here.terms.settle_ns ? here.terms.settle_ns : SETTLE_NS;
	const uint64_t deadline_ns = clock_now_ns() + patience_ns;

	while (hotplug_control_read(c, cpu) != is_online) {
		if (clock_now_ns() >= deadline_ns)
			return HOTPLUG_NO_OP;
		clock_sleep_until_ns(clock_now_ns() + FIRST_PAUSE_NS / 10);
	}
	return 0;
}

void hotplug_sysfs_expect(unsigned int cpu, bool is_online)
{
	if (is_online)
		cpumask_set_cpu(cpu, &here.expected);
	else
		cpumask_clear_cpu(cpu, &here.expected);
}

/* The write, and what was ordered to happen to it. */
static int write_step(unsigned int cpu, bool is_online, struct hotplug_step *step, char *why,
		      size_t why_size)
{
	const int state = step->is_planned ? hotplug_fail_arm(here.fail, cpu, is_online) : -1;
	int ret = write_patiently(cpu, is_online, step, why, why_size);

	if (state < 0)
		return ret;
	step->fail_state = state;
	hotplug_fail_disarm(here.fail, cpu);
	return ret;
}

static int move(unsigned int cpu, bool is_online, struct hotplug_step *step)
{
	char why[128] = "";
	int ret = hotplug_control_read(hotplug_sysfs_control(), cpu);

	if (ret < 0)
		return ret;
	if (ret == is_online) {
		step->is_unchanged = true;
		return 0;
	}
	if (!is_online && is_needed(why, sizeof(why)))
		ret = -EBUSY;
	else
		ret = write_step(cpu, is_online, step, why, sizeof(why));
	if (!ret)
		ret = wait_until_shown(cpu, is_online);
	pthread_mutex_lock(&learning);
	if (!ret)
		hotplug_sysfs_expect(cpu, is_online);
	else if (ret != HOTPLUG_NO_OP && !step->fail_state)
		learn(cpu, is_online, -ret, why);
	pthread_mutex_unlock(&learning);
	return ret;
}

static int sysfs_online(unsigned int cpu, void *step)
{
	return move(cpu, true, step);
}

static int sysfs_offline(unsigned int cpu, void *step)
{
	return move(cpu, false, step);
}

static bool sysfs_was_disturbed(void)
{
	struct cpumask online;
	bool is_disturbed;

	if (hotplug_control_mask(hotplug_sysfs_control(), &online))
		return false;
	is_disturbed = here.is_watching && !cpumask_equal(&online, &here.expected);
	here.expected = online;
	here.is_watching = true;
	return is_disturbed;
}

const struct hotplug hotplug_sysfs = {
	.name = "sysfs",
	.summary = "the kernel really takes CPUs off (cpuN/online): root, not in a container",
	.is_kernels = true,
	.probe = sysfs_probe,
	.online = sysfs_online,
	.offline = sysfs_offline,
	.was_disturbed = sysfs_was_disturbed,
	.remark = sysfs_remark,
	.can_take = has_control_file,
};
