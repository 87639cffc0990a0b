/* SPDX-License-Identifier: MIT */
#include "results.h"

#include "contender.h"
#include "hotplug.h"
#include "outfile.h"
#include "run_json.h"
#include "tally.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PLAN_NAME      "plan.txt"
#define BENCHMARK_NAME "benchmark.json"

/* Of the tools beside it; perftool.h and load.h name them. */
static const char *const tool_names[] = { "perf.stat.txt", "perf.data", "perf.log", "load.log" };

static int refuse(char *why, size_t why_size, const char *path, int error)
{
	snprintf(why, why_size, "cannot write results to '%s': %s; choose another place with --out",
		 path, strerror(error));
	return -error;
}

/* mkdir -p. @ret_is_made: the last one was not there before. */
static int make_directories(char *path, bool *ret_is_made)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int ret;

		*slash = '\0';
		ret = mkdir(path, 0777);
		*slash = '/';
		if (ret && errno != EEXIST)
			return -errno;
	}
	*ret_is_made = !mkdir(path, 0777);
	return *ret_is_made || errno == EEXIST ? 0 : -errno;
}

/* 0, -ENOTEMPTY, or -errno. */
static int check_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int ret = 0;

	if (!dir)
		return -errno;
	while (!ret && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			ret = -ENOTEMPTY;
	closedir(dir);
	if (!ret && access(path, W_OK | X_OK))
		ret = -errno;
	return ret;
}

static void default_path(char *path)
{
	time_t now = time(NULL);
	struct tm utc;
	char stamp[32];

	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(path, RESULTS_PATH_BYTES, "results/runs/%s-%d", stamp, (int)getpid());
}

int results_open(const char *path, struct results *ret, char *why, size_t why_size)
{
	struct results results = { .is_made = false };
	int error;

	if (path && (!*path || strlen(path) >= sizeof(results.path)))
		return refuse(why, why_size, path, *path ? ENAMETOOLONG : ENOENT);
	if (path)
		strcpy(results.path, path);
	else
		default_path(results.path);
	error = make_directories(results.path, &results.is_made);
	if (!error)
		error = check_empty(results.path);
	if (error) {
		if (results.is_made)
			rmdir(results.path);
		return refuse(why, why_size, results.path, -error);
	}
	*ret = results;
	return 0;
}

static void remove_one(const struct results *results, const char *name)
{
	char path[RESULTS_PATH_BYTES + 64];

	snprintf(path, sizeof(path), "%s/%s", results->path, name);
	unlink(path);
}

void results_abandon(struct results *results)
{
	for (enum csv_file file = 0; file < NR_CSV_FILES; file++)
		remove_one(results, csv_file_name(file));
	for (size_t i = 0; i < sizeof(tool_names) / sizeof(tool_names[0]); i++)
		remove_one(results, tool_names[i]);
	remove_one(results, PLAN_NAME);
	remove_one(results, BENCHMARK_NAME);
	remove_one(results, RUN_JSON_NAME);
	if (results->is_made)
		rmdir(results->path);
}

static int write_plans(const struct results *results, const struct selection *selection)
{
	char path[RESULTS_PATH_BYTES + 64];
	struct outfile out;
	int ret;

	snprintf(path, sizeof(path), "%s/" PLAN_NAME, results->path);
	ret = outfile_open(&out, path);
	for (size_t i = 0; i < selection->nr_plans && !ret; i++) {
		ret = plan_save(&selection->plans[i], out.file);
		if (ret)
			outfile_abandon(&out);
	}
	return ret ? ret : outfile_commit(&out, false);
}

static int write_report(const struct results *results, const char *report)
{
	char path[RESULTS_PATH_BYTES + 64];
	struct outfile out;
	int ret;

	if (!report)
		return 0;
	snprintf(path, sizeof(path), "%s/" BENCHMARK_NAME, results->path);
	ret = outfile_open(&out, path);
	if (ret)
		return ret;
	fputs(report, out.file);
	return outfile_commit(&out, false);
}

/*
 * run.json.
 */

#define MAX_FILES 32

