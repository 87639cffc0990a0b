/* SPDX-License-Identifier: MIT */
#include "aftermath.h"

#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int aftermath_begin(const struct census_origin *origin, const struct cpumask *victims,
		    struct aftermath *ret)
{
	struct aftermath aftermath = { .victims = *victims };
	int err = census_take(origin, &aftermath.before);

	if (!err)
		*ret = aftermath;
	return err;
}

void aftermath_fini(struct aftermath *aftermath)
{
	for (size_t i = 0; i < aftermath->nr_rows; i++) {
		free(aftermath->rows[i].before);
		free(aftermath->rows[i].after);
	}
	free(aftermath->rows);
	census_fini(&aftermath->before);
	memset(aftermath, 0, sizeof(*aftermath));
}

/* Takes @row's texts, on failure too. */
static int add_row(struct aftermath *a, const struct aftermath_row *row)
{
	int err = row->before && row->after ? 0 : -ENOMEM;

	if (!err)
		err = census_make_room((void **)&a->rows, a->nr_rows, &a->max_rows, sizeof(*row));
	if (err) {
		free(row->before);
		free(row->after);
		return err;
	}
	a->rows[a->nr_rows++] = *row;
	return 0;
}

/* Did it hold a CPU that went away, or does it hold one now? */
static bool involves_victims(const struct aftermath *a, const char *before, const char *after)
{
	const char *const lists[] = { before, after };
	struct cpumask cpus;

	for (int i = 0; i < 2; i++) {
		if (cpumask_parse(lists[i], &cpus))
			continue;
		cpumask_and(&cpus, &cpus, &a->victims);
		if (!cpumask_empty(&cpus))
			return true;
	}
	return false;
}

static bool is_list_of_cpus(enum census_kind kind)
{
	return kind == CENSUS_CPUSET || kind == CENSUS_CPUSET_V1 || kind == CENSUS_IRQ ||
	       kind == CENSUS_RESCTRL;
}

/* 0, and text to be freed; -ENOENT it is gone; -errno. */
static int read_now(const struct aftermath *a, const struct census_setting *setting, char **ret)
{
	return sysfile_load(a->before.root, setting->path, ret);
}

static int count_failure(struct aftermath *a, int err)
{
	if (err == -ENOMEM)
		return err;
	if (err == -ENOENT || err == -ESRCH || err == -ENODEV)
		a->nr_gone++;
	else
		a->nr_unreadable++;
	return 0;
}

static int compare_setting(struct aftermath *a, size_t index)
{
	const struct census_setting *setting = &a->before.settings[index];
	struct aftermath_row row = {
		.what = census_kind_name(setting->kind),
		.is_ours = setting->kind <= CENSUS_OWN,
		.name = setting->name,
		.setting = setting->path,
		.index = index,
	};
	int err = read_now(a, setting, &row.after);

	if (err)
		return count_failure(a, err);
	if (strcmp(row.after, setting->value) == 0) {
		free(row.after);
		return 0;
	}
	row.before = strdup(setting->value);
	row.is_by_offline =
		!is_list_of_cpus(setting->kind) || involves_victims(a, setting->value, row.after);
	return add_row(a, &row);
}

static int compare_task(struct aftermath *a, size_t index)
{
	const struct census_task *task = &a->before.tasks[index];
	struct aftermath_row row = {
		.what = "task",
		.is_ours = task->is_own,
		.pid = task->pid,
		.tid = task->tid,
		.name = task->name,
		.index = index,
	};
	struct census_task now;
	int err;

	if (census_is_kernel_bound(task))
		return 0;
	err = census_reread(&a->before, task, &now);
	if (err)
		return count_failure(a, err);
	if (now.mask == task->mask)
		return 0;
	row.before = strdup(task->mask->text);
	row.after = strdup(now.mask->text);
	/* A kernel thread that nobody pinned follows the kernel's own rules (kcompactd). */
	row.is_by_offline = involves_victims(a, task->mask->text, now.mask->text) &&
			    !(census_is_kernel_thread(task) && task->mask->is_default);
	return add_row(a, &row);
}

static int repair_task(struct aftermath *a, const struct repair_ops *repair,
		       const struct census_task *task)
{
	struct census_task now;
	int err = census_reread(&a->before, task, &now);

	/* Its number may have been given away since; what is left of that race is microseconds. */
	if (err || now.mask == task->mask)
		return err;
	err = repair->set_affinity(repair->arg, task->tid, &task->mask->cpus);
	if (!err)
		err = census_reread(&a->before, task, &now);
	return err || now.mask == task->mask ? err : -EAGAIN;
}

static bool is_as_before(const struct aftermath *a, const struct census_setting *setting)
{
	char *now;
	bool is_same;

	if (read_now(a, setting, &now))
		return false;
	is_same = strcmp(now, setting->value) == 0;
	free(now);
	return is_same;
}

static int repair_setting(const struct aftermath *a, const struct repair_ops *repair,
			  const struct census_setting *setting)
{
	int err;

	/* By the repair of what is above it, perhaps. */
	if (is_as_before(a, setting))
		return 0;
	err = repair->write_setting(repair->arg, setting->path, setting->value);
	/* Accepted is not done: a write may be ignored, or taken in part. */
	return err || is_as_before(a, setting) ? err : -EAGAIN;
}

static void repair_row(struct aftermath *a, const struct repair_ops *repair,
		       struct aftermath_row *row)
{
	const int err = row->setting ? repair_setting(a, repair, &a->before.settings[row->index])
				     : repair_task(a, repair, &a->before.tasks[row->index]);

	row->is_repaired = !err;
	row->error = -err;
}

int aftermath_compare(struct aftermath *a, const struct repair_ops *repair)
{
	int err = 0;

	for (size_t i = 0; i < a->before.nr_settings && !err; i++)
		err = compare_setting(a, i);
	for (size_t i = 0; i < a->before.nr_tasks && !err; i++)
		err = compare_task(a, i);
	for (size_t i = 0; i < a->nr_rows && repair && !err; i++)
		if (!a->rows[i].is_ours && a->rows[i].is_by_offline)
			repair_row(a, repair, &a->rows[i]);
	return err;
}

size_t aftermath_nr_ours(const struct aftermath *a)
{
	size_t nr = 0;

	for (size_t i = 0; i < a->nr_rows; i++)
		nr += a->rows[i].is_ours;
	return nr;
}

size_t aftermath_nr_foreign(const struct aftermath *a)
{
	size_t nr = 0;

	for (size_t i = 0; i < a->nr_rows; i++)
		nr += !a->rows[i].is_ours && a->rows[i].is_by_offline && !a->rows[i].is_repaired;
	return nr;
}

const char *aftermath_status(const struct aftermath_row *row)
{
	if (row->is_repaired)
		return "repaired";
	if (row->is_ours)
		return "ours, and not restored";
	if (!row->is_by_offline)
		return "somebody else changed it";
	if (row->error == EAGAIN)
		return "accepted, but not done";
	if (row->error)
		return strerrorname_np(row->error);
	return "--repair-foreign was not given";
}
