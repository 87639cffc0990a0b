/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include "clock.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#define SLICE_NS 50000000u

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

#define NR_SIGNALS (sizeof(signals) / sizeof(signals[0]))

static struct {
	_Atomic int signal;	     /* relaxed: nothing but the number is passed */
	_Atomic(const char *) found; /* relaxed: the text was there before anybody looked */
	const char *(*look)(void *arg);
	void *look_arg;
	atomic_flag is_looking; /* lanes wait at the same time: one of them looks */
	uint64_t deadline_ns;
	bool is_watching;
	struct sigaction before[NR_SIGNALS];
} noted = { .is_looking = ATOMIC_FLAG_INIT };

static void note(int number)
{
	atomic_store_explicit(&noted.signal, number, memory_order_relaxed);
}

void interrupt_watch(uint64_t deadline_ns)
{
	/* A second one finds the default again. Restarted calls: only loops over steps look. */
	struct sigaction action = { .sa_handler = note, .sa_flags = SA_RESTART | SA_RESETHAND };

	noted.deadline_ns = deadline_ns;
	atomic_store_explicit(&noted.signal, 0, memory_order_relaxed);
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		sigaction(signals[i], NULL, &noted.before[i]);
		/* nohup and the like: who started us wants it ignored. */
		if (noted.before[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	noted.is_watching = true;
}

void interrupt_unwatch(void)
{
	for (size_t i = 0; i < NR_SIGNALS && noted.is_watching; i++)
		sigaction(signals[i], &noted.before[i], NULL);
	noted.is_watching = false;
	noted.deadline_ns = 0;
	interrupt_ask(NULL, NULL);
	atomic_store_explicit(&noted.signal, 0, memory_order_relaxed);
}

void interrupt_ask(const char *(*look)(void *arg), void *arg)
{
	noted.look = look;
	noted.look_arg = arg;
	atomic_store_explicit(&noted.found, NULL, memory_order_relaxed);
}

void interrupt_look(void)
{
	const char *found;

	/* Acquire, with the release below: what @look keeps is handed from thread to thread. */
	if (!noted.look ||
	    atomic_flag_test_and_set_explicit(&noted.is_looking, memory_order_acquire))
		return;
	found = noted.look(noted.look_arg);
	atomic_flag_clear_explicit(&noted.is_looking, memory_order_release);
	if (found)
		atomic_store_explicit(&noted.found, found, memory_order_relaxed);
}

static bool is_late(void)
{
	return noted.deadline_ns && clock_now_ns() >= noted.deadline_ns;
}

bool interrupt_is_due(void)
{
	return atomic_load_explicit(&noted.signal, memory_order_relaxed) ||
	       atomic_load_explicit(&noted.found, memory_order_relaxed) || is_late();
}

const char *interrupt_cause(void)
{
	const char *found = atomic_load_explicit(&noted.found, memory_order_relaxed);

	switch (atomic_load_explicit(&noted.signal, memory_order_relaxed)) {
	case SIGINT:
		return "SIGINT";
	case SIGTERM:
		return "SIGTERM";
	case SIGHUP:
		return "SIGHUP";
	default:
		return found ? found : is_late() ? "the deadline" : NULL;
	}
}

void interrupt_sleep_until_ns(uint64_t deadline_ns)
{
	while (deadline_ns > SLICE_NS && clock_now_ns() < deadline_ns - SLICE_NS &&
	       !interrupt_is_due()) {
		clock_sleep_until_ns(clock_now_ns() + SLICE_NS);
		interrupt_look();
	}
	if (!interrupt_is_due())
		clock_sleep_until_ns(deadline_ns);
}
