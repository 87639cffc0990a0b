/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define STATUS_BYTES	8192
#define MIN_STACK_BYTES 4096ull
#define MAX_STACK_BYTES (1024 * 1024ull)

/* A line "key:  123 kB" in bytes; 0 or -ENOENT. */
static int parse_kib(const char *text, const char *key, uint64_t *ret_bytes)
{
	unsigned long long kib;
	char value[64];

	if (sysfile_field(text, key, value, sizeof(value)) || sscanf(value, "%llu kB", &kib) != 1)
		return -ENOENT;
	*ret_bytes = kib * 1024;
	return 0;
}

static int read_status(const char *root, struct memory_snapshot *snapshot)
{
	char text[STATUS_BYTES], value[64];
	int64_t nr_threads;
	int err = sysfile_read(root, "proc/self/status", text, sizeof(text));

	if (err)
		return err;
	if (sysfile_field(text, "Threads", value, sizeof(value)) ||
	    sysfile_parse_number(value, &nr_threads) || nr_threads < 1)
		return -EPROTO;
	if (parse_kib(text, "VmSize", &snapshot->virtual_bytes) ||
	    parse_kib(text, "VmRSS", &snapshot->resident_bytes) ||
	    parse_kib(text, "VmPTE", &snapshot->page_table_bytes) ||
	    parse_kib(text, "RssAnon", &snapshot->anonymous_bytes))
		return -EPROTO;
	snapshot->nr_threads = (uint64_t)nr_threads;
	return 0;
}

static void read_rollup(const char *root, struct memory_snapshot *snapshot)
{
	uint64_t resident_bytes, anonymous_bytes;
	char text[STATUS_BYTES];

	if (sysfile_read(root, "proc/self/smaps_rollup", text, sizeof(text)) ||
	    parse_kib(text, "Rss", &resident_bytes) ||
	    parse_kib(text, "Anonymous", &anonymous_bytes))
		return;
	snapshot->resident_bytes = resident_bytes;
	snapshot->anonymous_bytes = anonymous_bytes;
	snapshot->is_resident_exact = true;
}

/* The power of two next to @bytes; 0: that is no kernel stack. */
static uint64_t round_stack(uint64_t bytes)
{
	for (uint64_t stack = MIN_STACK_BYTES; stack <= MAX_STACK_BYTES; stack *= 2)
		if (bytes >= stack * 3 / 4 && bytes < stack * 3 / 2)
			return stack;
	return 0;
}

/*
 * KernelStack also counts the idle threads, one per CPU, which the number of threads does not:
 * with at least five kernel threads per CPU that is below the rounding.
 */
static uint64_t read_kernel_stack(const char *root)
{
	unsigned long long nr_threads;
	char text[STATUS_BYTES];
	uint64_t all_bytes;

	if (sysfile_read(root, "proc/meminfo", text, sizeof(text)) ||
	    parse_kib(text, "KernelStack", &all_bytes))
		return 0;
	if (sysfile_read(root, "proc/loadavg", text, sizeof(text)) ||
	    sscanf(text, "%*s %*s %*s %*[0-9]/%llu", &nr_threads) != 1 || nr_threads < 1)
		return 0;
	return round_stack(all_bytes / nr_threads);
}

int memory_snapshot(const char *root, struct memory_snapshot *ret_snapshot)
{
	struct memory_snapshot snapshot = { 0 };
	int err = read_status(root, &snapshot);

	if (err)
		return err;
	read_rollup(root, &snapshot);
	snapshot.kernel_stack_bytes = read_kernel_stack(root);
	*ret_snapshot = snapshot;
	return 0;
}
