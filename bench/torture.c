/* SPDX-License-Identifier: MIT */
/* `parkbench stress` without its words: who takes part, the watchdog, the verdict. */
#include "torture.h"

#include "clock.h"
#include "interrupt.h"
#include "torture_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOK_NS	      5000000u	 /* how often the watchdog looks */
#define STUTTER_NS    700000000u /* now and then everybody pauses */
#define STUTTER_MS    40u
#define BURST_MAX     24u
#define PAUSE_NS_MAX  300000u
#define LINGER_YIELDS 64u
#define LINGER_NS     50000u

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WATCHDOG_NS 60000000000u
#else
#define WATCHDOG_NS 10000000000u
#endif

uint64_t torture_default_watchdog_ns(void)
{
	return WATCHDOG_NS;
}

const char *torture_invariant_name(int invariant)
{
	static const char *const names[] = {
		"",
		"parked is frozen",
		"on its own CPU",
		"every park ends",
		"a park is a park",
		"unparked runs",
		"stop ends with the result",
		"no work is lost",
		"callbacks balance",
	};

	return names[invariant];
}

void torture_violation(struct torture *t, int invariant, const char *format, ...)
{
	int none = 0;
	va_list args;

	if (!atomic_compare_exchange_strong(&t->invariant, &none, -invariant))
		return;
	va_start(args, format);
	vsnprintf(t->report->why, sizeof(t->report->why), format, args);
	va_end(args);
	atomic_store(&t->is_over, true);
	atomic_store(&t->invariant, invariant); /* the text is complete */
}

void torture_checked(struct torture *t, int invariant)
{
	relaxed_add(&t->nr_checks[invariant], 1);
}

void watch_begin(struct controller_thread *c, int invariant, const char *what, int slot)
{
	atomic_store(&c->watch.invariant, invariant);
	atomic_store(&c->watch.what, what);
	atomic_store(&c->watch.slot, slot);
	atomic_store(&c->watch.since_ns, clock_now_ns());
}

void watch_end(struct controller_thread *c)
{
	atomic_store(&c->watch.since_ns, 0);
}

void torture_linger(unsigned int *nr)
{
	if (++*nr < LINGER_YIELDS)
		sched_yield();
	else
		clock_sleep_until_ns(clock_now_ns() + LINGER_NS);
}

static void count(struct torture_count *count, int ret, uint64_t ns)
{
	if (ret < 0) {
		count->nr_missed++;
		return;
	}
	count->nr_done += (uint64_t)ret;
	if (!count->nr_tried++ || ns < count->min_ns)
		count->min_ns = ns;
	if (ns > count->max_ns)
		count->max_ns = ns;
	count->sum_ns += ns;
}

static void *controller_main(void *arg)
{
	struct controller_thread *c = arg;
	struct torture_draw draw;
	uint64_t begin_ns, nr = 0;
	int ret;

	while (nr < c->nr_ops_max && !atomic_load(&c->t->is_over)) {
		clock_sleep_until_ns(relaxed_load(&c->t->pause_until_ns));
		torture_draw(c, &draw);
		begin_ns = clock_now_ns();
		ret = torture_do(c, &draw);
		count(&c->counts[draw.op], ret, clock_now_ns() - begin_ns);
		relaxed_store(&c->nr_ops, ++nr);
	}
	atomic_store(&c->is_done, true);
	return NULL;
}

/* A wake or a signal that means nothing; the thread may have gone. */
static void be_hostile(struct hostile *h, struct victim *v)
{
	if (random_below(&h->random, 4)) {
		kthread_wake(v->k);
		h->nr_wakes++;
	} else {
		syscall(SYS_tgkill, getpid(), kthread_tid(v->k), SIGURG);
		h->nr_signals++;
	}
}

static void *hostile_main(void *arg)
{
	struct hostile *h = arg;
	struct victim *v;

	while (!atomic_load(&h->t->is_calm)) {
		v = victim_get(h->t, h->slot);
		for (uint64_t n = v ? random_below(&h->random, BURST_MAX) : 0; n > 0; n--)
			be_hostile(h, v);
		if (v)
			victim_put(v);
		clock_sleep_until_ns(clock_now_ns() + random_below(&h->random, PAUSE_NS_MAX));
	}
	return NULL;
}

