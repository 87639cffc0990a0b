/* SPDX-License-Identifier: MIT */
#include "comeback.h"

#include "cgroup.h"
#include "clock.h"
#include "hotplug.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#define LIST_BYTES 16384

/* The nearest group upwards that has the file: those without it have their parent's CPUs. */
static int open_cpuset(void)
{
	struct cgroup_place place;
	char path[3 * CGROUP_PATH_BYTES];
	int fd;

	if (cgroup_find(NULL, "cpuset", &place))
		return -1;
	do {
		snprintf(path, sizeof(path), "/%s/%s/%s", place.mount, place.path,
			 place.is_v2 ? "cpuset.cpus.effective" : "cpuset.effective_cpus");
		fd = open(path, O_RDONLY | O_CLOEXEC);
	} while (fd < 0 && errno == ENOENT && cgroup_go_up(&place));
	return fd;
}

void comeback_init(struct comeback *cb, const struct run_setup *setup)
{
	cb->is_real = !setup->hotplug->is_simulated;
	cb->cpuset_fd = cb->is_real ? open_cpuset() : -1;
}

void comeback_fini(struct comeback *cb)
{
	if (cb->cpuset_fd >= 0)
		close(cb->cpuset_fd);
}

static pid_t tid_of(const struct tenant *t)
{
	return atomic_load_explicit(&t->tid, memory_order_relaxed);
}

static struct cpumask own_cpu(const struct tenancy *ty)
{
	struct cpumask own;

	cpumask_clear(&own);
	cpumask_set_cpu(ty->real_cpu, &own);
	return own;
}

/* While the CPU is offline, what the kernel tells of a mask that was kept is the empty set. */
static bool is_bound(const struct tenant *t, const struct cpumask *own)
{
	struct cpumask mask;

	cpumask_clear(&mask);
	return sched_getaffinity(tid_of(t), sizeof(mask), (cpu_set_t *)mask.bits) >= 0 &&
	       cpumask_subset(&mask, own);
}

uint32_t comeback_nr_unbound(const struct tenancy *ty)
{
	const struct cpumask own = own_cpu(ty);
	uint32_t nr = 0;

	for (size_t i = 0; i < ty->nr_tenants; i++)
		nr += !is_bound(&ty->tenants[i], &own);
	return nr;
}

/* sched_setaffinity() returns when the thread is on its CPU or asleep. Are all bound again? */
static bool repair(const struct tenancy *ty)
{
	const struct cpumask own = own_cpu(ty);

	for (size_t i = 0; i < ty->nr_tenants; i++)
		if (!is_bound(&ty->tenants[i], &own))
			sched_setaffinity(tid_of(&ty->tenants[i]), sizeof(own),
					  (const cpu_set_t *)own.bits);
	return !comeback_nr_unbound(ty);
}

void comeback_check_threads(const struct tenancy *ty, struct step_sample *s)
{
	uint64_t begin_ns;

	s->nr_affinity_lost = comeback_nr_unbound(ty);
	if (!s->nr_affinity_lost)
		return;
	begin_ns = clock_now_ns();
	s->is_affinity_unrepaired = !repair(ty);
	s->affinity_repair_ns = clock_now_ns() - begin_ns;
}

void comeback_check_others(const struct tenancy *other, struct step_sample *s)
{
	uint32_t nr = comeback_nr_unbound(other);

	s->nr_others_lost += nr;
	if (nr)
		repair(other);
}

void comeback_check_cpuset(const struct comeback *cb, struct step_sample *s)
{
	struct cpumask cpus;
	char list[LIST_BYTES];
	ssize_t n = cb->cpuset_fd < 0 ? -1 : pread(cb->cpuset_fd, list, sizeof(list) - 1, 0);

	if (n < 0)
		return;
	list[n] = '\0';
	if (!cpumask_parse(list, &cpus))
		s->cpuset =
			cpumask_test_cpu(s->real_cpu, &cpus) ? CPUSET_HAS_CPU : CPUSET_LACKS_CPU;
}
