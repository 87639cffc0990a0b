/* SPDX-License-Identifier: MIT */
#include "kmsg.h"

#include "sysfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECORD_BYTES   8192 /* the kernel gives one record to a read, or EINVAL */
#define MAX_RECORDS    4096 /* of one look: a storm of messages must not hold the run */
#define FACILITY_SHIFT 3

/* Beginnings of lines, and words within them: lib/bug.c, kernel/{hung_task,watchdog,rcu}. */
static const char *const beginnings[] = { "WARNING: ", "UBSAN: ", "Oops: ", "Internal error: " };
static const char *const words[] = {
	"BUG: ",		     /* soft and workqueue lockups, KASAN, bad pages */
	"kernel BUG at ",	     /* BUG() */
	"hard LOCKUP",		     /* "Watchdog detected hard LOCKUP on cpu 3" */
	"blocked for more than ",    /* hung task */
	"self-detected stall",	     /* RCU */
	"detected stalls",	     /* RCU */
	"detected expedited stalls", /* RCU */
	"kthread starved for ",	     /* RCU */
	"general protection fault",
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

bool kmsg_is_trouble(const char *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (strncmp(line, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

int kmsg_open(const char *root)
{
	char path[SYSFILE_PATH_BYTES];
	int fd;

	if (snprintf(path, sizeof(path), "%s/dev/kmsg", root ? root : "") >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_END) < 0 && errno != ESPIPE) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

/* "4,1234,567890,-;text\n KEY=VALUE\n": the text of a record of the kernel's own, or NULL. */
static char *text_of(char *record)
{
	char *text = strchr(record, ';');

	if (!text || strtoul(record, NULL, 10) >> FACILITY_SHIFT)
		return NULL;
	text++;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void copy_printable(const char *from, char *to, size_t size)
{
	snprintf(to, size, "%s", from);
	for (; *to; to++)
		if ((unsigned char)*to < ' ' || (unsigned char)*to > '~')
			*to = '?';
}

bool kmsg_find_trouble(int fd, char *text, size_t size)
{
	char record[RECORD_BYTES];

	for (int i = 0; i < MAX_RECORDS; i++) {
		ssize_t n = read(fd, record, sizeof(record) - 1);
		char *line;

		/* Overwritten before we came: the next read goes on with the oldest there is. */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return false;
		record[n] = '\0';
		line = text_of(record);
		if (line && kmsg_is_trouble(line)) {
			copy_printable(line, text, size);
			return true;
		}
	}
	return false;
}
