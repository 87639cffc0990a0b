/* SPDX-License-Identifier: MIT */
/* The command line of `parkbench stress`. */
#include "clock.h"
#include "cmd.h"
#include "cmd_stress_internal.h"
#include "option_values.h"
#include "suggest.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS	1000000000ull
#define DEFAULT_TIME_NS (10 * SECOND_NS)
#define MAX_TIME_S	864000u
#define MAX_THREADS	1024u
#define MAX_CONTROLLERS 62u /* one less than may wait for one thread */
#define MAX_WEIGHT	1000u

enum {
	OPTION_SEED = 256,
	OPTION_TIME,
	OPTION_OPS,
	OPTION_THREADS,
	OPTION_CONTROLLERS,
	OPTION_CPUS,
	OPTION_HOTPLUG,
	OPTION_MIX,
	OPTION_WATCHDOG,
	OPTION_ACCEPT
};

static const struct option known[] = {
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "time", required_argument, NULL, OPTION_TIME },
	{ "ops", required_argument, NULL, OPTION_OPS },
	{ "threads", required_argument, NULL, OPTION_THREADS },
	{ "controllers", required_argument, NULL, OPTION_CONTROLLERS },
	{ "cpus", required_argument, NULL, OPTION_CPUS },
	{ "hotplug", required_argument, NULL, OPTION_HOTPLUG },
	{ "ops-mix", required_argument, NULL, OPTION_MIX },
	{ "watchdog", required_argument, NULL, OPTION_WATCHDOG },
	{ "accept-impact", no_argument, NULL, OPTION_ACCEPT },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
	"usage: parkbench stress [OPTIONS]\n"
	"\n"
	"Creates, parks, unparks and stops threads at random from several controllers, with one\n"
	"hostile waker per thread, shaken affinity, failures made by the kernel, and CPUs that\n"
	"come and go; eight invariants are checked throughout. The seed gives each controller's\n"
	"sequence of operations; how they interleave is replayed only where instructions are the\n"
	"clock: parkbench lab run --deterministic --seed N -- parkbench stress --seed N --ops M\n"
	"\n"
	"  --seed N          default: from the clock, and printed\n"
	"  --time S | --ops N  seconds (default 10), or operations of all controllers together\n"
	"  --threads N       victims at a time (default 8)\n"
	"  --controllers N   threads that do it to them (default 4)\n"
	"  --cpus LIST       where per-CPU victims live, and which CPUs walk (default: 2 usable)\n"
	"  --hotplug WAY     none, logical (default), cpuset or sysfs: root, and the first of\n"
	"                    --cpus stays; --accept-impact as for parkbench run\n"
	"  --ops-mix LIST    OP=WEIGHT,...: others keep theirs; all=0 first clears them\n"
	"  --watchdog MS     the longest an operation may take\n"
	"  -h, --help        this text\n"
	"\n";

void stress_print_help(void)
{
	fputs(help, stdout);
	for (int op = 0; op < NR_TORTURE_OPS; op++)
		printf("  %-10s %2u  %s\n", torture_ops[op].name, torture_ops[op].weight,
		       torture_ops[op].summary);
	fputs("\nexit: 0 all held, 1 an invariant was broken (which, and how to replay it),\n"
	      "      2 usage or I/O, 6 no CPU came or went, 77 not possible here\n"
	      "example: parkbench stress --seed 7 --time 60 --threads 16\n",
	      stdout);
}

static int set_weight(const char *name, unsigned int weight, struct torture_options *torture,
		      struct option_why *why)
{
	const char *names[NR_TORTURE_OPS];
	const struct suggest_names ops = { "operation", names, NR_TORTURE_OPS };
	bool is_known = false;

	for (int op = 0; op < NR_TORTURE_OPS; op++) {
		names[op] = torture_ops[op].name;
		if (strcmp(name, names[op]) && strcmp(name, "all"))
			continue;
		torture->weights[op] = weight;
		is_known = true;
	}
	if (is_known)
		return 0;
	suggest_unknown(&ops, name, why->text, sizeof(why->text));
	return -1;
}

static int parse_weight(const char *item, void *arg, struct option_why *why)
{
	const struct option_range range = { 0, MAX_WEIGHT };
	const char *equals = strchr(item, '=');
	uint64_t weight;
	char name[32];

	if (!equals)
		return option_refuse(why, "'%.40s' has no weight: give OP=WEIGHT", item);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - item), item);
	if (option_number(equals + 1, range, &weight, why))
		return -1;
	return set_weight(name, (unsigned int)weight, arg, why);
}

