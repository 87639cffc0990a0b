/* SPDX-License-Identifier: MIT */
/*
 * What the kthread tests share: a watchdog that knows which check hangs, waiting for a condition,
 * CPUs to bind to, a thread function that counts its turns, and two ways to be unkind to a thread.
 */
#ifndef TEST_KTHREAD_CHECK_H
#define TEST_KTHREAD_CHECK_H

#include <kpark/kthread.h>

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef WATCHDOG_S
#define WATCHDOG_S 60
#endif
#define WATCHED_MAX 16

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Not every test needs all of this. */
#define CHECK_UNUSED __attribute__((unused))

/* What each thread is waiting for just now, and for how many ticks of a second already. */
struct watched {
	_Atomic(const char *) what;
	atomic_uint nr_ticks;
};

static struct watched watched[WATCHED_MAX];
static atomic_uint nr_watched;
static _Thread_local struct watched *own_watched;

static inline void bark(void)
{
	for (unsigned int i = 0; i < WATCHED_MAX; i++) {
		const char *what = atomic_load(&watched[i].what);

		if (what && (write(STDERR_FILENO, "hangs in: ", 10) < 0 ||
			     write(STDERR_FILENO, what, strlen(what)) < 0))
			_exit(2);
	}
	_exit(1);
}

static inline void tick(int signal)
{
	(void)signal;
	for (unsigned int i = 0; i < WATCHED_MAX; i++)
		if (atomic_load(&watched[i].what) &&
		    atomic_fetch_add(&watched[i].nr_ticks, 1) >= WATCHDOG_S)
			bark();
	alarm(1);
}

static inline void watch(const char *what)
{
	if (!own_watched) {
		own_watched = &watched[atomic_fetch_add(&nr_watched, 1) % WATCHED_MAX];
		signal(SIGALRM, tick);
		alarm(1);
	}
	atomic_store(&own_watched->nr_ticks, 0);
	atomic_store(&own_watched->what, what);
}

static inline void unwatch(void)
{
	atomic_store(&own_watched->what, NULL);
}

#define AT_LINE_(line) __FILE__ ":" #line ": "
#define AT_LINE(line)  AT_LINE_(line)

