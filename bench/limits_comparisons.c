/* SPDX-License-Identifier: MIT */
/* What is held against which floor, and how near it is meant to come. */
#include "limits_cases.h"
#include "limits_rows.h"

#define FLOOR(name)                                                                                \
	{                                                                                          \
		&floor_##name, 1, false                                                            \
	}
#define TWICE(name)                                                                                \
	{                                                                                          \
		&floor_##name, 2, false                                                            \
	}
#define FACILITY(name)                                                                             \
	{                                                                                          \
		&limits_##name, 1, false                                                           \
	}
/* Half a pair is one switch. */
#define SWITCH_EACH                                                                                \
	{                                                                                          \
		&floor_context_switch, 0.5, true                                                   \
	}

const struct limits_comparison limits_comparisons[] = {
	{ &limits_park_asleep, { FLOOR(futex_round_trip) }, WHERE_ONE_CPU, 1.10 },
	{ &limits_park_asleep, { FLOOR(futex_round_trip) }, WHERE_TWO_CPUS, 0.60 },
	{ &limits_park_asleep, { FLOOR(wake_and_spin) }, WHERE_TWO_CPUS, 1.10 },
	{ &limits_park_blocking, { FLOOR(futex_round_trip) }, WHERE_TWO_CPUS, 0 },
	{ &limits_park_polling, { FLOOR(cache_line) }, WHERE_TWO_CPUS, 3 },
	{ &limits_unpark_call, { FLOOR(futex_wake) }, WHERE_ANY, 1.10 },
	{ &limits_unpark_call_bound, { FLOOR(futex_wake), FLOOR(setaffinity) }, WHERE_ANY, 1.10 },
	{ &limits_unpark_to_far, { FLOOR(futex_to_far) }, WHERE_ANY, 0 },
	{ &limits_unpark_confirmed, { FLOOR(futex_round_trip) }, WHERE_ANY, 0 },
	{ &limits_unpark_blocking, { FLOOR(futex_round_trip) }, WHERE_TWO_CPUS, 0 },
	{ &limits_unpark_bound, { FACILITY(unpark_confirmed) }, WHERE_ANY, 0 },
	{ &limits_cycle_asleep, { TWICE(futex_round_trip) }, WHERE_ANY, 0 },
	{ &limits_cycle_asleep, { FLOOR(create_join) }, WHERE_ANY, 0 },
	{ &limits_create_stop, { FLOOR(create_join) }, WHERE_ANY, 0 },
	{ &limits_cycle_polling, { TWICE(cache_line) }, WHERE_TWO_CPUS, 0 },
	{ &limits_wake_call, { FLOOR(futex_wake) }, WHERE_ANY, 0 },
	{ &limits_unpark_unparked, { FLOOR(futex_wake_nobody) }, WHERE_ANY, 0 },
	{ &limits_park_many, { FACILITY(park_loop) }, WHERE_ONE_CPU, 0 },
	{ &limits_park_many, { FACILITY(park_loop) }, WHERE_TWO_CPUS, 0.25 },
	{ &limits_park_many, { SWITCH_EACH }, WHERE_ANY, 0 },
	{ &limits_unpark_many, { FACILITY(unpark_loop) }, WHERE_ONE_CPU, 0 },
	{ &limits_unpark_many, { FACILITY(unpark_loop) }, WHERE_TWO_CPUS, 0.25 },
	{ &limits_unpark_many, { SWITCH_EACH }, WHERE_ANY, 0 },
	{ NULL, { { NULL, 0, false } }, 0, 0 },
};

/* A peer's ratio says how much longer it takes than the facility. */
#define PEER(word)                                                                                 \
	{ &peer_stop_##word, { FACILITY(park_asleep) }, WHERE_ANY, 0 },                            \
	{                                                                                          \
		&peer_go_##word, { FACILITY(unpark_confirmed) }, WHERE_ANY, 0                      \
	}

const struct limits_comparison peers_comparisons[] = {
	{ &limits_park_blocking, { FACILITY(park_asleep) }, WHERE_ANY, 0 },
	{ &limits_unpark_blocking, { FACILITY(unpark_confirmed) }, WHERE_ANY, 0 },
	PEER(cond),
	PEER(sem),
	PEER(eventfd),
	PEER(pipe),
	PEER(signal),
	{ NULL, { { NULL, 0, false } }, 0, 0 },
};
