/* SPDX-License-Identifier: MIT */
#include "csv_writer.h"

#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES   ((size_t)1 << 20)
#define LARGEST_WHOLE  0x1p53 /* up to here a double is as good as an integer */
#define LONGEST_NUMBER 32
#define LONGEST_WORD   48

int csv_open(struct csv_writer *csv, const char *dir, const char *name)
{
	char *path;
	int ret = -ENOMEM;

	*csv = (struct csv_writer){ .buffer = malloc(BUFFER_BYTES) };
	if (!csv->buffer)
		return ret;
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		goto out_free_buffer;
	ret = outfile_open(&csv->out, path);
	free(path);
	if (ret)
		goto out_free_buffer;
	return 0;

out_free_buffer:
	free(csv->buffer);
	return ret;
}

static void flush(struct csv_writer *csv)
{
	if (!csv->error && csv->used > 0) {
		errno = 0;
		if (fwrite(csv->buffer, 1, csv->used, csv->out.file) != csv->used)
			csv->error = errno ? -errno : -EIO;
	}
	csv->used = 0;
}

/* Where the next @nr_bytes can be put; the caller adds to ->used what it took. */
static char *reserve(struct csv_writer *csv, size_t nr_bytes)
{
	if (BUFFER_BYTES - csv->used < nr_bytes)
		flush(csv);
	return csv->buffer + csv->used;
}

static void put_bytes(struct csv_writer *csv, const char *bytes, size_t nr_bytes)
{
	while (nr_bytes > 0) {
		size_t part = nr_bytes < BUFFER_BYTES ? nr_bytes : BUFFER_BYTES;

		memcpy(reserve(csv, part), bytes, part);
		csv->used += part;
		bytes += part;
		nr_bytes -= part;
	}
}

/* A separator before every field but the first of a row. */
static void begin_field(struct csv_writer *csv)
{
	if (csv->is_row_begun) {
		*reserve(csv, 1) = ',';
		csv->used++;
	}
	csv->is_row_begun = true;
}

static void put_quoted(struct csv_writer *csv, const char *text)
{
	put_bytes(csv, "\"", 1);
	for (const char *quote; (quote = strchr(text, '"')); text = quote + 1) {
		put_bytes(csv, text, (size_t)(quote - text));
		put_bytes(csv, "\"\"", 2);
	}
	put_bytes(csv, text, strlen(text));
	put_bytes(csv, "\"", 1);
}

/*
 * Nearly all texts are short words without anything to quote: copied while looking, which is what
 * makes a million rows cheap. False: not such a text, and nothing was put.
 */
static bool put_word(struct csv_writer *csv, const char *text)
{
	static const bool is_special[UCHAR_MAX + 1] = {
		[','] = true, ['"'] = true, ['\r'] = true, ['\n'] = true
	};
	char *at = reserve(csv, LONGEST_WORD);

	for (size_t i = 0; i < LONGEST_WORD && !is_special[(unsigned char)text[i]]; i++) {
		if (!text[i]) {
			csv->used += i;
			return true;
		}
		at[i] = text[i];
	}
	return false;
}

void csv_put_text(struct csv_writer *csv, const char *text)
{
	begin_field(csv);
	if (!text || put_word(csv, text))
		return;
	if (strpbrk(text, ",\"\r\n"))
		put_quoted(csv, text);
	else
		put_bytes(csv, text, strlen(text));
}

/* By hand, straight to where they belong, a pair at a time: a million rows have twenty numbers. */
static void put_digits(struct csv_writer *csv, uint64_t value)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";
	char *first = reserve(csv, LONGEST_NUMBER), *at;
	size_t nr = 1;

	for (uint64_t rest = value; rest >= 10; rest /= 10)
		nr++;
	csv->used += nr;
	for (at = first + nr; value >= 10; value /= 100) {
		at -= 2;
		memcpy(at, pairs + value % 100 * 2, 2);
	}
	if (at > first)
		*first = (char)('0' + value);
}

void csv_put_u64(struct csv_writer *csv, uint64_t value)
{
	begin_field(csv);
	put_digits(csv, value);
}

/* The shortest of 15 to 17 digits that reads back as the same number. */
static int format_double(char *text, size_t size, double value)
{
	int length = 0;

	for (int digits = 15; digits <= 17; digits++) {
		length = snprintf(text, size, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return length;
}

static void put_fraction(struct csv_writer *csv, double value)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* glibc's own, not made */
	locale_t before = uselocale(c_locale);
	char text[LONGEST_NUMBER];
	int length = format_double(text, sizeof(text), value);

	uselocale(before);
	freelocale(c_locale);
	put_bytes(csv, text, (size_t)length);
}

void csv_put_double(struct csv_writer *csv, double value)
{
	begin_field(csv);
	if (!isfinite(value))
		return;
	if (value >= 0 && value <= LARGEST_WHOLE && value == floor(value))
		put_digits(csv, (uint64_t)value);
	else
		put_fraction(csv, value);
}

void csv_put_empty(struct csv_writer *csv)
{
	begin_field(csv);
}

void csv_end_row(struct csv_writer *csv)
{
	*reserve(csv, 1) = '\n';
	csv->used++;
	csv->is_row_begun = false;
}

int csv_commit(struct csv_writer *csv)
{
	flush(csv);
	free(csv->buffer);
	if (csv->error) {
		outfile_abandon(&csv->out);
		return csv->error;
	}
	return outfile_commit(&csv->out, false);
}
