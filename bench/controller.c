/* SPDX-License-Identifier: MIT */
#include "controller.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int refuse(char *why, size_t why_size, const char *what, const char *cure)
{
	int error = errno;

	snprintf(why, why_size, "%s: %s; %s", what, strerror(error), cure);
	return -error;
}

/* /dev/cpu_dma_latency: the kernel keeps to the latency written as long as the file is open. */
static int hold_idle(struct controller *c, char *why, size_t why_size)
{
	const int32_t latency_us = 0;

	c->dma_latency_fd = open("/dev/cpu_dma_latency", O_WRONLY | O_CLOEXEC);
	if (c->dma_latency_fd < 0)
		return refuse(why, why_size, "--idle hold cannot open /dev/cpu_dma_latency",
			      "run as root or use --idle free");
	if (write(c->dma_latency_fd, &latency_us, sizeof(latency_us)) != sizeof(latency_us))
		return refuse(why, why_size, "--idle hold cannot write /dev/cpu_dma_latency",
			      "use --idle free");
	return 0;
}

static int set_policy(int priority, char *why, size_t why_size)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		return refuse(why, why_size, "--sched fifo is not permitted",
			      "run as root, raise the rtprio limit, or use --sched other");
	return 0;
}

static int pin(unsigned int cpu, char *why, size_t why_size)
{
	struct cpumask own;

	cpumask_clear(&own);
	cpumask_set_cpu(cpu, &own);
	if (sched_setaffinity(0, sizeof(own), (cpu_set_t *)own.bits))
		return refuse(why, why_size, "the controller cannot run on its CPU",
			      "choose another one with --controller");
	return 0;
}

int controller_enter(const struct run_setup *setup, struct controller *ret, char *why,
		     size_t why_size)
{
	struct controller c = { .dma_latency_fd = -1 };
	struct sched_param param = { 0 };
	int error;

	if (sched_getaffinity(0, sizeof(c.affinity), (cpu_set_t *)c.affinity.bits) < 0)
		return refuse(why, why_size, "sched_getaffinity", "this needs Linux");
	c.policy = sched_getscheduler(0);
	sched_getparam(0, &param);
	c.priority = param.sched_priority;
	c.timer_slack_ns = prctl(PR_GET_TIMERSLACK);
	prctl(PR_SET_TIMERSLACK, 1);
	error = pin(run_real_cpu(setup, setup->controller_cpu), why, why_size);
	if (!error && setup->fifo_priority)
		error = set_policy(setup->fifo_priority, why, why_size);
	if (!error && setup->is_idle_held)
		error = hold_idle(&c, why, why_size);
	if (error)
		controller_leave(&c);
	else
		*ret = c;
	return error;
}

void controller_leave(struct controller *controller)
{
	struct sched_param param = { .sched_priority = controller->priority };

	if (controller->dma_latency_fd >= 0)
		close(controller->dma_latency_fd);
	sched_setscheduler(0, controller->policy, &param);
	sched_setaffinity(0, sizeof(controller->affinity), (cpu_set_t *)controller->affinity.bits);
	prctl(PR_SET_TIMERSLACK, controller->timer_slack_ns);
}
