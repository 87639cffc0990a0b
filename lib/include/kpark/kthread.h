/* SPDX-License-Identifier: MIT */
/*
 * kthread - the kernel's kthread_park()/kthread_unpark() facility for userspace threads.
 *
 * A parked thread keeps its stack, its name and its data, sleeps, and executes nothing of its
 * thread function until it is unparked or stopped. That is what a per-CPU thread needs while its
 * CPU is away: it does not have to be torn down and created again when the CPU comes back.
 *
 *	static int service(void *queue)
 *	{
 *		while (!kthread_should_stop()) {
 *			kthread_parkme();
 *			if (!serve_one(queue))
 *				kthread_sleep();
 *		}
 *		return 0;
 *	}
 *
 *	struct kthread *k = kthread_create_on_cpu(service, queue, 3, "service/%u");
 *
 *	kthread_unpark(k);
 *	kthread_park(k);
 *	kthread_unpark(k);
 *	result = kthread_stop(k);
 *
 * kthread_parkme() returns at once unless it is asked to park, kthread_sleep() at kthread_wake(),
 * park or stop. The thread is created parked: the first unpark starts it, on CPU 3. When the park
 * has returned 0 it executes nothing of service(), and the second unpark binds it to CPU 3 again
 * before it can run. Stop is required exactly once per thread, also if it ended by itself.
 *
 * A thread function may park in two ways. Today's kernel: it calls kthread_parkme() and goes on
 * after it. The 2012 patch: it returns when kthread_should_park() told it to, and is called again
 * from the start after the unpark. Both work, also mixed.
 *
 * Threads: a controller is any thread that calls kthread_park(), kthread_unpark(), kthread_wake()
 * or kthread_stop() on another. Any number of controllers may call these on one thread at once.
 * kthread_stop() is called once; controllers that may still be at work when it is called each
 * hold a reference (kthread_get()).
 *
 * Results: functions that return a pointer return NULL and set errno on failure; functions that
 * return int return 0 or a negative errno. Nothing here prints, aborts or exits.
 *
 * Ordering: everything a thread did before it parked is visible to a controller whose
 * kthread_park() returned 0; everything a controller did before kthread_unpark() (of a thread that
 * was asked to park), kthread_wake() or kthread_stop() is visible to the thread when it runs on;
 * everything a thread did is visible after kthread_stop(). Nothing here is a cancellation point.
 */
#ifndef KPARK_KTHREAD_H
#define KPARK_KTHREAD_H

#include <kpark/cpumask.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* No preference where the stack's memory lies: the kernel's own name and value. */
#define NUMA_NO_NODE (-1)

/* This many controllers may ask for one park before it is there; the next gets -EAGAIN. */
#define KTHREAD_PARKERS_MAX 31

/* Kernel and `ps -L` show this much of a thread's name. */
#define KTHREAD_NAME_LEN 15

/*
 * How long a controller looks on before it sleeps, at most; a bit more than it takes to wake a
 * thread on another CPU. See kthread_set_spin().
 */
#define KTHREAD_SPIN_NS_DEFAULT 50000u
#define KTHREAD_SPIN_NS_MAX	1000000u

struct kthread;

/**
 * struct kthread_epoch - counts the changes that may cost threads their CPU. All zero to begin.
 *
 * A thread that is bound to one CPU keeps that binding through its park, asleep, even while the CPU
 * is offline; it loses it when it is woken meanwhile, or when somebody changes its affinity. Only
 * one who knows about all of that can say that a binding is still good: whoever gives a thread an
 * epoch promises to call kthread_affinity_changed() on it after every such change - a CPU taken
 * offline or brought back, a cpuset changed, an affinity set by hand - and before the unpark that
 * shall notice it. The hotplug ladder does so for its own moves (cpuhp_affinity_epoch()).
 *
 * Then kthread_unpark() binds the thread only if the epoch has moved since it was bound last, or
 * if the thread has left its sleep while it was parked, as far as it has noticed: the kernel may
 * restart a sleep (SA_RESTART, SIGCONT, a thawed cgroup) without a word. For that, and should the
 * promise be broken, a thread that arrives on another CPU binds itself before it goes on with its
 * function; where that fails it runs there, and the next unpark binds it. kthread_read_stats()
 * counts both. Nobody notices an affinity that has become wider if the thread arrives on its CPU
 * by chance, and an unpark while the CPU is away and nobody has told wakes the thread elsewhere
 * instead of failing: without an epoch (NULL) neither can happen.
 */
