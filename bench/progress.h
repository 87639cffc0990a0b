/* SPDX-License-Identifier: MIT */
/* progress - one line on a terminal while a long run goes on; nothing anywhere else. */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool is_shown;
	size_t nr_done, nr_total; /* blocks */
	uint64_t started_ns, shown_ns;
};

void progress_begin(struct progress *p, size_t nr_total);

/* One more block is done, @what. Writes at most every tenth of a second. */
void progress_step(struct progress *p, const char *what);

/* Take the line away. */
void progress_end(struct progress *p);

#endif
