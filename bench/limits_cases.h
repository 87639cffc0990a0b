/* SPDX-License-Identifier: MIT */
/*
 * limits_cases - what `parkbench limits` and `parkbench peers` put into the loop of roundtrip.h.
 *
 * Lists end with NULL.
 */
#ifndef BENCH_LIMITS_CASES_H
#define BENCH_LIMITS_CASES_H

#include "roundtrip.h"

/* What the machine can do: floor_*.c. */
extern const struct roundtrip_case floor_empty;
extern const struct roundtrip_case floor_futex_round_trip, floor_wake_and_spin, floor_cache_line;
extern const struct roundtrip_case floor_futex_wake, floor_futex_wake_nobody, floor_futex_to_far;
extern const struct roundtrip_case floor_setaffinity, floor_getaffinity, floor_context_switch;
extern const struct roundtrip_case floor_create_join;

/* What the facility makes of it, one thread: limits_park.c; many: limits_many.c. */
extern const struct roundtrip_case limits_park_asleep, limits_park_blocking, limits_park_polling;
extern const struct roundtrip_case limits_unpark_call, limits_unpark_call_bound;
extern const struct roundtrip_case limits_unpark_to_far;
extern const struct roundtrip_case limits_unpark_confirmed, limits_unpark_blocking;
extern const struct roundtrip_case limits_unpark_bound;
extern const struct roundtrip_case limits_cycle_asleep, limits_cycle_blocking, limits_cycle_polling;
extern const struct roundtrip_case limits_wake_call, limits_unpark_unparked, limits_create_stop;
extern const struct roundtrip_case limits_park_loop, limits_park_many;
extern const struct roundtrip_case limits_unpark_loop, limits_unpark_many;

extern const struct roundtrip_case *const limits_pair_cases[];
extern const struct roundtrip_case *const limits_many_cases[];
extern const struct roundtrip_case *const limits_matrix_cases[];

/* "Stop and confirm" and "go on and confirm", by the facility and by others: peers.c. */
extern const struct roundtrip_case peer_stop_cond, peer_stop_sem, peer_stop_eventfd;
extern const struct roundtrip_case peer_stop_pipe, peer_stop_signal;
extern const struct roundtrip_case peer_go_cond, peer_go_sem, peer_go_eventfd;
extern const struct roundtrip_case peer_go_pipe, peer_go_signal;
extern const struct roundtrip_case *const peers_cases[];

#endif