struct kthread_epoch {
	uint32_t nr_changes; /* not to be touched by hand */
};

/* The affinity of threads may have changed: see above. Any thread, also a signal handler. */
void kthread_affinity_changed(struct kthread_epoch *epoch);

/**
 * struct kthread_attr - what a new thread is given besides its function.
 * @stack_bytes: stack size, rounded up to pages; 0 is the C library's default (usually 8 MiB).
 *	A guard page comes in addition.
 * @node: NUMA node the stack's memory is preferred on, or NUMA_NO_NODE.
 * @cpu: the CPU the thread is bound to from its first instruction on, or -1 for the creator's
 *	affinity.
 * @per_cpu: the thread belongs to @cpu: every unpark binds it there again. Without it a bound
 *	thread is merely affine, and unpark leaves its affinity alone.
 * @parked: the thread is parked before its first instruction and starts with kthread_unpark().
 * @trims_stack: the thread does kthread_trim_stack() each time it parks.
 * @epoch: who tells when the thread has to be bound again (struct kthread_epoch), or NULL: every
 *	unpark binds it. Only of use with @per_cpu; must outlive the thread.
 * @spin_ns: as by kthread_set_spin(). 0 is never.
 * @idle_spin_ns: as by kthread_set_idle_spin(). 0 is never.
 */
struct kthread_attr {
	size_t stack_bytes;
	int node;
	int cpu;
	bool per_cpu;
	bool parked;
	bool trims_stack;
	const struct kthread_epoch *epoch;
	uint64_t spin_ns;
	uint64_t idle_spin_ns;
};

/* All zero but for @node and @cpu, which are -1, and @spin_ns, which is KTHREAD_SPIN_NS_DEFAULT. */
#define KTHREAD_ATTR_DEFAULT                                                                       \
	{                                                                                          \
		.node = NUMA_NO_NODE, .cpu = -1, .spin_ns = KTHREAD_SPIN_NS_DEFAULT                \
	}

/**
 * kthread_create_attr() - create a thread that waits for its first kthread_wake() or unpark.
 * @attr: may be NULL for the defaults.
 * @threadfn: runs in the new thread; its value is what kthread_stop() returns.
 * @data: its argument.
 * @namefmt: printf-style name; only the first KTHREAD_NAME_LEN bytes are kept.
 *
 * When this returns the thread exists, is bound, carries its name and sits at its gate; @threadfn
 * has not been entered. With @attr->parked set it is parked.
 *
 * Context: may block until the new thread has reported. The new thread inherits the signal mask.
 * Return: the thread, holding the one reference that kthread_stop() gives back; or NULL with
 * errno EAGAIN (limit on threads), ENOMEM, EINVAL (stack too small, CPU not usable, no such
 * node, per_cpu without a CPU, no @threadfn).
 */
struct kthread *kthread_create_attr(const struct kthread_attr *attr, int (*threadfn)(void *data),
				    void *data, const char *namefmt, ...)
	__attribute__((format(printf, 4, 5)));

/* kthread_create_attr() with the stack on @node. */
struct kthread *kthread_create_on_node(int (*threadfn)(void *data), void *data, int node,
				       const char *namefmt, ...)
	__attribute__((format(printf, 4, 5)));

