/* SPDX-License-Identifier: MIT */
/*
 * sysfile - reading the small files of /proc and /sys.
 *
 * Paths are written without the leading slash ("proc/loadavg") and looked up below @root: "" is
 * this machine, anything else a directory laid out like one, as the tests make them.
 */
#ifndef BENCH_SYSFILE_H
#define BENCH_SYSFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest path and longest single value; both are far above what the kernel uses. */
#define SYSFILE_PATH_BYTES 4096
#define SYSFILE_LINE_BYTES 4096

/**
 * sysfile_read() - the start of a file as text.
 * @buf: receives at most @size - 1 bytes without trailing white space, terminated; the rest of a
 *	longer file is left out. Untouched when the file cannot be opened.
 *
 * Return: 0 or -errno (-ENAMETOOLONG for an impossible path).
 */
int sysfile_read(const char *root, const char *path, char *buf, size_t size);

/* The whole file, to be freed; at most 16 MiB of it. 0 or -errno. */
int sysfile_load(const char *root, const char *path, char **ret_text);

/* A file holding one decimal or 0x-hexadecimal integer. -EINVAL when there is anything else. */
int sysfile_read_number(const char *root, const char *path, int64_t *ret_number);

/* The target of a symbolic link, as text. 0 or -errno. */
int sysfile_read_link(const char *root, const char *path, char *buf, size_t size);

bool sysfile_exists(const char *root, const char *path);

/**
 * sysfile_list() - the names in a directory, sorted by strcmp, without "." and "..".
 * @ret_names: NULL-terminated; release with sysfile_list_free().
 *
 * Return: the number of names, or -errno.
 */
int sysfile_list(const char *root, const char *path, char ***ret_names);
void sysfile_list_free(char **names);

/**
 * sysfile_field() - the value behind "@key:" or "@key =" at the start of a line of @text.
 * @buf: receives it without surrounding white space.
 *
 * Return: 0, -ENOENT no such line.
 */
int sysfile_field(const char *text, const char *key, char *buf, size_t size);

/* One whole integer, decimal or 0x-hexadecimal, surrounded by white space at most. 0 or -EINVAL. */
int sysfile_parse_number(const char *text, int64_t *ret_number);

#endif
