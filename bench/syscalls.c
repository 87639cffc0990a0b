/* SPDX-License-Identifier: MIT */
#include "syscalls.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ATTACH_TIMEOUT_S = 10 };

enum tracer_state {
	TRACER_ATTACHING,
	TRACER_COUNTING, /* set by the tracee */
	TRACER_STOPPING, /* set by the tracee */
	TRACER_DONE	 /* set by the tracer, on its way out */
};

/*
 * The page that tracer and tracee share. All accesses are relaxed: each hand-over between the two
 * goes through a stop, a wait or the socket, and those order memory.
 */
struct shared {
	_Atomic uint32_t state;
	_Atomic uint32_t open_phases; /* one bit per phase, set and cleared by the tracee */
	_Atomic uint64_t counts[NR_PHASES + 1][SYSCALLS_NR_MAX + 1];
};

_Static_assert(SYSCALLS_OUTSIDE < 32, "open_phases has a bit for each phase and for outside");

struct syscalls {
	struct shared *shared;
	pid_t tracer;
};

/* What the tracer answers when it has tried to attach. */
struct attach_reply {
	int error; /* positive errno */
	pid_t tid; /* the thread that it failed on */
};

#define load(word)	   atomic_load_explicit(&(word), memory_order_relaxed)
#define store(word, value) atomic_store_explicit(&(word), value, memory_order_relaxed)

/* The tracer: between fork and _exit only what is safe there, so no streams and no malloc. */

static void count_call(struct shared *shared, uint64_t nr)
{
	uint32_t phases = load(shared->open_phases);
	unsigned int row = nr < SYSCALLS_NR_MAX ? (unsigned int)nr : SYSCALLS_NR_MAX;

	if (!phases)
		phases = 1u << SYSCALLS_OUTSIDE;
	for (unsigned int phase = 0; phase <= SYSCALLS_OUTSIDE; phase++)
		if (phases & (1u << phase))
			atomic_fetch_add_explicit(&shared->counts[phase][row], 1,
						  memory_order_relaxed);
}

static long syscall_stop_kind(pid_t tid, struct __ptrace_syscall_info *call)
{
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(*call), call) < 0)
		return -errno;
	return call->op;
}

static void on_syscall_stop(struct shared *shared, pid_t tid)
{
	struct __ptrace_syscall_info call;

	if (load(shared->state) != TRACER_COUNTING)
		return;
	if (syscall_stop_kind(tid, &call) == PTRACE_SYSCALL_INFO_ENTRY)
		count_call(shared, call.entry.nr);
}

static bool is_group_stop(int status)
{
	int signal = WSTOPSIG(status);

	return status >> 16 == PTRACE_EVENT_STOP &&
	       (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU);
}

/* Let @tid go on from the stop that wait reported; one that died meanwhile needs nothing. */
static void on_stop(struct shared *shared, pid_t tid, int status)
{
	long signal = 0;

	if (!WIFSTOPPED(status))
		return;
	if (is_group_stop(status)) {
		ptrace(PTRACE_LISTEN, tid, 0, 0);
		return;
	}
	if (WSTOPSIG(status) == (SIGTRAP | 0x80))
		on_syscall_stop(shared, tid);
	else if (!(status >> 16))
		signal = WSTOPSIG(status);
	ptrace(PTRACE_SYSCALL, tid, 0, signal);
}