static void list_files(const struct results *results, const char *files[MAX_FILES + 1])
{
	char path[RESULTS_PATH_BYTES + 64];
	size_t nr = 0;

	for (enum csv_file file = 0; file < NR_RUN_CSV_FILES; file++)
		files[nr++] = csv_file_name(file);
	files[nr++] = PLAN_NAME;
	files[nr++] = BENCHMARK_NAME;
	for (size_t i = 0; i < sizeof(tool_names) / sizeof(tool_names[0]); i++)
		files[nr++] = tool_names[i];
	files[nr] = NULL;
	/* Only what is there. */
	nr = 0;
	for (size_t i = 0; files[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", results->path, files[i]);
		if (!access(path, F_OK))
			files[nr++] = files[i];
	}
	files[nr] = NULL;
}

/* As --bystander-kind takes them; nobody asked: NULL. */
static const char *bystander_kinds_text(const struct options *o)
{
	const bool *kinds = o->bystander_kinds;

	if (kinds[BYSTANDER_SPIN] && kinds[BYSTANDER_SLEEP])
		return "spin,sleep";
	if (kinds[BYSTANDER_SPIN])
		return bystander_kind_name(BYSTANDER_SPIN);
	return kinds[BYSTANDER_SLEEP] ? bystander_kind_name(BYSTANDER_SLEEP) : NULL;
}

static size_t fill_params(const struct run_setup *setup, const struct options *o,
			  struct json_field *fields)
{
	size_t nr = 0;

	fields[nr++] = json_number("seed", o->seed);
	fields[nr++] = json_text("hotplug", setup->hotplug->name);
	fields[nr++] = json_text("hotplug_kind", hotplug_kind(setup->hotplug));
	fields[nr++] = json_truth("is_simulated", setup->hotplug->is_simulated);
	fields[nr++] = json_number("cycles", o->cycles);
	fields[nr++] = json_number("repetitions", o->repetitions);
	fields[nr++] = json_number("warmup_blocks", o->warmup_blocks);
	fields[nr++] = json_number("dwell_off_ns", o->dwell_off_ns);
	fields[nr++] = json_number("dwell_on_ns", o->dwell_on_ns);
	fields[nr++] = json_number("dither_ns", o->dither_ns);
	fields[nr++] = json_number("max_off", o->max_off);
	fields[nr++] = json_number("controller_cpu", setup->controller_cpu);
	fields[nr++] = json_text("controller_wait", setup->wait == WAIT_POLL ? "poll" : "block");
	fields[nr++] = json_number("spin_ns", setup->spin_ns);
	fields[nr++] = json_text("pacing", pacing_name(setup->pacing));
	fields[nr++] = json_text("abort_on", o->abort_on_text);
	fields[nr++] = json_text("fail_state", o->fail_text);
	fields[nr++] = json_number("deadline_ns", o->deadline_ns);
	fields[nr++] = json_number("min_online", o->min_online);
	fields[nr++] =
		json_text("bystanders",
			  o->passes[PASS_BYSTANDER] ? bystander_scope_name(o->bystanders) : "none");
	fields[nr++] = json_text("bystander_kind", bystander_kinds_text(o));
	fields[nr++] = json_number("stack_bytes", setup->stack_bytes);
	fields[nr++] = json_number("stack_touch_bytes", setup->stack_touch_bytes);
	fields[nr++] = json_number("data_touch_bytes", setup->data_touch_bytes);
	fields[nr++] = json_number("fifo_priority", (uint64_t)setup->fifo_priority);
	fields[nr++] = json_truth("is_idle_held", setup->is_idle_held);
	fields[nr++] = json_number("clock_read_ns", setup->clock_read_ns);
	fields[nr++] = json_text("plan_path", o->plan_path);
	fields[nr++] = json_text("filter", o->filter);
	fields[nr++] = json_text("events", o->events);
	fields[nr++] = json_text("perf", o->perf);
	return nr;
}

/* As given, and what its first file said before. */
static size_t fill_knobs(const struct knobs *knobs, struct json_field *fields)
{
	static const char *const names[KNOBS_MAX][2] = {
		{ "knob_0", "knob_0_was" }, { "knob_1", "knob_1_was" }, { "knob_2", "knob_2_was" },
		{ "knob_3", "knob_3_was" }, { "knob_4", "knob_4_was" }, { "knob_5", "knob_5_was" },
		{ "knob_6", "knob_6_was" }, { "knob_7", "knob_7_was" },
	};
	size_t nr = 0;

	for (size_t i = 0; knobs && i < knobs->nr; i++) {
		const struct setting *first = &knobs->before.list[knobs->list[i].first];

		fields[nr++] = json_text(names[i][0], knobs->given[i]);
		fields[nr++] = json_text(names[i][1], first->was);
	}
	return nr;
}

/* What ran beside it. */
static size_t fill_load(const struct load *load, struct json_field *fields)
{
	fields[0] = json_text("load", load ? load_command(load) : NULL);
	fields[1] = json_text("load_version", load ? load_version(load) : NULL);
	fields[2] = json_text("load_cpus", load ? load_cpus(load) : NULL);
	return 3;
}

static size_t fill_all_params(const struct results_input *input, struct json_field *fields)
{
	const struct passes *p = input->passes;
	size_t nr = fill_params(p->rec.setup, p->options, fields);

	nr += fill_load(input->load, fields + nr);
	return nr + fill_knobs(p->knobs, fields + nr);
}

static size_t fill_counts(const struct recording *rec, struct json_field *fields)
{
	struct tally tally;
	size_t nr = 0;

	tally_make(rec, &tally);
	fields[nr++] = json_number("blocks", rec->nr_blocks);
	fields[nr++] = json_number("planned", tally.nr_planned);
	fields[nr++] = json_number("tried", tally.nr_tried);
	fields[nr++] = json_number("late", tally.nr_late);
	for (enum step_status status = 0; status < NR_STEP_STATUSES; status++)
		fields[nr++] = json_number(step_status_name(status), tally.nr[status]);
	fields[nr++] = json_number("refused_as_planned", tally.nr_refused_as_planned);
	fields[nr++] = json_number("wrong_cpu", tally.nr_wrong_cpu);
	fields[nr++] = json_number("affinity_lost", tally.nr_affinity_lost);
	return nr;
}

#define CELL_FIELDS 5

static struct json_record *fill_cells(const struct recording *rec, struct json_field *fields)
{
	struct json_record *records = calloc(rec->nr_cells, sizeof(*records));

	for (size_t i = 0; i < rec->nr_cells && records; i++) {
		const struct cell *cell = &rec->cells[i];
		struct json_field *f = fields + i * CELL_FIELDS;

		f[0] = json_text("workload", cell->workload);
		f[1] = json_text("duty", cell->duty->name);
		f[2] = json_number("threads_per_cpu", cell->threads_per_cpu);
		f[3] = json_number("steps", cell->plan->nr_steps);
		f[4] = json_number("plan_seed", cell->plan->seed);
		records[i] = (struct json_record){ f, CELL_FIELDS };
	}
	return records;
}

#define ARM_FIELDS 4

static struct json_record *fill_arms(const struct recording *rec, struct json_field *fields)
{
	struct json_record *records = calloc(rec->nr_arms, sizeof(*records));

	for (size_t i = 0; i < rec->nr_arms && records; i++) {
		struct json_field *f = fields + i * ARM_FIELDS;

		f[0] = json_text("contender", rec->arms[i].contender->name);
		f[1] = json_text("summary", rec->arms[i].contender->summary);
		f[2] = json_text("pin", rec->arms[i].contender->pin);
		f[3] = json_text("knob", rec->arms[i].knob);
		records[i] = (struct json_record){ f, ARM_FIELDS };
	}
	return records;
}

static struct json_field group_field(const char *name, int index)
{
	return index < 0 ? json_text(name, NULL) : json_number(name, (uint64_t)index);
}

static size_t fill_cpu(const struct topology *topo, unsigned int cpu, struct json_field *fields)
{
	const struct topo_cpu *row = &topo->cpus[cpu];
	size_t nr = 0;

	fields[nr++] = json_number("cpu", cpu);
	fields[nr++] = json_number("order", row->order);
	fields[nr++] = group_field("package", row->package);
	fields[nr++] = group_field("die", row->die);
	fields[nr++] = group_field("numa_node", row->numa_node);
	fields[nr++] = group_field("l3", row->l3);
	fields[nr++] = group_field("l2", row->l2);
	fields[nr++] = group_field("core", row->core);
	fields[nr++] = group_field("thread", row->thread);
	fields[nr++] = group_field("kind", row->kind);
	fields[nr++] = json_truth("is_online", row->is_online);
	fields[nr++] = json_truth("is_removable", row->is_removable);
	return nr;
}

#define CPU_FIELDS 12

/* The readers of a run draw the machine, and put CPUs in the order in which they are near. */
static size_t fill_cpus(const struct topology *topo, struct json_field *fields,
			struct json_record *records)
{
	size_t nr = 0;

	for (unsigned int cpu = 0; cpu < topo->nr_cpus; cpu++) {
		struct json_field *f = fields + nr * CPU_FIELDS;

		if (topo->cpus[cpu].is_present)
			records[nr++] = (struct json_record){ f, fill_cpu(topo, cpu, f) };
	}
	return nr;
}

/* One line per event that had no value: the first reason met. */
static size_t fill_counters(const struct passes *p, struct json_field *fields, size_t max)
{
	size_t nr = 0;

	for (size_t i = 0; i < p->nr_counters && nr < max; i++) {
		const struct counter_row *row = &p->counters[i];
		size_t seen = 0;

		while (seen < nr && strcmp(fields[seen].name, row->event) != 0)
			seen++;
		if (seen == nr)
			fields[nr++] =
				json_text(row->event,
					  strcmp(row->status, "blank") ? row->status : row->reason);
	}
	return nr;
}

#define MAX_FIELDS 64

static int write_run_json(const struct results *results, const struct results_input *input)
{
	const struct recording *rec = &input->passes->rec;
	struct json_field params[MAX_FIELDS], counts[MAX_FIELDS], counters[MAX_FIELDS];
	struct json_field *cell_fields = calloc(rec->nr_cells * CELL_FIELDS, sizeof(*cell_fields));
	struct json_field *arm_fields = calloc(rec->nr_arms * ARM_FIELDS, sizeof(*arm_fields));
	struct json_record *cells = cell_fields ? fill_cells(rec, cell_fields) : NULL;
	struct json_record *arms = arm_fields ? fill_arms(rec, arm_fields) : NULL;
	const struct topology *topo = rec->setup->topo;
	struct json_field *cpu_fields = calloc(topo->nr_cpus * CPU_FIELDS, sizeof(*cpu_fields));
	struct json_record *cpus = calloc(topo->nr_cpus, sizeof(*cpus));
	const char *files[MAX_FILES + 1];
	const char *slash = strrchr(results->path, '/');
	int ret = -ENOMEM;

	list_files(results, files);
	if (cells && arms && cpu_fields && cpus) {
		struct run_json_input json = {
			.env = input->env,
			.run_id = slash && slash[1] ? slash + 1 : results->path,
			.params = { params, fill_all_params(input, params) },
			.cells = { cells, rec->nr_cells },
			.arms = { arms, rec->nr_arms },
			.cpus = { cpus, fill_cpus(topo, cpu_fields, cpus) },
			.counts = { counts, fill_counts(rec, counts) },
			.counters = { counters,
				      fill_counters(input->passes, counters, MAX_FIELDS) },
			.warnings = input->warnings,
			.ended_by = input->ended_by,
			.files = files,
			.exit_code = input->exit_code,
		};

		ret = run_json_write(results->path, &json);
	}
	free(cpus);
	free(cpu_fields);
	free(arms);
	free(cells);
	free(arm_fields);
	free(cell_fields);
	return ret;
}

int results_write(struct results *results, const struct results_input *input, char *why,
		  size_t why_size)
{
	const struct csv_source source = {
		.rec = &input->passes->rec,
		.counters = input->passes->counters,
		.nr_counters = input->passes->nr_counters,
		.syscalls = input->passes->syscalls,
		.nr_syscalls = input->passes->nr_syscalls,
		.summary = input->summary,
		.aftermath = input->aftermath,
		.kernel = input->passes->ktrace ? ktrace_rows(input->passes->ktrace) : NULL,
		.bystanders = input->passes->bystanders,
		.nr_bystanders = input->passes->nr_bystanders,
	};
	int ret = write_plans(results, input->selection);

	for (enum csv_file file = 0; file < NR_RUN_CSV_FILES && !ret; file++)
		ret = csv_write(results->path, file, &source);
	if (!ret)
		ret = write_report(results, input->benchmark_report);
	if (!ret)
		ret = write_run_json(results, input);
	if (!ret)
		return 0;
	results_abandon(results);
	return refuse(why, why_size, results->path, -ret);
}