/* After the controllers: every CPU back, all work done, everybody stopped. */
static void *closer_main(void *arg)
{
	struct controller_thread *c = arg;

	if (c->t->ladder)
		torture_ladder_close(c);
	torture_drain(c);
	atomic_store(&c->is_done, true);
	return NULL;
}

static void on_signal(int signal)
{
	(void)signal;
}

/* Who has waited for too long, if anybody. */
static bool look_at(struct torture *t, struct controller_thread *c)
{
	uint64_t since_ns = atomic_load(&c->watch.since_ns), now_ns = clock_now_ns();
	const char *what = atomic_load(&c->watch.what);
	int slot = atomic_load(&c->watch.slot);

	if (!since_ns || now_ns < since_ns + t->options->watchdog_ns)
		return false;
	if (slot < 0)
		torture_violation(t, atomic_load(&c->watch.invariant), "%s hangs", what);
	else
		torture_violation(t, atomic_load(&c->watch.invariant), "%s of victim %d hangs",
				  what, slot);
	t->report->is_hung = true;
	return true;
}

static bool all_are_done(const struct torture *t)
{
	for (unsigned int i = 0; i < t->options->nr_controllers; i++)
		if (t->controllers[i].is_started && !atomic_load(&t->controllers[i].is_done))
			return false;
	return true;
}

/* Until the controllers have ended. False: one of them hangs. */
static bool watch_controllers(struct torture *t, uint64_t end_ns)
{
	uint64_t stutter_ns = clock_now_ns() + STUTTER_NS;

	while (!all_are_done(t)) {
		uint64_t now_ns = clock_now_ns();

		for (unsigned int i = 0; i < t->options->nr_controllers; i++)
			if (look_at(t, &t->controllers[i]))
				return false;
		if (now_ns >= end_ns || interrupt_is_due())
			atomic_store(&t->is_over, true);
		if (now_ns >= stutter_ns) {
			stutter_ns = now_ns + STUTTER_NS;
			relaxed_store(&t->pause_until_ns, now_ns + STUTTER_MS * 1000000ull);
		}
		clock_sleep_until_ns(now_ns + LOOK_NS);
	}
	return true;
}

static bool watch_closer(struct torture *t)
{
	while (!atomic_load(&t->closer.is_done)) {
		if (look_at(t, &t->closer))
			return false;
		clock_sleep_until_ns(clock_now_ns() + LOOK_NS);
	}
	return true;
}

static int start_thread(pthread_t *thread, bool *is_started, void *(*main)(void *), void *arg)
{
	int ret = -pthread_create(thread, NULL, main, arg);

	*is_started = !ret;
	return ret;
}

static int start_all(struct torture *t)
{
	const struct torture_options *options = t->options;
	uint64_t share = (options->nr_ops + options->nr_controllers - 1) / options->nr_controllers;
	int ret = 0;

	for (unsigned int i = 0; i < options->nr_threads && !ret; i++) {
		struct hostile *h = &t->hostiles[i];

		*h = (struct hostile){ .t = t, .slot = i };
		random_init(&h->random, options->seed + 1000003u + i);
		ret = start_thread(&h->thread, &h->is_started, hostile_main, h);
	}
	for (unsigned int i = 0; i < options->nr_controllers && !ret; i++) {
		struct controller_thread *c = &t->controllers[i];

		c->t = t;
		c->index = i;
		c->nr_ops_max = options->nr_ops ? share : UINT64_MAX;
		random_init(&c->random, options->seed * 64 + i);
		ret = start_thread(&c->thread, &c->is_started, controller_main, c);
	}
	return ret;
}

static void join_all(struct torture *t)
{
	for (unsigned int i = 0; i < t->options->nr_controllers; i++)
		if (t->controllers[i].is_started)
			pthread_join(t->controllers[i].thread, NULL);
	atomic_store(&t->is_calm, true);
	for (unsigned int i = 0; i < t->options->nr_threads; i++)
		if (t->hostiles[i].is_started)
			pthread_join(t->hostiles[i].thread, NULL);
}

/* Everything from the first operation to the last thread's end. */
static int torment(struct torture *t)
{
	uint64_t end_ns = clock_now_ns() + t->options->time_ns;
	int ret = start_all(t);

	if (ret)
		atomic_store(&t->is_over, true);
	if (!watch_controllers(t, t->options->nr_ops ? UINT64_MAX : end_ns))
		return 0;
	join_all(t);
	t->closer.t = t;
	if (start_thread(&t->closer.thread, &t->closer.is_started, closer_main, &t->closer))
		return -EAGAIN;
	if (watch_closer(t))
		pthread_join(t->closer.thread, NULL);
	return ret;
}

