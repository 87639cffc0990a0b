/* SPDX-License-Identifier: MIT */
/* A thread that answers one question at a time about its own descriptor. */
#ifndef TEST_POLLED_H
#define TEST_POLLED_H

#include "kthread_check.h"

#include <poll.h>
#include <sys/epoll.h>

struct polled {
	atomic_int fd;
	atomic_int question; /* 1 and up; 0 when answered */
	atomic_int answer;
	atomic_bool waits; /* in poll(), without end */
	atomic_int nr_wakeups;
};

enum { IS_READABLE = 1, TAKE_TOKEN, PARK_ONESELF_AND_PARK, WAIT, GO_ON };

static inline int is_readable(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) == 1;
}

/* As a user would wait: any number of wakeups without a cause, until there is one. */
static inline int wait_for_cause(struct polled *polled)
{
	int epoll = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN };
	int ret;

	epoll_ctl(epoll, EPOLL_CTL_ADD, kthread_fd(), &event);
	atomic_store(&polled->waits, true);
	while ((ret = kthread_trysleep()) == -EAGAIN) {
		if (epoll_wait(epoll, &event, 1, -1) == 1)
			atomic_fetch_add(&polled->nr_wakeups, 1);
	}
	atomic_store(&polled->waits, false);
	close(epoll);
	return ret;
}

static inline int answer(struct polled *polled, int question)
{
	switch (question) {
	case IS_READABLE:
		return is_readable(kthread_fd());
	case TAKE_TOKEN:
		return kthread_trysleep();
	case PARK_ONESELF_AND_PARK:
		kthread_park(kthread_self());
		return is_readable(kthread_fd()) && kthread_parkme();
	case WAIT:
		return wait_for_cause(polled);
	default:
		return kthread_parkme();
	}
}

static inline int answer_questions(void *data)
{
	struct polled *polled = data;
	int question;

	atomic_store(&polled->fd, kthread_fd());
	while (!kthread_should_stop()) {
		question = atomic_load(&polled->question);
		if (question) {
			atomic_store(&polled->answer, answer(polled, question));
			atomic_store(&polled->question, 0);
		}
		sched_yield();
	}
	return kthread_fd() == atomic_load(&polled->fd);
}

static inline int ask(struct polled *polled, int question)
{
	atomic_store(&polled->question, question);
	wait_until(!atomic_load(&polled->question));
	return atomic_load(&polled->answer);
}

static inline struct kthread *polled_start(struct polled *polled)
{
	struct kthread *k;

	atomic_store(&polled->fd, -1);
	k = kthread_run(answer_questions, polled, "polled");
	assert_non_null(k);
	assert_int_equal(ask(polled, IS_READABLE), 0);
	assert_true(atomic_load(&polled->fd) >= 0);
	return k;
}

#endif
