/* SPDX-License-Identifier: MIT */
#include <kpark/smpboot.h>

#include "stack.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct smpboot {
	struct cpuhp *hp;
	int prepare_state;
	int online_state;
	/* In order of registration, under the ladder's lock: no second lock, no lock order. */
	struct smp_hotplug_thread **kinds;
	size_t nr_kinds;
	atomic_ulong nr_wrong_cpu;
	atomic_ulong nr_undo_failures;
};

enum thread_status {
	THREAD_NONE,
	THREAD_ACTIVE,
	THREAD_PARKED,
};

/* Belongs to whoever creates and stops the thread: a thread that never runs cannot free it. */
struct percpu_thread {
	struct smpboot *sb;
	const struct smp_hotplug_thread *ht;
	unsigned int cpu;
	enum thread_status status;
};

static void call(void (*callback)(unsigned int cpu, void *data), const struct percpu_thread *pt)
{
	if (callback)
		callback(pt->cpu, pt->ht->data);
}

static void check_cpu(const struct percpu_thread *pt)
{
	if (sched_getcpu() != (int)pt->cpu)
		atomic_fetch_add_explicit(&pt->sb->nr_wrong_cpu, 1, memory_order_relaxed);
}

static void clean_up(const struct percpu_thread *pt)
{
	const struct smpboot *sb = pt->sb;

	if (pt->status != THREAD_NONE && pt->ht->cleanup)
		pt->ht->cleanup(pt->cpu, cpuhp_cpu_state(sb->hp, pt->cpu) >= sb->online_state,
				pt->ht->data);
}

static void park_here(struct percpu_thread *pt)
{
	if (pt->status == THREAD_ACTIVE) {
		check_cpu(pt);
		call(pt->ht->park, pt);
		pt->status = THREAD_PARKED;
	}
	kthread_parkme();
}

/* One turn that was asked for neither stop nor park. After a callback everything is asked again. */
static void take_turn(struct percpu_thread *pt)
{
	const struct smp_hotplug_thread *ht = pt->ht;

	check_cpu(pt);
	if (pt->status != THREAD_ACTIVE) {
		call(pt->status == THREAD_NONE ? ht->setup : ht->unpark, pt);
		pt->status = THREAD_ACTIVE;
	} else if (ht->thread_should_run(pt->cpu, ht->data)) {
		ht->thread_fn(pt->cpu, ht->data);
	} else {
		kthread_sleep();
	}
}

static int run_percpu_thread(void *data)
{
	struct percpu_thread *pt = data;

	/* Stop goes first: a thread stopped in its park may be on any CPU by now. */
	while (!kthread_should_stop()) {
		if (kthread_should_park())
			park_here(pt);
		else
			take_turn(pt);
	}
	clean_up(pt);
	return 0;
}

static struct kthread *start_parked(struct percpu_thread *pt)
{
	const struct kthread_attr attr = {
		.stack_bytes = pt->ht->stack_bytes,
		.node = cpu_to_node(pt->cpu),
		.cpu = (int)pt->cpu,
		.per_cpu = true,
		.parked = true,
		.spin_ns = KTHREAD_SPIN_NS_DEFAULT,
	};
	char name[KTHREAD_NAME_LEN + 1];

	/* The owner's format, with the CPU as its one argument. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(name, sizeof(name), pt->ht->thread_comm, pt->cpu);
#pragma GCC diagnostic pop
	return kthread_create_attr(&attr, run_percpu_thread, pt, "%s", name);
}

struct kthread *smpboot_thread(const struct smp_hotplug_thread *ht, unsigned int cpu)
{
	/* Pairs with the release in store_thread(). */
	return __atomic_load_n(&ht->store[cpu], __ATOMIC_ACQUIRE);
}

static void store_thread(const struct smp_hotplug_thread *ht, unsigned int cpu, struct kthread *k)
{
	/* Pairs with the acquire in smpboot_thread(): who finds the thread finds it complete. */
	__atomic_store_n(&ht->store[cpu], k, __ATOMIC_RELEASE);
}

