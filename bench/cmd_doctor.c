/* SPDX-License-Identifier: MIT */
#include "clock.h"
#include "cmd.h"
#include "doctor.h"
#include "noise.h"
#include "run_json.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_NOISE_S 1.0
#define MAX_NOISE_S	3600.0
#define MIN_NOISE_S	0.02 /* on one CPU */
#define MAX_NOISE_CPUS	4    /* unless they are named */

struct doctor_options {
	bool is_json, is_help;
	double noise_s;	  /* 0: do not look */
	const char *cpus; /* NULL: a few that we may use */
};

static const char help[] =
	"usage: parkbench doctor [OPTIONS]\n"
	"\n"
	"Says what this machine can and cannot measure, and what would be in the way of numbers.\n"
	"Nothing is changed and no CPU is taken off. Each line says OK, NOTE (numbers are to be\n"
	"read with this in mind) or MISSING (cannot be measured here), and what to do about it.\n"
	"\n"
	"  --json                  print environment and fingerprint as JSON instead\n"
	"  --noise SECONDS         how long to look at the noise, over all CPUs looked at (1)\n"
	"  --cpus LIST             CPUs to look at: 4-7, package:1, core:0-3, all (up to four)\n"
	"  -h, --help              this text\n"
	"\n"
	"Noise is judged by the worst CPU, all three have to hold for the better word:\n"
	"            longest gap   p99 of late wake-ups   taken by others\n"
	"  quiet         50 us                 100 us             0.1 %\n"
	"  uneven      1000 us                1000 us             2.0 %\n"
	"  noisy       anything more; steal above 2 % makes a run not valid\n"
	"\n"
	"example: parkbench doctor --noise 10 --cpus all\n";

static int refuse_seconds(const char *text)
{
	return cmd_refuse_usage("doctor", "--noise %.60s: give 0 to %.0f seconds", text,
				MAX_NOISE_S);
}

static int parse_seconds(const char *text, double *ret_seconds)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0 && seconds <= MAX_NOISE_S))
		return refuse_seconds(text);
	*ret_seconds = seconds;
	return EXIT_DONE;
}

