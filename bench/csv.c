/* SPDX-License-Identifier: MIT */
#include "csv.h"

#include "aftermath.h"
#include "bystander_join.h"
#include "csv_columns.h"
#include "csv_roundtrip.h"
#include "kernel_rows.h"
#include "summary.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define MAX_COLUMNS 256

/* The columns of one file. */
struct layout {
	const struct csv_column *columns[MAX_COLUMNS];
	size_t nr_columns;
};

/* The table, of what a run writes and of what the round trips write; NULL behind the last. */
static const struct csv_column *column_at(size_t index)
{
	size_t nr, nr_roundtrip;
	const struct csv_column *columns = csv_columns(&nr);
	const struct csv_column *roundtrip = csv_roundtrip_columns(&nr_roundtrip);

	if (index < nr)
		return &columns[index];
	return index - nr < nr_roundtrip ? &roundtrip[index - nr] : NULL;
}

static struct layout layout_of(enum csv_file file)
{
	struct layout layout = { .nr_columns = 0 };
	const struct csv_column *column;

	for (size_t i = 0; (column = column_at(i)); i++) {
		assert(i < MAX_COLUMNS);
		if (column->files & (1u << file))
			layout.columns[layout.nr_columns++] = column;
	}
	return layout;
}

static void put_header(struct csv_writer *csv, const struct layout *layout)
{
	for (size_t i = 0; i < layout->nr_columns; i++)
		csv_put_text(csv, layout->columns[i]->name);
	csv_end_row(csv);
}

static void put_row(struct csv_writer *csv, const struct layout *layout, const struct csv_row *row)
{
	for (size_t i = 0; i < layout->nr_columns; i++)
		layout->columns[i]->put(csv, row);
	csv_end_row(csv);
}

/* The distance that all steps of a block share, or "mixed". */
static const char *controller_of_block(const struct recording *rec, const struct block *block)
{
	const char *first = block->nr_steps ? csv_controller(rec, &block->steps[0]) : NULL;

	for (size_t i = 1; i < block->nr_steps; i++) {
		if (strcmp(csv_controller(rec, &block->steps[i]), first))
			return "mixed";
	}
	return first;
}

const char *csv_controller_of_cell(const struct recording *rec, uint32_t cell)
{
	for (size_t i = 0; i < rec->nr_blocks; i++) {
		/* Blocks of the memory pass have no steps. */
		if (rec->blocks[i].cell == cell && rec->blocks[i].nr_steps &&
		    rec->blocks[i].pass != PASS_FIRST_ONLINE)
			return controller_of_block(rec, &rec->blocks[i]);
	}
	return NULL;
}

static struct csv_row row_of_block(const struct recording *rec, const struct block *block)
{
	return (struct csv_row){ .rec = rec,
				 .cell = block->cell,
				 .arm = block->arm,
				 .block = block,
				 .phase = NR_PHASES };
}

/* By direction alone: what a step that was not tried would have had. */
static bool has_phase(const struct step_sample *step, enum phase phase)
{
	if (phase == PHASE_TOTAL)
		return step->blank[phase] != BLANK_OTHER_STEP;
	return (phase <= PHASE_OFFLINE) == (step->action == PLAN_OFFLINE);
}

static void put_phases(struct csv_writer *csv, const struct layout *layout, struct csv_row *row)
{
	for (int phase = 0; phase < NR_PHASES; phase++) {
		row->phase = (enum phase)phase;
		if (has_phase(row->step, row->phase))
			put_row(csv, layout, row);
	}
}

static void walk_samples(struct csv_writer *csv, const struct layout *layout,
			 const struct csv_source *source)
{
	for (size_t i = 0; i < source->rec->nr_blocks; i++) {
		const struct block *block = &source->rec->blocks[i];
		struct csv_row row = row_of_block(source->rec, block);

		if (block->pass != PASS_TIMING)
			continue;
		for (size_t step = 0; step < block->nr_steps; step++) {
			row.step = &block->steps[step];
			put_phases(csv, layout, &row);
		}
	}
}

static void walk_events(struct csv_writer *csv, const struct layout *layout,
			const struct csv_source *source)
{
	for (size_t i = 0; i < source->rec->nr_blocks; i++) {
		const struct block *block = &source->rec->blocks[i];
		struct csv_row row = row_of_block(source->rec, block);

		for (size_t step = 0; step < block->nr_steps; step++) {
			row.step = &block->steps[step];
			put_row(csv, layout, &row);
		}
	}
}

