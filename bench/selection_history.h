/* SPDX-License-Identifier: MIT */
/* selection_history - the recorded history that a command line names, if it names one. */
#ifndef BENCH_SELECTION_HISTORY_H
#define BENCH_SELECTION_HISTORY_H

#include "history.h"
#include "options.h"

/* 0, also where none is named; -errno with one line in @why, and @ret_history untouched. */
int selection_load_history(const struct options *o, struct history *ret_history,
			   struct option_why *why);

#endif
