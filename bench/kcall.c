/* SPDX-License-Identifier: MIT */
#include "kcall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * kthread_create_on_node() is what all creations of the kernel's per-CPU threads go through,
 * smpboot's and the workqueues'.
 */
static const struct {
	const char *name, *function;
} calls[NR_KCALLS] = {
	[KCALL_PARK] = { "park", "kthread_park" },
	[KCALL_UNPARK] = { "unpark", "kthread_unpark" },
	[KCALL_STOP] = { "stop", "kthread_stop" },
	[KCALL_CREATE] = { "create", "kthread_create_on_node" },
};

/* Calls without a return yet, as indices; the newest is the last. */
struct pairing {
	struct kcall *calls;
	size_t nr_calls;
	size_t *open;
	size_t nr_open;
};

const char *kcall_name(enum kcall_name call)
{
	return calls[call].name;
}

const char *kcall_function(enum kcall_name call)
{
	return calls[call].function;
}

static struct kcall *add_call(struct pairing *p, const struct kcall_mark *m, enum kcall_fate fate)
{
	struct kcall *call = &p->calls[p->nr_calls++];

	*call = (struct kcall){
		.fate = fate,
		.call = m->call,
		.runs_on = m->runs_on,
		.tid = m->tid,
		.thread = m->thread,
		.begin_ns = m->ns,
	};
	memcpy(call->caller, m->caller, sizeof(call->caller));
	return call;
}

static void end_call(struct kcall *call, const struct kcall_mark *m)
{
	call->end_ns = m->ns;
	call->result = m->result;
	if (m->call == KCALL_CREATE)
		call->thread = m->thread;
}

static void on_return(struct pairing *p, const struct kcall_mark *m)
{
	for (size_t i = p->nr_open; i-- > 0;) {
		struct kcall *call = &p->calls[p->open[i]];

		if (call->call != m->call || call->tid != m->tid)
			continue;
		call->fate = KCALL_WHOLE;
		end_call(call, m);
		p->nr_open--;
		memmove(&p->open[i], &p->open[i + 1], (p->nr_open - i) * sizeof(*p->open));
		return;
	}
	end_call(add_call(p, m, KCALL_NO_ENTRY), m);
}

int kcall_pair(const struct kcall_mark *marks, size_t nr_marks, struct kcall **ret_calls,
	       size_t *ret_nr)
{
	struct pairing p = {
		.calls = calloc(nr_marks + 1, sizeof(*p.calls)),
		.open = calloc(nr_marks + 1, sizeof(*p.open)),
	};

	if (!p.calls || !p.open) {
		free(p.calls);
		free(p.open);
		return -ENOMEM;
	}
	for (size_t i = 0; i < nr_marks; i++) {
		if (marks[i].is_return) {
			on_return(&p, &marks[i]);
		} else {
			p.open[p.nr_open++] = p.nr_calls;
			add_call(&p, &marks[i], KCALL_NO_RETURN);
		}
	}
	free(p.open);
	*ret_calls = p.calls;
	*ret_nr = p.nr_calls;
	return 0;
}
