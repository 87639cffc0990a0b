/* SPDX-License-Identifier: MIT */
/*
 * block_order - in which order the arms of a cell take their blocks.
 *
 * Each repetition holds every arm once. Over as many repetitions as there are arms (twice as many
 * if their number is odd) each arm stands in each place equally often, and follows each other arm
 * equally often (Williams' design), so that neither drift nor what the neighbour leaves behind
 * favours one. Which arm is which, and the order of the rows, come from the seed.
 */
#ifndef BENCH_BLOCK_ORDER_H
#define BENCH_BLOCK_ORDER_H

#include "random.h"

#include <stdint.h>

/* Over how many repetitions it is balanced. */
uint32_t block_order_rows(uint32_t nr_arms);

/* @order: @nr_repetitions rows of @nr_arms arm numbers. 0 or -ENOMEM. */
int block_order(uint32_t *order, uint32_t nr_arms, uint32_t nr_repetitions, struct random *random);

#endif
