/* SPDX-License-Identifier: MIT */
#include "counters.h"

#include <linux/perf_event.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_EVENTS = 32, REASON_SIZE = 128 };

enum source { SOURCE_NONE, SOURCE_PERF, SOURCE_RUSAGE };

/* One event on one side. */
struct series {
	const struct counter_event *event;
	enum counter_mode mode;
	enum source source;
	int fd; /* of SOURCE_PERF, else -1 */
	char reason[REASON_SIZE];
	struct counter_reading begin[NR_PHASES];
	struct counter_reading sum[NR_PHASES];
};

struct counters {
	struct counter_event events[MAX_EVENTS];
	size_t nr_events;
	struct series series[MAX_EVENTS * 2];
	size_t nr_series;
	bool uses_rusage; /* it walks all threads: not for nothing */
	uint64_t nr_pairs[NR_PHASES];
	bool is_begun[NR_PHASES];
};

static bool is_software(const struct counter_event *event, uint64_t config)
{
	return event->type == PERF_TYPE_SOFTWARE && event->config == config;
}

static uint64_t timeval_ns(const struct timeval *tv)
{
	return (uint64_t)tv->tv_sec * 1000000000u + (uint64_t)tv->tv_usec * 1000u;
}

/* False: the kernel's accounting has no such number. */
static bool rusage_value(const struct counter_event *event, const struct rusage *usage,
			 uint64_t *value)
{
	if (event->type != PERF_TYPE_SOFTWARE)
		return false;
	switch (event->config) {
	case PERF_COUNT_SW_CONTEXT_SWITCHES:
		*value = (uint64_t)usage->ru_nvcsw + (uint64_t)usage->ru_nivcsw;
		return true;
	case PERF_COUNT_SW_PAGE_FAULTS:
		*value = (uint64_t)usage->ru_minflt + (uint64_t)usage->ru_majflt;
		return true;
	case PERF_COUNT_SW_PAGE_FAULTS_MIN:
		*value = (uint64_t)usage->ru_minflt;
		return true;
	case PERF_COUNT_SW_PAGE_FAULTS_MAJ:
		*value = (uint64_t)usage->ru_majflt;
		return true;
	case PERF_COUNT_SW_TASK_CLOCK:
		*value = timeval_ns(&usage->ru_utime) + timeval_ns(&usage->ru_stime);
		return true;
	default:
		return false;
	}
}

static int perf_open(const struct counter_event *event, enum counter_mode mode)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = event->type,
		.config = event->config,
		.config1 = event->config1,
		.config2 = event->config2,
		.inherit = 1,
		.exclude_user = mode == COUNTER_KERNEL,
		.exclude_kernel = mode == COUNTER_USER,
		.exclude_hv = mode != COUNTER_ALL,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	long fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : (int)fd;
}

static int perf_event_paranoid(void)
{
	FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
	int level = -1;

	if (!file)
		return level;
	if (fscanf(file, "%d", &level) != 1)
		level = -1;
	fclose(file);
	return level;
}

static void explain_perf(struct series *series, int error)
{
	const char *text;

	switch (error) {
	case EACCES:
	case EPERM:
		snprintf(series->reason, REASON_SIZE,
			 "not permitted (perf_event_paranoid is %d): needs CAP_PERFMON or root",
			 perf_event_paranoid());
		return;
	case ENOENT:
	case ENODEV:
	case ENXIO:
	case EOPNOTSUPP:
		text = "this machine's PMU, if it has one, cannot count it";
		break;
	case EINVAL:
		text = "the kernel refuses to count it per thread";
		break;
	case EMFILE:
	case ENFILE:
		text = "no file descriptor left: raise ulimit -n or name fewer events";
		break;
	case EBUSY:
		text = "somebody else has the PMU to himself";
		break;
	case ENOSYS:
		text = "the kernel was built without perf events, or a filter hides them";
		break;
	default:
		text = strerrordesc_np(error);
	}
	snprintf(series->reason, REASON_SIZE, "%s (%s)", text ? text : "perf_event_open failed",
		 strerrorname_np(error));
}

