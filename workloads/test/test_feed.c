/* SPDX-License-Identifier: MIT */
/* What arrives while nobody is there waits; what finds no room is missed; nothing gets lost. */
#include "block.h"

#include <stdint.h>

static _Atomic uint64_t fake_ns = 1;

static uint64_t fake_clock(void)
{
	return atomic_load(&fake_ns);
}

static void wait_until_missed(struct duty_cpu *dc, const char *duty)
{
	duty_cpu_init(dc, duty_find(duty), 3);
	dc->now_ns = fake_clock;
	atomic_store(&fake_ns, 1000);
	assert_int_equal(dc->duty->prepare(dc, 1, usable_cpu()), 0);
	/* Until its queue is full: the feeder's own count is not to be read before it has ended. */
	while (!feed_has_item(dc))
		sched_yield();
	dc->duty->finish(dc, 1);
	assert_null(dc->feeder);
}

/* All items of one burst, not one more however long nobody comes. */
static void a_burst_waits(void **state)
{
	struct duty_cpu dc;
	uint32_t nr_waits = 0;

	(void)state;
	wait_until_missed(&dc, "burst");
	assert_int_equal(feed_nr_waiting(&dc), 16);
	atomic_store(&fake_ns, 3000);
	for (int left = 16; left > 0; left--) {
		assert_true(dc.duty->has_work(&dc));
		assert_int_equal(dc.duty->step(&dc), 1);
	}
	assert_false(dc.duty->has_work(&dc));
	assert_int_equal(dc.duty->verify(&dc), 0);
	assert_true(dc.feed.max_wait_ns == 2000);
	for (unsigned int i = 0; i < FEED_BUCKETS; i++) {
		nr_waits += dc.feed.waits[i];
		if (dc.feed.waits[i])
			assert_in_range(feed_bucket_ns(i), 2000, 2250);
	}
	assert_int_equal(nr_waits, 16);
}

static void a_lost_item_is_found_out(void **state)
{
	struct duty_cpu dc;

	(void)state;
	wait_until_missed(&dc, "timer");
	assert_int_equal(dc.duty->step(&dc), 1);
	assert_int_equal(dc.duty->verify(&dc), 0);
	atomic_fetch_add(&dc.feed.nr_taken, 1);
	assert_int_equal(dc.duty->verify(&dc), -EIO);
	dc.made++;
	assert_int_equal(dc.duty->verify(&dc), -EIO);
}

static void buckets_hold_what_they_say(void **state)
{
	(void)state;
	for (unsigned int i = 4 * FEED_BUCKETS_PER_POWER; i + 1 < FEED_BUCKETS; i++)
		assert_true(feed_bucket_ns(i) < feed_bucket_ns(i + 1));
	assert_true(feed_bucket_ns(10 * FEED_BUCKETS_PER_POWER) == 1151);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_waits),
		cmocka_unit_test(a_lost_item_is_found_out),
		cmocka_unit_test(buckets_hold_what_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
