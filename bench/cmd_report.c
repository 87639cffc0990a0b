/* SPDX-License-Identifier: MIT */
/* `parkbench report`: the script under the program's name. */
#include "cmd.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define REPORT_SCRIPT PARKBENCH_SCRIPTS "/report.py"

int cmd_report(int argc, char **argv)
{
	(void)argc;
	execv(REPORT_SCRIPT, argv);
	return cmd_refuse("report",
			  "cannot start %s: %s; it comes with the source, and needs "
			  "python3",
			  REPORT_SCRIPT, strerror(errno));
}