/* kthread_create_attr() with all defaults; start it with kthread_wake(). */
#define kthread_create(threadfn, data, namefmt, ...)                                               \
	kthread_create_on_node(threadfn, data, NUMA_NO_NODE, namefmt, ##__VA_ARGS__)

/**
 * kthread_create_on_cpu() - create a per-CPU thread: bound to @cpu, on @cpu's node, parked.
 * @namefmt: may hold one unsigned conversion, which receives @cpu ("service/%u").
 *
 * The thread is parked before its first instruction, as the patch of 2012 has it, and starts with
 * kthread_unpark(). Return: as kthread_create_attr(); EINVAL also when @cpu is offline or outside
 * the process's cpuset.
 */
struct kthread *kthread_create_on_cpu(int (*threadfn)(void *data), void *data, unsigned int cpu,
				      const char *namefmt);

/* kthread_create() and kthread_wake() in one: the thread runs. */
#define kthread_run(threadfn, data, namefmt, ...)                                                  \
	kthread_start(kthread_create(threadfn, data, namefmt, ##__VA_ARGS__))

/* kthread_wake() that passes its argument through, NULL included. */
struct kthread *kthread_start(struct kthread *k);

/**
 * kthread_bind() - bind a thread that has not started yet to one CPU.
 *
 * The thread becomes affine, not per-CPU: unpark will not bind it again.
 *
 * Context: any controller, between creation and the first kthread_wake() or kthread_unpark().
 * Return: 0; -EINVAL if it has started or ended, if it is per-CPU, or if @cpu cannot be used.
 */
int kthread_bind(struct kthread *k, unsigned int cpu);

/* One reference more; returns @k. The caller must hold one already. Never fails. */
struct kthread *kthread_get(struct kthread *k);

/* Gives one reference back; the last one frees @k. NULL is accepted. */
void kthread_put(struct kthread *k);

/**
 * kthread_park() - ask @k to park and wait until it has.
 *
 * On 0 @k executes no instruction of its thread function until somebody unparks or stops it.
 * Several controllers may park at once, all get 0; parking a parked thread is 0. Parks do not
 * nest: one unpark ends them all. A thread that parks itself only sets the request and gets 0; it
 * parks at its next kthread_parkme() or return.
 *
 * @k has left its thread function when this returns but may still be executing the last
 * instructions before it sleeps.
 *
 * Context: any thread. Blocks until @k parks, ends or is unparked: for ever if @k does none of
 * these (see kthread_park_timeout()). Interrupts kthread_sleep() and makes kthread_fd() readable.
 * Return: 0 parked; -ENOSYS @k has ended, or ends instead (also after an unpark); -ECANCELED an
 * unpark overtook the request; -EAGAIN KTHREAD_PARKERS_MAX others have asked already.
 */
int kthread_park(struct kthread *k);

/**
 * kthread_park_timeout() - kthread_park() that gives up after @timeout_ns.
 * @timeout_ns: on the monotonic clock, from the call on; 0 only asks and looks once.
 *
 * When it gives up it takes the request back, unless another controller or the thread itself
 * wants it too, and never once @k has parked: -ETIMEDOUT means that @k was not seen parked, and
 * that no request of this caller is left behind.
 *
 * Return: as kthread_park(), or -ETIMEDOUT.
 */
int kthread_park_timeout(struct kthread *k, uint64_t timeout_ns);

/**
 * kthread_unpark() - let a parked thread run on, or take a park request back.
 *
 * A parked per-CPU thread is bound to its CPU before it can run; if that fails it stays parked. A
 * thread that has not parked yet will not: its parkers get -ECANCELED. Without a request this
 * does nothing. A thread parked before its first instruction starts.
 *
 * Context: any thread. Does not wait for @k to run. May block while another controller binds @k.
 * Return: 0; -ESRCH @k has ended; or what binding failed with (-EINVAL: its CPU is offline or
 * outside the cpuset).
 */
int kthread_unpark(struct kthread *k);

/**
 * kthread_unpark_wait() - kthread_unpark(), then wait until @k has arrived.
 *
 * Arrived means that @k has executed its first instruction after the unpark and looked at which
 * CPU that was. A thread that was not parked has arrived already.
 *
 * Context: any thread but @k. Blocks until @k is given the CPU.
 * Return: as kthread_unpark(); -ECANCELED parked again before it ran; -EXDEV it arrived on a CPU
 * that is not its own (the CPU went away in between).
 */
int kthread_unpark_wait(struct kthread *k);

/**
 * kthread_park_many() - park a set: all requests are made before the first wait.
 * @k: @n threads; one may appear more than once, each time as another waiting parker.
 * @ret: NULL, or @n results as of kthread_park().
 *
 * Return: 0 if every result is 0, else the first in order that is not; -ENOMEM without @ret, and
 * then nothing was asked of anybody.
 */
int kthread_park_many(struct kthread *const k[], size_t n, int ret[]);

/*
 * kthread_unpark() for a set; results as kthread_park_many(). With @ret given, no thread waits
 * for another controller that binds one before it in the set.
 */
int kthread_unpark_many(struct kthread *const k[], size_t n, int ret[]);

/**
 * kthread_set_spin() - how long controllers look on before they sleep.
 * @spin_ns: nanoseconds per wait, at most KTHREAD_SPIN_NS_MAX; 0 is never.
 *
 * For kthread_park(), _park_timeout(), _park_many() and _unpark_wait(). Who sleeps across CPUs has
 * to be woken, which often takes longer than what is waited for; who looks on is back at once and
 * keeps a CPU busy for it. It is not tried while the caller is on the CPU that the thread belongs
 * to or slept on last, and so never in a process that has but one. A wait that looked on in vain
 * makes the next one sleep at once, then the next 3, 7, and so on up to 255; one that was worth it
 * starts that over. A whole kthread_park_many() spins for at most KTHREAD_SPIN_NS_MAX, no more
 * after the first time in vain, and not at all while one of its threads needs the caller's CPU.
 * What it cost is in kthread_read_stats().
 *
 * Context: any thread, at any time; waits that have begun already are not changed.
 */
void kthread_set_spin(struct kthread *k, uint64_t spin_ns);

/**
 * kthread_set_idle_spin() - how long the thread itself looks on before it sleeps.
 * @spin_ns: as kthread_set_spin().
 *
 * For kthread_sleep() and for the park. A thread that is still looking is woken and unparked
 * without a system call. That burns its own CPU, also when it is parked because the CPU is to go
 * away, and delays everybody else there: off unless asked for. Gives up as kthread_set_spin() does.
 */
void kthread_set_idle_spin(struct kthread *k, uint64_t spin_ns);

/**
 * struct kthread_spins - what spinning has brought and cost.
 * @nr: waits that began to spin.
 * @nr_won: those that did not have to sleep.
 * @spun_ns: CPU time burnt in all of them, won or not.
 */
struct kthread_spins {
	uint64_t nr;
	uint64_t nr_won;
	uint64_t spun_ns;
};

/**
 * struct kthread_stats - counts since the thread was created.
 * @parks: controllers that waited for it to park.
 * @arrivals: controllers in kthread_unpark_wait().
 * @idle: the thread itself.
 * @nr_binds: unparks that bound it.
 * @nr_elided: unparks of the parked per-CPU thread that took its binding for granted (@epoch).
 * @nr_repaired: arrivals on another CPU after which the thread has bound itself.
 * @nr_astray: those after which that was not possible: it runs elsewhere, for its CPU is away.
 */
struct kthread_stats {
	struct kthread_spins parks;
	struct kthread_spins arrivals;
	struct kthread_spins idle;
	uint64_t nr_binds;
	uint64_t nr_elided;
	uint64_t nr_repaired;
	uint64_t nr_astray;
};

/* Any thread, at any time; the counts are each exact, but not of one moment. */
void kthread_read_stats(const struct kthread *k, struct kthread_stats *ret_stats);

/**
 * kthread_stop() - end @k, wait for it, give the creator's reference back.
 *
 * Required exactly once per thread, also when it ended by itself: this is what frees it. A parked
 * thread leaves its park and is expected to return; no unpark is needed. A thread that never
 * started ends without entering its function. Interrupts kthread_sleep(), makes kthread_fd()
 * readable and lets waiting parkers go with -ENOSYS once @k has ended.
 *
 * Context: any thread but @k; blocks until @k has ended.
 * Return: the thread function's (last) value; -EINTR if it was never entered; -ECANCELED if it
 * left by pthread_exit() or was cancelled; -EDEADLK called on
 * itself; -EALREADY called twice (misuse; only detected while somebody holds a reference).
 */
int kthread_stop(struct kthread *k);

/**
 * kthread_wake() - give @k a token: kthread_sleep() returns, now or the next time.
 *
 * Tokens do not add up. The first wake starts a thread fresh from kthread_create() and is no token
 * for it. A parked thread stays parked and finds its token afterwards. Costs no system call unless
 * @k sleeps.
 *
 * Context: any thread, also a signal handler. Never blocks.
 * Return: 0; -ESRCH @k has ended.
 */
int kthread_wake(struct kthread *k);

/* The thread's argument, its kernel thread id (as in `ps -L`), and its CPU or -1. Any thread. */
void *kthread_data(const struct kthread *k);
pid_t kthread_tid(const struct kthread *k);
int kthread_cpu(const struct kthread *k);

/*
 * The thread's own side. Calls below act on the calling thread, which must be a kthread; on any
 * other thread should_* are false, kthread_self() is NULL and the others fail with -EPERM.
 */
struct kthread *kthread_self(void);

bool kthread_should_stop(void);

/* True when asked to park. A thread function told so may return, and is called again (header). */
bool kthread_should_park(void);

/* For wait conditions: a thread that waits for anything else must wake up for either. */
bool kthread_should_stop_or_park(void);

/**
 * kthread_parkme() - park here if asked to; go on here after the unpark.
 *
 * Also returns when stop is requested. Spurious wakeups do not end a park.
 * Return: 1 if it parked, 0 if there was nothing to do, -EPERM.
 */
int kthread_parkme(void);

/**
 * kthread_sleep() - wait for a token.
 *
 * Return: 0 a token was there and is consumed; -EINTR park or stop is requested (a token, if
 * any, is kept); -EPERM.
 */
int kthread_sleep(void);

/* kthread_sleep() that does not wait: -EAGAIN when nothing is pending. */
int kthread_trysleep(void);

/**
 * kthread_trim_stack() - give back the memory of the stack below the caller's frame.
 *
 * What deeper calls have left there is lost, and read as zero by nobody; they get fresh pages when
 * they come again. One page below the frame stays. A parked thread then holds the pages from there
 * to the top of its stack, where the C library keeps its own about the thread: in all 14 KiB of
 * user memory if it parks in its outermost function. The kernel's 16 KiB of stack and about 6 KiB
 * more (6.18, x86-64) go back with kthread_stop() only.
 *
 * Context: the kthread itself, not in a signal handler. About 1 us, and a page fault for each page
 * used again. Return: 0; -EPERM; -EINVAL the memory is locked, or the caller runs on another stack
 * than its thread's (a fiber), and nothing was given back; -ENOMEM.
 */
int kthread_trim_stack(void);

/**
 * kthread_fd() - a descriptor for poll() and epoll that stands in for kthread_sleep().
 *
 * Readable while a token, a park request or a stop request is pending; it becomes so a moment after
 * the call that brought the first of them has made it pending. May be readable
 * without a cause, as after a request that was taken back. Do not read it: when it is readable
 * look at kthread_should_stop(), call kthread_parkme() and kthread_trysleep(); they settle it.
 * Owned by the thread, closed with it; the same one on every call. Return: the descriptor; or
 * -EPERM, -EMFILE, -ENFILE, -ENOMEM.
 */
int kthread_fd(void);

/**
 * kthread_exit() - end the calling kthread with @result, whatever is requested of it.
 *
 * Cleanup handlers and thread-specific destructors run (pthread_exit()).
 * Context: the kthread itself; undefined elsewhere.
 */
void kthread_exit(int result) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
#endif
