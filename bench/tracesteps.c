/* SPDX-License-Identifier: MIT */
#include "tracesteps.h"

#include "array_grow.h"
#include "clock.h"
#include "kcall_probe.h"
#include "sysfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>
#include <unistd.h>

#define INSTANCE_PREFIX "parkbench-"
#define GROUP_PREFIX	"parkbench_" /* of probes; a group must be a C identifier */
#define PROBE_TYPES	(TRACEFS_DYNEVENT_KPROBE | TRACEFS_DYNEVENT_KRETPROBE)
#define DEFAULT_BYTES	((size_t)1 << 20)

struct tracesteps {
	struct tracesteps_wants wants;
	struct tracefs_instance *instance;
	struct tep_handle *events; /* formats, and the names of the kernel's functions */
	int hold;		   /* while it is open, nobody can remove the instance */
	char group[32];
	bool has_probes;
	char why_no_calls[256];
	enum trace_level level;
	uint64_t begin_ns, nr_lost_before;
};

/* Of one tracesteps_end(). */
struct harvest {
	struct tracesteps *ts;
	struct trace_marks marks;
	size_t max_steps, max_calls;
	int error;
};

/*
 * Asked before anything else, because the library would mount tracefs and leave it mounted. Each
 * answer is a string that nobody frees: so one is kept.
 */
static const char *where_mounted(void)
{
	static const char *path;

	if (!path && tracefs_tracing_dir_is_mounted(false, &path) != 1)
		path = NULL;
	return path;
}

/*
 * What dead runs have left.
 */

/* Killed, and its parent has not asked yet. */
static bool is_zombie(int64_t pid)
{
	char path[64], text[512], *state;

	snprintf(path, sizeof(path), "proc/%lld/stat", (long long)pid);
	if (sysfile_read("", path, text, sizeof(text)))
		return false;
	state = strrchr(text, ')');
	return state && state[1] == ' ' && state[2] == 'Z';
}

/* A dead process is one that we are told does not exist, not one that we may not ask. */
static bool is_of_the_dead(const char *name, const char *prefix)
{
	const size_t length = strlen(prefix);
	int64_t pid;

	if (strncmp(name, prefix, length) != 0 || sysfile_parse_number(name + length, &pid))
		return false;
	return pid > 0 && ((kill((pid_t)pid, 0) && errno == ESRCH) || is_zombie(pid));
}

/*
 * @group: of which probes, or NULL for those of dead runs. Forced: an event is switched off first
 * wherever it is on.
 */
static void remove_probes(const char *group)
{
	struct tracefs_dynevent **probes = tracefs_dynevent_get_all(PROBE_TYPES, group);

	for (size_t i = 0; probes && probes[i]; i++) {
		char *system = NULL;

		tracefs_dynevent_info(probes[i], &system, NULL, NULL, NULL, NULL);
		if (system && (group || is_of_the_dead(system, GROUP_PREFIX)))
			tracefs_dynevent_destroy(probes[i], true);
		free(system);
	}
	tracefs_dynevent_list_free(probes);
}

static int remove_if_stale(const char *name, void *nr_removed)
{
	char *path, *dir;

	if (!is_of_the_dead(name, INSTANCE_PREFIX))
		return 0;
	dir = tracefs_get_tracing_file("instances");
	/* In use by somebody whose pid we cannot see: EBUSY, and it stays. */
	if (dir && asprintf(&path, "%s/%s", dir, name) >= 0) {
		*(int *)nr_removed += !rmdir(path);
		free(path);
	}
	tracefs_put_tracing_file(dir);
	return 0;
}

int tracesteps_remove_stale(void)
{
	int nr_removed = 0;

	if (!where_mounted())
		return 0;
	/* An instance that has a probe's event open would keep the probe. */
	tracefs_instances_walk(remove_if_stale, &nr_removed);
	remove_probes(NULL);
	return nr_removed;
}

/*
 * Opening.
 */

static int refuse(char *why, size_t why_size, int error, const char *what, const char *advice)
{
	snprintf(why, why_size, "%s: %s; %s", what, strerror(error), advice);
	return -error;
}

