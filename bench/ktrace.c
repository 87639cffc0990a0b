/* SPDX-License-Identifier: MIT */
#include "ktrace.h"

#include "sysfile.h"
#include "tracesteps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One step makes about 70 steps of the kernel, each two events of 48 bytes, and 50 probe hits. */
#define BYTES_PER_STEP	((size_t)16 << 10)
#define MIN_BYTES	((size_t)256 << 10) /* per CPU */
#define MAX_BYTES	((size_t)8 << 20)
#define MAX_BYTES_TOTAL ((size_t)512 << 20)

struct ktrace {
	struct tracesteps *trace; /* NULL: not possible */
	struct kernel_rows rows;
	unsigned int nr_cpus;
	int error; /* of the newest begin */
	char why[256];
	char why_no_calls[256]; /* "": there are */
};

/*
 * A CPU that was online once has its thread cpuhp/N, parked or not. Where no kernel thread can be
 * seen (another pid namespace), nothing is known.
 */
static void look_for_fresh(struct ktrace *kt, const struct topology *topo)
{
	char **names;
	int nr = sysfile_list("", "proc", &names);

	if (nr < 0)
		return;
	for (unsigned int cpu = 0; cpu < topo->nr_cpus; cpu++)
		cpumask_set_cpu(cpu, &kt->rows.fresh);
	for (int i = 0; i < nr; i++) {
		char path[300], comm[32];
		unsigned int cpu;

		snprintf(path, sizeof(path), "proc/%s/comm", names[i]);
		if (names[i][0] < '1' || names[i][0] > '9' ||
		    sysfile_read("", path, comm, sizeof(comm)) ||
		    sscanf(comm, "cpuhp/%u", &cpu) != 1 || cpu >= CPUMASK_NR_CPUS)
			continue;
		cpumask_clear_cpu(cpu, &kt->rows.fresh);
		kt->rows.is_fresh_known = true;
	}
	sysfile_list_free(names);
}

static size_t buffer_bytes(const struct topology *topo, size_t max_steps)
{
	size_t bytes = max_steps * BYTES_PER_STEP, max = MAX_BYTES_TOTAL / (topo->nr_cpus + 1);

	max = max < MAX_BYTES ? max : MAX_BYTES;
	bytes = bytes < max ? bytes : max;
	return bytes > MIN_BYTES ? bytes : MIN_BYTES;
}

static void open_trace(struct ktrace *kt, const struct topology *topo, size_t max_steps)
{
	const struct tracesteps_wants wants = {
		.has_calls = true,
		.nr_cpus = topo->nr_cpus,
		.bytes_per_cpu = buffer_bytes(topo, max_steps),
	};
	const char *why;

	if (tracesteps_open(&wants, &kt->trace, kt->why, sizeof(kt->why))) {
		kt->trace = NULL;
		memcpy(kt->why_no_calls, kt->why, sizeof(kt->why));
		return;
	}
	why = tracesteps_why_no_calls(kt->trace);
	snprintf(kt->why_no_calls, sizeof(kt->why_no_calls), "%s", why ? why : "");
}

int ktrace_open(const struct topology *topo, size_t max_steps, struct ktrace **ret_kt)
{
	struct ktrace *kt = calloc(1, sizeof(*kt));
	char *states = NULL;
	int ret;

	if (!kt)
		return -ENOMEM;
	if (sysfile_load("", "sys/devices/system/cpu/hotplug/states", &states))
		states = NULL;
	ret = kernel_rows_init(&kt->rows, states);
	free(states);
	if (ret) {
		free(kt);
		return ret;
	}
	look_for_fresh(kt, topo);
	open_trace(kt, topo, max_steps);
	*ret_kt = kt;
	return 0;
}

void ktrace_stop(struct ktrace *kt)
{
	if (kt->trace && !*kt->why)
		snprintf(kt->why, sizeof(kt->why), "tracing has ended");
	tracesteps_close(kt->trace);
	kt->trace = NULL;
}

void ktrace_close(struct ktrace *kt)
{
	if (!kt)
		return;
	ktrace_stop(kt);
	kernel_rows_fini(&kt->rows);
	free(kt);
}

void ktrace_begin(struct ktrace *kt, const struct block *block)
{
	kt->error = kt->trace ? tracesteps_begin(kt->trace, block->trace) : 0;
	if (kt->error)
		snprintf(kt->why, sizeof(kt->why), "events cannot be switched on: %s",
			 strerror(-kt->error));
}

static const char *name_function(void *trace, uint64_t address)
{
	return tracesteps_function(trace, address);
}

static int add_rows(struct ktrace *kt, const struct block *block, const struct trace_marks *marks)
{
	const struct kernel_namer namer = { name_function, kt->trace };
	struct kernel_block traced = { .block = block, .nr_lost = marks->nr_lost };
	struct kstep *steps = NULL;
	struct kcall *calls = NULL;
	int ret = kstep_pair(marks->steps, marks->nr_steps, &steps, &traced.nr_steps);

	if (!ret)
		ret = kcall_pair(marks->calls, marks->nr_calls, &calls, &traced.nr_calls);
	traced.steps = steps;
	traced.calls = calls;
	if (!ret)
		ret = kernel_rows_add(&kt->rows, &traced, &namer);
	free(calls);
	free(steps);
	return ret;
}

static int add_blanks(struct ktrace *kt, const struct block *block, bool has_steps)
{
	bool has_calls = has_steps && !*kt->why_no_calls;
	int ret = 0;

	if (!has_steps)
		ret = kernel_rows_add_blank_steps(&kt->rows, block, kt->why);
	if (!ret && !has_calls && block->trace == TRACE_CALLS)
		ret = kernel_rows_add_blank_calls(&kt->rows, block,
						  has_steps ? kt->why_no_calls : kt->why);
	return ret;
}

int ktrace_end(struct ktrace *kt, const struct block *block)
{
	struct trace_marks marks = { 0 };
	bool has_steps = kt->trace && !kt->error;
	int ret = 0;

	if (block->trace == TRACE_OFF)
		return 0;
	if (has_steps) {
		kt->error = tracesteps_end(kt->trace, &marks);
		has_steps = !kt->error;
		if (kt->error)
			snprintf(kt->why, sizeof(kt->why), "the trace cannot be read: %s",
				 strerror(-kt->error));
	}
	if (has_steps)
		ret = add_rows(kt, block, &marks);
	trace_marks_fini(&marks);
	return ret ? ret : add_blanks(kt, block, has_steps);
}

const struct kernel_rows *ktrace_rows(const struct ktrace *kt)
{
	return &kt->rows;
}

const char *ktrace_why(const struct ktrace *kt)
{
	return *kt->why ? kt->why : *kt->why_no_calls ? kt->why_no_calls : NULL;
}
