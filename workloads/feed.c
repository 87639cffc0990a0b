/* SPDX-License-Identifier: MIT */
#include "feed.h"

#include "duty.h"
#include "random.h"

#include <kpark/cpumask.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define FEEDER_STACK_BYTES ((size_t)256 << 10)
#define NS_PER_S	   1000000000

struct feeder {
	const struct feed_pace *pace;
	struct duty_cpu *dcs;
	size_t nr;
	int timer_fd;
	atomic_bool is_over;
	struct random random;
	pthread_t thread;
};

static uint64_t now_ns(const struct duty_cpu *dc)
{
	return dc->now_ns ? dc->now_ns() : 0;
}

uint64_t feed_nr_waiting(const struct duty_cpu *dc)
{
	/* Acquire pairs with the release in feed_take(): its slot is free. */
	uint64_t taken = atomic_load_explicit(&dc->feed.nr_taken, memory_order_acquire);

	/* Acquire pairs with the release in put(): the items' times are there. */
	return atomic_load_explicit(&dc->feed.nr_put, memory_order_acquire) - taken;
}

bool feed_has_item(const struct duty_cpu *dc)
{
	return feed_nr_waiting(dc) > 0;
}

static void put(struct duty_cpu *dc)
{
	struct feed *feed = &dc->feed;
	uint64_t nr_put = atomic_load_explicit(&feed->nr_put, memory_order_relaxed);

	feed->put_ns[nr_put % FEED_SLOTS] = now_ns(dc);
	/* Release pairs with the acquire in feed_nr_waiting(). */
	atomic_store_explicit(&feed->nr_put, nr_put + 1, memory_order_release);
}

static void feed_one(struct feeder *feeder, struct duty_cpu *dc)
{
	const struct feed_pace *pace = feeder->pace;
	uint64_t nr = pace->min_items +
		      random_below(&feeder->random, pace->max_items - pace->min_items + 1);
	bool has_put = false;

	for (; nr > 0; nr--) {
		if (feed_nr_waiting(dc) >= pace->max_waiting) {
			dc->feed.nr_missed += nr;
			break;
		}
		put(dc);
		has_put = true;
	}
	if (has_put && dc->wake)
		dc->wake(dc->wake_arg);
}

static void *feed_main(void *arg)
{
	struct feeder *feeder = arg;
	uint64_t nr_periods;

	/* Relaxed: the join orders everything. */
	while (!atomic_load_explicit(&feeder->is_over, memory_order_relaxed)) {
		if (read(feeder->timer_fd, &nr_periods, sizeof(nr_periods)) < 0 && errno != EINTR)
			break;
		for (size_t i = 0; i < feeder->nr; i++)
			feed_one(feeder, &feeder->dcs[i]);
	}
	return NULL;
}

static int start_timer(struct feeder *feeder)
{
	struct timespec period = { .tv_sec = (time_t)(feeder->pace->period_ns / NS_PER_S),
				   .tv_nsec = (long)(feeder->pace->period_ns % NS_PER_S) };
	struct itimerspec times = { .it_interval = period, .it_value = period };

	feeder->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (feeder->timer_fd < 0)
		return -errno;
	if (!timerfd_settime(feeder->timer_fd, 0, &times, NULL))
		return 0;
	close(feeder->timer_fd);
	return -EINVAL;
}

/* It takes no signal: they belong to the program's main thread. */
static int start_thread(struct feeder *feeder, unsigned int cpu)
{
	struct cpumask mask = { { 0 } };
	sigset_t all, old;
	pthread_attr_t attr;
	int error = pthread_attr_init(&attr);

	if (error)
		return -error;
	cpumask_set_cpu(cpu, &mask);
	error = pthread_attr_setstacksize(&attr, FEEDER_STACK_BYTES);
	if (!error)
		error = pthread_attr_setaffinity_np(&attr, sizeof(mask),
						    (const cpu_set_t *)mask.bits);
	if (!error) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		error = pthread_create(&feeder->thread, &attr, feed_main, feeder);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
	pthread_attr_destroy(&attr);
	if (!error)
		pthread_setname_np(feeder->thread, "feeder");
	return -error;
}

int feed_start(const struct feed_pace *pace, struct duty_cpu *dc, size_t nr,
	       unsigned int feeder_cpu)
{
	struct feeder *feeder;
	int ret;

	if (nr == 0)
		return 0;
	feeder = calloc(1, sizeof(*feeder));
	if (!feeder)
		return -ENOMEM;
	*feeder = (struct feeder){ .pace = pace, .dcs = dc, .nr = nr };
	random_init(&feeder->random, dc->cpu);
	ret = start_timer(feeder);
	if (ret)
		goto out_free;
	ret = start_thread(feeder, feeder_cpu);
	if (ret)
		goto out_close_timer;
	dc->feeder = feeder;
	return 0;

out_close_timer:
	close(feeder->timer_fd);
out_free:
	free(feeder);
	return ret;
}

void feed_stop(struct duty_cpu *dc, size_t nr)
{
	struct feeder *feeder = nr ? dc->feeder : NULL;

	if (!feeder)
		return;
	atomic_store_explicit(&feeder->is_over, true, memory_order_relaxed);
	pthread_join(feeder->thread, NULL);
	close(feeder->timer_fd);
	free(feeder);
	dc->feeder = NULL;
}

static unsigned int bucket_of(uint64_t ns)
{
	unsigned int power = ns ? 63 - (unsigned int)__builtin_clzll(ns) : 0;
	unsigned int bucket;

	if (ns < FEED_BUCKETS_PER_POWER)
		return (unsigned int)ns;
	bucket = power * FEED_BUCKETS_PER_POWER +
		 (unsigned int)(ns >> (power - 3) & (FEED_BUCKETS_PER_POWER - 1));
	return bucket < FEED_BUCKETS ? bucket : FEED_BUCKETS - 1;
}

uint64_t feed_bucket_ns(unsigned int bucket)
{
	unsigned int power = bucket / FEED_BUCKETS_PER_POWER;
	uint64_t eighths = FEED_BUCKETS_PER_POWER + bucket % FEED_BUCKETS_PER_POWER + 1;

	if (power < 3)
		return bucket;
	return (eighths << (power - 3)) - 1;
}

bool feed_take(struct duty_cpu *dc)
{
	struct feed *feed = &dc->feed;
	uint64_t nr_taken = atomic_load_explicit(&feed->nr_taken, memory_order_relaxed);
	uint64_t put_ns, wait_ns;

	if (!feed_has_item(dc))
		return false;
	put_ns = feed->put_ns[nr_taken % FEED_SLOTS];
	/* Release pairs with the acquire in feed_nr_waiting(). */
	atomic_store_explicit(&feed->nr_taken, nr_taken + 1, memory_order_release);
	if (!put_ns)
		return true;
	wait_ns = now_ns(dc) - put_ns;
	feed->waits[bucket_of(wait_ns)]++;
	feed->max_wait_ns = wait_ns > feed->max_wait_ns ? wait_ns : feed->max_wait_ns;
	return true;
}
