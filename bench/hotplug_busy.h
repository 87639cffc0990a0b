/* SPDX-License-Identifier: MIT */
/* hotplug_busy - why the kernel may have answered EBUSY. Reads only. */
#ifndef BENCH_HOTPLUG_BUSY_H
#define BENCH_HOTPLUG_BUSY_H

#include "hotplug_control.h"

/*
 * One line in @why. True: it may pass by itself, so that trying again helps. The kernel does not
 * say which of its reasons it was; what cannot be told apart is said to be possible.
 */
bool hotplug_busy_passes(const struct hotplug_control *c, unsigned int cpu, char *why,
			 size_t why_size);

#endif