static int check_mounted(char *why, size_t why_size)
{
	const char *path = where_mounted();

	if (!path)
		return refuse(why, why_size, ENOENT, "tracefs",
			      "mount -t tracefs none /sys/kernel/tracing, as root");
	if (access(path, W_OK | X_OK))
		return refuse(why, why_size, errno, path, "be root");
	return 0;
}

static int make_instance(struct tracesteps *ts, char *why, size_t why_size)
{
	char name[32];

	snprintf(name, sizeof(name), INSTANCE_PREFIX "%d", (int)getpid());
	ts->instance = tracefs_instance_create(name);
	if (!ts->instance)
		return refuse(why, why_size, errno ? errno : EPERM, "no tracefs instance",
			      "be root, in no container");
	ts->hold = tracefs_instance_file_open(ts->instance, "tracing_on", O_RDONLY);
	return 0;
}

static int set_up_instance(struct tracesteps *ts, char *why, size_t why_size)
{
	size_t bytes = ts->wants.bytes_per_cpu ? ts->wants.bytes_per_cpu : DEFAULT_BYTES;
	char kilobytes[24];
	const char *const settings[][2] = {
		{ "trace_clock", "mono" },
		{ "buffer_size_kb", kilobytes },
		/* Full is full: the beginning stays whole, and what did not fit is counted. */
		{ "options/overwrite", "0" },
	};

	snprintf(kilobytes, sizeof(kilobytes), "%zu", (bytes + 1023) >> 10);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (tracefs_instance_file_write(ts->instance, settings[i][0], settings[i][1]) < 0)
			return refuse(why, why_size, errno, settings[i][0],
				      "Linux 4.4 has it; or plan fewer cycles");
	if (!tracefs_event_file_exists(ts->instance, "cpuhp", "cpuhp_enter", "enable"))
		return refuse(why, why_size, ENOTSUP, "no cpuhp tracepoints",
			      "take a kernel with CONFIG_HOTPLUG_CPU");
	return 0;
}

static int add_probe(const struct tracesteps *ts, enum kcall_name call)
{
	struct kcall_probe entry, back;
	const char *function = kcall_function(call);

	kcall_probe_make(call, false, &entry);
	kcall_probe_make(call, true, &back);
	if (tracefs_kprobe_raw(ts->group, entry.name, function, entry.fields) ||
	    tracefs_kretprobe_raw(ts->group, back.name, function, back.fields))
		return -errno;
	return 0;
}

/* All or none: a comparison of parks with creations needs both. */
static void add_probes(struct tracesteps *ts)
{
	int err = 0;

	snprintf(ts->group, sizeof(ts->group), GROUP_PREFIX "%d", (int)getpid());
	if (!ts->wants.has_calls) {
		snprintf(ts->why_no_calls, sizeof(ts->why_no_calls), "not asked for");
		return;
	}
	if (!tracefs_file_exists(NULL, "kprobe_events")) {
		snprintf(ts->why_no_calls, sizeof(ts->why_no_calls),
			 "no kprobe events: take a kernel with CONFIG_KPROBE_EVENTS");
		return;
	}
	for (enum kcall_name call = 0; call < NR_KCALLS && !err; call++) {
		err = add_probe(ts, call);
		ts->has_probes = true;
		if (err)
			snprintf(ts->why_no_calls, sizeof(ts->why_no_calls),
				 "no probe on %s: %s; kernel lockdown or its probe blacklist",
				 kcall_function(call), strerror(-err));
	}
	if (!err)
		return;
	remove_probes(ts->group);
	ts->has_probes = false;
}

static int load_formats(struct tracesteps *ts, char *why, size_t why_size)
{
	const char *systems[4] = { "cpuhp" };
	size_t nr = 1;

	if (ts->has_probes)
		systems[nr++] = ts->group;
	if (ts->wants.system)
		systems[nr++] = ts->wants.system;
	ts->events = tracefs_local_events_system(NULL, systems);
	if (!ts->events)
		return refuse(why, why_size, errno ? errno : EIO, "formats of the trace events",
			      "be root");
	return 0;
}

