/* SPDX-License-Identifier: MIT */
#include "limits_options.h"

#include "suggest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FOR_LIMITS (1u << SUITE_LIMITS)
#define FOR_BOTH   (1u << SUITE_LIMITS | 1u << SUITE_PEERS)

/* Fewer give no interval at 95 %. */
#define MIN_ROUNDS  6
#define MAX_ROUNDS  1000 /* of what the signed rank takes */
#define MAX_SAMPLES 1000000
#define MAX_THREADS 4096

static const char help_limits[] =
	"usage: parkbench limits [OPTIONS]\n"
	"\n"
	"The park facility beside the floors of this machine, measured in turns in one run:\n"
	"futex, cache line, affinity calls, context switch, pthread_create, and facility / floor\n"
	"with a 95 % interval, goals marked met or MISSED. Also many threads at once, the memory\n"
	"of a parked thread, and the CPU time that both sides burn. Missed goals are no failure.\n"
	"\n"
	"  --cpus A,B          measure from CPU A to CPU B and to A itself; needs no --placement\n"
	"  --placement LIST    same, sibling, cache, node, remote: all that this machine has\n"
	"  --threads-max N     parked at once: 16, 64, 256, ... up to N (256); 1: none, max. 4096\n"
	"  --rounds N          of all cases in turn, 6 to 1000 (20; matrix: 6)\n"
	"  --samples N         per case and round, besides warm-up (100; matrix: 20)\n"
	"  --seed N            of the order of cases (1)\n"
	"  --matrix            waker x sleeper: a round trip for each ordered pair of --cpus LIST\n"
	"  --goals             show comparisons that have a goal, and nothing else\n"
	"  --out DIR           where results go (results/runs/<UTC time>-<pid>)\n"
	"  -h, --help          this text\n"
	"\n"
	"examples: parkbench limits --cpus 2,3 --threads-max 4096 --out /tmp/limits\n"
	"          parkbench limits --matrix --cpus package:0\n";

static const char help_peers[] =
	"usage: parkbench peers [OPTIONS]\n"
	"\n"
	"The park facility beside what one would use instead: condition variable, semaphore,\n"
	"eventfd, pipe, signal. The same loop, the same CPUs, in turns: tell a sleeping thread to\n"
	"stop and wait until it has confirmed; tell it to go on and wait again.\n"
	"\n"
	"  --cpus A,B          measure from CPU A to CPU B and to A itself; needs no --placement\n"
	"  --placement LIST    same, sibling, cache, node, remote: all that this machine has\n"
	"  --rounds N          of all cases in turn, 6 to 1000 (20)\n"
	"  --samples N         per case and round, besides warm-up (100)\n"
	"  --seed N            of the order of cases (1)\n"
	"  --out DIR           where results go (results/runs/<UTC time>-<pid>)\n"
	"  -h, --help          this text\n"
	"\n"
	"example: parkbench peers --placement same,remote --out /tmp/peers\n";

const char *limits_options_help(enum limits_suite suite)
{
	return suite == SUITE_LIMITS ? help_limits : help_peers;
}

static int parse_cpus(struct limits_options *o, const char *text, struct option_why *why)
{
	if (!*text)
		return option_refuse(why, "the list is empty");
	o->cpus = text;
	return 0;
}

static int visit_placement(const char *item, void *arg, struct option_why *why)
{
	struct limits_options *o = arg;
	const char *names[NR_TOPO_DISTANCES + 1] = { NULL };
	size_t which;

	for (int d = 0; d < NR_TOPO_DISTANCES; d++)
		names[d] = topo_distance_name((enum topo_distance)d);
	if (option_choice(item, names, &which, why))
		return -EINVAL;
	o->placements[which] = true;
	return 0;
}

static int parse_placement(struct limits_options *o, const char *text, struct option_why *why)
{
	o->is_placement_given = true;
	return option_each(text, visit_placement, o, why);
}

static int parse_rounds(struct limits_options *o, const char *text, struct option_why *why)
{
	return option_number(text, (struct option_range){ MIN_ROUNDS, MAX_ROUNDS }, &o->rounds,
			     why);
}

static int parse_samples(struct limits_options *o, const char *text, struct option_why *why)
{
	return option_number(text, (struct option_range){ 1, MAX_SAMPLES }, &o->samples, why);
}

static int parse_seed(struct limits_options *o, const char *text, struct option_why *why)
{
	return option_number(text, (struct option_range){ 0, UINT64_MAX }, &o->seed, why);
}

static int parse_threads(struct limits_options *o, const char *text, struct option_why *why)
{
	return option_number(text, (struct option_range){ 1, MAX_THREADS }, &o->threads_max, why);
}

