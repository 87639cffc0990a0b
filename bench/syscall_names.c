/* SPDX-License-Identifier: MIT */
#include "syscalls.h"

#include <stdio.h>
#include <sys/syscall.h>

#define NAMED(call) [SYS_##call] = #call

static const char *const call_names[] = {
	/* threads: life, death, place and rank */
	NAMED(clone),
	NAMED(clone3),
	NAMED(exit),
	NAMED(exit_group),
	NAMED(set_robust_list),
	NAMED(get_robust_list),
	NAMED(set_tid_address),
	NAMED(rseq),
	NAMED(gettid),
	NAMED(getpid),
	NAMED(getppid),
	NAMED(tgkill),
	NAMED(prctl),
	NAMED(wait4),
	NAMED(waitid),
	NAMED(execve),
	NAMED(sched_setaffinity),
	NAMED(sched_getaffinity),
	NAMED(sched_setscheduler),
	NAMED(sched_getscheduler),
	NAMED(sched_setparam),
	NAMED(sched_setattr),
	NAMED(sched_getattr),
	NAMED(sched_yield),
	NAMED(setpriority),
	NAMED(getcpu),
	NAMED(membarrier),
	NAMED(unshare),
	NAMED(setns),
	NAMED(prlimit64),
	NAMED(kill),
	/* waiting and time */
	NAMED(futex),
	NAMED(futex_waitv),
	NAMED(nanosleep),
	NAMED(clock_nanosleep),
	NAMED(clock_gettime),
	NAMED(clock_getres),
	NAMED(gettimeofday),
	NAMED(restart_syscall),
	NAMED(ppoll),
	NAMED(pselect6),
	NAMED(epoll_create1),
	NAMED(epoll_ctl),
	NAMED(epoll_pwait),
	NAMED(eventfd2),
	NAMED(timerfd_create),
	NAMED(timerfd_settime),
	NAMED(pipe2),
	NAMED(pidfd_open),
	NAMED(io_uring_enter),
	/* signals */
	NAMED(rt_sigprocmask),
	NAMED(rt_sigaction),
	NAMED(rt_sigreturn),
	NAMED(rt_sigtimedwait),
	NAMED(sigaltstack),
	NAMED(rt_sigsuspend),
	NAMED(rt_sigqueueinfo),
	NAMED(signalfd4),
	/* memory */
	NAMED(mmap),
	NAMED(munmap),
	NAMED(mprotect),
	NAMED(madvise),
	NAMED(mremap),
	NAMED(brk),
	NAMED(mbind),
	NAMED(set_mempolicy),
	NAMED(get_mempolicy),
	NAMED(mlock),
	NAMED(munlock),
	NAMED(mlockall),
	NAMED(mincore),
	NAMED(move_pages),
	/* files */
	NAMED(read),
	NAMED(write),
	NAMED(pread64),
	NAMED(pwrite64),
	NAMED(readv),
	NAMED(writev),
	NAMED(openat),
	NAMED(close),
	NAMED(lseek),
	NAMED(fcntl),
	NAMED(ioctl),
	NAMED(fsync),
	NAMED(newfstatat),
	NAMED(statx),
	NAMED(faccessat),
	NAMED(faccessat2),
	NAMED(getdents64),
	NAMED(readlinkat),
	NAMED(unlinkat),
	NAMED(mkdirat),
	NAMED(renameat2),
	NAMED(dup3),
	NAMED(flock),
	NAMED(perf_event_open),
	NAMED(getrusage),
	NAMED(getrandom),
	NAMED(uname),
	NAMED(sendto),
	NAMED(recvfrom),
	NAMED(socket),
	NAMED(socketpair),
	NAMED(connect),
/* older forms of the above, which newer machines never had */
#ifdef SYS_open
	NAMED(open),
	NAMED(stat),
	NAMED(lstat),
	NAMED(access),
	NAMED(readlink),
	NAMED(unlink),
	NAMED(mkdir),
	NAMED(rename),
	NAMED(pipe),
	NAMED(dup2),
	NAMED(poll),
	NAMED(select),
	NAMED(epoll_wait),
	NAMED(fork),
	NAMED(vfork),
	NAMED(time),
	NAMED(pause),
	NAMED(alarm),
	NAMED(arch_prctl),
	NAMED(fstat),
#endif
};

const char *syscalls_name(unsigned int nr, char name[static SYSCALLS_NAME_SIZE])
{
	const char *known = NULL;

	if (nr < sizeof(call_names) / sizeof(call_names[0]))
		known = call_names[nr];
	if (nr >= SYSCALLS_NR_MAX)
		known = "others";
	if (known)
		snprintf(name, SYSCALLS_NAME_SIZE, "%s", known);
	else
		snprintf(name, SYSCALLS_NAME_SIZE, "syscall_%u", nr);
	return name;
}