static void add_counts(struct torture_count *sum, const struct torture_count *part)
{
	if (part->nr_tried && (!sum->nr_tried || part->min_ns < sum->min_ns))
		sum->min_ns = part->min_ns;
	if (part->max_ns > sum->max_ns)
		sum->max_ns = part->max_ns;
	sum->nr_tried += part->nr_tried;
	sum->nr_done += part->nr_done;
	sum->nr_missed += part->nr_missed;
	sum->sum_ns += part->sum_ns;
}

static void fill_report(struct torture *t)
{
	struct torture_report *report = t->report;

	for (unsigned int i = 0; i < t->options->nr_controllers; i++)
		for (int op = 0; op < NR_TORTURE_OPS; op++)
			add_counts(&report->counts[op], &t->controllers[i].counts[op]);
	for (unsigned int i = 0; i < t->options->nr_threads; i++) {
		report->nr_hostile_wakes += t->hostiles[i].nr_wakes;
		report->nr_hostile_signals += t->hostiles[i].nr_signals;
	}
	for (int i = 1; i <= 8; i++)
		report->nr_checks[i] = atomic_load(&t->nr_checks[i]);
	report->nr_created = atomic_load(&t->nr_created);
	report->nr_stopped = atomic_load(&t->nr_stopped);
	report->nr_injected = atomic_load(&t->nr_injected);
	report->invariant = abs(atomic_load(&t->invariant));
	if (report->invariant)
		torture_dump(t);
}

static int create_victims(struct torture *t)
{
	struct random random;
	int ret = 0;

	random_init(&random, t->options->seed);
	for (unsigned int i = 0; i < t->options->nr_threads && !ret; i++) {
		const struct victim_kind kind = {
			.wait = (enum victim_wait)(i % NR_VICTIM_WAITS),
			.is_per_cpu = i & 1,
			.returns_to_park = i >> 1 & 1,
			.is_created_parked = random_below(&random, 2),
			.is_started = true,
			.cpu = t->cpus[i / 2 % t->nr_stable_cpus],
			.result = 1,
		};

		pthread_mutex_init(&t->slots[i].lock, NULL);
		ret = victim_create(t, i, &kind);
	}
	return ret;
}

/* A per-CPU victim lives where no CPU really goes away; the ladder's own threads follow theirs. */
static int choose_cpus(struct torture *t)
{
	unsigned int cpu;

	t->cpus = calloc(cpumask_weight(&t->options->cpus), sizeof(*t->cpus));
	if (!t->cpus)
		return -ENOMEM;
	for_each_cpu (cpu, &t->options->cpus)
		t->cpus[t->nr_cpus++] = cpu;
	t->nr_stable_cpus = t->nr_cpus;
	if (t->options->hotplug && !t->options->hotplug->is_simulated)
		t->nr_stable_cpus = 1;
	return 0;
}

static int allocate(struct torture *t)
{
	t->slots = calloc(t->options->nr_threads, sizeof(*t->slots));
	t->hostiles = calloc(t->options->nr_threads, sizeof(*t->hostiles));
	t->controllers = calloc(t->options->nr_controllers, sizeof(*t->controllers));
	return t->slots && t->hostiles && t->controllers ? choose_cpus(t) : -ENOMEM;
}

static void release(struct torture *t)
{
	torture_ladder_fini(t);
	free(t->cpus);
	free(t->controllers);
	free(t->hostiles);
	free(t->slots);
}

int torture_run(const struct torture_options *options, struct torture_report *ret)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct torture *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	*ret = (struct torture_report){ .invariant = 0 };
	t->options = options;
	t->report = ret;
	sigaction(SIGURG, &action, NULL);
	err = allocate(t);
	if (!err && options->hotplug)
		err = torture_ladder_init(t);
	if (!err)
		err = create_victims(t);
	if (!err)
		err = torment(t);
	if (!err)
		fill_report(t);
	/* Who hangs, or was left behind, may still use it: then it stays, and the process goes. */
	if (ret->is_hung || err)
		return err;
	release(t);
	free(t);
	return err;
}