static void walk_blocks(struct csv_writer *csv, const struct layout *layout,
			const struct csv_source *source)
{
	for (size_t i = 0; i < source->rec->nr_blocks; i++) {
		struct csv_row row = row_of_block(source->rec, &source->rec->blocks[i]);

		row.controller = controller_of_block(source->rec, row.block);
		put_row(csv, layout, &row);
	}
}

static void walk_memory(struct csv_writer *csv, const struct layout *layout,
			const struct csv_source *source)
{
	for (size_t i = 0; i < source->rec->nr_blocks; i++) {
		struct csv_row row = row_of_block(source->rec, &source->rec->blocks[i]);

		if (row.block->pass != PASS_MEMORY)
			continue;
		row.controller = controller_of_block(source->rec, row.block);
		put_row(csv, layout, &row);
	}
}

/* Rows about many blocks. */
static void put_series_row(struct csv_writer *csv, const struct layout *layout, struct csv_row *row)
{
	row->controller = csv_controller_of_cell(row->rec, row->cell);
	put_row(csv, layout, row);
}

static void walk_counters(struct csv_writer *csv, const struct layout *layout,
			  const struct csv_source *source)
{
	for (size_t i = 0; i < source->nr_counters; i++) {
		const struct counter_row *counter = &source->counters[i];
		struct csv_row row = { .rec = source->rec,
				       .cell = counter->cell,
				       .arm = counter->arm,
				       .phase = counter->phase,
				       .counter = counter };

		put_series_row(csv, layout, &row);
	}
}

static void walk_syscalls(struct csv_writer *csv, const struct layout *layout,
			  const struct csv_source *source)
{
	for (size_t i = 0; i < source->nr_syscalls; i++) {
		const struct syscall_row *syscall = &source->syscalls[i];
		struct csv_row row = { .rec = source->rec,
				       .cell = syscall->cell,
				       .arm = syscall->arm,
				       .phase = syscall->phase,
				       .syscall = syscall };

		put_series_row(csv, layout, &row);
	}
}

static void walk_bystander(struct csv_writer *csv, const struct layout *layout,
			   const struct csv_source *source)
{
	for (size_t i = 0; i < source->nr_bystanders; i++) {
		const struct bystander_row *bystander = &source->bystanders[i];
		struct csv_row row =
			row_of_block(source->rec, &source->rec->blocks[bystander->block]);

		row.step = &row.block->steps[bystander->step];
		row.phase = bystander->phase;
		row.bystander = bystander;
		put_row(csv, layout, &row);
	}
}

static void walk_summary(struct csv_writer *csv, const struct layout *layout,
			 const struct csv_source *source)
{
	size_t nr = source->summary ? source->summary->nr_rows : 0;

	for (size_t i = 0; i < nr; i++) {
		const struct summary_row *summary = &source->summary->rows[i];
		struct csv_row row = { .rec = source->rec,
				       .cell = summary->cell,
				       .arm = summary->arm,
				       .phase = summary->phase,
				       .summary = summary };

		put_series_row(csv, layout, &row);
	}
}

static void walk_aftermath(struct csv_writer *csv, const struct layout *layout,
			   const struct csv_source *source)
{
	size_t nr = source->aftermath ? source->aftermath->nr_rows : 0;

	for (size_t i = 0; i < nr; i++) {
		struct csv_row row = { .rec = source->rec,
				       .phase = NR_PHASES,
				       .aftermath = &source->aftermath->rows[i] };

		put_row(csv, layout, &row);
	}
}

static struct csv_row row_of_kernel(const struct recording *rec, const struct kernel_origin *origin)
{
	struct csv_row row = row_of_block(rec, &rec->blocks[origin->block]);

	row.controller = controller_of_block(rec, row.block);
	return row;
}

static void walk_steps(struct csv_writer *csv, const struct layout *layout,
		       const struct csv_source *source)
{
	for (size_t i = 0; source->kernel && i < source->kernel->nr_steps; i++) {
		const struct kstep_row *step = &source->kernel->steps[i];
		struct csv_row row = row_of_kernel(source->rec, &step->origin);

		row.kstep = step;
		put_row(csv, layout, &row);
	}
}

static void walk_kpark(struct csv_writer *csv, const struct layout *layout,
		       const struct csv_source *source)
{
	for (size_t i = 0; source->kernel && i < source->kernel->nr_calls; i++) {
		const struct kcall_row *call = &source->kernel->calls[i];
		struct csv_row row = row_of_kernel(source->rec, &call->origin);

		row.kcall = call;
		put_row(csv, layout, &row);
	}
}

static void put_record(struct csv_writer *csv, const struct layout *layout,
		       struct csv_roundtrip_row *r)
{
	const struct csv_row row = { .roundtrip = r };

