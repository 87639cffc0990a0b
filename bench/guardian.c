/* SPDX-License-Identifier: MIT */
#include "guardian.h"

#include "clock.h"
#include "sysfile.h"
#include "undo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY	'r'
#define DISMISS 'd'

#define READY_TIMEOUT_MS 10000
#define LAST_ONES_MS	 1000	      /* for what the suite had forked to die too */
#define RESTORE_NS	 30000000000u /* a busy CPU is asked again for so long */

static void write_word(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* Without the privilege it stays as it is: a guardian that is less safe is one. */
	if (write(fd, word, strlen(word)) < 0)
		errno = 0;
	close(fd);
}

/* A cgroup that is killed, frozen or starved as a whole must not have us in it. */
static void leave_cgroups(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	char path[SYSFILE_PATH_BYTES];

	for (struct mntent *mount; mounts && (mount = getmntent(mounts));)
		if (strncmp(mount->mnt_type, "cgroup", 6) == 0 &&
		    snprintf(path, sizeof(path), "%s/cgroup.procs", mount->mnt_dir) <
			    (int)sizeof(path))
			write_word(path, "0");
	if (mounts)
		endmntent(mounts);
}

static void stay_off(const struct cpumask *victims, const struct cpumask *online)
{
	struct cpumask staying;

	cpumask_andnot(&staying, online, victims);
	sched_setaffinity(0, sizeof(staying), (cpu_set_t *)staying.bits);
}

/* All but what it works with: a reader of the suite's output must not wait for us. */
static void close_others(int fd, int lock_fd, int pidfd)
{
	int null = open("/dev/null", O_RDWR);

	for (int std = 0; null >= 0 && std < 3; std++)
		dup2(null, std);
	for (int other = 3; other < 1024; other++)
		if (other != fd && other != lock_fd && other != pidfd)
			close(other);
}

static void take_post(const struct guardian_orders *orders)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, "pb-guardian");
	if (chdir("/"))
		errno = 0;
	/* A tree of a test has no cgroups, and its guardian no business in those of the machine. */
	if (!orders->control->root || !*orders->control->root)
		leave_cgroups();
	stay_off(&orders->entry->victims, &orders->entry->state.online);
	write_word("/proc/self/oom_score_adj", "-1000");
	setpriority(PRIO_PROCESS, 0, -20);
	mlockall(MCL_CURRENT | MCL_FUTURE);
}

/* Has the other end closed within @timeout_ms? Then whatever the suite had forked is dead. */
static bool is_closed(int fd, int timeout_ms)
{
	struct pollfd end = { .fd = fd, .events = POLLIN };
	char word;

	return poll(&end, 1, timeout_ms) > 0 && recv(fd, &word, 1, MSG_DONTWAIT) == 0;
}

static void note_restore(const struct guardian_orders *orders, const struct undo *undo,
			 uint64_t died_ns, int ret)
{
	const struct hotplug_repair *repair = &undo->cpus;
	char text[768], back[128], off[128], failed[128];

	cpumask_format(&repair->brought_back, back, sizeof(back));
	cpumask_format(&repair->taken_off, off, sizeof(off));
	cpumask_format(&repair->failed, failed, sizeof(failed));
	snprintf(text, sizeof(text),
		 "guardian of %d: %s in %" PRIu64 " us; seen_ns=%" PRIu64
		 " is_smt_changed=%d brought_back=%s taken_off=%s failed=%s error=%d "
		 "settings_back=%zu "
		 "failed_setting=%.120s",
		 (int)orders->entry->pid, ret ? "NOT restored" : "restored",
		 (clock_now_ns() - died_ns) / 1000, died_ns, repair->is_smt_changed, back, off,
		 failed, repair->error, undo->settings.nr_back,
		 undo->settings.failed ? undo->settings.failed->path : "");
	journal_note(orders->journal->dir, text);
}

/* The suite is dead. Once at once; and once more if something of it could still write. */
static int restore(const struct guardian_orders *orders, int fd)
{
	const struct journal_entry *entry = orders->entry;
	const uint64_t died_ns = clock_now_ns();
	const bool was_all = is_closed(fd, 0);
	struct undo undo;
	int ret = undo_all(orders->control, entry, died_ns + RESTORE_NS, &undo);

	note_restore(orders, &undo, died_ns, ret);
	if (ret || !was_all) {
		is_closed(fd, LAST_ONES_MS);
		ret = undo_all(orders->control, entry, died_ns + RESTORE_NS, &undo);
	}
	if (!ret)
		ret = journal_remove(orders->journal->dir);
	return ret;
}

/* True: dismissed. False: nobody who could dismiss us is left. */
static bool wait_for_end(int fd, int pidfd)
{
	struct pollfd ends[] = { { .fd = fd, .events = POLLIN },
				 { .fd = pidfd, .events = POLLIN } };
	char word;

	for (;;) {
		if (poll(ends, pidfd < 0 ? 1 : 2, -1) < 0)
			continue;
		/* The word first: who dismisses and then ends is not killed. */
		if (recv(fd, &word, 1, MSG_DONTWAIT) > 0)
			return word == DISMISS;
		if (ends[0].revents || (pidfd >= 0 && ends[1].revents))
			return false;
	}
}

static int guard(const struct guardian_orders *orders, int fd, int pidfd)
{
	const char ready = READY;

	take_post(orders);
	close_others(fd, orders->journal->lock_fd, pidfd);
	if (send(fd, &ready, 1, MSG_NOSIGNAL) != 1)
		return restore(orders, fd);
	return wait_for_end(fd, pidfd) ? 0 : restore(orders, fd);
}

static int await_ready(int fd)
{
	struct pollfd end = { .fd = fd, .events = POLLIN };
	char word;

	if (poll(&end, 1, READY_TIMEOUT_MS) <= 0)
		return -ETIMEDOUT;
	return recv(fd, &word, 1, 0) == 1 && word == READY ? 0 : -ECHILD;
}

int guardian_start(const struct guardian_orders *orders, struct guardian *ret_guardian)
{
	/* Opened by the suite for itself: after the fork it might be dead already. */
	int ends[2], ret, pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		ret = -errno;
		goto out_close_pidfd;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		_exit(guard(orders, ends[1], pidfd) ? 1 : 0);
	}
	ret = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (!ret)
		ret = await_ready(ends[0]);
	if (ret)
		close(ends[0]);
	else
		*ret_guardian = (struct guardian){ .pid = pid, .fd = ends[0] };
out_close_pidfd:
	if (pidfd >= 0)
		close(pidfd);
	return ret;
}

int guardian_dismiss(struct guardian *guardian)
{
	const char word = DISMISS;
	int status = 0;

	/* Waiting for it first would wait for ever, and a dead one takes no word. */
	send(guardian->fd, &word, 1, MSG_NOSIGNAL);
	close(guardian->fd);
	while (waitpid(guardian->pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ESRCH;
}