int smpboot_wake(const struct smp_hotplug_thread *ht, unsigned int cpu)
{
	struct kthread *k = smpboot_thread(ht, cpu);

	return k ? kthread_wake(k) : -ESRCH;
}

static int create_thread(struct smpboot *sb, const struct smp_hotplug_thread *ht, unsigned int cpu)
{
	struct percpu_thread *pt;
	struct kthread *k;
	int ret;

	if (smpboot_thread(ht, cpu))
		return 0;
	pt = malloc(sizeof(*pt));
	if (!pt)
		return -ENOMEM;
	*pt = (struct percpu_thread){ sb, ht, cpu, THREAD_NONE };
	k = start_parked(pt);
	if (!k) {
		ret = -errno;
		free(pt);
		return ret;
	}
	/* The callback may want to find the thread in the store, so that goes first. */
	store_thread(ht, cpu, k);
	if (ht->create)
		ht->create(cpu, ht->data);
	return 0;
}

static void destroy_threads(const struct smpboot *sb, const struct smp_hotplug_thread *ht)
{
	for (unsigned int cpu = 0; cpu < cpuhp_nr_cpus(sb->hp); cpu++) {
		struct kthread *k = smpboot_thread(ht, cpu);
		struct percpu_thread *pt;

		if (!k)
			continue;
		assert(k != kthread_self());
		pt = kthread_data(k);
		kthread_stop(k);
		store_thread(ht, cpu, NULL);
		free(pt);
	}
}

static int park_thread(const struct smp_hotplug_thread *ht, unsigned int cpu)
{
	struct kthread *k = smpboot_thread(ht, cpu);

	if (ht->selfparking)
		return 0;
	return ht->park_timeout_ns ? kthread_park_timeout(k, ht->park_timeout_ns) : kthread_park(k);
}

static int unpark_thread(const struct smp_hotplug_thread *ht, unsigned int cpu)
{
	return ht->selfparking ? 0 : kthread_unpark(smpboot_thread(ht, cpu));
}

static void count_undo(struct smpboot *sb, int ret)
{
	if (ret)
		atomic_fetch_add_explicit(&sb->nr_undo_failures, 1, memory_order_relaxed);
}

/* Ladder callback: create what is missing. What is there after a failure stays, parked. */
static int prepare_cpu(unsigned int cpu, void *data)
{
	struct smpboot *sb = data;
	int ret = 0;

	for (size_t i = 0; i < sb->nr_kinds && !ret; i++)
		ret = create_thread(sb, sb->kinds[i], cpu);
	return ret;
}

static int online_cpu(unsigned int cpu, void *data)
{
	struct smpboot *sb = data;
	int ret = 0;
	size_t i;

	for (i = 0; i < sb->nr_kinds; i++) {
		ret = unpark_thread(sb->kinds[i], cpu);
		if (ret)
			break;
	}
	while (ret && i-- > 0)
		count_undo(sb, park_thread(sb->kinds[i], cpu));
	return ret;
}

static int offline_cpu(unsigned int cpu, void *data)
{
	struct smpboot *sb = data;
	size_t i;
	int ret;

	for (i = sb->nr_kinds; i > 0; i--) {
		ret = park_thread(sb->kinds[i - 1], cpu);
		if (ret)
			goto out_unpark;
	}
	return 0;
out_unpark:
	for (; i < sb->nr_kinds; i++)
		count_undo(sb, unpark_thread(sb->kinds[i], cpu));
	return ret;
}

static int add_rungs(struct smpboot *sb)
{
	const struct cpuhp_step prepare = { "threads:prepare", prepare_cpu, NULL, sb };
	const struct cpuhp_step online = { "smpboot/threads:online", online_cpu, offline_cpu, sb };
	int ret;

	ret = cpuhp_setup_state(sb->hp, sb->prepare_state, &prepare);
	if (ret)
		return ret;
	ret = cpuhp_setup_state(sb->hp, sb->online_state, &online);
	if (ret)
		cpuhp_remove_state(sb->hp, sb->prepare_state);
	return ret;
}

