/* SPDX-License-Identifier: MIT */
/* duty_sum - what the duty got done in a block, and how long its items waited for that. */
#ifndef BENCH_DUTY_SUM_H
#define BENCH_DUTY_SUM_H

#include "run.h"
#include "tenancy.h"

/* Work done so far by all tenants: asked right before the plan's first step and after its last. */
uint64_t duty_sum_done(const struct tenancies *all);

/* The items of a duty that is fed. The threads and their feeder have ended. */
void duty_sum_items(const struct tenancies *all, struct duty_result *ret_result);

#endif
