/* SPDX-License-Identifier: MIT */
/* spin's verify tells whether exactly the counted bursts were computed. */
#include "block.h"

static void proves_its_work(void **state)
{
	struct duty_cpu dc;

	(void)state;
	duty_cpu_init(&dc, duty_find("spin"), 3);
	for (int left = 77; left > 0; left--)
		assert_int_equal(duty_step(&dc), 1);
	assert_int_equal(dc.made, 77);
	assert_int_equal(dc.duty->verify(&dc), 0);
	dc.made++;
	assert_int_equal(dc.duty->verify(&dc), -EIO);
	dc.made -= 2;
	assert_int_equal(dc.duty->verify(&dc), -EIO);
	dc.made++;
	dc.random ^= 1;
	assert_int_equal(dc.duty->verify(&dc), -EIO);
}

/* Its first value, computed by hand from Knuth's constants: 8192 turns from CPU 3. */
static void computes_what_it_says(void **state)
{
	uint64_t value = 3;
	struct duty_cpu dc;

	(void)state;
	duty_cpu_init(&dc, duty_find("spin"), 3);
	duty_step(&dc);
	for (int left = 8192; left > 0; left--)
		value = value * 6364136223846793005u + 1442695040888963407u;
	assert_true(dc.random == value);
}

static void posted_items_ride_along(void **state)
{
	struct duty_cpu dc;

	(void)state;
	duty_cpu_init(&dc, duty_find("spin"), 0);
	for (int left = 5; left > 0; left--)
		duty_post(&dc);
	assert_int_equal(duty_backlog(&dc), 5);
	assert_int_equal(duty_step(&dc), 6);
	assert_int_equal(duty_backlog(&dc), 0);
	assert_int_equal(dc.duty->verify(&dc), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proves_its_work),
		cmocka_unit_test(computes_what_it_says),
		cmocka_unit_test(posted_items_ride_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
