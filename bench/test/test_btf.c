/* SPDX-License-Identifier: MIT */
/* Members are found in the running kernel's own description of itself; damage is noticed. */
#include "btf.h"
#include "scratch_dir.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define KERNEL "/sys/kernel/btf/vmlinux"

static void task_has_a_name(void **state)
{
	uint32_t comm = 0, pid = 0;

	(void)state;
	if (access(KERNEL, R_OK)) {
		printf("skipped: this kernel has no " KERNEL "\n");
		skip();
	}
	assert_int_equal(btf_member_offset(KERNEL, "task_struct", "comm", &comm), 0);
	assert_int_equal(btf_member_offset(KERNEL, "task_struct", "pid", &pid), 0);
	assert_true(comm > 64 && pid > 64 && comm != pid);
	assert_int_equal(btf_member_offset(KERNEL, "task_struct", "no_such", &pid), -ENOENT);
	assert_int_equal(btf_member_offset(KERNEL, "no_such", "comm", &pid), -ENOENT);
	/* The first members of a list head are where anybody can check. */
	assert_int_equal(btf_member_offset(KERNEL, "list_head", "prev", &pid), 0);
	assert_int_equal(pid, sizeof(void *));
}

/* Every beginning of the file that is no whole one: an error, and no read outside of it. */
static void damage_is_noticed(void **state)
{
	static const size_t sizes[] = { 0, 1, 8, 23, 24, 25, 100, 4096, 100000 };
	struct scratch scratch;
	char path[128], bytes[100000];
	FILE *file;
	size_t got;

	(void)state;
	if (access(KERNEL, R_OK))
		skip();
	file = fopen(KERNEL, "r");
	got = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	assert_int_equal(got, sizeof(bytes));
	assert_int_equal(scratch_init(&scratch), 0);
	snprintf(path, sizeof(path), "%s/btf", scratch.path);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint32_t offset;

		file = fopen(path, "w");
		fwrite(bytes, 1, sizes[i], file);
		fclose(file);
		assert_int_equal(btf_member_offset(path, "task_struct", "comm", &offset), -EINVAL);
	}
	scratch_fini(&scratch);
}

static void missing_file_is_said(void **state)
{
	uint32_t offset;

	(void)state;
	assert_int_equal(btf_member_offset("/no/such/file", "a", "b", &offset), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(task_has_a_name),
		cmocka_unit_test(damage_is_noticed),
		cmocka_unit_test(missing_file_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