static int wait_for_stop(pid_t tid, int *status)
{
	while (waitpid(tid, status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* Read "/proc/<pid>/task/<tid>/status" and find @key in it; NULL if the thread is gone. */
static const char *task_status(pid_t pid, pid_t tid, const char *key, char *text, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;
	const char *found;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", (int)pid, (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	n = read(fd, text, size - 1);
	close(fd);
	if (n <= 0)
		return NULL;
	text[n] = '\0';
	found = strstr(text, key);
	return found ? found + strlen(key) : NULL;
}

static pid_t tracer_of(pid_t pid, pid_t tid)
{
	char text[2048];
	const char *value = task_status(pid, tid, "\nTracerPid:\t", text, sizeof(text));

	return value ? (pid_t)atoi(value) : 0;
}

static bool is_dead(pid_t pid, pid_t tid)
{
	char text[2048];
	const char *value = task_status(pid, tid, "\nState:\t", text, sizeof(text));

	return !value || *value == 'Z' || *value == 'X';
}

/* Ours already (created by one that we follow), or a thread that exits: refused with EPERM, too. */
static bool needs_no_attach(pid_t pid, pid_t tid)
{
	return tracer_of(pid, tid) == getpid() || is_dead(pid, tid);
}

/* 1: followed from now on. 0: nothing to do. */
static int attach_thread(struct shared *shared, pid_t pid, pid_t tid)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE;
	struct __ptrace_syscall_info call;
	int status;

	if (needs_no_attach(pid, tid))
		return 0;
	if (ptrace(PTRACE_SEIZE, tid, 0, options) < 0) {
		int error = errno;

		return error == ESRCH || needs_no_attach(pid, tid) ? 0 : -error;
	}
	ptrace(PTRACE_INTERRUPT, tid, 0, 0);
	if (wait_for_stop(tid, &status) < 0 || !WIFSTOPPED(status))
		return 0;
	if (syscall_stop_kind(tid, &call) == -EIO)
		return -ENOSYS;
	on_stop(shared, tid, status);
	return 1;
}

/* One look at all threads; how many were new, or -errno and the thread in @reply. */
static int attach_listed(struct shared *shared, pid_t pid, int dir, struct attach_reply *reply)
{
	char buffer[4096] __attribute__((aligned(8)));
	int nr_new = 0;
	ssize_t n;

	lseek(dir, 0, SEEK_SET);
	while ((n = getdents64(dir, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < n;) {
			struct dirent64 *entry = (struct dirent64 *)(buffer + at);
			int tid = atoi(entry->d_name);
			int ret = tid ? attach_thread(shared, pid, tid) : 0;

			if (ret < 0) {
				reply->tid = tid;
				return ret;
			}
			nr_new += ret;
			at += entry->d_reclen;
		}
	}
	return n < 0 ? -errno : nr_new;
}

/* A thread that is not followed yet may create another: look again until nothing is new. */
static struct attach_reply attach_all(struct shared *shared, pid_t pid)
{
	struct attach_reply reply = { 0 };
	char path[32];
	int dir, ret;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		reply.error = errno;
		return reply;
	}
	do
		ret = attach_listed(shared, pid, dir, &reply);
	while (ret > 0);
	close(dir);
	reply.error = -ret;
	return reply;
}

/*
 * Ends when told so or when there is nobody left to trace. Its exit is the detach: the kernel
 * lets every tracee go on from wherever it is, and puts a signal that was not yet taken from its
 * stop back. One that was taken is passed on first.
 */
static void follow(struct shared *shared)
{
	int status;

	while (load(shared->state) != TRACER_STOPPING) {
		pid_t tid = waitpid(-1, &status, __WALL);

		if (tid < 0 && errno != EINTR)
			return;
		if (tid > 0)
			on_stop(shared, tid, status);
	}
}

/*
 * Whoever is attached may stand in a stop, also the thread that waits for us, while we wait for
 * one that does not come. So it is us who must give up; our death sets everybody free.
 */
static void die_if_not_attached_in_time(void)
{
	sigset_t alarm_only;

	signal(SIGALRM, SIG_DFL);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarm_only, NULL);
	alarm(ATTACH_TIMEOUT_S);
}

static _Noreturn void tracer_main(struct shared *shared, pid_t pid, int sock)
{
	struct attach_reply reply;
	char go;

	dup2(sock, 0);
	close_range(1, ~0u, 0);
	if (read(0, &go, 1) != 1)
		_exit(1);
	die_if_not_attached_in_time();
	reply = attach_all(shared, pid);
	alarm(0);
	if (send(0, &reply, sizeof(reply), MSG_NOSIGNAL) != sizeof(reply) || reply.error)
		_exit(1);
	follow(shared);
	store(shared->state, TRACER_DONE);
	_exit(0);
}

/* The tracee, that is everybody else. */

/* The wait status; 0 if somebody else (a SIGCHLD handler, SIG_IGN) was quicker. */
static int reap(pid_t tracer)
{
	int status = 0;

	while (waitpid(tracer, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static int read_yama_scope(void)
{
	FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	int scope = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%d", &scope) != 1)
		scope = 0;
	fclose(file);
	return scope;
}

static void explain_refusal(const struct attach_reply *reply, char *why, size_t why_size)
{
	pid_t other = tracer_of(getpid(), reply->tid);

	if (reply->error == ENOSYS)
		snprintf(why, why_size, "system calls need PTRACE_GET_SYSCALL_INFO (Linux 5.3)");
	else if (other)
		snprintf(why, why_size,
			 "thread %d is traced already by process %d: run without strace or gdb",
			 (int)reply->tid, (int)other);
	else if (read_yama_scope() > 1)
		snprintf(why, why_size, "ptrace is forbidden: kernel.yama.ptrace_scope is %d",
			 read_yama_scope());
	else if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1)
		snprintf(why, why_size,
			 "ptrace is refused: the process is not dumpable (user id was changed)");
	else
		snprintf(why, why_size, "ptrace is refused (%s): is it a seccomp filter?",
			 strerrorname_np(reply->error));
}

/* Let the tracer loose on us and hear how it went. On failure it has gone. */
static int hand_shake(struct syscalls *syscalls, int sock, char *why, size_t why_size)
{
	struct attach_reply reply = { 0 };
	ssize_t n;
	int status;

	/* For Yama; without it there is no such option, and no need. */
	prctl(PR_SET_PTRACER, (unsigned long)syscalls->tracer, 0, 0, 0);
	send(sock, "g", 1, MSG_NOSIGNAL);
	do
		n = recv(sock, &reply, sizeof(reply), 0);
	while (n < 0 && errno == EINTR);
	if (n == sizeof(reply) && !reply.error)
		return 0;
	status = reap(syscalls->tracer);
	if (n == sizeof(reply)) {
		explain_refusal(&reply, why, why_size);
		return -reply.error;
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
		snprintf(why, why_size, "a thread did not stop for the system call tracer");
		return -ETIMEDOUT;
	}
	snprintf(why, why_size, "the system call tracer died while it attached");
	return -EIO;
}

static int fork_tracer(struct syscalls *syscalls, const int sock[2])
{
	sigset_t all, before;
	pid_t parent = getpid(), pid;
	int error;

	/* Ctrl-C and our handlers are the parent's business, also in the tracer's first moment. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	error = errno;
	if (!pid)
		tracer_main(syscalls->shared, parent, sock[1]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	syscalls->tracer = pid;
	return pid < 0 ? -error : 0;
}

static int start_tracer(struct syscalls *syscalls, char *why, size_t why_size)
{
	int sock[2], ret;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) < 0) {
		ret = -errno;
		snprintf(why, why_size, "no socket for the system call tracer (%s)",
			 strerrorname_np(-ret));
		return ret;
	}
	ret = fork_tracer(syscalls, sock);
	close(sock[1]);
	if (ret < 0)
		snprintf(why, why_size, "cannot fork the system call tracer (%s)",
			 strerrorname_np(-ret));
	else
		ret = hand_shake(syscalls, sock[0], why, why_size);
	close(sock[0]);
	return ret;
}

int syscalls_start(struct syscalls **syscalls, char *why, size_t why_size)
{
	struct syscalls *new = calloc(1, sizeof(*new));
	int ret;

	if (!new)
		goto out_no_memory;
	new->shared = mmap(NULL, sizeof(*new->shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (new->shared == MAP_FAILED)
		goto out_free;
	ret = start_tracer(new, why, why_size);
	if (ret < 0) {
		syscalls_free(new);
		return ret;
	}
	store(new->shared->state, TRACER_COUNTING);
	*syscalls = new;
	return 0;

out_free:
	free(new);
out_no_memory:
	snprintf(why, why_size, "no memory for the table of system calls");
	return -ENOMEM;
}

void syscalls_begin(struct syscalls *syscalls, enum phase phase)
{
	assert(phase < NR_PHASES);
	atomic_fetch_or_explicit(&syscalls->shared->open_phases, 1u << phase, memory_order_relaxed);
}

void syscalls_end(struct syscalls *syscalls, enum phase phase)
{
	assert(phase < NR_PHASES);
	atomic_fetch_and_explicit(&syscalls->shared->open_phases, ~(1u << phase),
				  memory_order_relaxed);
}

int syscalls_stop(struct syscalls *syscalls, char *why, size_t why_size)
{
	/* Waiting for the tracer is a system call: its stop wakes the tracer, which then leaves. */
	store(syscalls->shared->state, TRACER_STOPPING);
	reap(syscalls->tracer);
	prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	if (load(syscalls->shared->state) == TRACER_DONE)
		return 0;
	snprintf(why, why_size, "the system call tracer died early: the counts are incomplete");
	return -EIO;
}

void syscalls_free(struct syscalls *syscalls)
{
	if (!syscalls)
		return;
	munmap(syscalls->shared, sizeof(*syscalls->shared));
	free(syscalls);
}

uint64_t syscalls_count(const struct syscalls *syscalls, unsigned int phase, unsigned int nr)
{
	assert(phase <= SYSCALLS_OUTSIDE && nr <= SYSCALLS_NR_MAX);
	return load(syscalls->shared->counts[phase][nr]);
}
