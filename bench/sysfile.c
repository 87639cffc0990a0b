/* SPDX-License-Identifier: MIT */
#include "sysfile.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOAD_FIRST_BYTES 16384u
#define LOAD_MAX_BYTES	 (16u << 20)

static int join_path(char full[SYSFILE_PATH_BYTES], const char *root, const char *path)
{
	int len = snprintf(full, SYSFILE_PATH_BYTES, "%s/%s", root ? root : "", path);

	return len < 0 || len >= SYSFILE_PATH_BYTES ? -ENAMETOOLONG : 0;
}

static int open_file(const char *root, const char *path, int flags)
{
	char full[SYSFILE_PATH_BYTES];
	int fd, err = join_path(full, root, path);

	if (err)
		return err;
	fd = open(full, flags | O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Fill @buf from @fd; /proc hands out long files in pieces. Returns the length or -errno. */
static ssize_t read_fully(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = read(fd, buf + len, size - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

static void end_text(char *buf, size_t len)
{
	while (len > 0 && (isspace((unsigned char)buf[len - 1]) || buf[len - 1] == '\0'))
		len--;
	buf[len] = '\0';
}

int sysfile_read(const char *root, const char *path, char *buf, size_t size)
{
	int fd = open_file(root, path, 0);
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read_fully(fd, buf, size - 1);
	close(fd);
	end_text(buf, len < 0 ? 0 : (size_t)len);
	return len < 0 ? (int)len : 0;
}

static ssize_t load_fd(int fd, char **ret_text, size_t *ret_size)
{
	size_t size = LOAD_FIRST_BYTES, len = 0;
	char *text = NULL;

	for (;;) {
		char *larger = realloc(text, size + 1);
		ssize_t got = larger ? read_fully(fd, larger + len, size - len) : -ENOMEM;

		if (larger)
			text = larger;
		if (got < 0) {
			free(text);
			return got;
		}
		len += (size_t)got;
		if (len < size || size >= LOAD_MAX_BYTES)
			break;
		size *= 2;
	}
	*ret_text = text;
	*ret_size = len;
	return 0;
}

int sysfile_load(const char *root, const char *path, char **ret_text)
{
	int fd = open_file(root, path, 0);
	size_t len;
	ssize_t err;

	if (fd < 0)
		return fd;
	err = load_fd(fd, ret_text, &len);
	close(fd);
	if (err)
		return (int)err;
	end_text(*ret_text, len);
	return 0;
}

int sysfile_parse_number(const char *text, int64_t *ret_number)
{
	const char *digits = text + strspn(text, " \t-+");
	bool is_hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	long long number;
	char *end;

	errno = 0;
	number = strtoll(text, &end, is_hex ? 16 : 10);
	if (errno || end == text || end[strspn(end, " \t\r\n")] != '\0')
		return -EINVAL;
	*ret_number = number;
	return 0;
}

int sysfile_read_number(const char *root, const char *path, int64_t *ret_number)
{
	char text[64];
	int err = sysfile_read(root, path, text, sizeof(text));

	return err ? err : sysfile_parse_number(text, ret_number);
}

int sysfile_read_link(const char *root, const char *path, char *buf, size_t size)
{
	char full[SYSFILE_PATH_BYTES];
	int err = join_path(full, root, path);
	ssize_t len;

	if (err)
		return err;
	len = readlink(full, buf, size - 1);
	if (len < 0)
		return -errno;
	buf[len] = '\0';
	return 0;
}

bool sysfile_exists(const char *root, const char *path)
{
	char full[SYSFILE_PATH_BYTES];

	return !join_path(full, root, path) && !access(full, F_OK);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void sysfile_list_free(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}

/* Append one name and the terminating NULL. */
static int add_name(char ***names, size_t nr, const char *name)
{
	char **larger = realloc(*names, (nr + 2) * sizeof(**names));

	if (!larger)
		return -ENOMEM;
	*names = larger;
	larger[nr] = strdup(name);
	larger[nr + 1] = NULL;
	return larger[nr] ? 0 : -ENOMEM;
}

static int list_open_dir(DIR *dir, char ***ret_names)
{
	char **names = calloc(1, sizeof(*names));
	size_t nr = 0;
	struct dirent *entry;

	if (!names)
		return -ENOMEM;
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (add_name(&names, nr, entry->d_name)) {
			sysfile_list_free(names);
			return -ENOMEM;
		}
		nr++;
	}
	qsort(names, nr, sizeof(*names), compare_names);
	*ret_names = names;
	return (int)nr;
}

int sysfile_list(const char *root, const char *path, char ***ret_names)
{
	int nr, fd = open_file(root, path, O_DIRECTORY);
	DIR *dir;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		nr = -errno;
		close(fd);
		return nr;
	}
	nr = list_open_dir(dir, ret_names);
	closedir(dir);
	return nr;
}

/* Where the value starts if @line is about @key, else NULL. */
static const char *value_in_line(const char *line, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(line, key, len))
		return NULL;
	line += len;
	line += strspn(line, " \t");
	return *line == ':' || *line == '=' ? line + 1 : NULL;
}

int sysfile_field(const char *text, const char *key, char *buf, size_t size)
{
	const char *line = text, *value = NULL;

	while (line && !(value = value_in_line(line, key))) {
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	if (!value)
		return -ENOENT;
	value += strspn(value, " \t");
	snprintf(buf, size, "%.*s", (int)strcspn(value, "\n"), value);
	end_text(buf, strlen(buf));
	return 0;
}
