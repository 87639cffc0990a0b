/* SPDX-License-Identifier: MIT */
/* `parkbench gate`: the script under the program's name; it is told which program it was. */
#include "build_stamp.h"
#include "cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

BUILD_STAMP(gate_script, PATH_MAX) = PARKBENCH_SCRIPTS "/gate.py";

int cmd_gate(int argc, char **argv)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	(void)argc;
	if (length > 0) {
		program[length] = '\0';
		setenv("PARKBENCH_PROGRAM", program, 1);
	}
	execv(gate_script, argv);
	return cmd_refuse("gate", "cannot start %s: %s; it comes with the source", gate_script,
			  strerror(errno));
}
