/* SPDX-License-Identifier: MIT */
#include "noise.h"

#include "clock.h"

#include <kpark/cpumask.h>

#include <sys/prctl.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#define MIN_BUDGET_NS 10000000u
#define PERIOD_NS     1000000u

struct observer {
	uint64_t budget_ns;
	uint64_t *lateness_ns;
	size_t max_wakes;
	struct noise noise;
};

/* A slow clock source must not look like a CPU full of gaps. */
static void spin(struct noise *noise, uint64_t duration_ns)
{
	uint64_t limit_ns = NOISE_GAP_NS + clock_measure_cost().read_ns;
	uint64_t start_ns = clock_now_ns(), last_ns = start_ns, now_ns;

	while ((now_ns = clock_now_ns()) < start_ns + duration_ns) {
		uint64_t gap_ns = now_ns - last_ns;

		last_ns = now_ns;
		if (gap_ns < limit_ns)
			continue;
		noise->nr_gaps++;
		noise->gaps_ns += gap_ns;
		if (gap_ns > noise->longest_gap_ns)
			noise->longest_gap_ns = gap_ns;
	}
	noise->spun_ns = now_ns - start_ns;
}

/* At least one. */
static size_t doze(struct observer *observer, uint64_t duration_ns)
{
	uint64_t end_ns = clock_now_ns() + duration_ns, now_ns;
	size_t nr = 0;

	do {
		now_ns = clock_now_ns();
		clock_sleep_until_ns(now_ns + PERIOD_NS);
		observer->lateness_ns[nr++] = clock_now_ns() - now_ns - PERIOD_NS;
	} while (nr < observer->max_wakes && now_ns + PERIOD_NS < end_ns);
	return nr;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void *observe(void *arg)
{
	struct observer *observer = arg;
	struct noise *noise = &observer->noise;
	size_t nr;

	/* The default slack of 50 us would be taken for lateness; it goes with this thread. */
	prctl(PR_SET_TIMERSLACK, 1ul, 0, 0, 0);
	spin(noise, observer->budget_ns / 2);
	nr = doze(observer, observer->budget_ns / 2);
	qsort(observer->lateness_ns, nr, sizeof(*observer->lateness_ns), compare_u64);
	noise->nr_wakes = nr;
	noise->lateness_p50_ns = observer->lateness_ns[(nr - 1) / 2];
	noise->lateness_p99_ns = observer->lateness_ns[(nr * 99 + 99) / 100 - 1];
	return NULL;
}

/* Run observe() on @cpu and wait for it. 0 or -errno. */
static int observe_on(unsigned int cpu, struct observer *observer)
{
	struct cpumask mask = { .bits = { 0 } };
	pthread_attr_t attr;
	pthread_t thread;
	int err = pthread_attr_init(&attr);

	if (err)
		return -err;
	cpumask_set_cpu(cpu, &mask);
	err = pthread_attr_setaffinity_np(&attr, sizeof(mask), (const cpu_set_t *)&mask);
	if (!err)
		err = pthread_create(&thread, &attr, observe, observer);
	if (!err)
		err = pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	return -err;
}

int noise_measure(unsigned int cpu, uint64_t budget_ns, struct noise *ret_noise)
{
	struct observer observer = {
		.budget_ns = budget_ns,
		.max_wakes = (size_t)(budget_ns / PERIOD_NS) + 1,
		.noise = { .cpu = cpu },
	};
	int err;

	if (budget_ns < MIN_BUDGET_NS)
		return -EINVAL;
	observer.lateness_ns = calloc(observer.max_wakes, sizeof(*observer.lateness_ns));
	if (!observer.lateness_ns)
		return -ENOMEM;
	err = observe_on(cpu, &observer);
	free(observer.lateness_ns);
	if (!err)
		*ret_noise = observer.noise;
	return err;
}

uint64_t noise_stolen_ppm(const struct noise *noise)
{
	return noise->spun_ns ? noise->gaps_ns * 1000000 / noise->spun_ns : 0;
}

static bool is_within(const struct noise *noise, uint64_t gap_ns, uint64_t lateness_ns,
		      uint64_t ppm)
{
	return noise->longest_gap_ns <= gap_ns && noise->lateness_p99_ns <= lateness_ns &&
	       noise_stolen_ppm(noise) <= ppm;
}

enum noise_level noise_judge(const struct noise *noise)
{
	if (is_within(noise, NOISE_QUIET_GAP_NS, NOISE_QUIET_LATENESS_NS, NOISE_QUIET_STOLEN_PPM))
		return NOISE_QUIET;
	if (is_within(noise, NOISE_UNEVEN_GAP_NS, NOISE_UNEVEN_LATENESS_NS,
		      NOISE_UNEVEN_STOLEN_PPM))
		return NOISE_UNEVEN;
	return NOISE_NOISY;
}

const char *noise_level_name(enum noise_level level)
{
	static const char *const names[] = {
		[NOISE_QUIET] = "quiet",
		[NOISE_UNEVEN] = "uneven",
		[NOISE_NOISY] = "noisy",
	};

	return names[level];
}
