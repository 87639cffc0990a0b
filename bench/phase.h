/* SPDX-License-Identifier: MIT */
/*
 * phase - the parts of one step (one CPU goes away or comes back) that are told apart everywhere:
 * in samples, counters, tables and plots.
 *
 *	         offline step                               online step
 *	|-- quiesce --|                              |-- online --|-- resume -----------------|
 *	|------ off_cpu ------|                      .            |-- startup --|             .
 *	              .       |-- offline --|        .            |-- wake -----|-- first_work |
 *
 * quiesce: the contender's teardown, request -> all threads of the CPU parked, joined or moved.
 * off_cpu: the same begin -> the kernel shows every thread off its CPU (park) or gone (recreate).
 * offline, online: the hotplug driver's rung alone.
 * startup: the contender's startup call, as the controller pays it; overlaps wake.
 * wake: return of online -> first instruction of the last thread, on the CPU it looked at there.
 * first_work: from there -> its first duty step done, the last thread's again.
 * resume: wake + first_work; the finest cut that counters can make on the way up.
 * total: quiesce + offline of an offline step, online + resume of an online step; planned dwell and
 * off_cpu's proof are not in it. A cycle is one of each, and its total their sum.
 */
#ifndef BENCH_PHASE_H
#define BENCH_PHASE_H

enum phase {
	PHASE_QUIESCE,
	PHASE_OFF_CPU,
	PHASE_OFFLINE,
	PHASE_ONLINE,
	PHASE_STARTUP,
	PHASE_WAKE,
	PHASE_FIRST_WORK,
	PHASE_RESUME,
	PHASE_TOTAL,
	NR_PHASES
};

/* "quiesce", "off_cpu", ...; the CSV's word, without a unit. */
const char *phase_name(enum phase phase);

#endif
