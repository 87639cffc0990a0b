/* SPDX-License-Identifier: MIT */
/*
 * census - who holds CPUs on this machine: every task's mask, and every setting that names CPUs.
 *
 * Taken before a real offline, it says whom that would hurt (impact.h) and afterwards what is no
 * longer as it was (aftermath.h). Read only. Tasks come and go meanwhile: one that is gone before
 * it was read was never there; what may not be read is counted.
 *
 * Only what /proc shows is seen: in a container the tasks of the host are not.
 */
#ifndef BENCH_CENSUS_H
#define BENCH_CENSUS_H

#include <kpark/cpumask.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CENSUS_NAME_SIZE 48

struct census_origin {
	const char *root;	      /* see sysfile.h */
	pid_t own_pid;		      /* its threads and children are ours; 0: getpid() */
	const char *const *own_paths; /* settings that we write, NULL-terminated; NULL: none */
};

/* Equal masks are kept once: most tasks have one of a few. */
struct census_mask {
	char *text; /* as the kernel lists it */
	struct cpumask cpus;
	bool is_default; /* what a task has that nobody pinned: all of some cpuset, or kthreadd's */
};

struct census_task {
	uint64_t start; /* clock ticks since boot: a number that is used again has another one */
	pid_t pid, tid;
	unsigned int flags, policy; /* PF_*, SCHED_* */
	bool is_own;
	const struct census_mask *mask;
	char name[CENSUS_NAME_SIZE]; /* printable ASCII; anything else is '?' */
};

/* In this order in the census, and of cpusets the parents first: so they can be written back. */
enum census_kind {
	CENSUS_ONLINE,
	CENSUS_SMT,
	CENSUS_OWN, /* of own_paths */
	CENSUS_CPUSET,
	CENSUS_CPUSET_V1, /* loses its CPUs for good */
	CENSUS_PARTITION,
	CENSUS_IRQ,
	CENSUS_RESCTRL,
	CENSUS_GOVERNOR,
	CENSUS_FREQUENCY, /* the limits of a policy */
	NR_CENSUS_KINDS
};

/* A file and what it said. */
struct census_setting {
	enum census_kind kind;
	char *path; /* below the root, as sysfile.h takes it */
	char *value;
	char name[CENSUS_NAME_SIZE]; /* for people; of an IRQ who asked for it, "" nobody */
};

struct census {
	const char *root;
	pid_t own_pid;
	struct census_task *tasks;
	size_t nr_tasks, max_tasks;
	struct census_setting *settings;
	size_t nr_settings, max_settings;
	size_t nr_gone, nr_unreadable;
	bool is_partial; /* in a PID namespace: tasks outside are not seen */
	void *masks;	 /* tree of struct census_mask by text */
	char *buffer;
	size_t buffer_size;
};

/**
 * census_take() - look at all tasks and settings. Some 10 us per thread.
 * @ret: release with census_fini(). Untouched on failure. Root and masks' pointers stay valid
 *	until then.
 *
 * Return: 0; -ENOMEM; -errno if there is no /proc.
 */
int census_take(const struct census_origin *origin, struct census *ret);

/* Accepts a zeroed struct. */
void census_fini(struct census *census);

/**
 * census_reread() - the same task now.
 *
 * Return: 0; -ESRCH it is gone, or its number has been given to another one; -errno.
 */
int census_reread(struct census *census, const struct census_task *task, struct census_task *ret);

/* The CPUs online at the time; all that there can be when the file is missing. */
void census_online(const struct census *census, struct cpumask *ret_online);

/* Bound to its CPU by the kernel itself, which parks or moves it: nobody's loss. */
bool census_is_kernel_bound(const struct census_task *task);
bool census_is_kernel_thread(const struct census_task *task);

/* Grow an array of which @nr are used if it is full. 0 or -ENOMEM. For the files built on census.
 */
int census_make_room(void **array, size_t nr, size_t *max, size_t item_size);

/* "online", "smt", "own", "cpuset", ... */
const char *census_kind_name(enum census_kind kind);

#endif
