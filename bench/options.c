/* SPDX-License-Identifier: MIT */
#include "options_rows.h"

#include "catalogue.h"
#include "contender.h"
#include "duty.h"
#include "hotplug.h"
#include "suggest.h"
#include "workload.h"

#include <errno.h>
#include <kpark/kthread.h>
#include <stdio.h>
#include <string.h>

#define NR_ROWS_MAX 64

/* What a thread needs of its stack besides what a duty is told to touch. */
#define STACK_RESERVE_BYTES ((size_t)16 << 10)

static const struct option_row *const option_tables[] = {
	option_rows_selection,
	option_rows_run,
	option_rows_gbench,
};

static const char *const command_names[NR_OPTIONS_COMMANDS] = {
	[OPTIONS_PLAN] = "plan",
	[OPTIONS_IMPACT] = "impact",
	[OPTIONS_RUN] = "run",
};

/* One walk over argv. */
struct walk {
	enum options_command command;
	char **at; /* the word that is read next; NULL-terminated */
	struct options options;
	const struct option_row *given[NR_ROWS_MAX];
	size_t nr_given;
};

/* The @index-th row of all tables, or NULL. */
static const struct option_row *row_at(size_t index)
{
	for (size_t t = 0; t < sizeof(option_tables) / sizeof(*option_tables); t++)
		for (const struct option_row *row = option_tables[t]; row->name; row++)
			if (!index--)
				return row;
	return NULL;
}

static const struct option_row *find_row(const char *name)
{
	const struct option_row *row;

	for (size_t i = 0; (row = row_at(i)); i++)
		if (strcmp(row->name, name) == 0 || (row->alias && strcmp(row->alias, name) == 0))
			return row;
	return NULL;
}

const char *options_name(enum options_command command, size_t index)
{
	const struct option_row *row;

	for (size_t i = 0; (row = row_at(i)); i++)
		if (row->commands & 1u << command && !row->refusal && !index--)
			return row->name;
	return NULL;
}

static bool is_given(const struct walk *walk, const char *name)
{
	for (size_t i = 0; i < walk->nr_given; i++)
		if (strcmp(walk->given[i]->name, name) == 0)
			return true;
	return false;
}

static int refuse_unknown(enum options_command command, const char *name, struct option_why *why)
{
	const char *names[NR_ROWS_MAX], *nearest;
	size_t nr = 0;

	while (nr < NR_ROWS_MAX && (names[nr] = options_name(command, nr)))
		nr++;
	nearest = suggest_nearest(name, names, nr);
	if (nearest)
		return option_refuse(why, "unknown option '%.60s': did you mean '%s'?", name,
				     nearest);
	return option_refuse(why, "unknown option '%.60s'", name);
}

/* The row of option @name, if it can be used for the command at this point. */
static const struct option_row *usable_row(const struct walk *walk, const char *name,
					   struct option_why *why)
{
	const struct option_row *row = find_row(name);

	if (!row) {
		refuse_unknown(walk->command, name, why);
		return NULL;
	}
	if (!(row->commands & 1u << walk->command)) {
		option_refuse(why, "%s is not an option of '%s'", name,
			      command_names[walk->command]);
		return NULL;
	}
	if (row->refusal) {
		option_refuse(why, "%s is not supported: %s", name, row->refusal);
		return NULL;
	}
	if (row->value != VALUE_REPEATED && is_given(walk, row->name)) {
		option_refuse(why, "%s is given twice", row->name);
		return NULL;
	}
	return row;
}

/* The value of an option: behind '=', or the next word if it needs one. */
static int take_value(struct walk *walk, const struct option_row *row, const char **value,
		      struct option_why *why)
{
	if (row->value == VALUE_NONE && *value)
		return option_refuse(why, "%s takes no value", row->name);
	if ((row->value != VALUE_NEEDED && row->value != VALUE_REPEATED) || *value)
		return 0;
	if (!*walk->at)
		return option_refuse(why, "%s needs a value", row->name);
	*value = *walk->at++;
	return 0;
}

static int parse_option(struct walk *walk, const char *word, struct option_why *why)
{
	const char *equals = strchr(word, '='), *value = equals ? equals + 1 : NULL;
	const size_t length = equals ? (size_t)(equals - word) : strlen(word);
	const struct option_row *row;
	struct option_why reason;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)length, word);
	row = usable_row(walk, name, why);
	if (!row || take_value(walk, row, &value, why))
		return -EINVAL;
	if (row->parse(&walk->options, value, &reason))
		return option_refuse(why, "%s: %.*s", row->name, OPTION_WHY_SIZE - 64, reason.text);
	if (!is_given(walk, row->name))
		walk->given[walk->nr_given++] = row;
	return 0;
}

