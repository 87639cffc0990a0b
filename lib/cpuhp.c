/* SPDX-License-Identifier: MIT */
#include <kpark/cpuhp.h>
#include <kpark/kthread.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct fail_point {
	struct cpuhp_fail how;
	unsigned int nr_calls;
	bool is_armed;
};

struct cpuhp {
	/* Error checking, so that a callback that calls back in gets -EDEADLK and does not hang. */
	pthread_mutex_t lock;
	struct cpuhp_step steps[CPUHP_ONLINE + 1];
	struct fail_point fail_points[CPUHP_ONLINE + 1][2];
	void (*trace)(void *data, const struct cpuhp_event *event);
	void *trace_data;
	atomic_ulong nr_rollback_failures;
	unsigned int nr_cpus;
	struct kthread_epoch epoch;
	/* Written under the lock, read without it. */
	atomic_int states[];
};

static int init_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;
	int ret = pthread_mutexattr_init(&attr);

	if (ret)
		return ret;
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	ret = pthread_mutex_init(lock, &attr);
	pthread_mutexattr_destroy(&attr);
	return ret;
}

struct cpuhp *cpuhp_create(unsigned int nr_cpus)
{
	struct cpuhp *hp;
	int ret;

	if (!nr_cpus) {
		errno = EINVAL;
		return NULL;
	}
	hp = calloc(1, sizeof(*hp) + (size_t)nr_cpus * sizeof(hp->states[0]));
	if (!hp)
		return NULL;
	ret = init_lock(&hp->lock);
	if (ret) {
		free(hp);
		errno = ret;
		return NULL;
	}
	hp->nr_cpus = nr_cpus;
	hp->steps[CPUHP_OFFLINE].name = "offline";
	hp->steps[CPUHP_ONLINE].name = "online";
	return hp;
}

void cpuhp_destroy(struct cpuhp *hp)
{
	if (!hp)
		return;
	pthread_mutex_destroy(&hp->lock);
	free(hp);
}

int cpuhp_lock(struct cpuhp *hp)
{
	return -pthread_mutex_lock(&hp->lock);
}

void cpuhp_unlock(struct cpuhp *hp)
{
	pthread_mutex_unlock(&hp->lock);
}

/* Pairs with the release in move_to(). */
int cpuhp_cpu_state(const struct cpuhp *hp, unsigned int cpu)
{
	if (cpu >= hp->nr_cpus)
		return -EINVAL;
	return atomic_load_explicit(&hp->states[cpu], memory_order_acquire);
}

unsigned int cpuhp_nr_cpus(const struct cpuhp *hp)
{
	return hp->nr_cpus;
}

struct kthread_epoch *cpuhp_affinity_epoch(struct cpuhp *hp)
{
	return &hp->epoch;
}

unsigned long cpuhp_rollback_failures(const struct cpuhp *hp)
{
	return atomic_load_explicit(&hp->nr_rollback_failures, memory_order_relaxed);
}

const char *cpuhp_state_name(const struct cpuhp *hp, int state)
{
	if (state < CPUHP_OFFLINE || state > CPUHP_ONLINE)
		return NULL;
	return hp->steps[state].name;
}

static bool is_rung(int state)
{
	return state > CPUHP_OFFLINE && state < CPUHP_ONLINE;
}

/* What the fail point has to say about one call: its error, or 0 to go ahead. */
static int fail_now(struct fail_point *point, bool is_rollback)
{
	if (!point->is_armed || (is_rollback && !point->how.in_rollback))
		return 0;
	if (++point->nr_calls < point->how.nth)
		return 0;
	point->nr_calls = 0;
	point->is_armed = point->how.is_repeated;
	return point->how.error ? point->how.error : -EAGAIN;
}

/* The hook is the last thing before and the first thing after the callback. */
static int invoke(struct cpuhp *hp, struct cpuhp_event event)
{
	const struct cpuhp_step *step = &hp->steps[event.state];
	int (*callback)(unsigned int, void *) =
		event.direction == CPUHP_UP ? step->startup : step->teardown;
	int injected;

	if (!callback)
		return 0;
	injected = fail_now(&hp->fail_points[event.state][event.direction], event.is_rollback);
	if (hp->trace)
		hp->trace(hp->trace_data, &event);
	event.result = injected ? injected : callback(event.cpu, step->data);
	event.is_end = true;
	if (hp->trace)
		hp->trace(hp->trace_data, &event);
	/* Whichever rung it is that takes real CPUs away: the rungs after it know. */
	kthread_affinity_changed(&hp->epoch);
	return event.result;
}

static void invoke_undo(struct cpuhp *hp, struct cpuhp_event event)
{
	event.is_rollback = true;
	if (invoke(hp, event))
		atomic_fetch_add_explicit(&hp->nr_rollback_failures, 1, memory_order_relaxed);
}

/* Pairs with the acquire in cpuhp_cpu_state(): who sees the rung sees what led there. */
static void move_to(struct cpuhp *hp, unsigned int cpu, int state)
{
	atomic_store_explicit(&hp->states[cpu], state, memory_order_release);
}

