/* SPDX-License-Identifier: MIT */
/*
 * summary_bulk - how long the requests took that moved many CPUs at once, told per request.
 *
 *	bulk_p50, bulk_max	of the phase offline or online, of all finished requests
 *
 * n counts requests, not CPUs: the steps of one share one time.
 */
#ifndef BENCH_SUMMARY_BULK_H
#define BENCH_SUMMARY_BULK_H

#include "run.h"
#include "summary.h"

/* Append the rows to @summary, if there were such requests. 0 or -ENOMEM. */
int summary_add_bulk(struct summary *summary, const struct recording *rec);

#endif