	r->what = r->spec->cases[r->record->what];
	r->site = &r->spec->sites[r->record->site];
	for (r->seq = 0; r->seq < r->record->nr_samples; r->seq++) {
		r->sample = &r->record->samples[r->seq];
		put_row(csv, layout, &row);
	}
}

static void walk_roundtrip(struct csv_writer *csv, const struct layout *layout,
			   const struct csv_source *source)
{
	const struct limits_outcome *outcome = source->limits;

	for (size_t i = 0; i < outcome->nr_recordings; i++) {
		struct csv_roundtrip_row r = { .outcome = outcome,
					       .spec = outcome->recordings[i].spec };

		for (size_t j = 0; j < outcome->recordings[i].nr_records; j++) {
			r.record = &outcome->recordings[i].records[j];
			put_record(csv, layout, &r);
		}
	}
}

static void walk_limits(struct csv_writer *csv, const struct layout *layout,
			const struct csv_source *source)
{
	for (size_t i = 0; i < source->limits->rows.nr; i++) {
		const struct limits_row *limits = &source->limits->rows.rows[i];
		const struct csv_roundtrip_row r = { .outcome = source->limits,
						     .what = limits->what,
						     .site = limits->site,
						     .row = limits };
		const struct csv_row row = { .roundtrip = &r };

		put_row(csv, layout, &row);
	}
}

static const struct {
	const char *name, *row;
	void (*walk)(struct csv_writer *csv, const struct layout *layout,
		     const struct csv_source *source);
} files[NR_CSV_FILES] = {
	[CSV_SAMPLES] = { "samples.csv",
			  "one phase of one step in one timing block; phases that belong to the "
			  "other direction have no row",
			  walk_samples },
	[CSV_EVENTS] = { "events.csv", "one planned step of one block of any pass", walk_events },
	[CSV_COUNTERS] = { "counters.csv",
			   "one counter of one phase of one arm, over its counting blocks",
			   walk_counters },
	[CSV_SYSCALLS] = { "syscalls.csv", "one system call of one phase of one arm",
			   walk_syscalls },
	[CSV_BLOCKS] = { "blocks.csv", "one block: one pass of the plan by one arm", walk_blocks },
	[CSV_MEMORY] = { "memory.csv",
			 "what the threads of one arm hold while all their CPUs are away, measured "
			 "in a fresh process",
			 walk_memory },
	[CSV_BYSTANDER] = { "bystander.csv",
			    "the worst gap of one CPU that stays in one step of one bystander "
			    "block; steps that were not tried or changed nothing have none",
			    walk_bystander },
	[CSV_SUMMARY] = { "summary.csv", "one statistic of one series", walk_summary },
	[CSV_AFTERMATH] = { "aftermath.csv",
			    "one thing on the machine that differs from before the run; a "
			    "simulated "
			    "run does not look",
			    walk_aftermath },
	[CSV_STEPS] = { "steps.csv",
			"one step of the kernel's own CPU hotplug, from its trace; empty with "
			"simulated "
			"hotplug",
			walk_steps },
	[CSV_KPARK] = { "kpark.csv",
			"one call of the kernel's own kthread_park, kthread_unpark, kthread_stop "
			"or "
			"kthread_create_on_node; only blocks that trace calls have them",
			walk_kpark },
	[CSV_ROUNDTRIP] = { "roundtrip.csv",
			    "one sample of one case at one site; of parkbench limits and peers, "
			    "not of a run",
			    walk_roundtrip },
	[CSV_LIMITS] = { "limits.csv",
			 "one statistic of one case at one site, or one comparison; of parkbench "
			 "limits and peers, not of a run",
			 walk_limits },
};

const char *csv_file_name(enum csv_file file)
{
	return files[file].name;
}

int csv_write(const char *dir, enum csv_file file, const struct csv_source *source)
{
	struct layout layout = layout_of(file);
	struct csv_writer csv;
	int ret = csv_open(&csv, dir, files[file].name);

	if (ret)
		return ret;
	put_header(&csv, &layout);
	files[file].walk(&csv, &layout, source);
	return csv_commit(&csv);
}

static const char *const about_files =
	"Every run writes one directory, `runs/<UTC time>-<pid>` by default, and never touches it "
	"again.\n`run.json` comes last: a directory without it is a run that did not end. "
	"`baseline/` is committed,\n`runs/` is not.\n\n"
	"Files are RFC 4180 CSV in UTF-8 with LF line ends, a header in the first line and no "
	"comments;\n\".\" is the decimal point, digits are never cut off. Units stand in the "
	"column "
	"names. A field is empty\nwhen there is no value, and `status` and `reason` say why. "
	"Columns "
	"are only appended as long as\n`schema` stays. Rows with warmup 1 are in no statistic.\n";

