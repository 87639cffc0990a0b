/* SPDX-License-Identifier: MIT */
/* A step writes one byte of each page of as much stack and data as asked for, in every build. */
#include "block.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_BYTES ((size_t)4 << 20)
#define TOUCH_BYTES ((size_t)1 << 20)

static void writes_each_page_of_data(void **state)
{
	const size_t size = 3 * 4096 + 100;
	struct duty_cpu dc;
	size_t nr_written = 0;

	(void)state;
	duty_cpu_init(&dc, duty_find("sleep"), 0);
	dc.data_touch_bytes = size;
	assert_int_equal(duty_start(&dc), 0);
	memset(dc.data, 0x55, size);
	duty_step(&dc);
	for (size_t at = 0; at < size; at++)
		nr_written += dc.data[at] != 0x55;
	assert_int_equal(nr_written, 4);
	assert_true(dc.data[0] != 0x55);
	duty_stop(&dc);
	assert_null(dc.data);
}

static size_t nr_resident(void *memory, size_t size)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE), nr = 0;
	unsigned char *pages = malloc(size / page_bytes);

	assert_non_null(pages);
	assert_int_equal(mincore(memory, size, pages), 0);
	for (size_t i = 0; i < size / page_bytes; i++)
		nr += pages[i] & 1;
	free(pages);
	return nr;
}

/* How many pages of a fresh stack a step leaves behind. */
static void *step_once(void *dc)
{
	duty_step(dc);
	return NULL;
}

static size_t pages_after_step(size_t touch_bytes)
{
	void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct duty_cpu dc;
	pthread_attr_t attr;
	pthread_t thread;
	size_t nr;

	assert_true(stack != MAP_FAILED);
	madvise(stack, STACK_BYTES, MADV_NOHUGEPAGE);
	duty_cpu_init(&dc, duty_find("sleep"), 0);
	dc.stack_touch_bytes = touch_bytes;
	pthread_attr_init(&attr);
	assert_int_equal(pthread_attr_setstack(&attr, stack, STACK_BYTES), 0);
	assert_int_equal(pthread_create(&thread, &attr, step_once, &dc), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	nr = nr_resident(stack, STACK_BYTES);
	munmap(stack, STACK_BYTES);
	return nr;
}

static void writes_each_page_of_stack(void **state)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	size_t nr_none = pages_after_step(0), nr_all = pages_after_step(TOUCH_BYTES);

	(void)state;
	assert_in_range(nr_all - nr_none, TOUCH_BYTES / page_bytes - 2,
			TOUCH_BYTES / page_bytes + 16);
}

static int fail_setup(struct duty_cpu *dc)
{
	assert_non_null(dc->data);
	return -EIO;
}

static void a_failed_start_leaves_nothing(void **state)
{
	const struct duty broken = { .name = "broken", .setup = fail_setup };
	struct duty_cpu dc;

	(void)state;
	duty_cpu_init(&dc, &broken, 0);
	dc.data_touch_bytes = 100;
	assert_int_equal(duty_start(&dc), -EIO);
	assert_null(dc.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_each_page_of_data),
		cmocka_unit_test(writes_each_page_of_stack),
		cmocka_unit_test(a_failed_start_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
