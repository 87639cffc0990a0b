/* SPDX-License-Identifier: MIT */
#include "roundtrip_far.h"

#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STACK_BYTES ((size_t)256 << 10)

unsigned int far_cpu(const struct roundtrip_site *site, size_t index)
{
	return site->far_cpus[index % site->nr_far_cpus];
}

int far_create(pthread_t *thread, unsigned int cpu, void *(*run)(void *arg), void *arg)
{
	pthread_attr_t attr;
	struct cpumask mask;
	int ret;

	cpumask_clear(&mask);
	cpumask_set_cpu(cpu, &mask);
	ret = pthread_attr_init(&attr);
	if (ret)
		return -ret;
	ret = pthread_attr_setaffinity_np(&attr, sizeof(mask), (cpu_set_t *)mask.bits);
	if (!ret)
		ret = pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (!ret)
		ret = pthread_create(thread, &attr, run, arg);
	pthread_attr_destroy(&attr);
	return -ret;
}

void far_enter(struct roundtrip_far *far)
{
	atomic_store_explicit(&far->tid, gettid(), memory_order_release);
}

/* Only the thread itself writes its count. */
void far_answer(struct roundtrip_far *far)
{
	uint64_t nr = atomic_load_explicit(&far->nr_answers, memory_order_relaxed);

	atomic_store_explicit(&far->nr_answers, nr + 1, memory_order_release);
}

void far_answer_stamped(struct roundtrip_far *far)
{
	atomic_store_explicit(&far->stamp_ns, clock_now_ns(), memory_order_relaxed);
	far_answer(far);
}

int far_pause(uint64_t deadline_ns)
{
	if (clock_now_ns() > deadline_ns)
		return -ETIMEDOUT;
	sched_yield();
	return 0;
}

int far_await_answers(const struct roundtrip_block *block, uint64_t nr)
{
	uint64_t deadline_ns = clock_now_ns() + block->site->patience_ns;
	int ret = 0;

	for (size_t i = 0; i < block->nr_fars && !ret; i++)
		while (atomic_load_explicit(&block->fars[i].nr_answers, memory_order_acquire) <
			       nr &&
		       !ret)
			ret = far_pause(deadline_ns);
	return ret;
}

int far_await_entry(const struct roundtrip_block *block)
{
	uint64_t deadline_ns = clock_now_ns() + block->site->patience_ns;
	int ret = 0;

	for (size_t i = 0; i < block->nr_fars && !ret; i++)
		while (!atomic_load_explicit(&block->fars[i].tid, memory_order_acquire) && !ret)
			ret = far_pause(deadline_ns);
	return ret;
}

int far_watch(struct roundtrip_block *block)
{
	int ret = far_await_entry(block);
	char path[64];

	for (size_t i = 0; i < block->nr_fars && !ret; i++) {
		struct roundtrip_far *far = &block->fars[i];

		snprintf(path, sizeof(path), "/proc/self/task/%d/syscall",
			 (int)atomic_load_explicit(&far->tid, memory_order_relaxed));
		far->watch_fd = open(path, O_RDONLY | O_CLOEXEC);
		if (far->watch_fd < 0)
			ret = -errno;
	}
	return ret;
}

void far_unwatch(struct roundtrip_block *block)
{
	for (size_t i = 0; i < block->nr_fars; i++) {
		if (block->fars[i].watch_fd > 0)
			close(block->fars[i].watch_fd);
		block->fars[i].watch_fd = 0;
	}
}

/* 1: it waits in a system call; 0: it runs, or could; -errno. To answer, the kernel itself makes
 * sure that the thread is switched out. */
static int is_asleep(const struct roundtrip_far *far)
{
	static const char running[] = "running";
	char text[sizeof(running)];
	ssize_t n = pread(far->watch_fd, text, sizeof(text), 0);

	if (n < 0)
		return -errno;
	return (size_t)n < sizeof(running) - 1 || memcmp(text, running, sizeof(running) - 1) != 0;
}

int far_await_sleep(const struct roundtrip_block *block)
{
	uint64_t deadline_ns = clock_now_ns() + block->site->patience_ns;

	for (size_t i = 0; i < block->nr_fars; i++) {
		int ret = 0, seen;

		while (!(seen = is_asleep(&block->fars[i])) && !ret)
			ret = far_pause(deadline_ns);
		if (seen < 0 || ret)
			return seen < 0 ? seen : ret;
	}
	return 0;
}

uint64_t far_cpu_ns(const struct roundtrip_block *block)
{
	uint64_t sum_ns = 0;

	for (size_t i = 0; i < block->nr_fars; i++)
		sum_ns += clock_thread_cpu_ns(
			atomic_load_explicit(&block->fars[i].tid, memory_order_relaxed));
	return sum_ns;
}
