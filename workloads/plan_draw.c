/* SPDX-License-Identifier: MIT */
#include "plan_draw.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* "8128-8191  ": the CPUs of a line. */
#define LABEL_BYTES 11

/* One character of the picture. */
struct cell {
	double away;	 /* of its time, summed over its CPUs */
	bool is_refused; /* a step has to fail in it */
};

struct picture {
	const struct plan *plan;
	bool is_by_step;
	double width; /* of a column, in ns or steps */
	unsigned int nr_columns, nr_cpus, cpus_per_row, nr_rows;
	unsigned int *cpus;   /* of the plan, ascending */
	unsigned int *row_of; /* by CPU number */
	unsigned int *nr_off; /* by CPU number: in how many lanes it is away */
	double *off_since;
	struct cell *cells;
};

static double moment(const struct picture *p, size_t step)
{
	return p->is_by_step ? (double)step : (double)p->plan->steps[step].planned_ns;
}

static struct cell *cell_at(const struct picture *p, unsigned int cpu, double at)
{
	unsigned int column = (unsigned int)(at / p->width);

	if (column >= p->nr_columns)
		column = p->nr_columns - 1;
	return &p->cells[(size_t)p->row_of[cpu] * p->nr_columns + column];
}

static void add_away(const struct picture *p, unsigned int cpu, double from, double to)
{
	unsigned int column = (unsigned int)(from / p->width);

	for (; column < p->nr_columns && column * p->width < to; column++) {
		double begin = column * p->width, end = begin + p->width;
		double since = from > begin ? from : begin, until = to < end ? to : end;

		cell_at(p, cpu, begin + p->width / 2)->away += until - since;
	}
}

static void follow(struct picture *p)
{
	for (size_t i = 0; i < p->plan->nr_steps; i++) {
		const struct plan_step *step = &p->plan->steps[i];
		unsigned int cpu = step->cpu;

		if (step->fails)
			cell_at(p, cpu, moment(p, i))->is_refused = true;
		else if (step->action == PLAN_OFFLINE && p->nr_off[cpu]++ == 0)
			p->off_since[cpu] = moment(p, i);
		else if (step->action == PLAN_ONLINE && --p->nr_off[cpu] == 0)
			add_away(p, cpu, p->off_since[cpu], moment(p, i));
	}
}

static unsigned int nr_in_row(const struct picture *p, unsigned int row)
{
	unsigned int left = p->nr_cpus - row * p->cpus_per_row;

	return left < p->cpus_per_row ? left : p->cpus_per_row;
}

/* '.' nobody away, '#' everybody all the time, else tenths; one CPU has no tenths. */
static char sign_of(const struct picture *p, unsigned int row, const struct cell *cell)
{
	double share = cell->away / (p->width * nr_in_row(p, row));
	int tenths = (int)(share * 10);

	if (cell->is_refused)
		return '!';
	if (share <= 0)
		return '.';
	if (share > 0.999)
		return '#';
	if (p->cpus_per_row == 1)
		return ':';
	return (char)('0' + (tenths < 1 ? 1 : tenths > 9 ? 9 : tenths));
}

static void draw_row(const struct picture *p, unsigned int row, FILE *file)
{
	unsigned int first = p->cpus[row * p->cpus_per_row];
	unsigned int last = p->cpus[row * p->cpus_per_row + nr_in_row(p, row) - 1];
	char label[32];

	if (first == last)
		snprintf(label, sizeof(label), "%u", first);
	else
		snprintf(label, sizeof(label), "%u-%u", first, last);
	fprintf(file, "%*s ", LABEL_BYTES - 1, label);
	for (unsigned int column = 0; column < p->nr_columns; column++)
		fputc(sign_of(p, row, &p->cells[(size_t)row * p->nr_columns + column]), file);
	fputc('\n', file);
}

static void draw_legend(const struct picture *p, FILE *file)
{
	const char *some = p->cpus_per_row == 1 ? ": both" : "1-9 tenths";

	if (p->is_by_step)
		fprintf(file, "%s: a column is %.3g steps", p->plan->workload, p->width);
	else
		fprintf(file, "%s: a column is %.3g ms", p->plan->workload, p->width / 1e6);
	fprintf(file, "; . up, # away, %s, ! refused\n", some);
}

static int make(struct picture *p)
{
	unsigned int nr_numbers = cpumask_last(&p->plan->cpus) + 1, cpu, nr = 0;

	p->cpus = calloc(p->nr_cpus, sizeof(*p->cpus));
	p->row_of = calloc(nr_numbers, sizeof(*p->row_of));
	p->nr_off = calloc(nr_numbers, sizeof(*p->nr_off));
	p->off_since = calloc(nr_numbers, sizeof(*p->off_since));
	p->cells = calloc((size_t)p->nr_rows * p->nr_columns, sizeof(*p->cells));
	if (!p->cpus || !p->row_of || !p->nr_off || !p->off_since || !p->cells)
		return -ENOMEM;
	for_each_cpu (cpu, &p->plan->cpus) {
		p->row_of[cpu] = nr / p->cpus_per_row;
		p->cpus[nr++] = cpu;
	}
	return 0;
}

int plan_draw(const struct plan *plan, unsigned int nr_columns, unsigned int nr_rows, FILE *file)
{
	struct picture p = { .plan = plan, .nr_cpus = cpumask_weight(&plan->cpus) };
	uint64_t end_ns = plan->steps[plan->nr_steps - 1].planned_ns;
	int ret;

	p.nr_columns = (nr_columns > 40 ? nr_columns : 40) - LABEL_BYTES;
	p.is_by_step = plan->steps[0].planned_ns == end_ns;
	p.width = (p.is_by_step ? (double)plan->nr_steps : (double)end_ns + 1) / p.nr_columns;
	p.cpus_per_row = (p.nr_cpus + nr_rows - 1) / nr_rows;
	p.nr_rows = (p.nr_cpus + p.cpus_per_row - 1) / p.cpus_per_row;
	ret = make(&p);
	if (!ret) {
		follow(&p);
		errno = 0;
		draw_legend(&p, file);
		for (unsigned int row = 0; row < p.nr_rows; row++)
			draw_row(&p, row, file);
		if (fflush(file) || ferror(file))
			ret = errno ? -errno : -EIO;
	}
	free(p.cells);
	free(p.off_since);
	free(p.nr_off);
	free(p.row_of);
	free(p.cpus);
	return ret;
}
