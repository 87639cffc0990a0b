/* SPDX-License-Identifier: MIT */
#include "duty.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The smallest page Linux has; larger pages are touched more often than needed. */
#define PAGE_BYTES 4096

#define DUTY(name) extern const struct duty duty_##name;
#include "duties.def"
#undef DUTY

#define DUTY(name) &duty_##name,
static const struct duty *const duties[] = {
#include "duties.def"
};
#undef DUTY

#define NR_DUTIES (sizeof(duties) / sizeof(duties[0]))

const struct duty *const *duty_list(size_t *ret_nr)
{
	*ret_nr = NR_DUTIES;
	return duties;
}

const struct duty *duty_find(const char *name)
{
	for (size_t i = 0; i < NR_DUTIES; i++)
		if (strcmp(duties[i]->name, name) == 0)
			return duties[i];
	return NULL;
}

void duty_cpu_init(struct duty_cpu *dc, const struct duty *duty, unsigned int cpu)
{
	memset(dc, 0, sizeof(*dc));
	dc->duty = duty;
	dc->cpu = cpu;
	dc->random = cpu;
	atomic_init(&dc->accepted, 0);
	atomic_init(&dc->done, 0);
	atomic_init(&dc->token, 0);
	atomic_init(&dc->answered, 0);
}

int duty_start(struct duty_cpu *dc)
{
	int ret = 0;

	if (dc->data_touch_bytes) {
		dc->data = malloc(dc->data_touch_bytes);
		if (!dc->data)
			return -ENOMEM;
	}
	if (dc->duty->setup)
		ret = dc->duty->setup(dc);
	if (ret) {
		free(dc->data);
		dc->data = NULL;
	}
	return ret;
}

void duty_stop(struct duty_cpu *dc)
{
	if (dc->duty->cleanup)
		dc->duty->cleanup(dc);
	free(dc->data);
	dc->data = NULL;
}

/* From the top down, as stacks grow. The empty asm reads the bytes: no store can be left out. */
static void touch(char *bytes, size_t size)
{
	size_t at = size;

	while (at > 0) {
		at = at > PAGE_BYTES ? at - PAGE_BYTES : 0;
		bytes[at] = (char)at;
	}
	__asm__("" : : "r"(bytes) : "memory");
}

/* A frame of its own, given back on return: the duty's step then runs on a shallow stack again. */
static __attribute__((noinline)) void touch_stack(size_t size)
{
	touch(__builtin_alloca(size), size);
}

uint64_t duty_step(struct duty_cpu *dc)
{
	if (dc->stack_touch_bytes)
		touch_stack(dc->stack_touch_bytes);
	if (dc->data)
		touch(dc->data, dc->data_touch_bytes);
	return dc->duty->step(dc);
}

void duty_post(struct duty_cpu *dc)
{
	/* Partner: accepted is read with acquire by the duties' has_work() and step(). */
	atomic_fetch_add_explicit(&dc->accepted, 1, memory_order_release);
	if (dc->wake)
		dc->wake(dc->wake_arg);
}

/* done first: read the other way round it could be the newer one, and the difference negative. */
uint64_t duty_backlog(const struct duty_cpu *dc)
{
	/* Partners: the release of done in duty_complete() and in sleep's step; duty_post(). */
	uint64_t done = atomic_load_explicit(&dc->done, memory_order_acquire);
	uint64_t accepted = atomic_load_explicit(&dc->accepted, memory_order_acquire);

	return accepted - done;
}

uint64_t duty_accept_own(struct duty_cpu *dc)
{
	dc->made++;
	/* Partner: the release in duty_post(). */
	return atomic_fetch_add_explicit(&dc->accepted, 1, memory_order_acquire) + 1;
}

uint64_t duty_complete(struct duty_cpu *dc, uint64_t mark)
{
	uint64_t done = atomic_load_explicit(&dc->done, memory_order_relaxed);

	/* Partner: the acquire in duty_backlog(). */
	atomic_store_explicit(&dc->done, mark, memory_order_release);
	return mark - done;
}

uint64_t duty_step_fed(struct duty_cpu *dc, unsigned int nr_turns)
{
	uint64_t mark, value = dc->random;

	if (!feed_take(dc)) {
		/* Acquire pairs with the release in duty_post(). */
		mark = atomic_load_explicit(&dc->accepted, memory_order_acquire);
		return duty_complete(dc, mark);
	}
	mark = duty_accept_own(dc);
	for (; nr_turns > 0; nr_turns--) {
		value = value * 6364136223846793005u + 1442695040888963407u;
		__asm__("" : "+r"(value)); /* each turn for itself */
	}
	dc->random = value;
	return duty_complete(dc, mark);
}

/* Relaxed: feeder and thread have ended. */
int duty_verify_fed(const struct duty_cpu *dc)
{
	uint64_t nr_taken = atomic_load_explicit(&dc->feed.nr_taken, memory_order_relaxed);
	uint64_t nr_put = atomic_load_explicit(&dc->feed.nr_put, memory_order_relaxed);

	return duty_backlog(dc) || nr_taken != dc->made || nr_taken > nr_put ? -EIO : 0;
}
