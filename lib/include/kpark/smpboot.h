/* SPDX-License-Identifier: MIT */
/*
 * smpboot - one thread per CPU, made when the CPU first comes up and parked while it is away.
 *
 * This is the kernel's smpboot interface over a ladder (cpuhp.h). Its owner describes a kind of
 * thread once; the threads then follow their CPUs without the owner's doing:
 *
 *	static bool has_work(unsigned int cpu, void *queues);
 *	static void work_once(unsigned int cpu, void *queues);
 *
 *	struct kthread *store[NR_CPUS] = { NULL };
 *	struct smp_hotplug_thread worker = {
 *		.store = store,
 *		.thread_should_run = has_work,
 *		.thread_fn = work_once,
 *		.data = queues,
 *		.thread_comm = "worker/%u",
 *	};
 *	struct smpboot *sb = smpboot_create(hp, 10, 20);
 *
 *	smpboot_register_percpu_thread(sb, &worker);	// threads for the CPUs that are up
 *	cpu_up(hp, 3, CPUHP_ONLINE);			// makes and starts worker/3
 *	submit(queues, 3);
 *	smpboot_wake(&worker, 3);			// has_work(3) is asked again
 *	cpu_down(hp, 3, CPUHP_OFFLINE);			// parks worker/3: it survives, asleep
 *	cpu_up(hp, 3, CPUHP_ONLINE);			// unparks the same thread
 *	smpboot_unregister_percpu_thread(sb, &worker);	// stops all of them, parked ones too
 *
 * Two rungs of the ladder belong to it, as in the kernel:
 *
 *	"threads:prepare"	startup creates the threads that are missing, parked. No teardown.
 *	"smpboot/threads:online"  startup unparks them in the order of registration, teardown parks
 *				them in the reverse order, each one before the next is asked.
 *
 * A CPU is online, for this interface, when it stands on the second rung or above. A CPU that
 * never comes up never gets a thread. When one thread cannot be unparked or parked, the ones
 * before it are parked or unparked again, the ladder gets the error, and the CPU walks back. When
 * one cannot be created, the ones before it stay, parked, for the next attempt.
 *
 * The life of a thread, all callbacks optional but the first two; they run in the thread, on its
 * CPU, with two exceptions, and may block:
 *
 *	create (in the controller) -> setup -> [thread_fn while thread_should_run, else sleep]
 *		-> park -> ... -> unpark -> [...] -> cleanup
 *
 *	setup	once, before anything else; not if the thread is stopped before its first turn.
 *	park	asked to park while active: the last to run before the thread parks.
 *	unpark	first after a park callback. A thread parked before setup ran gets setup instead.
 *	cleanup	when stopped, if setup ran; on whatever CPU is left when its own is away.
 *
 * park and unpark alternate. No callback runs on a CPU that is away, except cleanup.
 *
 * Work: thread_fn should do one bounded piece and return, for park and stop wait for it. A wake is
 * kept until the thread looks, so work announced before smpboot_wake() is not overlooked, and work
 * left over from before a park is seen after it: thread_should_run is asked again. An owner that
 * refuses work for absent CPUs opens for work before the thread is unparked (a rung below
 * "threads:online", or the controller's own), not in the unpark callback: that may run long after
 * cpu_up() returned.
 *
 * Locking: the list of kinds is protected by the ladder's lock. Register and unregister hold it
 * while they create and stop threads, so calling them from a ladder callback gives -EDEADLK, and
 * thread callbacks must not wait for anybody who needs that lock.
 */
#ifndef KPARK_SMPBOOT_H
#define KPARK_SMPBOOT_H

#include <kpark/cpuhp.h>
#include <kpark/kthread.h>

