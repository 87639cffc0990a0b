/* SPDX-License-Identifier: MIT */
/* lanes - the threads of a plan's parallel togglers, for as long as the plan runs. */
#ifndef BENCH_LANES_H
#define BENCH_LANES_H

/**
 * lanes_run() - call @run(@arg, lane) for each lane at the same time, and wait for all.
 *
 * Lane 0 is the caller. The others run where the caller may, take no signal, and start when all
 * are there. Return: 0; -EAGAIN, -ENOMEM: a thread could not be made, and @run was not called.
 */
int lanes_run(unsigned int nr_lanes, void (*run)(void *arg, unsigned int lane), void *arg);

#endif
