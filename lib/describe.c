/* SPDX-License-Identifier: MIT */
#include "kthread_state.h"

#include <kpark/describe.h>

#include <stdio.h>

static const struct {
	uint32_t bit;
	const char *name;
} names[] = {
	{ PARK, "PARK" }, { PARKED, "PARKED" }, { STOP, "STOP" },	{ EXITED, "EXITED" },
	{ WAKE, "WAKE" }, { SLEEP, "SLEEP" },	{ BIND, "BIND" },	{ SELF, "SELF" },
	{ FD, "FD" },	  { NEW, "NEW" },	{ STIRRED, "STIRRED" }, { AWAITED, "AWAITED" },
};

int kthread_describe(struct kthread *k, char *buf, size_t size)
{
	uint32_t word = state_load(k);
	char bits[80] = "";
	size_t used = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (word & names[i].bit)
			used += (size_t)snprintf(bits + used, sizeof(bits) - used, "%s%s",
						 used ? " " : "", names[i].name);
	return snprintf(buf, size, "%s, %u parkers, generation %u", used ? bits : "-",
			(word & (uint32_t)NREQ) / NREQ_ONE, generation(word));
}
