/* SPDX-License-Identifier: MIT */
/* The tracer passes signals on, leaves no trace of itself, and nobody dies or hangs of it. */
#include "syscalls.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static _Atomic int nr_signals;

static void count_signal(int signal)
{
	(void)signal;
	nr_signals++;
}

static struct syscalls *start(void)
{
	struct syscalls *syscalls;
	char why[160] = "";

	if (syscalls_start(&syscalls, why, sizeof(why)))
		fail_msg("%s", why);
	return syscalls;
}

static pid_t tracer_pid(const char *status_path)
{
	FILE *file = fopen(status_path, "re");
	char line[256];
	int pid = -1;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "TracerPid: %d", &pid) == 1)
			break;
	fclose(file);
	return pid;
}

static void assert_no_thread_is_traced(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char path[320];

		snprintf(path, sizeof(path), "/proc/self/task/%s/status", entry->d_name);
		if (entry->d_name[0] != '.')
			assert_int_equal(tracer_pid(path), 0);
	}
	closedir(dir);
}

static void *wait_on(void *barrier)
{
	pthread_barrier_wait(barrier);
	return NULL;
}

static void nobody_is_traced_afterwards(void **state)
{
	struct syscalls *syscalls;
	pthread_barrier_t barrier;
	pthread_t sleeper;
	char why[160];

	(void)state;
	pthread_barrier_init(&barrier, NULL, 2);
	assert_int_equal(pthread_create(&sleeper, NULL, wait_on, &barrier), 0);
	syscalls = start();
	assert_true(tracer_pid("/proc/self/status") > 0);
	assert_int_equal(syscalls_stop(syscalls, why, sizeof(why)), 0);
	assert_no_thread_is_traced();
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	syscalls_free(syscalls);
	pthread_barrier_wait(&barrier);
	pthread_join(sleeper, NULL);
	pthread_barrier_destroy(&barrier);
}

static void signals_arrive(void **state)
{
	struct syscalls *syscalls;
	char why[160];

	(void)state;
	signal(SIGUSR1, count_signal);
	nr_signals = 0;
	syscalls = start();
	for (int i = 0; i < 50; i++)
		raise(SIGUSR1);
	assert_int_equal(nr_signals, 50);
	assert_int_equal(syscalls_stop(syscalls, why, sizeof(why)), 0);
	raise(SIGUSR1);
	assert_int_equal(nr_signals, 51);
	syscalls_free(syscalls);
}

struct sender {
	pthread_t to;
	_Atomic int is_enough;
	int nr_sent;
};

/* One at a time, so that none merges with one still pending. */
static void *send_signals(void *arg)
{
	struct sender *sender = arg;

	while (!sender->is_enough) {
		if (nr_signals != sender->nr_sent)
			continue;
		sender->nr_sent++;
		pthread_kill(sender->to, SIGUSR1);
	}
	return NULL;
}

static void no_signal_is_lost_at_the_edges(void **state)
{
	struct sender sender = { .to = pthread_self() };
	pthread_t thread;
	char why[160];

	(void)state;
	signal(SIGUSR1, count_signal);
	nr_signals = 0;
	assert_int_equal(pthread_create(&thread, NULL, send_signals, &sender), 0);
	for (int i = 0; i < 30; i++) {
		struct syscalls *syscalls = start();

		assert_int_equal(syscalls_stop(syscalls, why, sizeof(why)), 0);
		syscalls_free(syscalls);
	}
	sender.is_enough = 1;
	pthread_join(thread, NULL);
	while (nr_signals < sender.nr_sent)
		sched_yield();
	assert_true(sender.nr_sent > 0);
}

static void *ask_until_enough(void *arg)
{
	_Atomic int *is_enough = arg;

	while (!*is_enough)
		syscall(SYS_getppid);
	return NULL;
}

