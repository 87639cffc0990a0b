/* SPDX-License-Identifier: MIT */
/* kmsg - has the kernel complained since we looked last? Reads /dev/kmsg, never waits. */
#ifndef BENCH_KMSG_H
#define BENCH_KMSG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Only what comes after this call. @root as in sysfile.h. A descriptor to be closed, or -errno:
 * -EPERM with dmesg_restrict and no privilege.
 */
int kmsg_open(const char *root);

/*
 * The next complaint among the new records: a warning, an oops, a stall, a hung task, a lockup.
 * What user space writes there is nobody's complaint. @text gets its line, printable.
 */
bool kmsg_find_trouble(int fd, char *text, size_t size);

/* Does a line of the kernel say so? For tests of the list. */
bool kmsg_is_trouble(const char *line);

#endif
