/* SPDX-License-Identifier: MIT */
/* parkbench: one program, one table of subcommands. */
#include "cmd.h"
#include "suggest.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} subcommands[] = {
	{ "list", cmd_list, "what can be named: workloads, duties, contenders, columns, events" },
	{ "topo", cmd_topo, "what hwloc sees; which CPUs may go off, and why the others may not" },
	{ "doctor", cmd_doctor, "what this machine can and cannot measure" },
	{ "run", cmd_run, "the main job: take CPUs away and bring them back, with each contender" },
	{ "limits", cmd_limits, "the park facility beside the floors of this machine" },
	{ "peers", cmd_peers, "the park facility beside what one would use instead" },
	{ "stress", cmd_stress,
	  "torture the park facility and check eight invariants; replayable" },
	{ "restore", cmd_restore, "bring back the CPUs that a killed run left off" },
	{ "impact", cmd_impact, "whom a real offline of these CPUs would hurt; changes nothing" },
	{ "report", cmd_report, "runs become one page: the answer, what to doubt, the figures" },
	{ "lab", cmd_lab, "a QEMU guest of any topology runs one command" },
	{ "gate", cmd_gate, "is this build slower than that one, or the same?" },
	{ "campaign", cmd_campaign, "kernels to boot in turn: which is next, which have run" },
	{ "plan", cmd_plan, "write the plan, run nothing; or check a plan file" },
};

#define NR_SUBCOMMANDS (sizeof(subcommands) / sizeof(*subcommands))

static void print_help(FILE *out)
{
	fputs("usage: parkbench SUBCOMMAND [OPTIONS]\n"
	      "\n"
	      "What does it cost when a CPU goes away and comes back, who pays for it, and what\n"
	      "share of it is the strategy for the CPU's threads: park them, re-bind them, or\n"
	      "tear them down and create them again?\n"
	      "\n",
	      out);
	for (size_t i = 0; i < NR_SUBCOMMANDS; i++)
		fprintf(out, "  %-8s %s\n", subcommands[i].name, subcommands[i].summary);
	fputs("\n"
	      "  --help     of each subcommand says the rest\n"
	      "  --version\n"
	      "\n"
	      "exit: 0 done, 1 failed, 2 usage or I/O, 3 inconclusive, 4 not comparable,\n"
	      "      5 run not valid, 6 nothing was toggled, 77 skipped\n"
	      "\n"
	      "example: parkbench run --contender park,recreate --out /tmp/first\n",
	      out);
}

static int refuse_unknown(const char *name)
{
	const char *names[NR_SUBCOMMANDS];
	const struct suggest_names known = { "subcommand", names, NR_SUBCOMMANDS };
	char why[256];

	for (size_t i = 0; i < NR_SUBCOMMANDS; i++)
		names[i] = subcommands[i].name;
	suggest_unknown(&known, name, why, sizeof(why));
	return cmd_refuse_usage("", "%s", why);
}

static int dispatch(int argc, char **argv)
{
	if (argc < 2)
		return cmd_refuse_usage("", "no subcommand");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("parkbench " PARKBENCH_VERSION);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < NR_SUBCOMMANDS; i++)
		if (strcmp(argv[1], subcommands[i].name) == 0)
			return subcommands[i].run(argc - 1, argv + 1);
	return refuse_unknown(argv[1]);
}

/* A full disk behind standard output must not look like success. */
static int check_output(int code)
{
	if (!ferror(stdout) && !fflush(stdout))
		return code;
	return cmd_refuse("", "cannot write everything to standard output: is the disk full?");
}

int main(int argc, char **argv)
{
	/* A limit on the size of files is an error like a full disk, not a death. */
	signal(SIGXFSZ, SIG_IGN);
	return check_output(dispatch(argc, argv));
}