static int parse_mix(const char *text, struct torture_options *torture, struct option_why *why)
{
	unsigned int sum = 0;

	if (option_each(text, parse_weight, torture, why))
		return -1;
	for (int op = 0; op < NR_TORTURE_OPS; op++)
		sum += torture->weights[op];
	return sum ? 0 : option_refuse(why, "no operation is left: give one a weight");
}

static int parse_hotplug(const char *text, struct torture_options *torture, struct option_why *why)
{
	const char *names[8] = { "none" };
	struct suggest_names ways = { "way to take a CPU off", names, 1 };
	const struct hotplug *const *list;
	size_t nr;

	torture->hotplug = hotplug_find(text);
	if (torture->hotplug || !strcmp(text, "none"))
		return 0;
	list = hotplug_list(&nr);
	for (size_t i = 0; i < nr && i < 7; i++)
		names[ways.nr_names++] = list[i]->name;
	suggest_unknown(&ways, text, why->text, sizeof(why->text));
	return -1;
}

static int parse_count(const char *text, uint64_t max, unsigned int *ret, struct option_why *why)
{
	uint64_t number;

	if (option_number(text, (struct option_range){ 1, max }, &number, why))
		return -1;
	*ret = (unsigned int)number;
	return 0;
}

static int parse_scaled(const char *text, uint64_t max, uint64_t unit, uint64_t *ret,
			struct option_why *why)
{
	if (option_number(text, (struct option_range){ 1, max }, ret, why))
		return -1;
	*ret *= unit;
	return 0;
}

static int parse_one(int letter, const char *value, struct stress *stress, struct option_why *why)
{
	struct torture_options *torture = &stress->torture;

	switch (letter) {
	case OPTION_SEED:
		return option_number(value, (struct option_range){ 0, UINT64_MAX }, &torture->seed,
				     why);
	case OPTION_TIME:
		return parse_scaled(value, MAX_TIME_S, SECOND_NS, &torture->time_ns, why);
	case OPTION_OPS:
		return parse_scaled(value, UINT64_MAX / 128, 1, &torture->nr_ops, why);
	case OPTION_THREADS:
		return parse_count(value, MAX_THREADS, &torture->nr_threads, why);
	case OPTION_CONTROLLERS:
		return parse_count(value, MAX_CONTROLLERS, &torture->nr_controllers, why);
	case OPTION_WATCHDOG:
		return parse_scaled(value, MAX_TIME_S * 1000ull, 1000000, &torture->watchdog_ns,
				    why);
	case OPTION_HOTPLUG:
		return parse_hotplug(value, torture, why);
	case OPTION_MIX:
		stress->mix = value;
		return parse_mix(value, torture, why);
	default:
		break;
	}
	if (letter == OPTION_CPUS)
		stress->cpus = value;
	else if (letter == OPTION_ACCEPT)
		stress->is_impact_accepted = true;
	else
		stress->is_help = true;
	return 0;
}

static const char *name_of(int letter)
{
	const struct option *row = known;

	while (row->val != letter)
		row++;
	return row->name;
}

static void set_defaults(struct torture_options *torture)
{
	*torture = (struct torture_options){
		.seed = clock_now_ns() / 1000 % 1000000007,
		.nr_threads = 8,
		.nr_controllers = 4,
		.hotplug = hotplug_find("logical"),
		.watchdog_ns = torture_default_watchdog_ns(),
	};
	for (int op = 0; op < NR_TORTURE_OPS; op++)
		torture->weights[op] = torture_ops[op].weight;
}

int stress_parse(int argc, char **argv, struct stress *stress)
{
	struct torture_options *torture = &stress->torture;
	struct option_why why;
	int letter;

	set_defaults(torture);
	opterr = 0;
	optind = 0;
	while ((letter = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (letter == ':')
			return cmd_refuse_usage("stress", "%.60s needs a value", argv[optind - 1]);
		if (letter == '?')
			return cmd_refuse_usage("stress", "unknown option '%.60s'",
						argv[optind - 1]);
		if (parse_one(letter, optarg, stress, &why))
			return cmd_refuse_usage("stress", "--%s: %s", name_of(letter), why.text);
	}
	if (optind < argc)
		return cmd_refuse_usage("stress", "unexpected '%.60s'", argv[optind]);
	if (torture->time_ns && torture->nr_ops)
		return cmd_refuse_usage("stress", "--time and --ops: give one of them");
	if (!torture->time_ns)
		torture->time_ns = DEFAULT_TIME_NS;
	return EXIT_DONE;
}
