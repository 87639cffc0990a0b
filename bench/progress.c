/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include "clock.h"

#include <stdio.h>
#include <unistd.h>

#define SHOW_EVERY_NS 100000000u

void progress_begin(struct progress *p, size_t nr_total)
{
	*p = (struct progress){
		.is_shown = isatty(STDERR_FILENO),
		.nr_total = nr_total,
		.started_ns = clock_now_ns(),
	};
}

void progress_step(struct progress *p, const char *what)
{
	uint64_t now_ns = clock_now_ns();
	double left_s;

	p->nr_done++;
	if (!p->is_shown || now_ns - p->shown_ns < SHOW_EVERY_NS)
		return;
	p->shown_ns = now_ns;
	left_s = (double)(now_ns - p->started_ns) / 1e9 * (double)(p->nr_total - p->nr_done) /
		 (double)p->nr_done;
	fprintf(stderr, "\r%3zu %%  block %zu of %zu, about %.0f s left  %-40.40s",
		100 * p->nr_done / p->nr_total, p->nr_done, p->nr_total, left_s, what);
}

void progress_end(struct progress *p)
{
	if (p->is_shown)
		fprintf(stderr, "\r\033[K");
	p->is_shown = false;
}