int tracesteps_open(const struct tracesteps_wants *wants, struct tracesteps **ret_ts, char *why,
		    size_t why_size)
{
	struct tracesteps *ts;
	int ret;

	/* What cannot be had is ours to say. */
	tracefs_set_loglevel(TEP_LOG_NONE);
	ret = check_mounted(why, why_size);
	if (ret)
		return ret;
	ts = calloc(1, sizeof(*ts));
	if (!ts)
		return refuse(why, why_size, ENOMEM, "tracing", "free some memory");
	ts->wants = *wants;
	ts->hold = -1;
	tracesteps_remove_stale();
	ret = make_instance(ts, why, why_size);
	if (!ret)
		ret = set_up_instance(ts, why, why_size);
	if (!ret) {
		add_probes(ts);
		ret = load_formats(ts, why, why_size);
	}
	if (ret)
		tracesteps_close(ts);
	else
		*ret_ts = ts;
	return ret;
}

void tracesteps_close(struct tracesteps *ts)
{
	if (!ts)
		return;
	if (ts->has_probes)
		remove_probes(ts->group);
	if (ts->hold >= 0)
		close(ts->hold);
	if (ts->instance) {
		tracefs_instance_destroy(ts->instance);
		tracefs_instance_free(ts->instance);
	}
	tep_free(ts->events);
	free(ts);
}

const char *tracesteps_why_no_calls(const struct tracesteps *ts)
{
	return ts->has_probes ? NULL : ts->why_no_calls;
}

/*
 * A block.
 */

/* Events that found no room, on all CPUs, since the buffers were made. */
static uint64_t nr_lost(const struct tracesteps *ts)
{
	static const char *const keys[] = { "overrun", "commit overrun", "dropped events" };
	uint64_t nr = 0;

	for (unsigned int cpu = 0; cpu < ts->wants.nr_cpus; cpu++) {
		char path[64], value[32], *text;
		int64_t number;

		snprintf(path, sizeof(path), "per_cpu/cpu%u/stats", cpu);
		text = tracefs_instance_file_read(ts->instance, path, NULL);
		for (size_t i = 0; text && i < sizeof(keys) / sizeof(keys[0]); i++)
			if (!sysfile_field(text, keys[i], value, sizeof(value)) &&
			    !sysfile_parse_number(value, &number))
				nr += (uint64_t)number;
		free(text);
	}
	return nr;
}

static int switch_events(struct tracesteps *ts, enum trace_level level, bool is_on)
{
	int (*const to)(struct tracefs_instance * instance, const char *system, const char *event) =
		is_on ? tracefs_event_enable : tracefs_event_disable;
	int ret = 0;

	if (level >= TRACE_CALLS && ts->has_probes)
		ret |= to(ts->instance, ts->group, NULL);
	if (level >= TRACE_STEPS)
		ret |= to(ts->instance, "cpuhp", NULL);
	if (level >= TRACE_STEPS && ts->wants.system)
		ret |= to(ts->instance, ts->wants.system, ts->wants.event);
	return ret ? -EIO : 0;
}

int tracesteps_begin(struct tracesteps *ts, enum trace_level level)
{
	int ret;

	ts->level = level;
	if (level == TRACE_OFF)
		return 0;
	ts->nr_lost_before = nr_lost(ts);
	ts->begin_ns = clock_now_ns();
	ret = switch_events(ts, level, true);
	if (ret)
		switch_events(ts, level, false);
	return ret;
}

static uint64_t number_of(struct tep_event *event, struct tep_record *record, const char *field)
{
	unsigned long long value = 0;

	tep_get_field_val(NULL, event, field, record, &value, 0);
	return value;
}

static void copy_comm(char comm[static KCALL_COMM_BYTES], struct tep_event *event,
		      struct tep_record *record, const char *field)
{
	int length = 0;
	const char *text = tep_get_field_raw(NULL, event, field, record, &length, 0);

	/* What the probe could not read it calls "(fault)". */
	if (text && length > 0 && *text != '(')
		snprintf(comm, KCALL_COMM_BYTES, "%.*s", length, text);
}