static int parse_matrix(struct limits_options *o, const char *text, struct option_why *why)
{
	(void)text;
	(void)why;
	o->is_matrix = true;
	return 0;
}

static int parse_goals(struct limits_options *o, const char *text, struct option_why *why)
{
	(void)text;
	(void)why;
	o->is_goals_only = true;
	return 0;
}

static int parse_out(struct limits_options *o, const char *text, struct option_why *why)
{
	if (!*text)
		return option_refuse(why, "the name is empty");
	o->out = text;
	return 0;
}

static const struct limits_row_of_options {
	const char *name;
	unsigned int suites;
	bool is_flag;
	int (*parse)(struct limits_options *o, const char *text, struct option_why *why);
} rows[] = {
	{ "--cpus", FOR_BOTH, false, parse_cpus },
	{ "--placement", FOR_BOTH, false, parse_placement },
	{ "--rounds", FOR_BOTH, false, parse_rounds },
	{ "--samples", FOR_BOTH, false, parse_samples },
	{ "--seed", FOR_BOTH, false, parse_seed },
	{ "--out", FOR_BOTH, false, parse_out },
	{ "--threads-max", FOR_LIMITS, false, parse_threads },
	{ "--matrix", FOR_LIMITS, true, parse_matrix },
	{ "--goals", FOR_LIMITS, true, parse_goals },
};

#define NR_ROWS (sizeof(rows) / sizeof(*rows))

static int refuse_unknown(enum limits_suite suite, const char *name, struct option_why *why)
{
	const char *names[NR_ROWS], *nearest;
	size_t nr = 0;

	for (size_t i = 0; i < NR_ROWS; i++)
		if (rows[i].suites & 1u << suite)
			names[nr++] = rows[i].name;
	nearest = suggest_nearest(name, names, nr);
	if (nearest)
		return option_refuse(why, "unknown option '%.60s': did you mean '%s'?", name,
				     nearest);
	return option_refuse(why, "unknown option '%.60s'", name);
}

/* One option; *@at is moved past a value that is a word of its own. */
static int parse_option(struct limits_options *o, const char *word, char ***at, unsigned int *given,
			struct option_why *why)
{
	const char *equals = strchr(word, '='), *value = equals ? equals + 1 : NULL;
	struct option_why reason;
	char name[64];
	size_t i = 0;

	snprintf(name, sizeof(name), "%.*s", equals ? (int)(equals - word) : (int)strlen(word),
		 word);
	while (i < NR_ROWS && (strcmp(rows[i].name, name) || !(rows[i].suites & 1u << o->suite)))
		i++;
	if (i == NR_ROWS)
		return refuse_unknown(o->suite, name, why);
	if (*given & 1u << i)
		return option_refuse(why, "%s is given twice", name);
	*given |= 1u << i;
	if (rows[i].is_flag && value)
		return option_refuse(why, "%s takes no value", name);
	if (!rows[i].is_flag && !value && !**at)
		return option_refuse(why, "%s needs a value", name);
	if (!rows[i].is_flag && !value)
		value = *(*at)++;
	if (rows[i].parse(o, value, &reason))
		return option_refuse(why, "%s: %.*s", name, OPTION_WHY_SIZE - 80, reason.text);
	return 0;
}

static int check_together(const struct limits_options *o, struct option_why *why)
{
	if (o->is_placement_given && o->is_matrix)
		return option_refuse(why,
				     "--placement does not go with --matrix: it measures every "
				     "pair of --cpus");
	if (o->is_placement_given && o->cpus)
		return option_refuse(why, "--placement does not go with --cpus: two CPUs have one");
	if (o->is_goals_only && o->is_matrix)
		return option_refuse(why, "--goals does not go with --matrix: a pair has none");
	return 0;
}

int limits_options_parse(enum limits_suite suite, int argc, char **argv, struct limits_options *ret,
			 struct option_why *why)
{
	struct limits_options o = { .suite = suite, .seed = 1, .threads_max = 256 };
	char **at = argv + (argc > 0);
	unsigned int given = 0;

	while (*at && !o.is_help) {
		const char *word = *at++;

		if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
			o.is_help = true;
		else if (word[0] != '-')
			return option_refuse(why, "unexpected '%.60s': options begin with --",
					     word);
		else if (parse_option(&o, word, &at, &given, why))
			return -EINVAL;
	}
	if (!o.is_help && check_together(&o, why))
		return -EINVAL;
	/* A matrix has very many pairs. */
	if (!o.rounds)
		o.rounds = o.is_matrix ? MIN_ROUNDS : 20;
	if (!o.samples)
		o.samples = o.is_matrix ? 20 : 100;
	*ret = o;
	return 0;
}
