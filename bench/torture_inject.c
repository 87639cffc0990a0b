/* SPDX-License-Identifier: MIT */
/*
 * Failures that the kernel itself makes, so that the library under test is the very one that is
 * measured: sizes that no machine has, and a thread of its own whose system calls a seccomp filter
 * refuses. The filter dies with that thread.
 */
#include "torture_internal.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TOO_MUCH_BYTES (SIZE_MAX / 4) /* no kernel gives a process that much to address */

enum failure { NO_STACK, NO_MEMORY, NO_THREAD, NO_AFFINITY_AT_BIRTH, NO_AFFINITY, NR_FAILURES };

struct unlucky {
	enum failure failure;
	struct kthread_attr attr;
	struct kthread *k; /* to be unparked, or what should not have been made */
	int error;	   /* of the filter, then of the call */
	bool is_filtered;
};

static int refuse_call(int number, int other_number, unsigned int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)number, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)other_number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno : 0;
}

static int never_entered(void *data)
{
	(void)data;
	return 0;
}

static void create_unlucky(struct unlucky *u)
{
	u->k = kthread_create_attr(&u->attr, never_entered, NULL, "unlucky");
	u->error = u->k ? 0 : -errno;
	if (u->k)
		kthread_stop(u->k);
}

static void *unlucky_main(void *arg)
{
	struct unlucky *u = arg;
	bool is_clone = u->failure == NO_THREAD;

	u->error = is_clone ? refuse_call(SYS_clone, SYS_clone3, EAGAIN)
			    : refuse_call(SYS_sched_setaffinity, SYS_sched_setaffinity, EINVAL);
	u->is_filtered = !u->error;
	if (u->error)
		return NULL;
	if (u->failure == NO_AFFINITY)
		u->error = kthread_unpark(u->k);
	else
		create_unlucky(u);
	return NULL;
}

/* 1; or -1 where this machine has no way to make it fail. */
static int have_bad_luck(struct controller_thread *c, struct unlucky *u)
{
	pthread_t thread;

	if (u->failure == NO_STACK || u->failure == NO_MEMORY) {
		create_unlucky(u);
		u->is_filtered = true;
	} else if (pthread_create(&thread, NULL, unlucky_main, u)) {
		return -1;
	} else {
		pthread_join(thread, NULL);
	}
	if (!u->is_filtered) {
		snprintf(c->t->report->not_injected, sizeof(c->t->report->not_injected),
			 "no seccomp filter here: %s", strerror(-u->error));
		return -1;
	}
	relaxed_add(&c->t->nr_injected, 1);
	return 1;
}

static int fail_creation(struct controller_thread *c, struct unlucky *u, int expected)
{
	int ret = have_bad_luck(c, u);

	if (ret > 0 && u->error != expected)
		torture_violation(c->t, 3, "creation under failure %d gave %d, not %d",
				  (int)u->failure, u->error, expected);
	return ret;
}

/* A victim that cannot be bound stays parked, and is as good as before. */
static int fail_unpark(struct controller_thread *c, struct victim *v)
{
	struct unlucky u = { .failure = NO_AFFINITY, .k = v->k };
	unsigned long nr_turns;
	int ret;

	if (kthread_park(v->k))
		return 0;
	nr_turns = relaxed_load(&v->nr_turns);
	victim_release_begin(v);
	ret = have_bad_luck(c, &u);
	for (int i = 0; i < 10; i++)
		sched_yield();
	if (u.error == -EINVAL && !relaxed_load(&v->is_leaving) &&
	    relaxed_load(&v->nr_turns) != nr_turns)
		torture_violation(c->t, 1, "victim %u ran although its unpark had failed", v->slot);
	if (u.error && u.error != -EINVAL && u.error != -ESRCH && u.is_filtered)
		torture_violation(c->t, 5, "unpark without sched_setaffinity() gave %d", u.error);
	kthread_unpark(v->k);
	victim_release_end(v);
	return ret;
}

static int fail_unpark_alone(struct controller_thread *c, unsigned int slot)
{
	struct victim *v = victim_get(c->t, slot);
	int ret = -1;

	if (!v)
		return -1;
	if (v->kind.is_per_cpu && !pthread_rwlock_trywrlock(&v->release)) {
		watch_begin(c, 5, "an unpark that cannot bind", (int)slot);
		ret = fail_unpark(c, v);
		watch_end(c);
		pthread_rwlock_unlock(&v->release);
	}
	victim_put(v);
	return ret;
}

int torture_inject(struct controller_thread *c, const struct torture_draw *draw)
{
	struct unlucky u = { .failure = (enum failure)(draw->a % NR_FAILURES) };

	u.attr = (struct kthread_attr)KTHREAD_ATTR_DEFAULT;
	switch (u.failure) {
	case NO_STACK:
		u.attr.stack_bytes = TOO_MUCH_BYTES;
		return fail_creation(c, &u, -EAGAIN);
	case NO_MEMORY:
		u.attr.stack_bytes = TOO_MUCH_BYTES;
		u.attr.node = 0;
		return fail_creation(c, &u, -ENOMEM);
	case NO_THREAD:
		return fail_creation(c, &u, -EAGAIN);
	case NO_AFFINITY_AT_BIRTH:
		u.attr.cpu = (int)c->t->cpus[0];
		return fail_creation(c, &u, -EINVAL);
	default:
		return fail_unpark_alone(c, draw->slots[0]);
	}
}
