/* SPDX-License-Identifier: MIT */
/* Giving up: the request goes, unless somebody else wants it too or it has been met. */
#include "kthread_check.h"

#define SHORT_NS 1000000ull
#define LONG_NS	 (3600ull * 1000000000)

/* A thread that looks but does not park before it is allowed to. */
struct stubborn {
	struct subject subject;
	atomic_bool sees_request;
	atomic_bool may_park;
	atomic_bool has_to_want; /* parks itself, once */
	atomic_bool does_want;
};

static int resist(void *data)
{
	struct stubborn *stubborn = data;

	while (!kthread_should_stop()) {
		atomic_fetch_add(&stubborn->subject.nr_turns, 1);
		atomic_store(&stubborn->sees_request, kthread_should_park());
		if (atomic_exchange(&stubborn->has_to_want, false)) {
			kthread_park(kthread_self());
			atomic_store(&stubborn->does_want, true);
		}
		if (atomic_load(&stubborn->may_park))
			kthread_parkme();
		sched_yield();
	}
	return 0;
}

#define give_up(k)                                                                                 \
	do {                                                                                       \
		assert_int_equal(bounded(kthread_park_timeout(k, 0)), -ETIMEDOUT);                 \
		assert_int_equal(bounded(kthread_park_timeout(k, SHORT_NS)), -ETIMEDOUT);          \
	} while (0)

static void takes_its_own_request_back(void **state)
{
	struct stubborn stubborn = { 0 };
	struct kthread *k = kthread_run(resist, &stubborn, "own");

	(void)state;
	wait_for_turns(&stubborn.subject);
	give_up(k);
	wait_until(!atomic_load(&stubborn.sees_request));
	atomic_store(&stubborn.may_park, true);
	wait_for_turns(&stubborn.subject);
	assert_int_equal(bounded(kthread_park_timeout(k, LONG_NS)), 0);
	assert_frozen(&stubborn.subject);
	bounded(kthread_stop(k));
}

static void leaves_the_request_of_another(void **state)
{
	struct stubborn stubborn = { 0 };
	struct kthread *k = kthread_run(resist, &stubborn, "another");
	struct caller parker;

	(void)state;
	wait_for_turns(&stubborn.subject);
	caller_start(&parker, kthread_park, k);
	wait_until(caller_has_settled(&parker));
	give_up(k);
	wait_for_turns(&stubborn.subject);
	assert_true(atomic_load(&stubborn.sees_request));
	atomic_store(&stubborn.may_park, true);
	assert_int_equal(caller_join(&parker), 0);
	assert_frozen(&stubborn.subject);
	bounded(kthread_stop(k));
}

static void leaves_the_request_of_the_thread_itself(void **state)
{
	struct stubborn stubborn = { .has_to_want = true };
	struct kthread *k = kthread_run(resist, &stubborn, "itself");

	(void)state;
	wait_until(atomic_load(&stubborn.does_want));
	give_up(k);
	wait_for_turns(&stubborn.subject);
	assert_true(atomic_load(&stubborn.sees_request));
	atomic_store(&stubborn.may_park, true);
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_frozen(&stubborn.subject);
	/* The unpark ends both: what comes now is nobody's but the giver-up's. */
	atomic_store(&stubborn.may_park, false);
	assert_int_equal(kthread_unpark(k), 0);
	wait_for_turns(&stubborn.subject);
	give_up(k);
	wait_until(!atomic_load(&stubborn.sees_request));
	bounded(kthread_stop(k));
}

/* Whatever happens first, it is one or the other: parked and 0, or running and -ETIMEDOUT. */
static void never_gives_up_what_it_got(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "or");
	int nr_parked = 0, ret;

	(void)state;
	for (uint64_t i = 0; i < 2000; i++) {
		ret = bounded(kthread_park_timeout(k, i % 50 * 1000));
		if (!ret) {
			unsigned long turns = atomic_load(&subject.nr_turns);

			nr_parked++;
			sched_yield();
			assert_int_equal(atomic_load(&subject.nr_turns), turns);
			assert_int_equal(kthread_unpark(k), 0);
			continue;
		}
		assert_int_equal(ret, -ETIMEDOUT);
		wait_for_turns(&subject);
	}
	print_message("parked %d times of 2000\n", nr_parked);
	bounded(kthread_stop(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_its_own_request_back),
		cmocka_unit_test(leaves_the_request_of_another),
		cmocka_unit_test(leaves_the_request_of_the_thread_itself),
		cmocka_unit_test(never_gives_up_what_it_got),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
