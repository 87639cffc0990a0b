/* SPDX-License-Identifier: MIT */
#include "census_internal.h"

#include "sysfile.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* include/linux/sched.h */
#define PF_KTHREAD	  0x00200000u
#define PF_NO_SETAFFINITY 0x04000000u

/* The inode of the first PID namespace: include/linux/proc_ns.h, PROC_PID_INIT_INO. */
#define INITIAL_PID_NAMESPACE "pid:[4026531836]"

int census_make_room(void **array, size_t nr, size_t *max, size_t item_size)
{
	const size_t larger = *max ? *max * 2 : 64;
	void *grown;

	if (nr < *max)
		return 0;
	grown = realloc(*array, larger * item_size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*max = larger;
	return 0;
}

void census_copy_name(char *to, size_t size, const char *name)
{
	size_t i;

	for (i = 0; i + 1 < size && name[i]; i++)
		to[i] = name[i] < ' ' || name[i] >= 0x7f ? '?' : name[i];
	to[i] = '\0';
}

static bool is_in_namespace(const char *root)
{
	char target[64];

	return !sysfile_read_link(root, "proc/self/ns/pid", target, sizeof(target)) &&
	       strcmp(target, INITIAL_PID_NAMESPACE) != 0;
}

int census_take(const struct census_origin *origin, struct census *ret)
{
	struct census census = {
		.root = origin->root,
		.own_pid = origin->own_pid ? origin->own_pid : getpid(),
		.is_partial = is_in_namespace(origin->root),
	};
	int err = census_take_settings(&census, origin->own_paths);

	if (!err)
		err = census_take_tasks(&census);
	if (err) {
		census_fini(&census);
		return err;
	}
	census_mark_defaults(&census);
	*ret = census;
	return 0;
}

static void free_mask(void *node)
{
	struct census_mask *mask = node;

	free(mask->text);
	free(mask);
}

void census_fini(struct census *census)
{
	for (size_t i = 0; i < census->nr_settings; i++) {
		free(census->settings[i].path);
		free(census->settings[i].value);
	}
	free(census->settings);
	free(census->tasks);
	tdestroy(census->masks, free_mask);
	free(census->buffer);
	memset(census, 0, sizeof(*census));
}

void census_online(const struct census *census, struct cpumask *ret_online)
{
	memset(ret_online, 0xff, sizeof(*ret_online));
	for (size_t i = 0; i < census->nr_settings; i++)
		if (census->settings[i].kind == CENSUS_ONLINE)
			cpumask_parse(census->settings[i].value, ret_online);
}

bool census_is_kernel_thread(const struct census_task *task)
{
	return task->flags & PF_KTHREAD;
}

bool census_is_kernel_bound(const struct census_task *task)
{
	return census_is_kernel_thread(task) && task->flags & PF_NO_SETAFFINITY;
}

const char *census_kind_name(enum census_kind kind)
{
	static const char *const names[NR_CENSUS_KINDS] = {
		[CENSUS_ONLINE] = "online",
		[CENSUS_SMT] = "smt",
		[CENSUS_OWN] = "own",
		[CENSUS_CPUSET] = "cpuset",
		[CENSUS_CPUSET_V1] = "cpuset_v1",
		[CENSUS_PARTITION] = "partition",
		[CENSUS_IRQ] = "irq",
		[CENSUS_RESCTRL] = "resctrl",
		[CENSUS_GOVERNOR] = "governor",
		[CENSUS_FREQUENCY] = "frequency",
	};

	return names[kind];
}