/* A plan file brings these with it. */
static int check_plan_file(const struct walk *walk, struct option_why *why)
{
	static const char *const brought[] = { "--workload", "--cpus",	    "--cycles",
					       "--max-off",  "--dwell-off", "--dwell-on",
					       "--dither",   "--rate",	    "--order",
					       "--lanes",    "--history",   NULL };

	for (size_t i = 0; brought[i]; i++)
		if (is_given(walk, brought[i]))
			return option_refuse(why,
					     "%s does not go with --plan: the file decides that",
					     brought[i]);
	if (walk->command == OPTIONS_PLAN && is_given(walk, "--out"))
		return option_refuse(why, "-o does not go with --plan: give a SELECTION to make a "
					  "new plan");
	return 0;
}

/* It decides all of them. */
static int check_rate(const struct walk *walk, struct option_why *why)
{
	static const char *const dwells[] = { "--dwell-off", "--dwell-on", "--dither", NULL };

	for (size_t i = 0; dwells[i] && is_given(walk, "--rate"); i++)
		if (is_given(walk, dwells[i]))
			return option_refuse(why, "%s does not go with --rate: give one of them",
					     dwells[i]);
	return 0;
}

/* These say how CPUs that really go away are handled. */
static int check_real(const struct walk *walk, struct option_why *why)
{
	static const struct {
		const char *name;
		bool is_for_knobs; /* the journal and the tree are theirs, too */
	} real[] = { { "--min-online", false },
		     { "--journal", true },
		     { "--sysfs-root", true },
		     { "--force-container", false },
		     { "--fail-state", false } };
	const struct options *o = &walk->options;

	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]) && !o->hotplug->is_kernels; i++)
		if (is_given(walk, real[i].name) && !(real[i].is_for_knobs && o->nr_knobs))
			return option_refuse(why,
					     "%s needs a driver that takes CPUs off: "
					     "--hotplug sysfs",
					     real[i].name);
	if (o->fail.is_wanted && o->hotplug->move_group)
		return option_refuse(why,
				     "--fail-state fails steps of single CPUs, and --hotplug %s "
				     "takes all at once: use --hotplug sysfs",
				     o->hotplug->name);
	return 0;
}

/* One is nothing without the other. */
static int check_history(const struct walk *walk, struct option_why *why)
{
	const struct options *o = &walk->options;
	const struct workload *replay = workload_find("replay");
	bool is_wanted = false;

	for (size_t i = 0; i < o->nr_workloads; i++)
		is_wanted |= o->workloads[i] == replay;
	if (is_wanted && !o->history_path)
		return option_refuse(why, "workload replay needs --history: the CSV of what to "
					  "replay");
	if (!is_wanted && o->history_path)
		return option_refuse(why, "--history is for the workload replay: add --workload "
					  "replay");
	return 0;
}

/* What the kernel would have to know of CPUs that are not there. */
static int check_virtual(const struct walk *walk, struct option_why *why)
{
	if (!walk->options.virtual_machine)
		return 0;
	if (strcmp(walk->options.hotplug->name, "logical") != 0)
		return option_refuse(why, "--virtual has CPUs that no kernel knows: only --hotplug "
					  "logical can take them away");
	if (walk->options.passes[PASS_BYSTANDER])
		return option_refuse(why, "--virtual has no CPU for a bystander: leave that pass "
					  "out");
	return 0;
}

/* A live process decides nothing itself, and keeps nothing that would have to be restored. */
static int check_token(const struct walk *walk, struct option_why *why)
{
	static const char *const idle[] = { "--out",	  "--passes", "--repetitions", "--warmup",
					    "--deadline", "--knob",   "--load",	       NULL };

	if (!is_given(walk, "--token-fd"))
		return 0;
	if (strcmp(walk->options.hotplug->name, "logical") != 0)
		return option_refuse(why, "--token-fd needs --hotplug logical");
	for (size_t i = 0; idle[i]; i++)
		if (is_given(walk, idle[i]))
			return option_refuse(why,
					     "%s does not go with --token-fd: who writes the "
					     "tokens decides that",
					     idle[i]);
	return 0;
}

/* They load the machine: without being asked for only where a CPU really goes away. */
static void settle_bystanders(struct walk *walk)
{
	struct options *o = &walk->options;
	bool is_wanted = is_given(walk, "--bystanders")
				 ? o->bystanders != BYSTANDERS_NONE
				 : o->hotplug->is_kernels || is_given(walk, "--bystander-kind");

	if (!is_given(walk, "--passes"))
		o->passes[PASS_BYSTANDER] = is_wanted;
}

static int check_bystanders(const struct walk *walk, struct option_why *why)
{
	const struct options *o = &walk->options;

	if (o->passes[PASS_BYSTANDER] && o->bystanders == BYSTANDERS_NONE)
		return option_refuse(why, "the bystander pass needs --bystanders all, core, cache "
					  "or node");
	if (o->passes[PASS_BYSTANDER])
		return 0;
	if (is_given(walk, "--bystander-kind"))
		return option_refuse(why, "--bystander-kind needs the bystander pass: give "
					  "--bystanders, and add it to --passes");
	if (is_given(walk, "--bystanders") && o->bystanders != BYSTANDERS_NONE)
		return option_refuse(why, "--bystanders needs the bystander pass: add it to "
					  "--passes");
	return 0;
}

