/* SPDX-License-Identifier: MIT */
/*
 * The lines of the table about what the application feels: work done, items that waited, and CPU
 * time that the controller burnt to be back sooner.
 */
#include "contender.h"
#include "duty.h"
#include "report_table.h"

#include <stdlib.h>

/* One arm's timing blocks of a cell, warm-up left out. */
struct felt {
	double done, seconds;
	uint64_t nr_missed, worst_ns, nr_blocks;
	uint64_t p99_ns[64]; /* of the first blocks: their median is told */
	size_t nr_p99;
};

static void add_block(struct felt *felt, const struct block *block)
{
	const struct duty_result *duty = &block->duty;

	felt->done += (double)duty->nr_done_in_plan;
	felt->seconds += (double)(block->ended_ns - block->started_ns) / 1e9;
	felt->nr_missed += duty->nr_items_missed;
	felt->nr_blocks++;
	if (duty->wait_max_ns > felt->worst_ns)
		felt->worst_ns = duty->wait_max_ns;
	if (duty->has_waits && felt->nr_p99 < sizeof(felt->p99_ns) / sizeof(felt->p99_ns[0]))
		felt->p99_ns[felt->nr_p99++] = duty->wait_p99_ns;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void print_arm(FILE *out, const char *arm, const char *unit, struct felt *felt)
{
	char p99[REPORT_FIGURE_BYTES], worst[REPORT_FIGURE_BYTES];

	fprintf(out, "duty       %-12s %.4g %s/s", arm, felt->done / felt->seconds, unit);
	if (felt->nr_p99) {
		qsort(felt->p99_ns, felt->nr_p99, sizeof(felt->p99_ns[0]), compare);
		report_format_ns((double)felt->p99_ns[felt->nr_p99 / 2], p99);
		report_format_ns((double)felt->worst_ns, worst);
		fprintf(out, "; waited p99 %s, worst %s; missed %llu in %llu blocks", p99, worst,
			(unsigned long long)felt->nr_missed, (unsigned long long)felt->nr_blocks);
	}
	fputc('\n', out);
}

void report_duty_print(FILE *out, const struct recording *rec, uint32_t cell)
{
	/* Neither is a time of the contender's. */
	if (rec->setup->real_cpus || plan_nr_lanes(rec->cells[cell].plan) > 1)
		return;
	for (uint32_t arm = 0; arm < rec->nr_arms; arm++) {
		struct felt felt = { .nr_blocks = 0 };

		for (size_t i = 0; i < rec->nr_blocks; i++) {
			const struct block *block = &rec->blocks[i];

			if (block->cell == cell && block->arm == arm && !block->is_warmup &&
			    block->pass == PASS_TIMING)
				add_block(&felt, block);
		}
		if (felt.done > 0 && felt.seconds > 0)
			print_arm(out, rec->arms[arm].contender->name, rec->cells[cell].duty->unit,
				  &felt);
	}
}

/* @ret_cycles: CPUs that went and came back. */
static void add_spins(struct spin_result *sum, const struct block *block, uint64_t *ret_cycles)
{
	sum->is_known |= block->spins.is_known;
	sum->nr_waits += block->spins.nr_waits;
	sum->nr_won += block->spins.nr_won;
	sum->spun_ns += block->spins.spun_ns;
	for (size_t i = 0; i < block->nr_steps; i++)
		*ret_cycles += block->steps[i].status == STEP_DONE &&
			       block->steps[i].action == PLAN_OFFLINE;
}

void report_spins_print(FILE *out, const struct recording *rec, uint32_t cell)
{
	for (uint32_t arm = 0; arm < rec->nr_arms; arm++) {
		struct spin_result sum = { .is_known = false };
		char each[REPORT_FIGURE_BYTES];
		uint64_t nr_cycles = 0;

		for (size_t i = 0; i < rec->nr_blocks; i++) {
			const struct block *block = &rec->blocks[i];

			if (block->cell == cell && block->arm == arm && !block->is_warmup &&
			    block->pass == PASS_TIMING)
				add_spins(&sum, block, &nr_cycles);
		}
		if (!sum.is_known || !nr_cycles)
			continue;
		report_format_ns((double)sum.spun_ns / (double)nr_cycles, each);
		fprintf(out, "spin       %-12s %s of CPU time per cycle, %llu of %llu waits won; ",
			rec->arms[arm].contender->name, each, (unsigned long long)sum.nr_won,
			(unsigned long long)sum.nr_waits);
		fprintf(out, "%s\n",
			rec->setup->spin_ns ? "without: --spin never" : "--spin never");
	}
}
