/* SPDX-License-Identifier: MIT */
/* `parkbench lab`: the script under the program's name; it is told which program it was. */
#include "build_stamp.h"
#include "cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

BUILD_STAMP(lab_script, PATH_MAX) = PARKBENCH_SCRIPTS "/lab/lab.py";

int cmd_lab(int argc, char **argv)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	(void)argc;
	if (length > 0) {
		program[length] = '\0';
		setenv("PARKBENCH_PROGRAM", program, 1);
	}
	execv(lab_script, argv);
	return cmd_refuse("lab", "cannot start %s: %s; it comes with the source", lab_script,
			  strerror(errno));
}
