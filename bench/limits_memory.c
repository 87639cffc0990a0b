/* SPDX-License-Identifier: MIT */
#include "limits_memory.h"

#include "memory.h"
#include "roundtrip_far.h"

#include <errno.h>
#include <kpark/kthread.h>
#include <math.h>
#include <stdlib.h>

const struct roundtrip_case limits_parked_memory = {
	.name = "parked_thread",
	.about = "memory of one parked thread that has run before",
	.role = ROLE_FACILITY,
};

static int run(void *arg)
{
	(void)arg;
	while (!kthread_should_stop()) {
		kthread_parkme();
		kthread_sleep();
	}
	return 0;
}

/* Create, run and park: what was touched once stays. */
static int make_parked(const struct roundtrip_site *site, struct kthread **threads, size_t *ret_nr)
{
	int ret = 0;

	for (*ret_nr = 0; *ret_nr < site->nr_threads && !ret; ++*ret_nr) {
		struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
		struct kthread *k;

		attr.cpu = (int)far_cpu(site, *ret_nr);
		attr.per_cpu = attr.parked = true;
		k = kthread_create_attr(&attr, run, NULL, "memory");
		if (!k)
			return -errno;
		threads[*ret_nr] = k;
		ret = kthread_unpark_wait(k);
		if (!ret)
			ret = kthread_park(k);
	}
	return ret;
}

static int put(struct limits_rows *rows, const struct roundtrip_site *site, const char *statistic,
	       double bytes)
{
	struct limits_row row = {
		.what = &limits_parked_memory,
		.site = site,
		.statistic = statistic,
		.unit = "bytes",
		.value = bytes > 0 || bytes <= 0 ? bytes / (double)site->nr_threads : NAN,
		.low = NAN,
		.high = NAN,
		.level = NAN,
		.n = site->nr_threads,
		.replicate = "thread",
		.method = "difference of the process, per thread",
		.reason = isnan(bytes) ? "the kernel does not tell" : NULL,
	};

	return limits_rows_put(rows, &row);
}

static int put_all(struct limits_rows *rows, const struct roundtrip_site *site,
		   const struct memory_snapshot *before, const struct memory_snapshot *after)
{
	double stack = (double)after->kernel_stack_bytes * (double)site->nr_threads;
	int ret = put(rows, site, "anonymous",
		      (double)(int64_t)(after->anonymous_bytes - before->anonymous_bytes));

	if (!ret)
		ret = put(rows, site, "page_table",
			  (double)(int64_t)(after->page_table_bytes - before->page_table_bytes));
	if (!ret)
		ret = put(rows, site, "kernel_stack", after->kernel_stack_bytes ? stack : NAN);
	return ret;
}

int limits_memory_add(struct limits_rows *rows, const struct roundtrip_site *site)
{
	struct kthread **threads = calloc(site->nr_threads, sizeof(struct kthread *));
	struct memory_snapshot before, after;
	size_t nr = 0;
	int ret = threads ? memory_snapshot(NULL, &before) : -ENOMEM;

	if (!ret)
		ret = make_parked(site, threads, &nr);
	if (!ret)
		ret = memory_snapshot(NULL, &after);
	for (size_t i = 0; i < nr; i++)
		kthread_stop(threads[i]);
	free(threads);
	return ret ? ret : put_all(rows, site, &before, &after);
}
