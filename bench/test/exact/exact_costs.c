/* SPDX-License-Identifier: MIT */
/*
 * Each operation of the facility a fixed number of times, both sides asleep before and after: for
 * scripts/costs.py, which counts the instructions by callgrind and has this program count the
 * system calls by ptrace. Both sides are on one CPU, so that nobody spins and the order of events
 * is the scheduler's alone.
 */
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <kpark/kthread.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NR_OPERATIONS 200

/* A slot of the counter for each; what the phases are called elsewhere does not matter here. */
enum operation {
	OP_CREATE,
	OP_UNPARK_FIRST,
	OP_PARK,
	OP_UNPARK,
	OP_UNPARK_BIND,
	OP_WAKE,
	OP_STOP,
	OP_PTHREAD_CREATE,
	OP_PTHREAD_JOIN,
	NR_OPERATION
};

_Static_assert((int)NR_OPERATION <= (int)NR_PHASES, "an operation is counted as a phase");

static const char *const names[NR_OPERATION] = {
	[OP_CREATE] = "create",
	[OP_UNPARK_FIRST] = "unpark_first",
	[OP_PARK] = "park",
	[OP_UNPARK] = "unpark",
	[OP_UNPARK_BIND] = "unpark_bind",
	[OP_WAKE] = "wake",
	[OP_STOP] = "stop",
	[OP_PTHREAD_CREATE] = "pthread_create",
	[OP_PTHREAD_JOIN] = "pthread_join",
};

static struct syscalls *counter; /* NULL: nobody counts here */
static struct kthread_epoch epoch;
static unsigned int cpu;

static void die(const char *what, int error)
{
	fprintf(stderr, "exact_costs: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(1);
}

static void begin(enum operation op)
{
	if (counter)
		syscalls_begin(counter, (enum phase)op);
}

static void end(enum operation op)
{
	if (counter)
		syscalls_end(counter, (enum phase)op);
}

/* The thread's state is S: not R, and not t, which is how the counter holds it. */
static bool is_asleep(int stat_fd)
{
	char text[128] = "";
	const char *at;

	if (pread(stat_fd, text, sizeof(text) - 1, 0) <= 0)
		return false;
	at = strrchr(text, ')');
	return at && at[1] == ' ' && at[2] == 'S';
}

static void await_sleep(int stat_fd)
{
	while (!is_asleep(stat_fd))
		sched_yield();
}

static int open_stat(pid_t tid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path, errno);
	return fd;
}

static int serve(void *arg)
{
	(void)arg;
	while (!kthread_should_stop()) {
		kthread_parkme();
		kthread_sleep();
	}
	return 0;
}

static void *nothing(void *arg)
{
	return arg;
}

static void timed(enum operation op, int (*call)(struct kthread *k), struct kthread *k, int stat_fd)
{
	int ret;

	begin(op);
	ret = call(k);
	await_sleep(stat_fd);
	end(op);
	if (ret)
		die(names[op], ret);
}

/* A life: everything once, and what is done to a thread that lives. */
static void live(void)
{
	const struct kthread_attr attr = { .node = NUMA_NO_NODE,
					   .cpu = (int)cpu,
					   .per_cpu = true,
					   .parked = true,
					   .stack_bytes = 256 << 10,
					   .epoch = &epoch };
	struct kthread *k;
	int stat_fd, ret;

	begin(OP_CREATE);
	k = kthread_create_attr(&attr, serve, NULL, "exact");
	end(OP_CREATE);
	if (!k)
		die("create", errno);
	stat_fd = open_stat(kthread_tid(k));
	await_sleep(stat_fd);
	timed(OP_UNPARK_FIRST, kthread_unpark_wait, k, stat_fd);
	timed(OP_PARK, kthread_park, k, stat_fd);
	timed(OP_UNPARK, kthread_unpark_wait, k, stat_fd);
	timed(OP_WAKE, kthread_wake, k, stat_fd);
	if ((ret = kthread_park(k)))
		die("park", ret);
	await_sleep(stat_fd);
	kthread_affinity_changed(&epoch);
	timed(OP_UNPARK_BIND, kthread_unpark_wait, k, stat_fd);
	close(stat_fd);
	begin(OP_STOP);
	ret = kthread_stop(k);
	end(OP_STOP);
	if (ret)
		die("stop", ret);
}

static void live_as_pthread(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	cpu_set_t mask;
	int ret;

	CPU_ZERO(&mask);
	CPU_SET(cpu, &mask);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 << 10);
	pthread_attr_setaffinity_np(&attr, sizeof(mask), &mask);
	begin(OP_PTHREAD_CREATE);
	ret = pthread_create(&thread, &attr, nothing, NULL);
	end(OP_PTHREAD_CREATE);
	if (ret)
		die("pthread_create", ret);
	begin(OP_PTHREAD_JOIN);
	ret = pthread_join(thread, NULL);
	end(OP_PTHREAD_JOIN);
	if (ret)
		die("pthread_join", ret);
	pthread_attr_destroy(&attr);
}

static void pin(void)
{
	cpu_set_t mask;

	cpu = (unsigned int)sched_getcpu();
	CPU_ZERO(&mask);
	CPU_SET(cpu, &mask);
	if (sched_setaffinity(0, sizeof(mask), &mask))
		die("cannot pin", errno);
}

/* What await_sleep() itself calls is left out. */
static bool is_ours(const char *name)
{
	return strcmp(name, "pread64") && strcmp(name, "sched_yield");
}

static void print_counts(void)
{
	char name[SYSCALLS_NAME_SIZE];

	printf("operation,syscall,per_operation\n");
	for (unsigned int op = 0; op < NR_OPERATION; op++)
		for (unsigned int nr = 0; nr <= SYSCALLS_NR_MAX; nr++) {
			uint64_t calls = syscalls_count(counter, op, nr);

			if (calls && is_ours(syscalls_name(nr, name)))
				printf("%s,%s,%.2f\n", names[op], name,
				       (double)calls / NR_OPERATIONS);
		}
}

int main(int argc, char **argv)
{
	bool is_counting = argc > 1 && !strcmp(argv[1], "syscalls");
	char why[256];

	pin();
	live();
	live_as_pthread();
	if (is_counting && syscalls_start(&counter, why, sizeof(why))) {
		fprintf(stderr, "exact_costs: %s\n", why);
		return 77;
	}
	for (int i = 0; i < NR_OPERATIONS; i++) {
		live();
		live_as_pthread();
	}
	if (!is_counting)
		return 0;
	if (syscalls_stop(counter, why, sizeof(why))) {
		fprintf(stderr, "exact_costs: %s\n", why);
		return 1;
	}
	print_counts();
	syscalls_free(counter);
	return 0;
}