static void explain_tracefs(struct series *series, int error)
{
	if (error == ENODEV)
		snprintf(series->reason, REASON_SIZE,
			 "no tracefs here: mount it on /sys/kernel/tracing");
	else
		snprintf(series->reason, REASON_SIZE,
			 "the tracepoint's id in tracefs cannot be read (%s): needs root",
			 strerrorname_np(error));
}

/*
 * Without the right to count the kernel side, an exclude_kernel counter could still be opened,
 * but of context switches and migrations it reads 0 for ever: both are kernel side by nature.
 * So what the process accounting has comes from there, and the rest stays blank.
 */
static void fall_back(struct series *series, int error)
{
	struct rusage usage = { 0 };
	uint64_t unused;

	explain_perf(series, error);
	if (!rusage_value(series->event, &usage, &unused))
		return;
	series->source = SOURCE_RUSAGE;
	snprintf(series->reason, REASON_SIZE, "whole process; perf: %s", strerrorname_np(error));
}

static void open_series(struct series *series)
{
	int fd;

	if (series->event->error) {
		explain_tracefs(series, series->event->error);
		return;
	}
	fd = perf_open(series->event, series->mode);
	if (fd < 0) {
		fall_back(series, -fd);
		return;
	}
	series->fd = fd;
	series->source = SOURCE_PERF;
}

static void open_all(struct counters *counters)
{
	for (size_t i = 0; i < counters->nr_events; i++) {
		for (enum counter_mode mode = 0; mode < NR_COUNTER_MODES; mode++) {
			struct series *series = &counters->series[counters->nr_series];

			if (!counters->events[i].has_mode[mode])
				continue;
			series->event = &counters->events[i];
			series->mode = mode;
			series->fd = -1;
			open_series(series);
			counters->uses_rusage |= series->source == SOURCE_RUSAGE;
			counters->nr_series++;
		}
	}
}

int counters_open(const char *list, struct counters **counters, char *why, size_t why_size)
{
	struct counters *new = calloc(1, sizeof(*new));
	int nr;

	if (!new) {
		snprintf(why, why_size, "no memory for the counters");
		return -ENOMEM;
	}
	nr = counter_events_parse(list ? list : COUNTER_EVENTS_DEFAULT, new->events, MAX_EVENTS,
				  why, why_size);
	if (nr < 0) {
		free(new);
		return nr;
	}
	new->nr_events = (size_t)nr;
	open_all(new);
	*counters = new;
	return 0;
}

void counters_close(struct counters *counters)
{
	if (!counters)
		return;
	for (size_t i = 0; i < counters->nr_series; i++)
		if (counters->series[i].fd >= 0)
			close(counters->series[i].fd);
	free(counters);
}

/* A series that fails once is blank for good: its sums would have a hole. */
static void read_perf(struct series *series, struct counter_reading *reading)
{
	ssize_t n = read(series->fd, reading, sizeof(*reading));

	if (n == (ssize_t)sizeof(*reading))
		return;
	series->source = SOURCE_NONE;
	if (n < 0)
		explain_perf(series, errno);
	else
		snprintf(series->reason, REASON_SIZE, "the kernel gave the counter up");
}

/* Always in the same order, so that each event sees the reading of all others once per pair. */
static void read_all(struct counters *counters, struct counter_reading *readings)
{
	struct rusage usage = { 0 };

	if (counters->uses_rusage)
		getrusage(RUSAGE_SELF, &usage);
	for (size_t i = 0; i < counters->nr_series; i++) {
		struct series *series = &counters->series[i];

		if (series->source == SOURCE_PERF)
			read_perf(series, &readings[i]);
		else if (series->source == SOURCE_RUSAGE)
			rusage_value(series->event, &usage, &readings[i].value);
	}
}

