/* SPDX-License-Identifier: MIT */
#include "option_values.h"

#include "suggest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ITEM_MAX 256

int option_refuse(struct option_why *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return -EINVAL;
}

/* Leading digits; @ret_rest points behind them. -ERANGE on overflow, -EINVAL without a digit. */
static int read_digits(const char *text, uint64_t *ret, const char **ret_rest)
{
	uint64_t number = 0;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(number, UINT64_C(10), &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*at - '0'), &number))
			return -ERANGE;
	if (at == text)
		return -EINVAL;
	*ret = number;
	*ret_rest = at;
	return 0;
}

int option_number(const char *text, struct option_range range, uint64_t *ret,
		  struct option_why *why)
{
	const char *rest = "";
	uint64_t number;
	int err = read_digits(text, &number, &rest);

	if (err == -EINVAL || *rest)
		return option_refuse(why, "'%.60s' is not a whole number", text);
	if (err || number < range.min || number > range.max)
		return option_refuse(why, "%.60s is out of range: give %" PRIu64 " to %" PRIu64,
				     text, range.min, range.max);
	*ret = number;
	return 0;
}

struct suffix {
	const char *text;
	uint64_t factor;
};

/* The factor of @rest, which is 0 when no suffix is like it. */
static uint64_t suffix_factor(const char *rest, const struct suffix *suffixes)
{
	for (; suffixes->text; suffixes++)
		if (strcmp(rest, suffixes->text) == 0)
			return suffixes->factor;
	return 0;
}

static void print_size(uint64_t bytes, char *buf, size_t size)
{
	if (bytes && bytes % (UINT64_C(1) << 30) == 0)
		snprintf(buf, size, "%" PRIu64 "G", bytes >> 30);
	else if (bytes && bytes % (UINT64_C(1) << 10) == 0)
		snprintf(buf, size, "%" PRIu64 "K", bytes >> 10);
	else
		snprintf(buf, size, "%" PRIu64, bytes);
}

int option_size(const char *text, struct option_range range, size_t *ret, struct option_why *why)
{
	static const struct suffix suffixes[] = {
		{ "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 }, { NULL, 0 },
	};
	const char *rest = "";
	uint64_t number, factor;
	char min[24], max[24];
	int err = read_digits(text, &number, &rest);

	factor = suffix_factor(rest, suffixes);
	if (err == -EINVAL || !factor)
		return option_refuse(why, "'%.60s' is not a size: give bytes, or 64K, 2M, 1G",
				     text);
	if (!err && __builtin_mul_overflow(number, factor, &number))
		err = -ERANGE;
	if (err || number < range.min || number > range.max) {
		print_size(range.min, min, sizeof(min));
		print_size(range.max, max, sizeof(max));
		return option_refuse(why, "%.60s is out of range: give %s to %s", text, min, max);
	}
	*ret = number;
	return 0;
}

int option_time(const char *text, uint64_t max_ns, uint64_t *ret_ns, struct option_why *why)
{
	static const struct suffix suffixes[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 }, { NULL, 0 },
	};
	const char *rest = "";
	uint64_t number, factor;
	int err = read_digits(text, &number, &rest);

	factor = suffix_factor(rest, suffixes);
	if (!err && !number && !*rest)
		factor = 1;
	if (err == -EINVAL || !factor)
		return option_refuse(
			why, "'%.60s' is not a time: give a whole number and ns, us, ms or s",
			text);
	if (!err && __builtin_mul_overflow(number, factor, &number))
		err = -ERANGE;
	if (err || number > max_ns)
		return option_refuse(why, "%.60s is too long: give at most %" PRIu64 "s", text,
				     max_ns / UINT64_C(1000000000));
	*ret_ns = number;
	return 0;
}

int option_rate(const char *text, uint64_t *ret_period_ns, struct option_why *why)
{
	static const struct suffix suffixes[] = {
		{ "/ms", 1000000 },
		{ "/s", 1000000000 },
		{ "/min", UINT64_C(60000000000) },
		{ "/h", UINT64_C(3600000000000) },
		{ NULL, 0 },
	};
	const char *rest = "";
	uint64_t number, factor;
	int err = read_digits(text, &number, &rest);

	factor = suffix_factor(rest, suffixes);
	if (err == -EINVAL || !factor || !number)
		return option_refuse(
			why, "'%.60s' is not a rate: give a whole number and /ms, /s, /min or /h",
			text);
	if (err || number > factor)
		return option_refuse(why, "%.60s is too fast: give at most 1000000000/s", text);
	*ret_period_ns = factor / number;
	return 0;
}

int option_choice(const char *text, const char *const *names, size_t *ret, struct option_why *why)
{
	struct suggest_names known = { .what = "value", .names = names };

	for (size_t i = 0; names[i]; i++) {
		known.nr_names++;
		if (strcmp(text, names[i]) == 0) {
			*ret = i;
			return 0;
		}
	}
	suggest_unknown(&known, text, why->text, sizeof(why->text));
	return -EINVAL;
}

int option_flag(const char *text, bool *ret, struct option_why *why)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off",
					     "on",    "0",    "1",  NULL };

	if (!text)
		text = "true";
	for (size_t i = 0; words[i]; i++) {
		if (strcmp(text, words[i]) == 0) {
			*ret = i % 2;
			return 0;
		}
	}
	return option_refuse(why, "'%.60s' is neither true nor false", text);
}

int option_each(const char *text,
		int (*visit)(const char *item, void *visit_arg, struct option_why *why),
		void *visit_arg, struct option_why *why)
{
	char item[ITEM_MAX];
	size_t length;
	int err = 0;

	for (;; text += length + 1) {
		length = strcspn(text, ",");
		if (!length)
			return option_refuse(why, "empty item: give names separated by one comma");
		if (length >= sizeof(item))
			return option_refuse(why, "'%.60s...' is too long", text);
		memcpy(item, text, length);
		item[length] = '\0';
		err = visit(item, visit_arg, why);
		if (err || !text[length])
			return err;
	}
}
