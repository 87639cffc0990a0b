/* SPDX-License-Identifier: MIT */
#include "completion.h"
#include "futex.h"

void complete(struct completion *c)
{
	/* pairs with wait_for_completion() */
	atomic_store_explicit(&c->done, 1, memory_order_release);
	futex_wake(&c->done, FUTEX_CLASS_CONTROLLERS);
}

void wait_for_completion(struct completion *c)
{
	/* pairs with complete() */
	while (!atomic_load_explicit(&c->done, memory_order_acquire))
		futex_wait(&c->done, 0, FUTEX_CLASS_CONTROLLERS, FUTEX_NO_DEADLINE);
}
