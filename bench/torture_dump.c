/* SPDX-License-Identifier: MIT */
/* What everybody was doing when it went wrong. */
#include "clock.h"
#include "torture_internal.h"

#include <kpark/describe.h>

#include <stdarg.h>
#include <stdio.h>

struct dump {
	char *at;
	size_t left;
};

__attribute__((format(printf, 2, 3))) static void add(struct dump *dump, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(dump->at, dump->left, format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length >= dump->left)
		length = (int)dump->left - 1;
	dump->at += length;
	dump->left -= (size_t)length;
}

static void dump_controller(struct dump *dump, struct controller_thread *c, const char *name)
{
	uint64_t since_ns = atomic_load(&c->watch.since_ns);
	const char *what = atomic_load(&c->watch.what);
	int slot = atomic_load(&c->watch.slot);

	add(dump, "%s %u, operation %llu: ", name, c->index,
	    (unsigned long long)relaxed_load(&c->nr_ops));
	if (!since_ns)
		add(dump, "waits for nothing\n");
	else if (slot < 0)
		add(dump, "%s for %llu ms\n", what,
		    (unsigned long long)(clock_now_ns() - since_ns) / 1000000);
	else
		add(dump, "%s, victim %d, for %llu ms\n", what, slot,
		    (unsigned long long)(clock_now_ns() - since_ns) / 1000000);
}

static void dump_victim(struct dump *dump, struct victim *v)
{
	char name[VICTIM_NAME_BYTES], word[KTHREAD_DESCRIBE_BYTES];

	kthread_describe(v->k, word, sizeof(word));
	add(dump, "%s: %s; %s, turn %lu, %lu of %lu releases done\n",
	    victim_name(v, name, sizeof(name)), word, victim_phase_name(relaxed_load(&v->phase)),
	    relaxed_load(&v->nr_turns), atomic_load(&v->nr_releases_done),
	    atomic_load(&v->nr_releases_begun));
}

void torture_dump(struct torture *t)
{
	struct dump dump = { t->report->dump, sizeof(t->report->dump) };

	for (unsigned int i = 0; i < t->options->nr_controllers; i++)
		dump_controller(&dump, &t->controllers[i], "controller");
	if (t->closer.is_started)
		dump_controller(&dump, &t->closer, "closer");
	for (unsigned int slot = 0; slot < t->options->nr_threads; slot++) {
		pthread_mutex_lock(&t->slots[slot].lock);
		if (t->slots[slot].newest)
			dump_victim(&dump, t->slots[slot].newest);
		pthread_mutex_unlock(&t->slots[slot].lock);
	}
}
