/* SPDX-License-Identifier: MIT */
/* xoshiro256** 1.0 (Blackman, Vigna) and splitmix64 (Vigna), both in the public domain. */
#include "random.h"

#include <assert.h>

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void random_init(struct random *random, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		random->state[i] = splitmix64(&seed);
}

static uint64_t rotate_left(uint64_t value, unsigned int by)
{
	return value << by | value >> (64 - by);
}

uint64_t random_next(struct random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

/* A plain remainder favours small numbers: the incomplete first run of @bound is thrown away. */
uint64_t random_below(struct random *random, uint64_t bound)
{
	uint64_t nr_rejected, value;

	assert(bound > 0);
	nr_rejected = -bound % bound;
	do
		value = random_next(random);
	while (value < nr_rejected);
	return value % bound;
}

void random_shuffle(struct random *random, unsigned int *array, size_t nr)
{
	for (size_t left = nr; left > 1; left--) {
		size_t pick = random_below(random, left);
		unsigned int moved = array[left - 1];

		array[left - 1] = array[pick];
		array[pick] = moved;
	}
}
