/* SPDX-License-Identifier: MIT */
#include "selection_history.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int selection_load_history(const struct options *o, struct history *ret_history,
			   struct option_why *why)
{
	char reason[OPTION_WHY_SIZE - 220] = "";
	FILE *file;
	int ret;

	if (!o->history_path)
		return 0;
	file = fopen(o->history_path, "re");
	if (!file) {
		ret = -errno;
		option_refuse(why, "cannot read the history '%.200s': %s", o->history_path,
			      strerror(-ret));
		return ret;
	}
	ret = history_load(file, ret_history, reason, sizeof(reason));
	fclose(file);
	if (ret)
		option_refuse(why, "history '%.160s': %s", o->history_path, reason);
	return ret;
}
