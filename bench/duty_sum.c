/* SPDX-License-Identifier: MIT */
#include "duty_sum.h"

#include "duty.h"

#include <stdlib.h>

/* The waits of all tenants together, and where in them we are. */
struct waits {
	uint64_t buckets[FEED_BUCKETS];
	uint64_t nr;
};

uint64_t duty_sum_done(const struct tenancies *all)
{
	uint64_t accepted, done;

	tenancies_sum_work(all, &accepted, &done);
	return done;
}

/* The upper end of the bucket that has the wait below which @share of all are; never above max. */
static uint64_t wait_below(const struct waits *waits, double share, uint64_t max_ns)
{
	uint64_t nr_below = 0, nr_needed = (uint64_t)(share * (double)waits->nr);
	unsigned int bucket = 0;

	for (; bucket + 1 < FEED_BUCKETS; bucket++) {
		nr_below += waits->buckets[bucket];
		if (nr_below > nr_needed || nr_below == waits->nr)
			break;
	}
	return feed_bucket_ns(bucket) < max_ns ? feed_bucket_ns(bucket) : max_ns;
}

static void add(struct waits *waits, struct duty_result *result, const struct duty_cpu *dc)
{
	const struct feed *feed = &dc->feed;

	/* Relaxed: the ends of feeder and threads have ordered what is counted here. */
	result->nr_items += atomic_load_explicit(&feed->nr_put, memory_order_relaxed);
	result->nr_items_done += atomic_load_explicit(&feed->nr_taken, memory_order_relaxed);
	result->nr_items_missed += feed->nr_missed;
	if (feed->max_wait_ns > result->wait_max_ns)
		result->wait_max_ns = feed->max_wait_ns;
	for (unsigned int bucket = 0; bucket < FEED_BUCKETS; bucket++) {
		waits->buckets[bucket] += feed->waits[bucket];
		waits->nr += feed->waits[bucket];
	}
}

void duty_sum_items(const struct tenancies *all, struct duty_result *ret_result)
{
	struct duty_result result = { .is_fed = all->cell->duty->is_fed,
				      .nr_done_in_plan = ret_result->nr_done_in_plan };
	size_t nr_tenants = all->list ? all->nr * all->list[0].nr_tenants : 0;
	struct waits *waits = result.is_fed ? calloc(1, sizeof(*waits)) : NULL;

	for (size_t i = 0; waits && i < nr_tenants; i++)
		add(waits, &result, &all->duties[i]);
	result.has_waits = waits && waits->nr > 0;
	if (result.has_waits) {
		result.wait_p50_ns = wait_below(waits, 0.5, result.wait_max_ns);
		result.wait_p99_ns = wait_below(waits, 0.99, result.wait_max_ns);
	}
	free(waits);
	*ret_result = result;
}
