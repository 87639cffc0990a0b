/* SPDX-License-Identifier: MIT */
#include "fact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fact_fini(struct fact_value *value)
{
	free(value->text);
	*value = (struct fact_value){ .type = FACT_MISSING };
}

__attribute__((format(printf, 3, 0))) static void
set_formatted(struct fact_value *value, enum fact_type type, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0) {
		fact_fini(value);
		return;
	}
	fact_fini(value);
	value->type = type;
	value->text = text;
}

void fact_set_text(struct fact_value *value, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_formatted(value, FACT_TEXT, format, args);
	va_end(args);
}

void fact_set_missing(struct fact_value *value, const char *why, ...)
{
	va_list args;

	va_start(args, why);
	set_formatted(value, FACT_MISSING, why, args);
	va_end(args);
}

void fact_set_number(struct fact_value *value, int64_t number)
{
	fact_fini(value);
	value->type = FACT_NUMBER;
	value->number = number;
}

void fact_set_empty_list(struct fact_value *value)
{
	fact_set_text(value, "%s", "");
	if (value->type == FACT_TEXT)
		value->type = FACT_LIST;
}

void fact_set_unread(struct fact_value *value, const char *path, int err)
{
	fact_set_missing(value, "/%s: %s", path, strerror(-err));
}

void fact_add_line(struct fact_value *value, const char *format, ...)
{
	va_list args;
	char *line, *text;
	int len;

	va_start(args, format);
	len = vasprintf(&line, format, args);
	va_end(args);
	if (len < 0)
		return;
	len = asprintf(&text, "%s%s\n", value->type == FACT_LIST ? value->text : "", line);
	free(line);
	if (len < 0)
		return;
	fact_fini(value);
	value->type = FACT_LIST;
	value->text = text;
}

const char *fact_text(const struct fact_value *value)
{
	return value->type == FACT_TEXT ? value->text : "";
}

int64_t fact_number(const struct fact_value *value, int64_t otherwise)
{
	return value->type == FACT_NUMBER ? value->number : otherwise;
}
