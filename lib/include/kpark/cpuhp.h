/* SPDX-License-Identifier: MIT */
/*
 * cpuhp - the kernel's CPU hotplug state machine in small: a ladder that CPUs walk up and down.
 *
 * Whoever keeps something per CPU puts a step on a rung of the ladder: a startup callback that
 * readies it for one CPU and a teardown callback that takes it back. Bringing a CPU up runs the
 * startups from its rung to the target, taking it down the teardowns in opposite order. When a
 * callback fails, the CPU walks back to where it came from, so a move happens wholly or not at
 * all.
 *
 *	static int queue_open(unsigned int cpu, void *queues);
 *	static int queue_close(unsigned int cpu, void *queues);
 *
 *	const struct cpuhp_step step = { "queue:open", queue_open, queue_close, queues };
 *	struct cpuhp *hp = cpuhp_create(cpumask_last(&possible) + 1);
 *
 *	cpuhp_setup_state(hp, 10, &step);
 *	cpu_up(hp, 3, CPUHP_ONLINE);			// queue_open(3, queues)
 *	...
 *	if (cpu_down(hp, 3, CPUHP_OFFLINE))		// queue_close(3, queues)
 *		...					// refused: CPU 3 is online as before
 *
 * The ladder is bookkeeping: it takes no real CPU away and makes no thread. CPU numbers may be
 * made up. Whether a real CPU follows is up to what a step does (the suite has a rung for that).
 *
 * Rungs: CPUHP_OFFLINE is the ground, where every CPU starts, CPUHP_ONLINE the top. Neither has
 * callbacks. Steps go on any rung between them; rungs without a step are passed silently.
 *
 * Serialisation: functions that move CPUs or change steps hold the ladder's one lock from their
 * beginning to their end, callbacks included (the kernel's cpu_hotplug_lock). One CPU moves at a
 * time. Called from a callback or from the trace hook of the same ladder they return -EDEADLK;
 * a callback that waits for another thread which calls them waits for ever.
 *
 * Failure: a callback returns 0 or a negative errno, and when it fails it has undone what it did
 * itself; its own counterpart is not called. What the walk had passed is undone in exactly the
 * opposite order, and the first error is what the caller gets, whatever happens on the way back.
 * A callback that fails on the way back is counted (cpuhp_rollback_failures()) and passed all the
 * same: the CPU ends on the rung where the move began, with that one step left as its failing
 * callback left it.
 *
 * Not here: multi-instance steps, steps bound to the incoming CPU, atomic steps that must not
 * sleep. Every callback runs in the thread that moves the CPU and may block.
 */
#ifndef KPARK_CPUHP_H
#define KPARK_CPUHP_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The ground and the top of every ladder. Steps can be set up on CPUHP_OFFLINE < rung < ONLINE. */
enum {
	CPUHP_OFFLINE = 0,
	CPUHP_ONLINE = 31,
};

enum cpuhp_direction {
	CPUHP_DOWN,
	CPUHP_UP,
};

struct cpuhp;
struct kthread_epoch;

/**
 * struct cpuhp_step - what happens to a CPU that passes a rung.
 * @name: for cpuhp_state_name() and for people; must outlive the step.
 * @startup: run when a CPU comes up to the rung; NULL for nothing to do.
 * @teardown: run when a CPU leaves it downwards; NULL for nothing to do, which lets something
 *	made once survive while the CPU is away.
 * @data: handed to both.
 */
struct cpuhp_step {
	const char *name;
	int (*startup)(unsigned int cpu, void *data);
	int (*teardown)(unsigned int cpu, void *data);
	void *data;
};

/**
 * struct cpuhp_event - the moment right before or right after one callback.
 * @cpu: whom the callback is for.
 * @state: the rung whose callback it is.
 * @direction: CPUHP_UP for a startup, CPUHP_DOWN for a teardown, also on the way back.
 * @is_end: false right before the callback, true right after it.
 * @is_rollback: the callback undoes a move that failed.
 * @result: what the callback returned; 0 before it.
 */
struct cpuhp_event {
	unsigned int cpu;
	int state;
	enum cpuhp_direction direction;
	bool is_end;
	bool is_rollback;
	int result;
};

/**
 * struct cpuhp_fail - how a fail point fails. All zero: the next call, once, -EAGAIN.
 * @nth: which call fails, counted from arming; 0 is 1, the next one.
 * @is_repeated: every @nth call fails until disarmed, instead of one.
 * @in_rollback: calls on the way back count and fail too. Otherwise they do neither.
 * @error: the negative errno to fail with; 0 is -EAGAIN.
 */
struct cpuhp_fail {
	unsigned int nth;
	bool is_repeated;
	bool in_rollback;
	int error;
};

/**
 * cpuhp_create() - a ladder with no steps and every CPU at CPUHP_OFFLINE.
 * @nr_cpus: the highest CPU number that will be used, plus one. Holes cost four bytes each.
 *
 * Return: the ladder; or NULL with errno EINVAL (@nr_cpus is 0) or ENOMEM.
 */
struct cpuhp *cpuhp_create(unsigned int nr_cpus);

/**
 * cpuhp_destroy() - forget a ladder, its steps and where its CPUs stand.
 *
 * Runs no callback: whoever wants teardowns takes the CPUs down or removes the steps first.
 *
 * Context: nobody else uses @hp any more. NULL is accepted.
 */
void cpuhp_destroy(struct cpuhp *hp);

