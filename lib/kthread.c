/* SPDX-License-Identifier: MIT */
/* Creating, running, ending and freeing a kthread. What happens in between is in the files around
 * state.c. */
#include "kthread_state.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static _Thread_local struct kthread *current_kthread;

struct kthread *kthread_self(void)
{
	return current_kthread;
}

/*
 * The thread function is called again as long as it returns because it was told to park. Any other
 * return is the end, whatever is requested at that moment.
 */
static void run_threadfn(struct kthread *k)
{
	k->result = -EINTR;
	if (!kthread_pass_gate(k))
		return;
	do {
		k->told_to_park = false;
		/* Stands if threadfn leaves by pthread_exit() or is cancelled. */
		k->result = -ECANCELED;
		k->result = k->threadfn(k->data);
		if (!k->told_to_park)
			return;
		kthread_park_here(k);
	} while (!kthread_should_stop());
}

static void mark_exited(void *arg)
{
	kthread_mark_exited(arg);
}

static void *kthread_main(void *arg)
{
	struct kthread *k = arg;

	current_kthread = k;
	k->tid = gettid();
	/* Relaxed: completing created orders it. */
	atomic_store_explicit(&k->last_cpu, sched_getcpu(), memory_order_relaxed);
	prctl(PR_SET_NAME, k->name);
	complete(&k->created);
	/* Outermost, so that parkers are released last, and however the thread ends. */
	pthread_cleanup_push(mark_exited, k);
	run_threadfn(k);
	pthread_cleanup_pop(1);
	return NULL;
}

void kthread_exit(int result)
{
	current_kthread->result = result;
	pthread_exit(NULL);
}

/* Binding by attribute: the C library binds the thread before it executes its first instruction. */
static int attr_set_cpu(pthread_attr_t *pattr, int cpu)
{
	struct cpumask mask;

	if (cpu < 0)
		return 0;
	if ((unsigned int)cpu >= CPUMASK_NR_CPUS)
		return -EINVAL;
	cpumask_clear(&mask);
	cpumask_set_cpu((unsigned int)cpu, &mask);
	return -pthread_attr_setaffinity_np(pattr, sizeof(mask), (cpu_set_t *)mask.bits);
}

static int attr_set_stack(pthread_attr_t *pattr, struct kthread *k, const struct kthread_attr *attr)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = attr->stack_bytes;
	int ret;

	if (bytes > SIZE_MAX - page)
		return -EINVAL;
	bytes = (bytes + page - 1) / page * page;
	if (!bytes) {
		ret = -pthread_attr_getstacksize(pattr, &bytes);
		if (ret)
			return ret;
	}
	if (bytes < (size_t)PTHREAD_STACK_MIN)
		return -EINVAL;
	if (attr->node == NUMA_NO_NODE)
		return -pthread_attr_setstacksize(pattr, bytes);
	ret = stack_alloc_on_node(bytes, attr->node, &k->stack);
	if (ret)
		return ret;
	return -pthread_attr_setstack(pattr, k->stack.base, k->stack.bytes);
}

static int start_thread(struct kthread *k, const struct kthread_attr *attr)
{
	pthread_attr_t pattr;
	int ret = -pthread_attr_init(&pattr);

	if (ret)
		return ret;
	ret = attr_set_cpu(&pattr, attr->cpu);
	if (!ret)
		ret = attr_set_stack(&pattr, k, attr);
	if (!ret)
		ret = -pthread_create(&k->thread, &pattr, kthread_main, k);
	pthread_attr_destroy(&pattr);
	if (ret)
		return ret;
	wait_for_completion(&k->created);
	/* Nobody else has the pointer yet, so nothing can come between. */
	return attr->parked ? kthread_park(k) : 0;
}

static void kthread_free(struct kthread *k)
{
	if (k->fd >= 0)
		close(k->fd);
	stack_free(&k->stack);
	free(k);
}

__attribute__((format(printf, 2, 0))) static struct kthread *
kthread_alloc(const struct kthread_attr *attr, const char *namefmt, va_list args)
{
	size_t size = (sizeof(struct kthread) + CACHE_LINE_BYTES - 1) & -(size_t)CACHE_LINE_BYTES;
	struct kthread *k = aligned_alloc(CACHE_LINE_BYTES, size);

	if (!k)
		return NULL;
	memset(k, 0, sizeof(*k));
	atomic_init(&k->state, (uint32_t)NEW | (attr->parked ? (uint32_t)PARK : 0));
	atomic_init(&k->refs, 1);
	atomic_init(&k->cpu, attr->cpu);
	k->is_per_cpu = attr->per_cpu;
	k->trims_stack = attr->trims_stack;
	/* Before the thread is bound, as with every later binding. */
	k->epoch = attr->epoch;
	atomic_init(&k->bound_epoch, bind_epoch_now(attr->epoch));
	kthread_set_spin(k, attr->spin_ns);
	kthread_set_idle_spin(k, attr->idle_spin_ns);
	k->fd = -1;
	vsnprintf(k->name, sizeof(k->name), namefmt, args);
	return k;
}

