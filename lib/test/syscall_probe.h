/* SPDX-License-Identifier: MIT */
/*
 * syscall() in the test's own hands: it counts what the calling thread does to futexes. The C
 * library makes its own calls without it, so this is what the library under test does.
 */
#ifndef TEST_SYSCALL_PROBE_H
#define TEST_SYSCALL_PROBE_H

#include "affinity_probe.h"

#include <dlfcn.h>

static _Thread_local unsigned int nr_futex_calls;

long syscall(long number, ...)
{
	long (*next)(long, ...) = (long (*)(long, ...))(uintptr_t)dlsym(RTLD_NEXT, "syscall");
	va_list args;
	long arg[6];

	nr_futex_calls += number == SYS_futex;
	/* More than it was given, which the real one does too. */
	va_start(args, number);
	for (size_t i = 0; i < ARRAY_SIZE(arg); i++)
		arg[i] = va_arg(args, long);
	va_end(args);
	return next(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

/* How many calls on futexes the caller makes in @call. */
#define futex_calls_in(call)                                                                       \
	({                                                                                         \
		nr_futex_calls = 0;                                                                \
		(void)bounded(call);                                                               \
		nr_futex_calls;                                                                    \
	})

#endif
