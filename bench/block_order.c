/* SPDX-License-Identifier: MIT */
#include "block_order.h"

#include <errno.h>
#include <stdlib.h>

/* Place @column of Williams' first row: 0, 1, n-1, 2, n-2, ... */
static uint32_t first_row(uint32_t column, uint32_t nr_arms)
{
	if (column % 2)
		return (column + 1) / 2;
	return (nr_arms - column / 2) % nr_arms;
}

/*
 * Row @row of the design: the first row, shifted. With an odd number of arms one square balances
 * the places but not the neighbours; its mirror image, as rows n .. 2n-1, completes it.
 */
static uint32_t design(uint32_t row, uint32_t column, uint32_t nr_arms)
{
	if (row >= nr_arms)
		column = nr_arms - 1 - column;
	return (first_row(column, nr_arms) + row) % nr_arms;
}

uint32_t block_order_rows(uint32_t nr_arms)
{
	return nr_arms % 2 ? 2 * nr_arms : nr_arms;
}

int block_order(uint32_t *order, uint32_t nr_arms, uint32_t nr_repetitions, struct random *random)
{
	uint32_t nr_rows = block_order_rows(nr_arms);
	unsigned int *arms = calloc(nr_arms, sizeof(*arms));
	unsigned int *rows = calloc(nr_rows, sizeof(*rows));
	int ret = -ENOMEM;

	if (!arms || !rows)
		goto out_free;
	for (uint32_t i = 0; i < nr_arms; i++)
		arms[i] = i;
	for (uint32_t i = 0; i < nr_rows; i++)
		rows[i] = i;
	random_shuffle(random, arms, nr_arms);
	for (uint32_t rep = 0; rep < nr_repetitions; rep++) {
		if (rep % nr_rows == 0)
			random_shuffle(random, rows, nr_rows);
		for (uint32_t i = 0; i < nr_arms; i++)
			order[rep * nr_arms + i] = arms[design(rows[rep % nr_rows], i, nr_arms)];
	}
	ret = 0;
out_free:
	free(rows);
	free(arms);
	return ret;
}
