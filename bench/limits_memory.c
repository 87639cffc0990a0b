/* SPDX-License-Identifier: MIT */
#include "limits_memory.h"

#include "clock.h"
#include "memory.h"
#include "roundtrip_far.h"

#include <errno.h>
#include <kpark/kthread.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define USED_STACK_BYTES ((size_t)128 << 10)

const struct roundtrip_case limits_parked_memory = {
	.name = "parked_thread",
	.about = "memory of one parked thread that has run before",
	.role = ROLE_FACILITY,
};

/* What the thread has done before it parks, and gives back then. */
static const struct history {
	const char *statistic;
	bool has_used_stack, is_trimmed;
} histories[] = {
	{ "anonymous_used", true, false },
	{ "anonymous_trimmed", true, true },
	/* Last: its snapshots are told in full. */
	{ "anonymous", false, false },
};

#define NR_HISTORIES (sizeof(histories) / sizeof(*histories))

/* As deep calls do; the compiler may not take them away. */
static __attribute__((noinline)) void use_stack(void)
{
	char deep[USED_STACK_BYTES];

	memset(deep, 1, sizeof(deep));
	__asm__ __volatile__("" : : "r"(deep) : "memory");
}

struct crew {
	const struct history *history;
	_Atomic size_t nr_begun; /* a park that comes before that would keep one from its stack */
};

static int run(void *arg)
{
	struct crew *crew = arg;

	if (crew->history->has_used_stack)
		use_stack();
	atomic_fetch_add_explicit(&crew->nr_begun, 1, memory_order_relaxed);
	while (!kthread_should_stop()) {
		kthread_parkme();
		kthread_sleep();
	}
	return 0;
}

/* Create, run and park: what was touched once stays. */
static int make_parked(const struct roundtrip_site *site, struct crew *crew,
		       struct kthread **threads, size_t *ret_nr)
{
	uint64_t deadline_ns = clock_now_ns() + site->patience_ns;
	int ret = 0;

	for (*ret_nr = 0; *ret_nr < site->nr_threads && !ret; ++*ret_nr) {
		struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
		struct kthread *k;

		attr.cpu = (int)far_cpu(site, *ret_nr);
		attr.per_cpu = attr.parked = true;
		attr.trims_stack = crew->history->is_trimmed;
		k = kthread_create_attr(&attr, run, crew, "memory");
		if (!k)
			return -errno;
		threads[*ret_nr] = k;
		ret = kthread_unpark_wait(k);
		while (!ret &&
		       atomic_load_explicit(&crew->nr_begun, memory_order_relaxed) <= *ret_nr)
			ret = far_pause(deadline_ns);
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

/* What the kernel had to say about the process before and after; of one history. */
struct difference {
	int error; /* 0 or -errno */
	struct memory_snapshot before, after;
};

static void measure(const struct roundtrip_site *site, const struct history *history,
		    struct difference *d)
{
	struct kthread **threads = calloc(site->nr_threads, sizeof(struct kthread *));
	struct crew crew = { .history = history };
	size_t nr = 0;

	d->error = threads ? memory_snapshot(NULL, &d->before) : -ENOMEM;
	if (!d->error)
		d->error = make_parked(site, &crew, threads, &nr);
	if (!d->error)
		d->error = memory_snapshot(NULL, &d->after);
	for (size_t i = 0; i < nr; i++)
		kthread_stop(threads[i]);
	free(threads);
}

/* In a process of its own: the C library keeps stacks, and the next history would get them. */
static int measure_apart(const struct roundtrip_site *site, const struct history *history,
			 struct difference *ret)
{
	int fds[2], ret_error = 0;
	pid_t child;

	if (pipe(fds))
		return -errno;
	child = fork();
	if (child == 0) {
		measure(site, history, ret);
		_exit(write(fds[1], ret, sizeof(*ret)) != sizeof(*ret));
	}
	close(fds[1]);
	if (child < 0)
		ret_error = -EAGAIN;
	else if (read(fds[0], ret, sizeof(*ret)) != sizeof(*ret))
		ret_error = -EIO;
	close(fds[0]);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return ret_error ? ret_error : ret->error;
}

int limits_memory_add(struct limits_rows *rows, const struct roundtrip_site *site)
{
	struct difference d;
	double stack;
	int ret = 0;

	for (size_t i = 0; i < NR_HISTORIES && !ret; i++) {
		ret = measure_apart(site, &histories[i], &d);
		if (!ret)
			ret = put(rows, site, histories[i].statistic,
				  (double)(int64_t)(d.after.anonymous_bytes -
						    d.before.anonymous_bytes));
	}
	if (ret)
		return ret;
	ret = put(rows, site, "page_table",
		  (double)(int64_t)(d.after.page_table_bytes - d.before.page_table_bytes));
	stack = (double)d.after.kernel_stack_bytes * (double)site->nr_threads;
	if (!ret)
		ret = put(rows, site, "kernel_stack", d.after.kernel_stack_bytes ? stack : NAN);
	return ret;
}
