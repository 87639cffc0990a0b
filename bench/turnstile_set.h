/* SPDX-License-Identifier: MIT */
/* turnstile_set - the workers of one tenancy behind one turnstile, for the contenders that keep
 * threads. */
#ifndef BENCH_TURNSTILE_SET_H
#define BENCH_TURNSTILE_SET_H

struct tenancy;

/* Start them, bound by attribute, in front of the closed turnstile. 0 or -errno. */
int turnstile_set_prepare(struct tenancy *ty);
void turnstile_set_finish(struct tenancy *ty);

/* Expect all and let them pass. */
void turnstile_set_resume(struct tenancy *ty);

/*
 * Until all wait at the turnstile or have ended, 0 or -ETIMEDOUT; and back, where nobody is to be
 * expected.
 */
int turnstile_set_quiesce(struct tenancy *ty);
void turnstile_set_let_go_on(struct tenancy *ty);

#endif