/**
 * cpuhp_setup_state() - put a step on a rung.
 * @state: the rung.
 * @step: is copied.
 *
 * CPUs that stand on @state or above have passed it already: @step's startup runs for each of
 * them now, in ascending order. If it fails for one, teardown runs for those before it in
 * descending order, and the rung is empty again.
 *
 * Context: may block; not from a callback.
 * Return: 0; -EINVAL no such rung, or a step without name; -EBUSY the rung has a step; -EDEADLK;
 * or the startup's first error.
 */
int cpuhp_setup_state(struct cpuhp *hp, int state, const struct cpuhp_step *step);

/**
 * cpuhp_remove_state() - take the step off a rung.
 *
 * Its teardown runs for every CPU on @state or above, in descending order. If it fails for one,
 * startup runs for those before it, and the step stays. Success disarms the rung's fail points.
 *
 * Context: may block; not from a callback.
 * Return: 0; -EINVAL no such rung; -ENOENT no step on it; -EDEADLK; or the teardown's first error.
 */
int cpuhp_remove_state(struct cpuhp *hp, int state);

/**
 * cpu_up() - bring @cpu up to the rung @target.
 *
 * Runs the startups of the rungs above the CPU's up to and including @target, lowest first. A CPU
 * that stands on @target already is left alone.
 *
 * Context: any thread, but not from a callback; blocks for other moves and for the callbacks.
 * Return: 0 @cpu stands on @target; -EINVAL no such CPU or rung, or @target is below the CPU;
 * -EDEADLK; or the first error of a startup, and @cpu stands where it stood.
 */
int cpu_up(struct cpuhp *hp, unsigned int cpu, int target);

/**
 * cpu_down() - take @cpu down to the rung @target.
 *
 * Runs the teardowns of the CPU's rung down to the one above @target, highest first. What is on
 * @target itself stays up.
 *
 * Context and return: as cpu_up(), mirrored; -EINVAL if @target is above the CPU.
 */
int cpu_down(struct cpuhp *hp, unsigned int cpu, int target);

/**
 * cpuhp_lock() - keep every CPU on its rung and every step in place until cpuhp_unlock().
 *
 * Blocks while a CPU is moving. It is also what a callback runs under, so data that is only
 * touched by callbacks and between these two calls needs no lock of its own.
 *
 * Return: 0; -EDEADLK the calling thread has the lock already, for instance in a callback.
 */
int cpuhp_lock(struct cpuhp *hp);

/* Context: the thread whose cpuhp_lock() returned 0. */
void cpuhp_unlock(struct cpuhp *hp);

/**
 * cpuhp_cpu_state() - the rung @cpu stands on.
 *
 * While @cpu moves this is the last rung it has reached: during a startup the one below it,
 * during a teardown the rung itself. Whoever sees a rung also sees what the callbacks up to there
 * have done. Without the lock it may have moved on by the time the answer is looked at.
 *
 * Context: any thread, callbacks and trace hook included; never blocks.
 * Return: the rung; or -EINVAL for a CPU outside the ladder.
 */
int cpuhp_cpu_state(const struct cpuhp *hp, unsigned int cpu);

/**
 * cpuhp_affinity_epoch() - what threads may watch that shall be bound again after CPUs have moved.
 *
 * It counts on after every callback of every step, since any of them may be the one that takes a
 * real CPU away or brings it back; for struct kthread_attr's @epoch. Lives as long as @hp. A
 * change that comes from anywhere else still has to be told: kthread_affinity_changed() takes it.
 */
struct kthread_epoch *cpuhp_affinity_epoch(struct cpuhp *hp);

/* How many CPU numbers the ladder has: what cpuhp_create() was given. */
unsigned int cpuhp_nr_cpus(const struct cpuhp *hp);

/**
 * cpuhp_state_name() - what stands on a rung.
 *
 * Context: callbacks, the trace hook, between lock and unlock, or when steps do not change.
 * Return: the step's name, "offline" and "online" for the ends, NULL for an empty rung or none.
 */
const char *cpuhp_state_name(const struct cpuhp *hp, int state);

/* Callbacks that failed while they undid a failed move, since the ladder was made. Any thread. */
unsigned long cpuhp_rollback_failures(const struct cpuhp *hp);

/**
 * cpuhp_fail_at() - arm or disarm the fail point of a rung, for tests.
 * @direction: CPUHP_UP arms the startup, CPUHP_DOWN the teardown; they are independent.
 * @fail: how to fail; NULL disarms. Arming again starts counting again.
 *
 * Where it fires the callback is not called and the error taken for its result; the trace hook
 * sees it like any other. It may be armed before the step is there. Only callbacks that exist are
 * counted: a rung without one in this direction never fails.
 *
 * Context: may block; not from a callback.
 * Return: 0; -EINVAL no such rung, or an error that is positive; -EDEADLK.
 */
int cpuhp_fail_at(struct cpuhp *hp, int state, enum cpuhp_direction direction,
		  const struct cpuhp_fail *fail);

/**
 * cpuhp_set_trace() - have every callback of every step reported.
 * @trace: called right before and right after each; NULL for nobody. Must not change the ladder.
 * @data: handed to @trace.
 *
 * There is one hook per ladder, and the library has no clock: the hook takes the time. One that
 * stamps as its last act before a callback and as its first act after it measures nothing of
 * itself. Without a hook a callback costs one more comparison.
 *
 * Context: may block; not from a callback. @trace runs in the thread that moves the CPU.
 * Return: 0; -EDEADLK.
 */
int cpuhp_set_trace(struct cpuhp *hp, void (*trace)(void *data, const struct cpuhp_event *event),
		    void *data);

#ifdef __cplusplus
}
#endif
#endif