static void add_step(struct harvest *h, struct tep_event *event, struct tep_record *record)
{
	struct trace_marks *marks = &h->marks;
	struct kstep_mark *more =
		array_grow(marks->steps, marks->nr_steps, &h->max_steps, sizeof(*more));
	bool is_exit = !strcmp(event->name, "cpuhp_exit");
	bool is_multi = !strcmp(event->name, "cpuhp_multi_enter");

	if (!more) {
		h->error = -ENOMEM;
		return;
	}
	marks->steps = more;
	more[marks->nr_steps++] = (struct kstep_mark){
		.kind = is_exit	   ? KSTEP_EXIT
			: is_multi ? KSTEP_MULTI_ENTER
				   : KSTEP_ENTER,
		.ns = record->ts,
		.cpu = (uint32_t)number_of(event, record, "cpu"),
		.runs_on = (uint32_t)record->cpu,
		.tid = tep_data_pid(event->tep, record),
		.state = (int32_t)number_of(event, record, "idx"),
		.target = is_exit ? 0 : (int32_t)number_of(event, record, "target"),
		.function = is_exit ? 0 : number_of(event, record, "fun"),
		.result = is_exit ? (int32_t)number_of(event, record, "ret") : 0,
	};
}

/* A pointer that is an error tells which: ERR_PTR() of the kernel. */
static void read_created(struct kcall_mark *mark)
{
	if ((int64_t)mark->thread.task >= -4095 && (int64_t)mark->thread.task < 0) {
		mark->result = (int32_t)mark->thread.task;
		mark->thread = (struct kcall_thread){ 0 };
	}
}

static void add_call(struct harvest *h, struct tep_event *event, struct tep_record *record)
{
	struct trace_marks *marks = &h->marks;
	struct kcall_mark *more =
		array_grow(marks->calls, marks->nr_calls, &h->max_calls, sizeof(*more));
	struct kcall_mark mark = { .ns = record->ts,
				   .runs_on = (uint32_t)record->cpu,
				   .tid = tep_data_pid(event->tep, record) };

	if (!more) {
		h->error = -ENOMEM;
		return;
	}
	marks->calls = more;
	if (!kcall_probe_parse(event->name, &mark.call, &mark.is_return))
		return;
	mark.thread.task = number_of(event, record, "task");
	mark.thread.tid = (int32_t)number_of(event, record, "tid");
	mark.result = (int32_t)number_of(event, record, "ret");
	copy_comm(mark.thread.comm, event, record, "thread");
	copy_comm(mark.caller, event, record, "caller");
	if (mark.call == KCALL_CREATE && mark.is_return)
		read_created(&mark);
	more[marks->nr_calls++] = mark;
}

static int on_record(struct tep_event *event, struct tep_record *record, int cpu, void *arg)
{
	struct harvest *h = arg;

	(void)cpu;
	/* From before: a buffer of a CPU that was off then. */
	if (h->error || record->ts < h->ts->begin_ns)
		return h->error;
	if (!strcmp(event->system, "cpuhp"))
		add_step(h, event, record);
	else if (!strcmp(event->system, h->ts->group))
		add_call(h, event, record);
	else
		h->marks.nr_other++;
	return h->error;
}

int tracesteps_end(struct tracesteps *ts, struct trace_marks *ret_marks)
{
	struct harvest h = { .ts = ts };
	int ret;

	*ret_marks = h.marks;
	if (ts->level == TRACE_OFF)
		return 0;
	ret = switch_events(ts, ts->level, false);
	ts->level = TRACE_OFF;
	/* It says failure too when there was nothing to read, and then there is nothing. */
	tracefs_iterate_raw_events(ts->events, ts->instance, NULL, 0, on_record, &h);
	ret = h.error ? h.error : ret;
	if (ret) {
		trace_marks_fini(&h.marks);
		return ret;
	}
	h.marks.nr_lost = nr_lost(ts) - ts->nr_lost_before;
	*ret_marks = h.marks;
	return 0;
}

void trace_marks_fini(struct trace_marks *marks)
{
	free(marks->steps);
	free(marks->calls);
	*marks = (struct trace_marks){ 0 };
}

/*
 * Names.
 */

const char *tracesteps_function(struct tracesteps *ts, uint64_t address)
{
	const char *name = NULL;

	/* Not just below it: where addresses are hidden, all symbols lie at 0. */
	if (address && tep_find_function_address(ts->events, address) == address)
		name = tep_find_function(ts->events, address);
	return name ? name : "";
}
