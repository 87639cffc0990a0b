/* SPDX-License-Identifier: MIT */
/*
 * What one would use instead of the facility: "stop and confirm", then "go on and confirm".
 *
 * Every peer is two one-way signals, one there and one back, around the same loop: the thread
 * waits to be told to stop, confirms, waits to be told to go on, confirms. Neither side spins, as
 * in the facility's "_block" cases beside which they are to be read; what the others burn is shown.
 * That is less than the facility does: a peer's thread knows one controller, cannot be stopped for
 * good while it waits, and nobody finds out if it has lost its CPU.
 */
#include "limits_cases.h"
#include "roundtrip_far.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* One direction. Each of these is only looked at by the kind whose it is. */
struct signal_way {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	bool is_sent;
	sem_t sem;
	int fds[2]; /* read, write */
	pthread_t receiver;
	int signo;
};

struct way_kind {
	int (*init)(struct signal_way *way);
	void (*fini)(struct signal_way *way);
	int (*send)(struct signal_way *way);
	int (*receive)(struct signal_way *way);
};

static int cond_init(struct signal_way *way)
{
	int ret = pthread_mutex_init(&way->mutex, NULL);

	return ret ? -ret : -pthread_cond_init(&way->cond, NULL);
}

static void cond_fini(struct signal_way *way)
{
	pthread_cond_destroy(&way->cond);
	pthread_mutex_destroy(&way->mutex);
}

static int cond_send(struct signal_way *way)
{
	pthread_mutex_lock(&way->mutex);
	way->is_sent = true;
	pthread_mutex_unlock(&way->mutex);
	return -pthread_cond_signal(&way->cond);
}

static int cond_receive(struct signal_way *way)
{
	pthread_mutex_lock(&way->mutex);
	while (!way->is_sent)
		pthread_cond_wait(&way->cond, &way->mutex);
	way->is_sent = false;
	return -pthread_mutex_unlock(&way->mutex);
}

static int semaphore_init(struct signal_way *way)
{
	return sem_init(&way->sem, 0, 0) ? -errno : 0;
}

static void semaphore_fini(struct signal_way *way)
{
	sem_destroy(&way->sem);
}

static int semaphore_send(struct signal_way *way)
{
	return sem_post(&way->sem) ? -errno : 0;
}

static int semaphore_receive(struct signal_way *way)
{
	while (sem_wait(&way->sem))
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int eventfd_init(struct signal_way *way)
{
	way->fds[0] = way->fds[1] = eventfd(0, EFD_CLOEXEC);
	return way->fds[0] < 0 ? -errno : 0;
}

static void eventfd_fini(struct signal_way *way)
{
	close(way->fds[0]);
}

static int fd_send(struct signal_way *way)
{
	const uint64_t one = 1;
	ssize_t n;

	do
		n = write(way->fds[1], &one, sizeof(one));
	while (n < 0 && errno == EINTR);
	return n == sizeof(one) ? 0 : -EIO;
}

static int fd_receive(struct signal_way *way)
{
	uint64_t number;
	ssize_t n;

	do
		n = read(way->fds[0], &number, sizeof(number));
	while (n < 0 && errno == EINTR);
	return n == sizeof(number) && number == 1 ? 0 : -EIO;
}

static int pipe_init(struct signal_way *way)
{
	return pipe2(way->fds, O_CLOEXEC) ? -errno : 0;
}

static void pipe_fini(struct signal_way *way)
{
	close(way->fds[0]);
	close(way->fds[1]);
}

/* Blocked in both threads and only ever waited for; sent to one thread, so it stays there. */
static int signal_init(struct signal_way *way)
{
	way->signo = SIGRTMIN + 3;
	return 0;
}

static void signal_fini(struct signal_way *way)
{
	(void)way;
}

static int signal_send(struct signal_way *way)
{
	return -pthread_kill(way->receiver, way->signo);
}

static int signal_receive(struct signal_way *way)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, way->signo);
	while (sigwaitinfo(&set, NULL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static const struct way_kind way_cond = { cond_init, cond_fini, cond_send, cond_receive };
static const struct way_kind way_sem = { semaphore_init, semaphore_fini, semaphore_send,
					 semaphore_receive };
static const struct way_kind way_eventfd = { eventfd_init, eventfd_fini, fd_send, fd_receive };
static const struct way_kind way_pipe = { pipe_init, pipe_fini, fd_send, fd_receive };
static const struct way_kind way_signal = { signal_init, signal_fini, signal_send, signal_receive };

struct peer {
	const struct way_kind *kind;
	struct signal_way there, back;
	struct roundtrip_far *far;
	pthread_t thread;
	sigset_t mask_before;
	_Atomic bool is_over;
	bool is_go_counted;	 /* the operation is "go on", not "stop" */
	_Atomic bool is_stopped; /* the thread's; the near side looks after an answer */
};

static void *serve(void *arg)
{
	struct peer *p = arg;

	far_enter(p->far);
	while (!p->kind->receive(&p->there) &&
	       !atomic_load_explicit(&p->is_over, memory_order_relaxed)) {
		bool is_stopped = !atomic_load_explicit(&p->is_stopped, memory_order_relaxed);

		atomic_store_explicit(&p->is_stopped, is_stopped, memory_order_relaxed);
		if (is_stopped != p->is_go_counted)
			far_answer(p->far);
		if (p->kind->send(&p->back))
			break;
	}
	return NULL;
}

/* Tell the other side and wait for its word. -EPROTO: it did the opposite. */
static int tell(struct peer *p, bool is_stop)
{
	int ret = p->kind->send(&p->there);

	if (!ret)
		ret = p->kind->receive(&p->back);
	if (!ret && atomic_load_explicit(&p->is_stopped, memory_order_relaxed) != is_stop)
		ret = -EPROTO;
	return ret;
}

static void block_signal(struct peer *p)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 3);
	pthread_sigmask(SIG_BLOCK, &set, &p->mask_before);
}

