/* SPDX-License-Identifier: MIT */
/* gated_set - the workers of one tenancy behind one gate, for the contenders that keep threads. */
#ifndef BENCH_GATED_SET_H
#define BENCH_GATED_SET_H

struct tenancy;

/* Start them, bound by attribute, in front of the closed gate. 0 or -errno. */
int gated_set_prepare(struct tenancy *ty);
void gated_set_finish(struct tenancy *ty);

/* Expect all and let them pass. */
void gated_set_resume(struct tenancy *ty);

/* Until all wait at the gate; and back, where nobody is to be expected. */
void gated_set_quiesce(struct tenancy *ty);
void gated_set_let_go_on(struct tenancy *ty);

#endif