static const char *const about_words =
	"Phases of a step: `quiesce` request -> all threads of the CPU parked, joined or moved; "
	"`off_cpu` the\nsame begin -> the kernel shows every thread off its CPU; `offline`, "
	"`online` "
	"the hotplug driver\nalone; `startup` the contender's call on the way up, overlaps wake; "
	"`wake` CPU online -> first\ninstruction of the last thread; `first_work` from there -> "
	"its "
	"first duty step done; `resume`\nwake + first_work; `total` of an offline step quiesce + "
	"offline, of an online step online + resume:\na cycle's total is the sum of both rows, and "
	"that is what summary.csv tells. In counters.csv and\nsyscalls.csv `total` is the "
	"cycle's.\n\n"
	"Statistics of summary.csv: `mean`, `p50`, `p90`, `p99`, ..., `max` of all finished steps "
	"(`total`: of\nwhole cycles; a quantile needs 10 samples above it); `block_p50`, "
	"`block_mad` "
	"median and median\nabsolute deviation of the medians of the blocks; `ratio` this arm / "
	"reference, paired by repetition;\n`knob_ratio` this arm / the same contender under the "
	"first values of the knobs;\n`threads_share` (quiesce + resume) / total; `steps`, "
	"`refused` (a row per errno), `refused_as_planned`,\n`no_op`, `spoiled`, `lost`, "
	"`not_tried` numbers of steps; `wrong_cpu`, `affinity_lost` numbers of threads.\n\n"
	"`bulk_p50`, `bulk_max` of summary.csv: one request that moved many CPUs, all of it; n "
	"counts requests.\n\n"
	"`offline_gap_p50`, `online_gap_max`, ... of summary.csv: the worst gaps of CPUs that "
	"stay, "
	"by\n`kind` and `distance`; `offline_quiet_gap_p50`, ... of the same steps' quiet "
	"stretches. A step without\na gap above the threshold counts as the threshold: such a "
	"value is an upper bound.\n";

/* For a terminal, without the marks of Markdown. */
static void print_plain(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text != '`')
			fputc(*text, out);
	}
}

static void print_column(FILE *out, const struct csv_column *column, bool is_markdown)
{
	if (is_markdown) {
		fprintf(out, "| %s | %s | %s |\n", column->name, column->type, column->meaning);
		return;
	}
	fprintf(out, "  %-18s%-9s", column->name, column->type);
	print_plain(out, column->meaning);
	fputc('\n', out);
}

/* The columns of exactly the files in @mask, or of one file without those that are shared. */
static void print_columns(FILE *out, unsigned int mask, bool is_markdown)
{
	const bool is_shared_wanted = mask == CSV_EVERY_FILE || mask == CSV_ARM_FILES;
	const struct csv_column *column;

	if (is_markdown)
		fputs("\n| column | type | meaning |\n|---|---|---|\n", out);
	for (size_t i = 0; (column = column_at(i)); i++) {
		const unsigned int files_of_it = column->files;
		bool is_shared = files_of_it == CSV_EVERY_FILE || files_of_it == CSV_ARM_FILES;

		if (is_shared_wanted ? files_of_it == mask : !is_shared && files_of_it & mask)
			print_column(out, column, is_markdown);
	}
}

int csv_print_columns(FILE *out, bool is_markdown)
{
	if (is_markdown)
		fprintf(out,
			"# Results\n\nMade by `parkbench list columns --markdown`; do not "
			"edit.\n\n%s",
			about_files);
	fputs(is_markdown ? "\n## Columns of every file of a run\n"
			  : "every file of a run begins with\n",
	      out);
	print_columns(out, CSV_EVERY_FILE, is_markdown);
	fputs(is_markdown ? "\n## Columns of every file of a run but aftermath.csv\n"
			  : "\nand, but for aftermath.csv, goes on with\n",
	      out);
	print_columns(out, CSV_ARM_FILES, is_markdown);
	for (int file = 0; file < NR_CSV_FILES; file++) {
		fprintf(out, is_markdown ? "\n## %s\n\nOne row is %s.\n" : "\n%s: one row is %s\n",
			files[file].name, files[file].row);
		print_columns(out, 1u << file, is_markdown);
	}
	fputs(is_markdown ? "\n## Words\n\n" : "\n", out);
	if (is_markdown)
		fputs(about_words, out);
	else
		print_plain(out, about_words);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
