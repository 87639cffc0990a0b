/* SPDX-License-Identifier: MIT */
/* plan_draw - a plan as a picture of text: CPUs down, time across. */
#ifndef WORKLOADS_PLAN_DRAW_H
#define WORKLOADS_PLAN_DRAW_H

#include "plan.h"

/**
 * plan_draw() - draw @plan in at most @nr_columns columns (40 at least) and about @nr_rows lines.
 *
 * More CPUs than lines share lines, in the order of their numbers. Where all steps are planned for
 * the same moment (storm) the steps go across instead of the time. Return: 0; -ENOMEM; -EIO or
 * what stdio left in errno.
 */
int plan_draw(const struct plan *plan, unsigned int nr_columns, unsigned int nr_rows, FILE *file);

#endif
