/* SPDX-License-Identifier: MIT */
#include "lanes.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

/* What all lanes of a call share. */
struct start {
	pthread_mutex_t lock;
	pthread_cond_t decided;
	bool is_decided, is_called_off; /* under lock */
	void (*run)(void *arg, unsigned int lane);
	void *arg;
};

struct lane {
	struct start *start;
	unsigned int number;
	pthread_t thread;
};

static void *lane_main(void *arg)
{
	struct lane *lane = arg;
	struct start *start = lane->start;
	bool is_called_off;

	pthread_mutex_lock(&start->lock);
	while (!start->is_decided)
		pthread_cond_wait(&start->decided, &start->lock);
	is_called_off = start->is_called_off;
	pthread_mutex_unlock(&start->lock);
	if (!is_called_off)
		start->run(start->arg, lane->number);
	return NULL;
}

static void decide(struct start *start, bool is_called_off)
{
	pthread_mutex_lock(&start->lock);
	start->is_decided = true;
	start->is_called_off = is_called_off;
	pthread_mutex_unlock(&start->lock);
	pthread_cond_broadcast(&start->decided);
}

/* How many came to be is in @ret_nr also on failure. */
static int make_threads(struct lane *lanes, unsigned int nr, unsigned int *ret_nr)
{
	sigset_t all, old;
	int error = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (*ret_nr = 0; *ret_nr < nr && !error; *ret_nr += !error)
		error = pthread_create(&lanes[*ret_nr].thread, NULL, lane_main, &lanes[*ret_nr]);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -error;
}

int lanes_run(unsigned int nr_lanes, void (*run)(void *arg, unsigned int lane), void *arg)
{
	struct start start = { .lock = PTHREAD_MUTEX_INITIALIZER,
			       .decided = PTHREAD_COND_INITIALIZER,
			       .run = run,
			       .arg = arg };
	struct lane *lanes = calloc(nr_lanes, sizeof(*lanes));
	unsigned int nr_threads;
	int ret;

	if (!lanes)
		return -ENOMEM;
	for (unsigned int i = 0; i + 1 < nr_lanes; i++)
		lanes[i] = (struct lane){ .start = &start, .number = i + 1 };
	ret = make_threads(lanes, nr_lanes - 1, &nr_threads);
	decide(&start, ret != 0);
	if (!ret)
		run(arg, 0);
	for (unsigned int i = 0; i < nr_threads; i++)
		pthread_join(lanes[i].thread, NULL);
	free(lanes);
	return ret;
}