/* A CPU that really goes away takes tens of milliseconds for it, and others see it come and go. */
#define REAL_DWELL_NS  50000000u
#define REAL_DITHER_NS 10000000u

static void settle_pacing(struct walk *walk)
{
	struct options *o = &walk->options;

	if (!o->hotplug->is_kernels)
		return;
	if (!is_given(walk, "--pacing"))
		o->pacing = PACING_OPEN;
	if (!is_given(walk, "--dwell-off"))
		o->dwell_off_ns = REAL_DWELL_NS;
	if (!is_given(walk, "--dwell-on"))
		o->dwell_on_ns = REAL_DWELL_NS;
	if (!is_given(walk, "--dither"))
		o->dither_ns = REAL_DITHER_NS;
}

/* What no option can see alone. */
static int check_together(const struct walk *walk, struct option_why *why)
{
	const struct options *o = &walk->options;

	if ((o->plan_path && check_plan_file(walk, why)) || check_rate(walk, why) ||
	    check_real(walk, why))
		return -EINVAL;
	if (o->stack_touch_bytes > o->stack_bytes - STACK_RESERVE_BYTES)
		return option_refuse(why,
				     "--stack-touch does not fit: give at most %zuK, or a larger "
				     "--stack",
				     (o->stack_bytes - STACK_RESERVE_BYTES) >> 10);
	if (o->events && !o->passes[PASS_COUNTING])
		return option_refuse(why, "--events needs the counting pass: add it to --passes");
	if (check_history(walk, why) || check_bystanders(walk, why) || check_virtual(walk, why) ||
	    check_token(walk, why))
		return -EINVAL;
	if (o->abort_on.gap_ns && !o->passes[PASS_BYSTANDER])
		return option_refuse(why, "--abort-on gap needs somebody who can have one: give "
					  "--bystanders, and add bystander to --passes");
	if (is_given(walk, "--benchmark_out_format") && !o->report_out)
		return option_refuse(why, "--benchmark_out_format needs --benchmark_out");
	return 0;
}

/* About a minute on two CPUs: see README. Variants of a contender only where asked for. */
static void set_defaults(struct options *o)
{
	static const char *const arms[] = { "park", "recreate", "rebind", "none", "empty" };

	*o = (struct options){
		.cycles = 75,
		.dwell_off_ns = 500000,
		.dwell_on_ns = 500000,
		.dither_ns = 500000,
		.seed = 1,
		.repetitions = 20,
		.warmup_blocks = 1,
		.passes = { [PASS_TIMING] = true,
			    [PASS_COUNTING] = true,
			    [PASS_SYSCALLS] = true,
			    [PASS_MEMORY] = true,
			    [PASS_KERNEL] = true },
		.bystanders = BYSTANDERS_CACHE,
		.stack_bytes = (size_t)256 << 10,
		.wait = WAIT_BLOCK,
		.spin_ns = KTHREAD_SPIN_NS_DEFAULT,
		.token_fd = -1,
		.report_format = GB_CONSOLE,
		.report_out_format = GB_JSON,
	};
	for (size_t i = 0; i < sizeof(arms) / sizeof(arms[0]); i++)
		o->contenders[o->nr_contenders++] = contender_find(arms[i]);
	o->duties[o->nr_duties++] = duty_find("sleep");
	o->duties[o->nr_duties++] = duty_find("spin");
	o->threads_per_cpu[o->nr_threads_per_cpu++] = 1;
	o->threads_per_cpu[o->nr_threads_per_cpu++] = 4;
	o->hotplug = catalogue_entry(CATALOGUE_HOTPLUG, 0).object;
}

int options_parse(enum options_command command, int argc, char **argv, struct options *ret,
		  struct option_why *why)
{
	struct walk walk = { .command = command, .at = argv + (argc > 0) };

	set_defaults(&walk.options);
	while (*walk.at && !walk.options.help) {
		const char *word = *walk.at++;

		if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			walk.options.help = OPTIONS_HELP;
		else if (strcmp(word, "--help-more") == 0 &&
			 options_help(command, OPTIONS_HELP_MORE))
			walk.options.help = OPTIONS_HELP_MORE;
		else if (word[0] != '-')
			return option_refuse(why, "unexpected '%.60s': options begin with --",
					     word);
		else if (parse_option(&walk, word, why))
			return -EINVAL;
	}
	settle_bystanders(&walk);
	settle_pacing(&walk);
	if (!walk.options.help && check_together(&walk, why))
		return -EINVAL;
	*ret = walk.options;
	return 0;
}