struct smpboot *smpboot_create(struct cpuhp *hp, int prepare_state, int online_state)
{
	struct smpboot *sb;
	int ret;

	if (prepare_state >= online_state) {
		errno = EINVAL;
		return NULL;
	}
	sb = calloc(1, sizeof(*sb));
	if (!sb)
		return NULL;
	sb->hp = hp;
	sb->prepare_state = prepare_state;
	sb->online_state = online_state;
	ret = add_rungs(sb);
	if (ret) {
		free(sb);
		errno = -ret;
		return NULL;
	}
	return sb;
}

int smpboot_destroy(struct smpboot *sb)
{
	int ret;

	if (!sb)
		return 0;
	if (sb->nr_kinds)
		return -EBUSY;
	ret = cpuhp_remove_state(sb->hp, sb->online_state);
	if (ret)
		return ret;
	cpuhp_remove_state(sb->hp, sb->prepare_state);
	free(sb->kinds);
	free(sb);
	return 0;
}

static size_t find_kind(const struct smpboot *sb, const struct smp_hotplug_thread *ht)
{
	size_t i = 0;

	while (i < sb->nr_kinds && sb->kinds[i] != ht)
		i++;
	return i;
}

static int add_kind(struct smpboot *sb, struct smp_hotplug_thread *ht)
{
	struct smp_hotplug_thread **kinds;

	kinds = realloc(sb->kinds, (sb->nr_kinds + 1) * sizeof(*kinds));
	if (!kinds)
		return -ENOMEM;
	sb->kinds = kinds;
	sb->kinds[sb->nr_kinds++] = ht;
	return 0;
}

static void remove_kind(struct smpboot *sb, size_t i)
{
	destroy_threads(sb, sb->kinds[i]);
	for (sb->nr_kinds--; i < sb->nr_kinds; i++)
		sb->kinds[i] = sb->kinds[i + 1];
}

/* What a CPU that comes up would get, for one that is up already. */
static int populate_cpu(struct smpboot *sb, const struct smp_hotplug_thread *ht, unsigned int cpu)
{
	int state = cpuhp_cpu_state(sb->hp, cpu);
	int ret;

	if (state < sb->prepare_state)
		return 0;
	ret = create_thread(sb, ht, cpu);
	if (ret || state < sb->online_state)
		return ret;
	return unpark_thread(ht, cpu);
}

int smpboot_register_percpu_thread(struct smpboot *sb, struct smp_hotplug_thread *ht)
{
	int ret;

	if (!ht->store || !ht->thread_should_run || !ht->thread_fn || !ht->thread_comm)
		return -EINVAL;
	ret = cpuhp_lock(sb->hp);
	if (ret)
		return ret;
	ret = find_kind(sb, ht) < sb->nr_kinds ? -EEXIST : add_kind(sb, ht);
	if (ret)
		goto out_unlock;
	for (unsigned int cpu = 0; cpu < cpuhp_nr_cpus(sb->hp) && !ret; cpu++)
		ret = populate_cpu(sb, ht, cpu);
	if (ret)
		remove_kind(sb, sb->nr_kinds - 1);
out_unlock:
	cpuhp_unlock(sb->hp);
	return ret;
}

int smpboot_unregister_percpu_thread(struct smpboot *sb, struct smp_hotplug_thread *ht)
{
	int ret = cpuhp_lock(sb->hp);
	size_t i;

	if (ret)
		return ret;
	i = find_kind(sb, ht);
	if (i < sb->nr_kinds)
		remove_kind(sb, i);
	else
		ret = -ENOENT;
	cpuhp_unlock(sb->hp);
	return ret;
}

unsigned long smpboot_wrong_cpu(const struct smpboot *sb)
{
	return atomic_load_explicit(&sb->nr_wrong_cpu, memory_order_relaxed);
}

unsigned long smpboot_undo_failures(const struct smpboot *sb)
{
	return atomic_load_explicit(&sb->nr_undo_failures, memory_order_relaxed);
}