/* The value of a @call that might block; if it does for good, the test fails and says where. */
#define bounded(call)                                                                              \
	({                                                                                         \
		watch(AT_LINE(__LINE__) #call "\n");                                               \
		__auto_type bounded_ = (call);                                                     \
		unwatch();                                                                         \
		bounded_;                                                                          \
	})

/* Polls @condition. */
#define wait_until(condition)                                                                      \
	do {                                                                                       \
		watch(AT_LINE(__LINE__) #condition "\n");                                          \
		while (!(condition))                                                               \
			sched_yield();                                                             \
		unwatch();                                                                         \
	} while (0)

/* The first and the last CPU this process may use; the same twice if there is one. */
static inline void pick_cpus(unsigned int cpus[2])
{
	struct cpumask mask = { { 0 } };

	if (sched_getaffinity(0, sizeof(mask), (cpu_set_t *)mask.bits))
		abort();
	cpus[0] = cpumask_first(&mask);
	cpus[1] = cpumask_last(&mask);
}

/* 77 with the reason where only one CPU can be used, else 0. For main(). */
static inline int skip_without_two_cpus(void)
{
	unsigned int cpus[2];

	pick_cpus(cpus);
	if (cpus[0] != cpus[1])
		return 0;
	printf("skipped: needs two CPUs in this process's affinity mask\n");
	return 77;
}

/* Until @k executes its thread function no more. An unpark that finds no request does nothing. */
#define wait_for_end(k) wait_until(kthread_unpark(k) == -ESRCH)

/* Whether thread @tid (0: the caller) may run on @cpu and nowhere else. */
static inline bool is_bound_to(pid_t tid, unsigned int cpu)
{
	struct cpumask mask = { { 0 } };

	return sched_getaffinity(tid, sizeof(mask), (cpu_set_t *)mask.bits) == 0 &&
	       cpumask_weight(&mask) == 1 && cpumask_test_cpu(cpu, &mask);
}

/* Not sched_setaffinity(): tests may put their own in its place. */
static inline void allow_cpus(pid_t tid, const unsigned int *cpus, size_t n)
{
	struct cpumask mask = { { 0 } };

	for (size_t i = 0; i < n; i++)
		cpumask_set_cpu(cpus[i], &mask);
	if (syscall(SYS_sched_setaffinity, tid, sizeof(mask), mask.bits))
		abort();
}

/* Whether thread @tid of this process sleeps. Poll it: it may look again for a moment. */
static inline bool is_asleep(pid_t tid)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(file);
	return state == 'S';
}

/* A call made in a thread of its own. */
struct caller {
	int (*call)(struct kthread *k);
	struct kthread *k;
	pthread_t thread;
	_Atomic pid_t tid;
	atomic_bool is_done;
	int ret;
};

static inline void *caller_main(void *arg)
{
	struct caller *caller = arg;

	atomic_store(&caller->tid, gettid());
	caller->ret = caller->call(caller->k);
	atomic_store(&caller->is_done, true);
	return NULL;
}

static inline void caller_start(struct caller *caller, int (*call)(struct kthread *k),
				struct kthread *k)
{
	*caller = (struct caller){ .call = call, .k = k };
	if (pthread_create(&caller->thread, NULL, caller_main, caller))
		abort();
}

/* It waits in its call, or is done, which the test then has to look at. */
static inline bool caller_has_settled(struct caller *caller)
{
	pid_t tid = atomic_load(&caller->tid);

	return atomic_load(&caller->is_done) || (tid && is_asleep(tid));
}

#define caller_join(caller) (bounded(pthread_join((caller)->thread, NULL)), (caller)->ret)

/* A thread function that counts its turns, and what it can be told while it runs. */
struct subject {
	atomic_ulong nr_turns;
	atomic_ulong nr_entries;
	atomic_bool is_deaf;	/* does not look at requests */
	atomic_bool has_to_end; /* returns by itself */
	atomic_int result;
};

CHECK_UNUSED static int count_turns(void *data)
{
	struct subject *subject = data;

	atomic_fetch_add(&subject->nr_entries, 1);
	while (!atomic_load(&subject->has_to_end)) {
		atomic_fetch_add(&subject->nr_turns, 1);
		sched_yield();
		if (atomic_load(&subject->is_deaf))
			continue;
		if (kthread_should_stop())
			break;
		kthread_parkme();
	}
	return atomic_load(&subject->result);
}

/* It runs on: the counter moves, by more than the one turn that could have been under way. */
#define wait_for_turns(subject)                                                                    \
	do {                                                                                       \
		unsigned long from_ = atomic_load(&(subject)->nr_turns);                           \
		wait_until(atomic_load(&(subject)->nr_turns) >= from_ + 2);                        \
	} while (0)

/* It does not run: the counter stands still while others are given every chance. */
#define assert_frozen(subject)                                                                     \
	do {                                                                                       \
		unsigned long from_ = atomic_load(&(subject)->nr_turns);                           \
		for (int yields_ = 0; yields_ < 200; yields_++)                                    \
			sched_yield();                                                             \
		assert_int_equal(atomic_load(&(subject)->nr_turns), from_);                        \
	} while (0)

/*
 * Wake whoever sleeps in @k, for no reason. The state word is the first thing in there; were it
 * not, this would wake nobody, which a test cannot rely on not to happen either.
 */
static inline void wake_spuriously(struct kthread *k)
{
	syscall(SYS_futex, k, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* Somebody who wakes a thread all the time. */
struct hostile_waker {
	struct kthread *k;
	bool gives_tokens;
	atomic_bool is_over;
	pthread_t thread;
};

static inline void *hostile_main(void *arg)
{
	struct hostile_waker *waker = arg;

	while (!atomic_load(&waker->is_over)) {
		wake_spuriously(waker->k);
		/* Many: its changes of the word shall collide with those of others (M4). */
		for (int i = 0; waker->gives_tokens && i < 200; i++)
			kthread_wake(waker->k);
		sched_yield();
	}
	kthread_put(waker->k);
	return NULL;
}

static inline void hostile_start(struct hostile_waker *waker, struct kthread *k, bool gives_tokens)
{
	*waker = (struct hostile_waker){ .k = kthread_get(k), .gives_tokens = gives_tokens };
	if (pthread_create(&waker->thread, NULL, hostile_main, waker))
		abort();
}

static inline void hostile_end(struct hostile_waker *waker)
{
	atomic_store(&waker->is_over, true);
	pthread_join(waker->thread, NULL);
}

/*
 * Holding a thread wherever it is, asleep or not: it stays in a signal handler until released.
 * That makes interleavings happen which otherwise take luck.
 */
struct held {
	atomic_bool is_held;
	atomic_bool is_released;
};

static struct held held[2];

static inline void hold_handler(int signal)
{
	struct held *own = &held[signal == SIGUSR2];

	atomic_store(&own->is_held, true);
	while (!atomic_load(&own->is_released))
		sched_yield();
	atomic_store(&own->is_held, false);
}

/*
 * Two threads can be held at a time: @which is SIGUSR1 or SIGUSR2. The thread is asleep or about to
 * be; waiting for that is for TSan, which puts signals off until after a call it does not know.
 */
static inline void hold_tid(pid_t tid, int which)
{
	struct sigaction action = { .sa_handler = hold_handler };

	atomic_store(&held[which == SIGUSR2].is_released, false);
	sigaction(which, &action, NULL);
	wait_until(is_asleep(tid));
	syscall(SYS_tgkill, getpid(), tid, which);
	wait_until(atomic_load(&held[which == SIGUSR2].is_held));
}

static inline void release_which(int which)
{
	atomic_store(&held[which == SIGUSR2].is_released, true);
	wait_until(!atomic_load(&held[which == SIGUSR2].is_held));
}

#define hold(k)	  hold_tid(kthread_tid(k), SIGUSR1)
#define release() release_which(SIGUSR1)

#endif
