/* SPDX-License-Identifier: MIT */
#include "cmd.h"
#include "options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE 1024

static void print_line(const char *command, const char *format, va_list args, const char *tail)
	__attribute__((format(printf, 2, 0)));

/* What the user typed may be in it: a message stays one line, whatever that was. */
static void print_line(const char *command, const char *format, va_list args, const char *tail)
{
	char line[LINE_SIZE];

	vsnprintf(line, sizeof(line), format, args);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	fprintf(stderr, "parkbench%s%s: %s%s\n", *command ? " " : "", command, line, tail);
}

int cmd_refuse(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(command, format, args, "");
	va_end(args);
	return EXIT_USAGE;
}

int cmd_refuse_usage(const char *command, const char *format, ...)
{
	char tail[64];
	va_list args;

	snprintf(tail, sizeof(tail), "; see 'parkbench %s%s--help'", command, *command ? " " : "");
	va_start(args, format);
	print_line(command, format, args, tail);
	va_end(args);
	return EXIT_USAGE;
}

int cmd_skip(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(command, format, args, "");
	va_end(args);
	return EXIT_SKIPPED;
}

int cmd_load_topology(const char *command, struct topology *ret_topo)
{
	int err = topology_load(ret_topo);

	if (!err)
		return EXIT_DONE;
	if (err == -EINVAL)
		return cmd_refuse(command, "hwloc cannot load the topology: check HWLOC_XMLFILE, "
					   "HWLOC_SYNTHETIC and HWLOC_FSROOT");
	return cmd_refuse(command, "hwloc cannot load the topology: %s", strerror(-err));
}

int cmd_load_machine(const char *command, const struct options *options, struct topology *ret_topo)
{
	const char *machine = options->virtual_machine;

	if (!machine)
		return cmd_load_topology(command, ret_topo);
	if (topology_load_synthetic(machine, ret_topo))
		return cmd_refuse_usage(command,
					"--virtual '%.100s': hwloc cannot make that; write it like "
					"'package:2 core:8 pu:2'",
					machine);
	return EXIT_DONE;
}