static int parse_options(int argc, char **argv, struct doctor_options *options)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "noise", required_argument, NULL, 'n' },
		{ "cpus", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int letter, code = EXIT_DONE;

	opterr = 0; /* getopt's own messages are longer than a line and name argv[0] */
	optind = 0;
	while (code == EXIT_DONE && (letter = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (letter == 'j')
			options->is_json = true;
		else if (letter == 'h')
			options->is_help = true;
		else if (letter == 'c')
			options->cpus = optarg;
		else if (letter == 'n')
			code = parse_seconds(optarg, &options->noise_s);
		else if (letter == ':')
			code = cmd_refuse_usage("doctor", "%.60s needs a value", argv[optind - 1]);
		else
			code = cmd_refuse_usage("doctor", "unknown option '%.60s'",
						argv[optind - 1]);
	}
	if (code == EXIT_DONE && optind < argc)
		code = cmd_refuse_usage("doctor", "unexpected '%.60s'", argv[optind]);
	return code;
}

static void print_findings(const char *title, const struct findings *findings)
{
	static const char *const words[] = {
		[DOCTOR_OK] = "OK",
		[DOCTOR_NOTE] = "NOTE",
		[DOCTOR_MISSING] = "MISSING",
	};

	printf("%s\n", title);
	for (size_t i = 0; i < findings->nr; i++) {
		const struct finding *row = &findings->rows[i];

		printf("  %-8s %-16s %s%s%s\n", words[row->verdict], row->subject, row->text,
		       *row->advice ? "; " : "", row->advice);
	}
}

/* A few CPUs, spread over those that we may use. */
static void choose_few(const struct topology *topo, struct cpumask *ret_cpus)
{
	struct cpumask usable, few = { .bits = { 0 } };
	unsigned int cpu, nr = 0, nr_usable;

	cpumask_and(&usable, &topo->online, &topo->allowed);
	nr_usable = cpumask_weight(&usable);
	for_each_cpu (cpu, &usable) {
		unsigned int step = nr * MAX_NOISE_CPUS;

		if (nr_usable <= MAX_NOISE_CPUS ||
		    step / nr_usable != (step + MAX_NOISE_CPUS) / nr_usable)
			cpumask_set_cpu(cpu, &few);
		nr++;
	}
	*ret_cpus = few;
}

static void judge_noise(const struct noise *noise, struct findings *findings)
{
	enum noise_level level = noise_judge(noise);
	char subject[32];

	snprintf(subject, sizeof(subject), "CPU %u", noise->cpu);
	doctor_add(findings, level == NOISE_QUIET ? DOCTOR_OK : DOCTOR_NOTE, subject,
		   level == NOISE_NOISY ? "tails and small differences drown in this"
					: "tails are the machine's, not the contender's",
		   "%s: longest gap %.1f us, %.3f %% taken; woken late p50 %.1f, p99 %.1f us",
		   noise_level_name(level), (double)noise->longest_gap_ns / 1e3,
		   (double)noise_stolen_ppm(noise) / 1e4, (double)noise->lateness_p50_ns / 1e3,
		   (double)noise->lateness_p99_ns / 1e3);
}

static void look_for_noise(const struct doctor_options *options, const struct cpumask *cpus,
			   struct findings *findings)
{
	const unsigned int nr_cpus = cpumask_weight(cpus);
	const double each_s = options->noise_s / (nr_cpus ? nr_cpus : 1);
	const uint64_t budget_ns = (uint64_t)(1e9 * (each_s < MIN_NOISE_S ? MIN_NOISE_S : each_s));
	struct noise noise;
	unsigned int cpu;

	for_each_cpu (cpu, cpus) {
		char subject[32];
		int err = noise_measure(cpu, budget_ns, &noise);

		snprintf(subject, sizeof(subject), "CPU %u", cpu);
		if (err)
			doctor_add(findings, DOCTOR_MISSING, subject,
				   "is it online, and may we use it?", "%s", strerror(-err));
		else
			judge_noise(&noise, findings);
	}
}

static void judge_steal(const struct environment *env, struct findings *findings)
{
	double steal = environment_steal_percent(env);

	if (steal < 0)
		doctor_add(findings, DOCTOR_MISSING, "steal", "/proc/stat does not say",
			   "not known");
	else
		doctor_add(findings, steal > 0 ? DOCTOR_NOTE : DOCTOR_OK, "steal",
			   "the host gave our time to others; above 2 % a run is not valid",
			   "%.2f %% of all CPUs' time meanwhile", steal);
}

static void judge_clock_cost(struct findings *findings)
{
	struct clock_cost cost = clock_measure_cost();

	doctor_add(findings, cost.read_ns > 500 ? DOCTOR_NOTE : DOCTOR_OK, "clock",
		   "shares of phases below a microsecond are the clock's",
		   "%llu ns a reading, steps of %llu ns", (unsigned long long)cost.read_ns,
		   (unsigned long long)cost.resolution_ns);
}

static void examine(const struct doctor_options *options, const struct cpumask *cpus,
		    struct environment *env)
{
	static struct findings features, machine, noise;

	doctor_try_features(env, &features);
	print_findings("what can be measured", &features);
	doctor_judge_machine(env, &machine);
	print_findings("the machine", &machine);
	if (options->noise_s <= 0)
		return;
	fflush(stdout);
	judge_clock_cost(&noise);
	look_for_noise(options, cpus, &noise);
	environment_collect_after(env);
	judge_steal(env, &noise);
	print_findings("its noise", &noise);
}

static int print_json(const struct environment *env)
{
	char *json = environment_to_json(env);

	if (!json)
		return cmd_refuse("doctor", "out of memory");
	puts(json);
	free(json);
	return EXIT_DONE;
}

static int select_cpus(const struct doctor_options *options, const struct topology *topo,
		       struct cpumask *ret_cpus)
{
	char why[256];

	if (!options->cpus) {
		choose_few(topo, ret_cpus);
		return EXIT_DONE;
	}
	if (topology_select(topo, options->cpus, ret_cpus, why, sizeof(why)))
		return cmd_refuse("doctor", "--cpus: %s", why);
	return EXIT_DONE;
}

static int run_doctor(const struct doctor_options *options, const struct topology *topo,
		      char **argv)
{
	const struct environment_origin origin = { .topo = topo, .argv = argv };
	struct environment env;
	struct cpumask cpus;
	int code = select_cpus(options, topo, &cpus);

	if (code != EXIT_DONE)
		return code;
	if (environment_collect(&origin, &env))
		return cmd_refuse("doctor", "out of memory");
	if (options->is_json)
		code = print_json(&env);
	else
		examine(options, &cpus, &env);
	environment_fini(&env);
	return code;
}

int cmd_doctor(int argc, char **argv)
{
	struct doctor_options options = { .noise_s = DEFAULT_NOISE_S };
	struct topology topo = { .nr_cpus = 0 };
	int code = parse_options(argc, argv, &options);

	if (code != EXIT_DONE)
		return code;
	if (options.is_help) {
		fputs(help, stdout);
		return EXIT_DONE;
	}
	code = cmd_load_topology("doctor", &topo);
	if (code == EXIT_DONE)
		code = run_doctor(&options, &topo, argv);
	topology_fini(&topo);
	return code;
}
