/* SPDX-License-Identifier: MIT */
#include "history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES  256
#define EVENTS_MAX  ((size_t)1 << 23)
#define NR_DECIMALS 9
#define NS_PER_S    UINT64_C(1000000000)
#define TIME_MAX_NS ((uint64_t)INT64_MAX)

struct reader {
	FILE *file;
	unsigned long line;
	bool is_in_seconds;
	struct cpumask away;
	uint64_t first_ns, last_ns; /* as the file counts */
};

/* Digits only; NULL without one, or above @max. */
static const char *take_number(const char *p, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (*p < '0' || *p > '9')
		return NULL;
	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (number > (max - digit) / 10)
			return NULL;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return p;
}

/* What stands behind the decimal point, as nanoseconds. */
static const char *take_decimals(const char *p, uint64_t *ret_ns)
{
	uint64_t ns = 0;
	int nr = 0;

	for (; *p >= '0' && *p <= '9'; p++, nr++)
		ns = ns * 10 + (uint64_t)(*p - '0');
	if (nr == 0 || nr > NR_DECIMALS)
		return NULL;
	for (; nr < NR_DECIMALS; nr++)
		ns *= 10;
	*ret_ns = ns;
	return p;
}

static const char *take_time(const struct reader *reader, const char *p, uint64_t *ret_ns)
{
	uint64_t whole, decimals = 0;

	if (!reader->is_in_seconds)
		return take_number(p, TIME_MAX_NS, ret_ns);
	p = take_number(p, TIME_MAX_NS / NS_PER_S - 1, &whole);
	if (p && *p == '.')
		p = take_decimals(p + 1, &decimals);
	*ret_ns = p ? whole * NS_PER_S + decimals : 0;
	return p;
}

static bool take_state(const char *text, bool *ret_is_online)
{
	*ret_is_online = strcmp(text, "online") == 0 || strcmp(text, "1") == 0;
	return *ret_is_online || strcmp(text, "offline") == 0 || strcmp(text, "0") == 0;
}

/* What is wrong with the line, or NULL. */
static const char *parse_line(struct reader *reader, const char *text,
			      struct history_event *ret_event)
{
	uint64_t at_ns, cpu;
	const char *p = take_time(reader, text, &at_ns);

	if (!p || *p != ',')
		return "expected a time, without sign, in the unit of the first line";
	p = take_number(p + 1, CPUMASK_NR_CPUS - 1, &cpu);
	if (!p || *p != ',')
		return "expected the number of a CPU behind the time";
	if (!take_state(p + 1, &ret_event->is_online))
		return "expected offline, online, 0 or 1 behind the CPU";
	if (at_ns < reader->last_ns)
		return "it is earlier than the line before: sort by time";
	reader->last_ns = at_ns;
	ret_event->at_ns = at_ns;
	ret_event->cpu = (unsigned int)cpu;
	return NULL;
}

static int add(struct history *history, const struct history_event *event)
{
	if (history->nr_events == EVENTS_MAX)
		return -EOVERFLOW;
	if (history->nr_events == history->max_events) {
		size_t max = history->max_events ? 2 * history->max_events : 64;
		struct history_event *events = realloc(history->events, max * sizeof(*events));

		if (!events)
			return -ENOMEM;
		history->events = events;
		history->max_events = max;
	}
	history->events[history->nr_events++] = *event;
	return 0;
}

/* Only what changes something; the first change is the start. */
static int apply(struct reader *reader, struct history *history, struct history_event event)
{
	if (cpumask_test_cpu(event.cpu, &reader->away) != event.is_online)
		return 0;
	if (history->nr_events == 0)
		reader->first_ns = event.at_ns;
	event.at_ns -= reader->first_ns;
	if (event.is_online) {
		cpumask_clear_cpu(event.cpu, &reader->away);
	} else {
		cpumask_set_cpu(event.cpu, &reader->away);
		cpumask_set_cpu(event.cpu, &history->cpus);
	}
	return add(history, &event);
}

static int bring_back(struct reader *reader, struct history *history)
{
	struct history_event event = { .at_ns = reader->last_ns - reader->first_ns,
				       .is_online = true };
	int ret = 0;

	for_each_cpu (event.cpu, &reader->away)
		if (!ret)
			ret = add(history, &event);
	return ret;
}

/* 1: a line without its newline; 0: the end; -EINVAL: too long. */
static int read_line(struct reader *reader, char *text)
{
	size_t length;

	if (!fgets(text, LINE_BYTES, reader->file))
		return 0;
	reader->line++;
	length = strcspn(text, "\r\n");
	if (!text[length] && !feof(reader->file))
		return -EINVAL;
	text[length] = '\0';
	return 1;
}

/* 0, or -errno with @ret_fault told where it is known. */
static int load(struct reader *reader, struct history *history, const char **ret_fault)
{
	struct history_event event;
	char text[LINE_BYTES];
	int ret = read_line(reader, text);

	reader->is_in_seconds = ret > 0 && strcmp(text, "time_s,cpu,state") == 0;
	if (ret <= 0 || (!reader->is_in_seconds && strcmp(text, "time_ns,cpu,state") != 0)) {
		*ret_fault = "a history starts with \"time_s,cpu,state\" or \"time_ns,cpu,state\"";
		return -EINVAL;
	}
	while ((ret = read_line(reader, text)) > 0) {
		*ret_fault = parse_line(reader, text, &event);
		if (*ret_fault)
			return -EINVAL;
		ret = apply(reader, history, event);
		if (ret)
			return ret;
	}
	if (ret)
		*ret_fault = "the line is too long";
	return ret ? ret : bring_back(reader, history);
}

int history_load(FILE *file, struct history *ret_history, char *why, size_t why_size)
{
	struct reader reader = { .file = file };
	struct history history = { .nr_events = 0 };
	const char *fault = NULL;
	int ret = load(&reader, &history, &fault);

	if (!ret && history.nr_events == 0) {
		fault = "no CPU goes away in it";
		ret = -EINVAL;
	}
	if (ret) {
		snprintf(why, why_size, "line %lu: %s", reader.line ? reader.line : 1,
			 fault ? fault : strerror(-ret));
		history_fini(&history);
		return ret;
	}
	*ret_history = history;
	return 0;
}

void history_fini(struct history *history)
{
	free(history->events);
	memset(history, 0, sizeof(*history));
}
