/* SPDX-License-Identifier: MIT */
/*
 * hotplug_control - the kernel's control files of CPUs: cpuN/online and smt/control.
 *
 * The only place that writes them. It serves the driver, which moves one CPU, and everybody who
 * puts a machine back as it was: the suite itself, its guardian and `parkbench restore`.
 */
#ifndef BENCH_HOTPLUG_CONTROL_H
#define BENCH_HOTPLUG_CONTROL_H

#include <kpark/cpumask.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Set to "never" it keeps every program of this suite from the control files of this machine. */
#define HOTPLUG_REAL_VARIABLE "PARKBENCH_REAL_HOTPLUG"

struct hotplug_control;

/* How files are read and written, so that tests can have a kernel that refuses. 0 or -errno. */
struct hotplug_io {
	int (*read)(const struct hotplug_control *c, const char *path, char *buf, size_t size);
	int (*write)(const struct hotplug_control *c, const char *path, const char *text);
};

/* All zero is this machine. */
struct hotplug_control {
	const char *root;	     /* see sysfile.h */
	const struct hotplug_io *io; /* NULL: plain files */
};

/* 0, or -EPERM with one line: this machine's control files are not to be written. */
int hotplug_control_allowed(const struct hotplug_control *c, char *why, size_t why_size);

/* 1 online, 0 offline; -ENOENT no control file: online, and the kernel cannot take it off. */
int hotplug_control_read(const struct hotplug_control *c, unsigned int cpu);

/* What the kernel says to one write, at once. 0 or -errno. */
int hotplug_control_write(const struct hotplug_control *c, unsigned int cpu, bool is_online);

/* 0; -EACCES, -EROFS, -ENOENT: why it cannot be written. Changes nothing. */
int hotplug_control_writable(const struct hotplug_control *c, unsigned int cpu);

/*
 * The kernel's mask of CPUs that are online. Where a tree has no such file (tests) it is put
 * together from the control files. 0 or -errno.
 */
int hotplug_control_mask(const struct hotplug_control *c, struct cpumask *ret_online);

/* What smt/control says: "on", "off", "notsupported", ... 0; -ENOENT: there is none; -errno. */
int hotplug_control_read_smt(const struct hotplug_control *c, char *buf, size_t size);

/* One request for all second threads of the machine. What the kernel says to it: 0 or -errno. */
int hotplug_control_write_smt(const struct hotplug_control *c, bool is_online);

/* The hardware threads of the core of @cpu that are online, itself among them. 0 or -errno. */
int hotplug_control_siblings(const struct hotplug_control *c, unsigned int cpu,
			     struct cpumask *ret_siblings);

/* What an offline changes and a restore puts back. */
struct hotplug_state {
	struct cpumask online;
	char smt[16]; /* smt/control: "on", "off", ...; "" where there is none */
};

int hotplug_control_state(const struct hotplug_control *c, struct hotplug_state *ret_state);

/* What a restore did, and what it could not do. */
struct hotplug_repair {
	struct cpumask brought_back, taken_off, failed;
	bool is_smt_changed;
	int error; /* the last positive errno of a CPU that failed, or of smt/control */
};

/**
 * hotplug_control_restore() - make the machine exactly @state again, holes included.
 * @deadline_ns: until then CPUs that are busy are tried again.
 *
 * smt/control comes first: a sibling that it has taken off answers EPERM (M5). CPUs come back
 * before others go off, so that the last one is never asked. Safe to call twice.
 *
 * Return: 0 the mask is that of @state; -EIO it is not, see @ret_repair.
 */
int hotplug_control_restore(const struct hotplug_control *c, const struct hotplug_state *state,
			    uint64_t deadline_ns, struct hotplug_repair *ret_repair);

#endif
