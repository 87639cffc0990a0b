/* SPDX-License-Identifier: MIT */
#include "counter_events.h"
#include "suggest.h"

#include <perfmon/pfmlib_perf_event.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct generic {
	const char *name, *alias;
	uint32_t type;
	uint64_t config;
};

static const struct generic generics[] = {
	{ "context-switches", "cs", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES },
	{ "cpu-migrations", "migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS },
	{ "page-faults", "faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
	{ "minor-faults", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN },
	{ "major-faults", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ },
	{ "task-clock", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK },
	{ "cpu-clock", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK },
	{ "alignment-faults", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_ALIGNMENT_FAULTS },
	{ "emulation-faults", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_EMULATION_FAULTS },
	{ "cgroup-switches", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CGROUP_SWITCHES },
	{ "cycles", "cpu-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ "instructions", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ "cache-references", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES },
	{ "cache-misses", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
	{ "branches", "branch-instructions", PERF_TYPE_HARDWARE,
	  PERF_COUNT_HW_BRANCH_INSTRUCTIONS },
	{ "branch-misses", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES },
	{ "bus-cycles", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_BUS_CYCLES },
	{ "ref-cycles", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES },
	{ "stalled-cycles-frontend", "idle-cycles-frontend", PERF_TYPE_HARDWARE,
	  PERF_COUNT_HW_STALLED_CYCLES_FRONTEND },
	{ "stalled-cycles-backend", "idle-cycles-backend", PERF_TYPE_HARDWARE,
	  PERF_COUNT_HW_STALLED_CYCLES_BACKEND },
};
enum { NR_GENERICS = sizeof(generics) / sizeof(generics[0]) };

/* Not "found" but "mine": -ENOENT sends a name on to the next kind, anything else is final. */
typedef int parse_name_fn(const char *name, struct counter_event *event);

static void set_modes(struct counter_event *event, bool is_split)
{
	event->has_mode[COUNTER_ALL] = !is_split;
	event->has_mode[COUNTER_USER] = is_split;
	event->has_mode[COUNTER_KERNEL] = is_split;
}

static int parse_generic(const char *name, struct counter_event *event)
{
	for (size_t i = 0; i < NR_GENERICS; i++) {
		const struct generic *g = &generics[i];

		if (strcasecmp(name, g->name) && (!g->alias || strcasecmp(name, g->alias)))
			continue;
		snprintf(event->name, sizeof(event->name), "%s", g->name);
		event->type = g->type;
		event->config = g->config;
		set_modes(event, g->type == PERF_TYPE_HARDWARE);
		return 0;
	}
	return -ENOENT;
}

static int parse_raw(const char *name, struct counter_event *event)
{
	size_t nr_digits = strspn(name + 1, "0123456789abcdefABCDEF");

	if (name[0] != 'r' || !nr_digits || nr_digits > 16 || name[1 + nr_digits])
		return -ENOENT;
	event->type = PERF_TYPE_RAW;
	event->config = strtoull(name + 1, NULL, 16);
	set_modes(event, true);
	return 0;
}

static const char *const tracefs_events[] = {
	"/sys/kernel/tracing/events",
	"/sys/kernel/debug/tracing/events",
};

static const char *reachable_tracefs(int *error)
{
	*error = ENODEV;
	for (size_t i = 0; i < 2; i++) {
		if (!access(tracefs_events[i], X_OK))
			return tracefs_events[i];
		if (errno == EACCES || errno == EPERM)
			*error = EACCES;
	}
	return NULL;
}

static int read_tracepoint_id(const char *root, const char *name, uint64_t *id)
{
	const char *colon = strchr(name, ':');
	char path[256], text[32] = "";
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%.*s/%s/id", root, (int)(colon - name), name, colon + 1);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return n ? -errno : -EIO;
	*id = strtoull(text, NULL, 10);
	return 0;
}

static bool looks_like_tracepoint(const char *name)
{
	const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t n = strspn(name, word);

	return n && name[n] == ':' && name[n + 1] && !name[n + 1 + strspn(name + n + 1, word)];
}

static int parse_tracepoint(const char *name, struct counter_event *event)
{
	const char *root;
	int unused, ret;

	if (!looks_like_tracepoint(name))
		return -ENOENT;
	root = reachable_tracefs(&unused);
	if (!root)
		return -ENOENT;
	ret = read_tracepoint_id(root, name, &event->config);
	if (ret == -ENOENT)
		return ret;
	event->error = -ret;
	event->type = PERF_TYPE_TRACEPOINT;
	set_modes(event, false);
	return 0;
}

/* Last of all: it may well be a tracepoint, but nobody here can tell. */
static int parse_unreachable_tracepoint(const char *name, struct counter_event *event)
{
	if (!looks_like_tracepoint(name) || reachable_tracefs(&event->error))
		return -ENOENT;
	event->type = PERF_TYPE_TRACEPOINT;
	set_modes(event, false);
	return 0;
}

/* Of libpfm's attr only the event's identity is used; how it is opened is counters.c's business. */
static int parse_libpfm(const char *name, struct counter_event *event)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	pfm_perf_encode_arg_t encode = { .attr = &attr, .size = sizeof(encode) };

	if (pfm_initialize() != PFM_SUCCESS)
		return -ENOENT;
	if (pfm_get_os_event_encoding(name, PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT, &encode))
		return -ENOENT;
	event->type = attr.type;
	event->config = attr.config;
	event->config1 = attr.config1;
	event->config2 = attr.config2;
	if (attr.type != PERF_TYPE_SOFTWARE && attr.type != PERF_TYPE_TRACEPOINT) {
		event->has_mode[COUNTER_USER] = !attr.exclude_user;
		event->has_mode[COUNTER_KERNEL] = !attr.exclude_kernel;
		return 0;
	}
	set_modes(event, false);
	return attr.exclude_user || attr.exclude_kernel ? -EOPNOTSUPP : 0;
}

struct nearest {
	char wanted[COUNTER_NAME_SIZE]; /* in lower case */
	char name[COUNTER_NAME_SIZE];
	unsigned int distance;
};

static void lower(char *text, size_t size, const char *name)
{
	snprintf(text, size, "%s", name);
	for (char *c = text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
}

static void consider(const char *name, const char *about, void *arg)
{
	struct nearest *nearest = arg;
	char lowered[COUNTER_NAME_SIZE];
	unsigned int distance;

	(void)about;
	lower(lowered, sizeof(lowered), name);
	distance = suggest_distance(nearest->wanted, lowered);
	if (distance >= nearest->distance)
		return;
	nearest->distance = distance;
	snprintf(nearest->name, sizeof(nearest->name), "%s", name);
}

static void consider_tracepoints(struct nearest *nearest)
{
	char path[64], line[256];
	int unused;
	const char *root = reachable_tracefs(&unused);
	FILE *file;

	if (!root)
		return;
	snprintf(path, sizeof(path), "%s/../available_events", root);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		consider(line, NULL, nearest);
	}
	fclose(file);
}

static int refuse_unknown(const char *name, char *why, size_t why_size)
{
	/* A third of the letters wrong is a slip, more is another word. */
	struct nearest nearest = { .distance = (unsigned int)(strlen(name) + 2) / 3 + 1 };

	lower(nearest.wanted, sizeof(nearest.wanted), name);
	counter_events_list(consider, &nearest);
	if (looks_like_tracepoint(name))
		consider_tracepoints(&nearest);
	if (nearest.name[0])
		snprintf(why, why_size, "unknown event '%s': did you mean '%s'?", name,
			 nearest.name);
	else
		snprintf(why, why_size, "unknown event '%s': see parkbench list events", name);
	return -EINVAL;
}

static int parse_name(const char *name, struct counter_event *event, char *why, size_t why_size)
{
	static parse_name_fn *const kinds[] = {
		parse_generic,
		parse_raw,
		parse_tracepoint,
		parse_libpfm,
		parse_unreachable_tracepoint,
	};
	int ret = -ENOENT;

	memset(event, 0, sizeof(*event));
	snprintf(event->name, sizeof(event->name), "%s", name);
	for (size_t i = 0; ret == -ENOENT && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		ret = kinds[i](name, event);
	if (ret == -ENOENT)
		return refuse_unknown(name, why, why_size);
	if (ret == -EOPNOTSUPP)
		snprintf(why, why_size,
			 "event '%s': a software event has no sides, drop the modifier", name);
	return ret ? -EINVAL : 0;
}

/* Cut the next item off *@list into @name, blanks around it left out. */
static int next_name(const char **list, char *name, char *why, size_t why_size)
{
	size_t length = strcspn(*list, ",");
	const char *item = *list, *end = item + length;

	*list = *end ? end + 1 : NULL;
	while (item < end && isspace((unsigned char)*item))
		item++;
	while (item < end && isspace((unsigned char)end[-1]))
		end--;
	length = (size_t)(end - item);
	if (!length || length >= COUNTER_NAME_SIZE) {
		snprintf(why, why_size, "%s event name in the list: write it as NAME,NAME,...",
			 length ? "too long an" : "empty");
		return -EINVAL;
	}
	memcpy(name, item, length);
	name[length] = '\0';
	return 0;
}

static bool is_named_before(const struct counter_event *events, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(events[i].name, name))
			return true;
	return false;
}

int counter_events_parse(const char *list, struct counter_event *events, size_t max, char *why,
			 size_t why_size)
{
	char name[COUNTER_NAME_SIZE];
	size_t nr = 0;

	while (list) {
		int ret = next_name(&list, name, why, why_size);

		if (!ret && nr == max) {
			snprintf(why, why_size, "more than %zu events in the list", max);
			ret = -E2BIG;
		}
		if (!ret)
			ret = parse_name(name, &events[nr], why, why_size);
		if (ret)
			return ret;
		if (is_named_before(events, nr, events[nr].name)) {
			snprintf(why, why_size, "event '%s' is in the list twice", events[nr].name);
			return -EINVAL;
		}
		nr++;
	}
	return (int)nr;
}

/* The generic PMU has each event under several names; those in the table were listed before. */
static bool is_listed_elsewhere(const char *name)
{
	struct counter_event unused;

	return !strncmp(name, "PERF_COUNT_", strlen("PERF_COUNT_")) ||
	       !parse_generic(name, &unused);
}

static void list_pmu(const pfm_pmu_info_t *pmu,
		     void (*visit)(const char *name, const char *about, void *arg), void *arg)
{
	char about[128];

	snprintf(about, sizeof(about), "libpfm: %s", pmu->desc);
	for (int i = pmu->first_event; i != -1; i = pfm_get_event_next(i)) {
		pfm_event_info_t event = { .size = sizeof(event) };

		if (pfm_get_event_info(i, PFM_OS_PERF_EVENT, &event) == PFM_SUCCESS &&
		    !is_listed_elsewhere(event.name))
			visit(event.name, about, arg);
	}
}

static void list_libpfm(void (*visit)(const char *name, const char *about, void *arg), void *arg)
{
	int i;

	if (pfm_initialize() != PFM_SUCCESS)
		return;
	pfm_for_all_pmus(i)
	{
		pfm_pmu_info_t pmu = { .size = sizeof(pmu) };

		if (pfm_get_pmu_info(i, &pmu) == PFM_SUCCESS && pmu.is_present &&
		    pmu.pmu != PFM_PMU_PERF_EVENT_RAW)
			list_pmu(&pmu, visit, arg);
	}
}

void counter_events_list(void (*visit)(const char *name, const char *about, void *arg), void *arg)
{
	char about[96];

	for (size_t i = 0; i < NR_GENERICS; i++) {
		const char *kind = generics[i].type == PERF_TYPE_SOFTWARE ? "software" : "hardware";

		snprintf(about, sizeof(about), "%s%s%s", kind, generics[i].alias ? ", alias " : "",
			 generics[i].alias ? generics[i].alias : "");
		visit(generics[i].name, about, arg);
	}
	list_libpfm(visit, arg);
	visit("CATEGORY:NAME", "a tracepoint, as in /sys/kernel/tracing/available_events", arg);
	visit("rNNN", "a raw event of the core PMU, in hex", arg);
}
