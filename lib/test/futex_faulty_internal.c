/* SPDX-License-Identifier: MIT */
/*
 * futex.c as it is on a bad day, linked in its place: waits that return without a reason, and
 * delays before and after every wait and wake. Everything futex.h promises still holds, so every
 * test that passes with futex.c must pass with this. KPARK_FUTEX_SEED=n chooses other bad luck.
 */
#define futex_wait futex_wait_on_time
#define futex_wake futex_wake_on_time
#include "../futex.c"
#undef futex_wait
#undef futex_wake

#include <sched.h>
#include <stdlib.h>

#define LONGEST_DELAY 8u /* in calls of sched_yield() */
#define NONE_OF_EVERY 3u /* waits that return at once */
#define LATE_OF_EVERY 4u /* calls that are delayed at a place */

int futex_wait(_Atomic uint32_t *word, uint32_t expected, enum futex_class class,
	       uint64_t deadline_ns);
void futex_wake(_Atomic uint32_t *word, enum futex_class class);

static _Atomic uint32_t first_seed = 1;
static _Thread_local uint32_t luck;

__attribute__((constructor)) static void choose_seed(void)
{
	const char *text = getenv("KPARK_FUTEX_SEED");

	if (text)
		atomic_store(&first_seed, (uint32_t)strtoul(text, NULL, 0));
}

/* Xorshift: a signal handler in between only makes the luck different. */
static uint32_t draw(uint32_t limit)
{
	if (!luck)
		luck = atomic_fetch_add(&first_seed, 1) * 2654435761u | 1;
	luck ^= luck << 13;
	luck ^= luck >> 17;
	luck ^= luck << 5;
	return luck % limit;
}

static void come_late(void)
{
	uint32_t nr_yields = draw(LATE_OF_EVERY) ? 0 : draw(LONGEST_DELAY) + 1;

	while (nr_yields--)
		sched_yield();
}

int futex_wait(_Atomic uint32_t *word, uint32_t expected, enum futex_class class,
	       uint64_t deadline_ns)
{
	int ret = 0;

	come_late();
	if (draw(NONE_OF_EVERY))
		ret = futex_wait_on_time(word, expected, class, deadline_ns);
	come_late();
	return ret;
}

void futex_wake(_Atomic uint32_t *word, enum futex_class class)
{
	come_late();
	futex_wake_on_time(word, class);
	come_late();
}
