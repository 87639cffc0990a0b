/* SPDX-License-Identifier: MIT */
/* The stack: as large as asked for, with a guard page below it, on the node asked for. */
#include "kthread_check.h"

#include <linux/mempolicy.h>

#define STACK_BYTES ((3 << 20) + 1) /* sanitizers keep much in thread-local storage */

struct stack_seen {
	char *base;
	size_t bytes;
	bool is_guarded;
	int policy; /* of the page at the base, or -errno */
	unsigned long nodes[16];
};

/* Whether the kernel could read a byte there: an access that fails without a signal. */
static bool is_readable(const char *at)
{
	int fds[2];
	bool is_readable;

	if (pipe(fds))
		return false;
	is_readable = write(fds[1], at, 1) == 1;
	close(fds[0]);
	close(fds[1]);
	return is_readable;
}

static int look_at_stack(void *data)
{
	struct stack_seen *seen = data;
	pthread_attr_t attr;
	void *base;

	if (pthread_getattr_np(pthread_self(), &attr))
		return -1;
	pthread_attr_getstack(&attr, &base, &seen->bytes);
	pthread_attr_destroy(&attr);
	seen->base = base;
	seen->is_guarded = is_readable(seen->base) && !is_readable(seen->base - 1);
	if (syscall(SYS_get_mempolicy, &seen->policy, seen->nodes, 1024ul, base, MPOL_F_ADDR))
		seen->policy = -errno;
	return (char *)&attr > seen->base && (char *)&attr < seen->base + seen->bytes;
}

static void look(const struct kthread_attr *attr, struct stack_seen *seen)
{
	struct kthread *k = kthread_create_attr(attr, look_at_stack, seen, "stack");

	assert_non_null(k);
	kthread_wake(k);
	wait_for_end(k);
	assert_int_equal(bounded(kthread_stop(k)), 1);
}

static void is_rounded_up_to_pages(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct stack_seen seen = { 0 };

	(void)state;
	attr.stack_bytes = STACK_BYTES;
	look(&attr, &seen);
	assert_int_equal(seen.bytes, (STACK_BYTES + page - 1) / page * page);
	assert_true(seen.is_guarded);
}

static void on_a_node_is_as_large_and_guarded(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct stack_seen seen = { 0 };

	(void)state;
	attr.stack_bytes = STACK_BYTES;
	attr.node = 0;
	look(&attr, &seen);
	assert_int_equal(seen.bytes, (STACK_BYTES + page - 1) / page * page);
	assert_true(seen.is_guarded);
}

static void is_preferred_on_its_node(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct stack_seen seen = { 0 };

	(void)state;
	attr.node = 0;
	look(&attr, &seen);
	if (seen.policy < 0) {
		print_message("no get_mempolicy() here: %s\n", strerror(-seen.policy));
		skip();
	}
	assert_int_equal(seen.policy, MPOL_PREFERRED);
	assert_int_equal(seen.nodes[0], 1);
}

static void defaults_to_the_c_library(void **state)
{
	struct stack_seen seen = { 0 };
	pthread_attr_t attr;
	size_t bytes;

	(void)state;
	pthread_attr_init(&attr);
	pthread_attr_getstacksize(&attr, &bytes);
	pthread_attr_destroy(&attr);
	look(NULL, &seen);
	assert_int_equal(seen.bytes, bytes);
	assert_true(seen.is_guarded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_rounded_up_to_pages),
		cmocka_unit_test(on_a_node_is_as_large_and_guarded),
		cmocka_unit_test(is_preferred_on_its_node),
		cmocka_unit_test(defaults_to_the_c_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
