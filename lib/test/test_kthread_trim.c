/* SPDX-License-Identifier: MIT */
/* A parked thread's unused stack goes back to the kernel, and what it uses stays. */
#include "kthread_check.h"

#include <sys/mman.h>
#include <ucontext.h>

#define STACK_BYTES (4u << 20)
#define DEEP_BYTES  (1u << 20)

struct diver {
	atomic_ulong nr_turns;
	char *low; /* of its stack */
	char *here;
	atomic_bool was_kept; /* what it had on its stack while it was parked */
	bool trims_by_hand;
	atomic_int trimmed;
};

__attribute__((noinline)) static void dive(struct diver *diver)
{
	char deep[DEEP_BYTES];

	memset(deep, 1, sizeof(deep));
	/* A use, so that the compiler leaves it alone. */
	atomic_fetch_add(&diver->nr_turns, (unsigned long)deep[DEEP_BYTES / 2]);
}

static int dive_and_park(void *data)
{
	struct diver *diver = data;
	unsigned char kept[3000];
	pthread_attr_t attr;
	size_t bytes;
	void *low;

	pthread_getattr_np(pthread_self(), &attr);
	pthread_attr_getstack(&attr, &low, &bytes);
	pthread_attr_destroy(&attr);
	diver->low = low;
	diver->here = __builtin_frame_address(0);
	memset(kept, 0xa5, sizeof(kept));
	while (!kthread_should_stop()) {
		bool is_kept = true;

		dive(diver);
		if (diver->trims_by_hand && kthread_should_park())
			atomic_store(&diver->trimmed, kthread_trim_stack());
		kthread_parkme();
		for (size_t i = 0; i < sizeof(kept); i++)
			is_kept &= kept[i] == 0xa5;
		atomic_store(&diver->was_kept, is_kept);
		sched_yield();
	}
	return 0;
}

/* What the stack holds below the function that parks. */
static size_t pages_held(const struct diver *diver)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), nr = 0;
	size_t n = (size_t)(diver->here - diver->low) / page;
	unsigned char in_core[STACK_BYTES / 4096];

	assert_true(n <= sizeof(in_core));
	assert_int_equal(mincore(diver->low, n * page, in_core), 0);
	for (size_t i = 0; i < n; i++)
		nr += in_core[i] & 1;
	return nr;
}

static struct kthread *start(struct diver *diver, bool trims_stack)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct kthread *k;

	attr.stack_bytes = STACK_BYTES;
	attr.trims_stack = trims_stack;
	k = kthread_start(kthread_create_attr(&attr, dive_and_park, diver, "diver"));
	assert_non_null(k);
	wait_for_turns(diver);
	return k;
}

static void park_and_look(struct kthread *k, struct diver *diver, bool expects_trim)
{
	size_t deep = DEEP_BYTES / (size_t)sysconf(_SC_PAGESIZE);

	for (int i = 0; i < 20; i++) {
		assert_int_equal(bounded(kthread_park(k)), 0);
		wait_until(is_asleep(kthread_tid(k)));
		if (expects_trim)
			assert_in_range(pages_held(diver), 0, 8);
		else
			assert_true(pages_held(diver) >= deep);
		atomic_store(&diver->was_kept, false);
		assert_int_equal(bounded(kthread_unpark(k)), 0);
		wait_until(atomic_load(&diver->was_kept));
		wait_for_turns(diver);
	}
}

static void goes_back_if_asked_for(void **state)
{
	struct diver diver = { 0 };
	struct kthread *k = start(&diver, true);

	(void)state;
	park_and_look(k, &diver, true);
	bounded(kthread_stop(k));
}

static void stays_if_not(void **state)
{
	struct diver diver = { 0 };
	struct kthread *k = start(&diver, false);

	(void)state;
	park_and_look(k, &diver, false);
	bounded(kthread_stop(k));
}

static void goes_back_by_hand(void **state)
{
	struct diver diver = { .trims_by_hand = true, .trimmed = 1 };
	struct kthread *k = start(&diver, false);

	(void)state;
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_int_equal(bounded(kthread_unpark(k)), 0);
	wait_until(atomic_load(&diver.trimmed) == 0);
	bounded(kthread_stop(k));
	assert_int_equal(kthread_trim_stack(), -EPERM);
}

static ucontext_t thread_context, fiber_context;
static atomic_int trimmed_in_fiber;

static void trim_in_fiber(void)
{
	atomic_store(&trimmed_in_fiber, kthread_trim_stack());
}

static int run_fiber(void *stack)
{
	getcontext(&fiber_context);
	fiber_context.uc_stack.ss_sp = stack;
	fiber_context.uc_stack.ss_size = DEEP_BYTES;
	fiber_context.uc_link = &thread_context;
	makecontext(&fiber_context, trim_in_fiber, 0);
	swapcontext(&thread_context, &fiber_context);
	return 0;
}

/* Between the thread's stack and the fiber's there is memory of others. */
static void a_fibers_stack_is_left_alone(void **state)
{
	void *stack = malloc(DEEP_BYTES);
	struct kthread *k;

	(void)state;
	assert_non_null(stack);
	atomic_store(&trimmed_in_fiber, 1);
	k = kthread_run(run_fiber, stack, "fiber");
	assert_non_null(k);
	while (atomic_load(&trimmed_in_fiber) == 1)
		sched_yield();
	assert_int_equal(bounded(kthread_stop(k)), 0);
	assert_int_equal(atomic_load(&trimmed_in_fiber), -EINVAL);
	free(stack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_back_if_asked_for),
		cmocka_unit_test(stays_if_not),
		cmocka_unit_test(goes_back_by_hand),
		cmocka_unit_test(a_fibers_stack_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