#ifdef __cplusplus
extern "C" {
#endif

struct smpboot;

/**
 * struct smp_hotplug_thread - a kind of per-CPU thread. The owner keeps it while registered.
 * @store: the threads, indexed by CPU number, as many as the ladder has CPUs; NULL where there is
 *	none yet. The owner provides it, all NULL; read it with smpboot_thread().
 * @thread_should_run: whether there is something to do; required.
 * @thread_fn: does a bounded piece of it; required.
 * @create: a thread was made. Runs in the controller; the thread is parked and has run nothing.
 * @setup: the thread's first turn.
 * @cleanup: its last; @is_online tells whether its CPU is.
 * @park: its CPU goes away.
 * @unpark: its CPU came back.
 * @data: handed to all of them.
 * @thread_comm: the threads' name, with one unsigned conversion for the CPU ("worker/%u").
 * @stack_bytes: as in struct kthread_attr; 0 is the C library's default.
 * @park_timeout_ns: how long the CPU's way down waits for one thread, before it fails with
 *	-ETIMEDOUT and is walked back; 0 waits for ever.
 * @selfparking: parked and unparked by the owner, from a rung of its own. They are created with
 *	the others, parked, and stopped with the others; nothing else happens to them here.
 */
struct smp_hotplug_thread {
	struct kthread **store;
	bool (*thread_should_run)(unsigned int cpu, void *data);
	void (*thread_fn)(unsigned int cpu, void *data);
	void (*create)(unsigned int cpu, void *data);
	void (*setup)(unsigned int cpu, void *data);
	void (*cleanup)(unsigned int cpu, bool is_online, void *data);
	void (*park)(unsigned int cpu, void *data);
	void (*unpark)(unsigned int cpu, void *data);
	void *data;
	const char *thread_comm;
	size_t stack_bytes;
	uint64_t park_timeout_ns;
	bool selfparking;
};

/**
 * smpboot_create() - put the two rungs on a ladder, with no threads yet.
 * @prepare_state: the rung that creates; below @online_state.
 * @online_state: the rung that unparks and parks.
 *
 * Several may share a ladder, on rungs of their own.
 *
 * Context: may block; not from a ladder callback.
 * Return: the object; or NULL with errno EINVAL (no such rungs, wrong order), EBUSY (a rung is
 * taken), ENOMEM, EDEADLK.
 */
struct smpboot *smpboot_create(struct cpuhp *hp, int prepare_state, int online_state);

/**
 * smpboot_destroy() - take the two rungs off the ladder, which must still exist. NULL is accepted.
 *
 * Context: as smpboot_create(); nobody registers at the same time.
 * Return: 0; -EBUSY something is still registered; or what cpuhp_remove_state() refused with.
 * Except on 0 nothing has changed.
 */
int smpboot_destroy(struct smpboot *sb);

/**
 * smpboot_register_percpu_thread() - have one thread of a kind on each CPU.
 *
 * Creates threads for the CPUs that have passed "threads:prepare" and unparks those of online
 * CPUs. When this returns 0 the threads exist, and run or are about to. On any error all threads
 * are stopped, @ht is not registered and its store is all NULL.
 *
 * Context: may block; not from a ladder callback, not from a thread of this object.
 * Return: 0; -EINVAL a required field is missing; -EEXIST registered already; -EDEADLK; -ENOMEM;
 * or the first error of creating or unparking a thread.
 */
int smpboot_register_percpu_thread(struct smpboot *sb, struct smp_hotplug_thread *ht);

/**
 * smpboot_unregister_percpu_thread() - stop all threads of a kind, also those of absent CPUs.
 *
 * When this returns 0 every cleanup has run, the store is all NULL and @ht is the owner's. Work
 * that is still queued is the owner's, too. Nobody may use smpboot_thread() or smpboot_wake() on
 * @ht at the same time.
 *
 * Context: may block until each thread_fn returns; not from a ladder callback, not from a thread
 * of this object.
 * Return: 0; -ENOENT not registered; -EDEADLK.
 */
int smpboot_unregister_percpu_thread(struct smpboot *sb, struct smp_hotplug_thread *ht);

/**
 * smpboot_thread() - the thread of @cpu, NULL if the CPU has not been up since registration.
 *
 * May be called while the CPU comes up for the first time. The thread lives until @ht is
 * unregistered; whoever needs it longer takes a reference before (kthread_get()). @cpu must be one
 * of the ladder's.
 *
 * Context: any thread, between register and unregister.
 */
struct kthread *smpboot_thread(const struct smp_hotplug_thread *ht, unsigned int cpu);

/**
 * smpboot_wake() - have @cpu's thread ask thread_should_run again.
 *
 * While it is parked the wake is kept for later.
 *
 * Context: as smpboot_thread(); never blocks, costs no system call unless the thread sleeps.
 * Return: 0; -ESRCH there is no thread, or it has ended.
 */
int smpboot_wake(const struct smp_hotplug_thread *ht, unsigned int cpu);

/**
 * smpboot_wrong_cpu() - how many turns found their thread on a CPU that is not its own.
 *
 * The kernel stops the machine there. Here the turn goes on and is counted: anything but 0 says
 * that somebody changed a thread's affinity or took a real CPU away from under it. Any thread.
 */
unsigned long smpboot_wrong_cpu(const struct smpboot *sb);

/**
 * smpboot_undo_failures() - how many threads could not be put back after a failed park or unpark.
 *
 * Such a thread is parked on an online CPU or running on an absent one, until its CPU moves again.
 * Any thread.
 */
unsigned long smpboot_undo_failures(const struct smpboot *sb);

#ifdef __cplusplus
}
#endif
#endif
