/* SPDX-License-Identifier: MIT */
/*
 * cmd - the subcommands of parkbench. They alone print, besides csv.
 */
#ifndef BENCH_CMD_H
#define BENCH_CMD_H

#include "topology.h"

#include <stdio.h>

struct options;
struct selection;

/* Where several apply: 2, 5, 4, 1, 6, 3, 0. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* an invariant, a lost thread, a regression */
	EXIT_USAGE = 2,	 /* or input and output */
	EXIT_INCONCLUSIVE = 3,
	EXIT_NOT_COMPARABLE = 4,
	EXIT_NOT_VALID = 5,
	EXIT_NOTHING_TOGGLED = 6,
	EXIT_SKIPPED = 77, /* privilege or feature missing */
};

/* argv[0] is the subcommand's name. All return an enum exit_code. */
int cmd_list(int argc, char **argv);
int cmd_topo(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_impact(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_lab(int argc, char **argv);
int cmd_gate(int argc, char **argv);
int cmd_campaign(int argc, char **argv);
int cmd_limits(int argc, char **argv);
int cmd_peers(int argc, char **argv);
int cmd_stress(int argc, char **argv);
int cmd_report(int argc, char **argv);

/* One line on standard error: "parkbench plan: ...". Returns EXIT_USAGE. */
int cmd_refuse(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with "; see 'parkbench plan --help'" behind it: the command line is wrong. */
int cmd_refuse_usage(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* One line on standard error, too: it is not possible here. Returns EXIT_SKIPPED. */
int cmd_skip(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * cmd_impact_ask() - before a real run: print on @out whom it would hurt.
 *
 * Return: EXIT_DONE when nothing foreign is pinned there or --accept-impact was given; else
 * EXIT_USAGE and one line on standard error.
 */
int cmd_impact_ask(const struct options *options, const struct selection *selection, FILE *out);

/* Load the topology or say why not: EXIT_DONE or EXIT_USAGE. */
int cmd_load_topology(const char *command, struct topology *ret_topo);

/* The same of the machine that --virtual names, where it is given. */
int cmd_load_machine(const char *command, const struct options *options, struct topology *ret_topo);

#endif