__attribute__((format(printf, 4, 0))) static struct kthread *
kthread_vcreate(const struct kthread_attr *attr, int (*threadfn)(void *), void *data,
		const char *namefmt, va_list args)
{
	static const struct kthread_attr defaults = KTHREAD_ATTR_DEFAULT;
	struct kthread *k;
	int ret = 0;

	if (!attr)
		attr = &defaults;
	if (!threadfn || attr->cpu < -1 || (attr->per_cpu && attr->cpu < 0)) {
		errno = EINVAL;
		return NULL;
	}
	k = kthread_alloc(attr, namefmt, args);
	if (!k)
		return NULL;
	k->threadfn = threadfn;
	k->data = data;
	ret = start_thread(k, attr);
	if (ret) {
		kthread_free(k);
		errno = -ret;
		return NULL;
	}
	return k;
}

struct kthread *kthread_create_attr(const struct kthread_attr *attr, int (*threadfn)(void *data),
				    void *data, const char *namefmt, ...)
{
	struct kthread *k;
	va_list args;

	va_start(args, namefmt);
	k = kthread_vcreate(attr, threadfn, data, namefmt, args);
	va_end(args);
	return k;
}

struct kthread *kthread_create_on_node(int (*threadfn)(void *data), void *data, int node,
				       const char *namefmt, ...)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct kthread *k;
	va_list args;

	attr.node = node;
	va_start(args, namefmt);
	k = kthread_vcreate(&attr, threadfn, data, namefmt, args);
	va_end(args);
	return k;
}

struct kthread *kthread_create_on_cpu(int (*threadfn)(void *data), void *data, unsigned int cpu,
				      const char *namefmt)
{
	struct kthread_attr attr = {
		.node = cpu_to_node(cpu),
		.cpu = (int)cpu,
		.per_cpu = true,
		.parked = true,
		.spin_ns = KTHREAD_SPIN_NS_DEFAULT,
	};
	char name[KTHREAD_NAME_LEN + 1];

	if (cpu >= CPUMASK_NR_CPUS) {
		errno = EINVAL;
		return NULL;
	}
	/* The caller's format, with the CPU's number as its one argument: the kernel's interface.
	 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(name, sizeof(name), namefmt, cpu);
#pragma GCC diagnostic pop
	return kthread_create_attr(&attr, threadfn, data, "%s", name);
}

struct kthread *kthread_start(struct kthread *k)
{
	if (k)
		kthread_wake(k);
	return k;
}

void kthread_set_spin(struct kthread *k, uint64_t spin_ns)
{
	spinner_set_limit(&k->parks, spin_ns);
	spinner_set_limit(&k->arrivals, spin_ns);
}

void kthread_set_idle_spin(struct kthread *k, uint64_t spin_ns)
{
	spinner_set_limit(&k->idle, spin_ns);
}

static uint64_t counter_read(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit((_Atomic uint64_t *)(uintptr_t)counter, memory_order_relaxed);
}

void kthread_read_stats(const struct kthread *k, struct kthread_stats *ret_stats)
{
	spinner_read(&k->parks, &ret_stats->parks);
	spinner_read(&k->arrivals, &ret_stats->arrivals);
	spinner_read(&k->idle, &ret_stats->idle);
	ret_stats->nr_binds = counter_read(&k->nr_binds);
	ret_stats->nr_elided = counter_read(&k->nr_elided);
	ret_stats->nr_repaired = counter_read(&k->nr_repaired);
	ret_stats->nr_astray = counter_read(&k->nr_astray);
}

struct kthread *kthread_get(struct kthread *k)
{
	/* Relaxed: the caller's own reference keeps @k alive, nothing else is ordered by it. */
	atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
	return k;
}

void kthread_put(struct kthread *k)
{
	/* pairs with itself: all use of @k by others happens before the last one frees it */
	if (k && atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) == 1)
		kthread_free(k);
}

int kthread_stop(struct kthread *k)
{
	int cancel_state, ret;

	if (k == current_kthread)
		return -EDEADLK;
	ret = kthread_request_stop(k);
	if (ret)
		return ret;
	/* Once it is asked to stop, nobody but this caller can free it. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	pthread_join(k->thread, NULL);
	pthread_setcancelstate(cancel_state, &cancel_state);
	ret = k->result;
	kthread_put(k);
	return ret;
}

int kthread_trim_stack(void)
{
	struct kthread *k = current_kthread;
	int saved_errno = errno;
	int ret = 0;

	if (!k)
		return -EPERM;
	if (!k->own_stack.bytes)
		ret = stack_of_caller(&k->own_stack);
	if (!ret)
		ret = stack_trim(&k->own_stack);
	errno = saved_errno;
	return ret;
}

void *kthread_data(const struct kthread *k)
{
	return k->data;
}

pid_t kthread_tid(const struct kthread *k)
{
	return k->tid;
}

int kthread_cpu(const struct kthread *k)
{
	/* Relaxed: changes only in kthread_bind(), which the caller knows about. */
	return atomic_load_explicit(&((struct kthread *)(uintptr_t)k)->cpu, memory_order_relaxed);
}