/*
 * One rung after the other. The CPU's state only changes after a callback that succeeded, so when
 * one fails the way back is the same walk to where the CPU came from, and its mirror by itself.
 */
static int walk(struct cpuhp *hp, unsigned int cpu, int target, bool is_rollback)
{
	int state = cpuhp_cpu_state(hp, cpu);
	int ret;

	while (state != target) {
		struct cpuhp_event event = {
			.cpu = cpu,
			.state = state < target ? state + 1 : state,
			.direction = state < target ? CPUHP_UP : CPUHP_DOWN,
		};

		if (is_rollback) {
			invoke_undo(hp, event);
		} else {
			ret = invoke(hp, event);
			if (ret)
				return ret;
		}
		state += event.direction == CPUHP_UP ? 1 : -1;
		move_to(hp, cpu, state);
	}
	return 0;
}

static int move_cpu(struct cpuhp *hp, unsigned int cpu, int target, enum cpuhp_direction direction)
{
	int start, ret;

	if (cpu >= hp->nr_cpus || target < CPUHP_OFFLINE || target > CPUHP_ONLINE)
		return -EINVAL;
	ret = cpuhp_lock(hp);
	if (ret)
		return ret;
	start = cpuhp_cpu_state(hp, cpu);
	if (direction == CPUHP_UP ? target < start : target > start) {
		ret = -EINVAL;
	} else {
		ret = walk(hp, cpu, target, false);
		if (ret)
			walk(hp, cpu, start, true);
	}
	cpuhp_unlock(hp);
	return ret;
}

int cpu_up(struct cpuhp *hp, unsigned int cpu, int target)
{
	return move_cpu(hp, cpu, target, CPUHP_UP);
}

int cpu_down(struct cpuhp *hp, unsigned int cpu, int target)
{
	return move_cpu(hp, cpu, target, CPUHP_DOWN);
}

/* One rung's callback for every CPU that has passed the rung: for all of them or for none. */
static int cross_all(struct cpuhp *hp, int state, enum cpuhp_direction direction)
{
	struct cpuhp_event event = { .state = state, .direction = direction };
	unsigned int nr = hp->nr_cpus, i;
	int ret = 0;

	for (i = 0; i < nr; i++) {
		event.cpu = direction == CPUHP_UP ? i : nr - 1 - i;
		if (cpuhp_cpu_state(hp, event.cpu) < state)
			continue;
		ret = invoke(hp, event);
		if (ret)
			break;
	}
	if (!ret)
		return 0;
	event.direction = direction == CPUHP_UP ? CPUHP_DOWN : CPUHP_UP;
	while (i-- > 0) {
		event.cpu = direction == CPUHP_UP ? i : nr - 1 - i;
		if (cpuhp_cpu_state(hp, event.cpu) >= state)
			invoke_undo(hp, event);
	}
	return ret;
}

int cpuhp_setup_state(struct cpuhp *hp, int state, const struct cpuhp_step *step)
{
	int ret;

	if (!is_rung(state) || !step->name)
		return -EINVAL;
	ret = cpuhp_lock(hp);
	if (ret)
		return ret;
	if (hp->steps[state].name) {
		ret = -EBUSY;
		goto out_unlock;
	}
	hp->steps[state] = *step;
	ret = cross_all(hp, state, CPUHP_UP);
	if (ret)
		hp->steps[state] = (struct cpuhp_step){ 0 };
out_unlock:
	cpuhp_unlock(hp);
	return ret;
}

int cpuhp_remove_state(struct cpuhp *hp, int state)
{
	int ret;

	if (!is_rung(state))
		return -EINVAL;
	ret = cpuhp_lock(hp);
	if (ret)
		return ret;
	if (!hp->steps[state].name) {
		ret = -ENOENT;
		goto out_unlock;
	}
	ret = cross_all(hp, state, CPUHP_DOWN);
	if (ret)
		goto out_unlock;
	hp->steps[state] = (struct cpuhp_step){ 0 };
	hp->fail_points[state][CPUHP_DOWN].is_armed = false;
	hp->fail_points[state][CPUHP_UP].is_armed = false;
out_unlock:
	cpuhp_unlock(hp);
	return ret;
}

int cpuhp_fail_at(struct cpuhp *hp, int state, enum cpuhp_direction direction,
		  const struct cpuhp_fail *fail)
{
	int ret;

	if (!is_rung(state) || (fail && fail->error > 0))
		return -EINVAL;
	ret = cpuhp_lock(hp);
	if (ret)
		return ret;
	hp->fail_points[state][direction] = (struct fail_point){ 0 };
	if (fail) {
		hp->fail_points[state][direction].how = *fail;
		hp->fail_points[state][direction].is_armed = true;
	}
	cpuhp_unlock(hp);
	return 0;
}

int cpuhp_set_trace(struct cpuhp *hp, void (*trace)(void *data, const struct cpuhp_event *event),
		    void *data)
{
	int ret = cpuhp_lock(hp);

	if (ret)
		return ret;
	hp->trace = trace;
	hp->trace_data = data;
	cpuhp_unlock(hp);
	return 0;
}