static int open_peer(struct roundtrip_block *block, const struct way_kind *kind, bool is_go)
{
	struct peer *p = calloc(1, sizeof(*p));
	int ret;

	if (!p)
		return -ENOMEM;
	p->kind = kind;
	p->is_go_counted = is_go;
	p->far = &block->fars[0];
	ret = kind->init(&p->there);
	if (ret)
		goto out_free;
	ret = kind->init(&p->back);
	if (ret)
		goto out_fini_there;
	block_signal(p);
	p->back.receiver = pthread_self();
	ret = far_create(&p->thread, far_cpu(block->site, 0), serve, p);
	if (ret)
		goto out_fini_back;
	p->there.receiver = p->thread;
	block->own = p;
	block->nr_fars = 1;
	return 0;

out_fini_back:
	pthread_sigmask(SIG_SETMASK, &p->mask_before, NULL);
	kind->fini(&p->back);
out_fini_there:
	kind->fini(&p->there);
out_free:
	free(p);
	return ret;
}

static int close_peer(struct roundtrip_block *block)
{
	struct peer *p = block->own;
	int ret;

	atomic_store_explicit(&p->is_over, true, memory_order_relaxed);
	ret = p->kind->send(&p->there);
	if (!ret)
		ret = -pthread_join(p->thread, NULL);
	pthread_sigmask(SIG_SETMASK, &p->mask_before, NULL);
	p->kind->fini(&p->back);
	p->kind->fini(&p->there);
	free(p);
	return ret;
}

static int stop_peer(struct roundtrip_block *block)
{
	return tell(block->own, true);
}

static int let_peer_go(struct roundtrip_block *block)
{
	return tell(block->own, false);
}

#define PEER(word, words)                                                                          \
	static int open_##word(struct roundtrip_block *block)                                      \
	{                                                                                          \
		return open_peer(block, &way_##word, false);                                       \
	}                                                                                          \
	static int open_stopped_##word(struct roundtrip_block *block)                              \
	{                                                                                          \
		int ret = open_peer(block, &way_##word, true);                                     \
                                                                                                   \
		return ret ? ret : stop_peer(block); /* so that the first one can be "go on" */    \
	}                                                                                          \
	const struct roundtrip_case peer_stop_##word = {                                           \
		.name = #word "_stop",                                                             \
		.about = words ": stop and confirm",                                               \
		.role = ROLE_PEER,                                                                 \
		.where = WHERE_ANY,                                                                \
		.before = FAR_ASLEEP,                                                              \
		.after = FAR_ASLEEP,                                                               \
		.is_answered = true,                                                               \
		.open = open_##word,                                                               \
		.op = stop_peer,                                                                   \
		.reset = let_peer_go,                                                              \
		.close = close_peer,                                                               \
	};                                                                                         \
	const struct roundtrip_case peer_go_##word = {                                             \
		.name = #word "_go",                                                               \
		.about = words ": go on and confirm",                                              \
		.role = ROLE_PEER,                                                                 \
		.where = WHERE_ANY,                                                                \
		.before = FAR_ASLEEP,                                                              \
		.after = FAR_ASLEEP,                                                               \
		.is_answered = true,                                                               \
		.open = open_stopped_##word,                                                       \
		.op = let_peer_go,                                                                 \
		.reset = stop_peer,                                                                \
		.close = close_peer,                                                               \
	};

PEER(cond, "pthread mutex and condition variable")
PEER(sem, "POSIX semaphores")
PEER(eventfd, "two eventfds")
PEER(pipe, "two pipes")
PEER(signal, "pthread_kill and sigwaitinfo")

const struct roundtrip_case *const peers_cases[] = {
	&floor_empty,
	&limits_park_asleep,
	&limits_unpark_confirmed,
	&limits_park_blocking,
	&limits_unpark_blocking,
	&peer_stop_cond,
	&peer_go_cond,
	&peer_stop_sem,
	&peer_go_sem,
	&peer_stop_eventfd,
	&peer_go_eventfd,
	&peer_stop_pipe,
	&peer_go_pipe,
	&peer_stop_signal,
	&peer_go_signal,
	NULL,
};
