/* SPDX-License-Identifier: MIT */
/* `parkbench gate` and `campaign`: one script, which is told what program it was started by. */
#include "build_stamp.h"
#include "cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

BUILD_STAMP(gate_script, PATH_MAX) = PARKBENCH_SCRIPTS "/gate.py";

static int start(const char *command, char **argv)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length > 0) {
		program[length] = '\0';
		setenv("PARKBENCH_PROGRAM", program, 1);
	}
	execv(gate_script, argv);
	return cmd_refuse(command, "cannot start %s: %s; it comes with the source", gate_script,
			  strerror(errno));
}

int cmd_gate(int argc, char **argv)
{
	(void)argc;
	return start("gate", argv);
}

int cmd_campaign(int argc, char **argv)
{
	char **words = calloc((size_t)argc + 2, sizeof(*words));
	int code;

	if (!words)
		return cmd_refuse("campaign", "%s", strerror(ENOMEM));
	/* The script finds its subcommand where gate's are: behind the name. */
	words[0] = argv[0];
	memcpy(words + 1, argv, (size_t)argc * sizeof(*words));
	code = start("campaign", words);
	free(words);
	return code;
}