/* Killed at any point, most of all while threads stand in its stops. */
static void the_tracers_death_hurts_nobody(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		_Atomic int is_enough = 0;
		struct syscalls *syscalls;
		pthread_t thread;
		char why[160] = "";

		assert_int_equal(pthread_create(&thread, NULL, ask_until_enough, &is_enough), 0);
		syscalls = start();
		for (int j = 0; j < i; j++)
			syscall(SYS_getppid);
		assert_int_equal(kill(tracer_pid("/proc/self/status"), SIGKILL), 0);
		assert_int_equal(syscalls_stop(syscalls, why, sizeof(why)), -EIO);
		assert_non_null(strstr(why, "incomplete"));
		assert_no_thread_is_traced();
		syscalls_free(syscalls);
		is_enough = 1;
		pthread_join(thread, NULL);
	}
}

static void a_second_tracer_is_refused(void **state)
{
	struct syscalls *first = start(), *second = NULL;
	char why[160] = "";

	(void)state;
	assert_int_equal(syscalls_start(&second, why, sizeof(why)), -EPERM);
	assert_null(second);
	assert_non_null(strstr(why, "traced already by process"));
	assert_int_equal(syscalls_stop(first, why, sizeof(why)), 0);
	syscalls_free(first);
}

/* Group stops: the whole process is stopped and continued from outside, and lives on. */
static void stop_and_continue_pass_through(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		struct syscalls *syscalls;
		char why[160];

		signal(SIGCONT, count_signal);
		nr_signals = 0;
		if (syscalls_start(&syscalls, why, sizeof(why)))
			_exit(77);
		raise(SIGSTOP);
		if (nr_signals != 1)
			_exit(3); /* it went on by itself */
		syscalls_begin(syscalls, PHASE_ONLINE);
		syscall(SYS_getppid);
		if (syscalls_stop(syscalls, why, sizeof(why)))
			_exit(2);
		_exit((int)syscalls_count(syscalls, PHASE_ONLINE, SYS_getppid) - 1);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_killed_process_takes_its_tracer_along(void **state)
{
	pid_t tracer = 0;
	int status, ends[2];
	pid_t pid;
	char c;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		struct syscalls *syscalls;
		char why[160];

		if (syscalls_start(&syscalls, why, sizeof(why)))
			_exit(77);
		tracer = tracer_pid("/proc/self/status");
		if (write(ends[1], &tracer, sizeof(tracer)) != sizeof(tracer))
			_exit(1);
		raise(SIGKILL);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &tracer, sizeof(tracer)), sizeof(tracer));
	assert_int_equal(read(ends[0], &c, 1), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(waitpid(tracer, &status, 0), tracer);
	assert_true(WIFEXITED(status));
	close(ends[0]);
}

/* No privilege is needed, but to drop one makes the process undumpable, and that is refused. */
static void nobody_may_trace_himself(void **state)
{
	const bool was_root = !getuid();
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		struct syscalls *syscalls;
		char why[160];

		if (was_root && (setgid(65534) || setuid(65534)))
			_exit(1);
		if (was_root && (syscalls_start(&syscalls, why, sizeof(why)) != -EPERM ||
				 !strstr(why, "not dumpable")))
			_exit(2);
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		if (syscalls_start(&syscalls, why, sizeof(why)))
			_exit(3);
		syscalls_begin(syscalls, PHASE_ONLINE);
		syscall(SYS_getppid);
		if (syscalls_stop(syscalls, why, sizeof(why)))
			_exit(4);
		_exit((int)syscalls_count(syscalls, PHASE_ONLINE, SYS_getppid) - 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_traced_afterwards),
		cmocka_unit_test(signals_arrive),
		cmocka_unit_test(no_signal_is_lost_at_the_edges),
		cmocka_unit_test(the_tracers_death_hurts_nobody),
		cmocka_unit_test(a_second_tracer_is_refused),
		cmocka_unit_test(stop_and_continue_pass_through),
		cmocka_unit_test(a_killed_process_takes_its_tracer_along),
		cmocka_unit_test(nobody_may_trace_himself),
	};
	struct syscalls *syscalls;
	char why[160];

	if (syscalls_start(&syscalls, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return 77;
	}
	syscalls_stop(syscalls, why, sizeof(why));
	syscalls_free(syscalls);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
