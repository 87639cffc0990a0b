/* SPDX-License-Identifier: MIT */
/*
 * random - the generator behind every seed: xoshiro256**, its state filled by splitmix64.
 *
 * Our own, because a seed has to give the same plan on every C library and architecture. Nothing
 * here is secret or thread safe: a state belongs to whoever holds it.
 */
#ifndef WORKLOADS_RANDOM_H
#define WORKLOADS_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state[4];
};

/* Every seed is as good as any other, 0 included. */
void random_init(struct random *random, uint64_t seed);

/* The next 64 bits. */
uint64_t random_next(struct random *random);

/* Each of 0 .. @bound - 1 equally often; @bound is not 0. */
uint64_t random_below(struct random *random, uint64_t bound);

/* Every order of the @nr members of @array equally often. */
void random_shuffle(struct random *random, unsigned int *array, size_t nr);

#endif