void counters_begin(struct counters *counters, enum phase phase)
{
	struct counter_reading now[MAX_EVENTS * 2] = { 0 };

	assert(phase < NR_PHASES && !counters->is_begun[phase]);
	counters->is_begun[phase] = true;
	read_all(counters, now);
	for (size_t i = 0; i < counters->nr_series; i++)
		counters->series[i].begin[phase] = now[i];
}

static void accumulate(struct series *series, enum phase phase, const struct counter_reading *now)
{
	const struct counter_reading *begin = &series->begin[phase];
	struct counter_reading *sum = &series->sum[phase];

	sum->value += now->value - begin->value;
	sum->enabled_ns += now->enabled_ns - begin->enabled_ns;
	sum->running_ns += now->running_ns - begin->running_ns;
}

void counters_end(struct counters *counters, enum phase phase)
{
	struct counter_reading now[MAX_EVENTS * 2] = { 0 };

	assert(phase < NR_PHASES && counters->is_begun[phase]);
	read_all(counters, now);
	for (size_t i = 0; i < counters->nr_series; i++)
		accumulate(&counters->series[i], phase, &now[i]);
	counters->nr_pairs[phase]++;
	counters->is_begun[phase] = false;
}

void counters_drop(struct counters *counters, enum phase phase)
{
	assert(phase < NR_PHASES);
	counters->is_begun[phase] = false;
}

size_t counters_nr(const struct counters *counters)
{
	return counters->nr_series;
}

enum counter_status counters_scale(const struct counter_reading *sum, double *estimate,
				   double *running_share)
{
	*estimate = 0;
	*running_share = 0;
	if (!sum->running_ns)
		return COUNTER_BLANK;
	*estimate = (double)sum->value;
	*running_share = 1;
	if (sum->running_ns >= sum->enabled_ns)
		return COUNTER_EXACT;
	*running_share = (double)sum->running_ns / (double)sum->enabled_ns;
	*estimate /= *running_share;
	return COUNTER_SCALED;
}

static void fill_perf_value(const struct counter_reading *sum, struct counter_result *result)
{
	result->status = counters_scale(sum, &result->estimate, &result->running_share);
	if (result->status == COUNTER_BLANK)
		result->reason = sum->enabled_ns ? "never scheduled: the PMU was always taken"
						 : "never enabled: no counted thread ran";
	else
		result->count = sum->value;
	if (result->status == COUNTER_SCALED)
		result->reason = "multiplexed: scaled by enabled / running";
}

void counters_result(const struct counters *counters, size_t index, enum phase phase,
		     struct counter_result *result)
{
	const struct series *series = &counters->series[index];
	const struct counter_reading *sum = &series->sum[phase];

	assert(index < counters->nr_series && phase < NR_PHASES);
	*result = (struct counter_result){
		.event = series->event->name,
		.mode = series->mode,
		.status = COUNTER_BLANK,
		.nr_pairs = counters->nr_pairs[phase],
		.unit = is_software(series->event, PERF_COUNT_SW_TASK_CLOCK) ||
					is_software(series->event, PERF_COUNT_SW_CPU_CLOCK)
				? "ns"
				: "count",
		.source = series->source == SOURCE_RUSAGE ? "getrusage" : "perf",
		.reason = series->reason,
	};
	if (series->source == SOURCE_NONE)
		return;
	if (!result->nr_pairs) {
		result->reason = "the phase never took place";
		return;
	}
	if (series->source == SOURCE_PERF) {
		fill_perf_value(sum, result);
		return;
	}
	result->status = COUNTER_EXACT;
	result->count = sum->value;
	result->estimate = (double)sum->value;
	result->running_share = 1;
}

const char *counter_mode_name(enum counter_mode mode)
{
	static const char *const names[NR_COUNTER_MODES] = { "all", "user", "kernel" };

	return names[mode];
}

const char *counter_status_name(enum counter_status status)
{
	static const char *const names[NR_COUNTER_STATUSES] = { "exact", "scaled", "blank" };

	return names[status];
}
