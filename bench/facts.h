/* SPDX-License-Identifier: MIT */
/*
 * facts - the readers behind the table of environment.c: each sets its value or says why not.
 *
 * The comment of a reader says what its argument is.
 */
#ifndef BENCH_FACTS_H
#define BENCH_FACTS_H

#include "environment.h"

#define FACT_READER(name)                                                                          \
	void name(const struct environment_origin *origin, const char *arg,                        \
		  struct fact_value *ret_value)

/* Does @origin mean the machine we run on? Then the kernel can be asked past its files. */
static inline bool is_this_machine(const struct environment_origin *origin)
{
	return !origin->root || !*origin->root;
}

/* facts_file.c: one value from files of a known shape. */
FACT_READER(fact_read_line);	  /* path: its text */
FACT_READER(fact_read_number);	  /* path: its integer */
FACT_READER(fact_read_choice);	  /* path: the word in brackets or parentheses */
FACT_READER(fact_read_field);	  /* path:key, of "key: value" lines */
FACT_READER(fact_read_bytes);	  /* path:key, of "key: N kB" lines */
FACT_READER(fact_read_ticks);	  /* steal or all: clock ticks of all CPUs since boot */
FACT_READER(fact_read_limit);	  /* name in /proc/self/limits: "soft/hard" */
FACT_READER(fact_read_parameter); /* of the kernel's command line; "" if it is not there */
FACT_READER(fact_read_distinct);  /* file of each online CPU: the distinct values */
FACT_READER(fact_read_sum);	  /* file of each online CPU: the sum */
FACT_READER(fact_read_variable);  /* of our process's environment */

/* facts_kernel.c */
FACT_READER(fact_read_kernel_series);
FACT_READER(fact_read_hz);
FACT_READER(fact_read_preempt);
FACT_READER(fact_read_cpu_set); /* path of a list of CPUs: "" if it is empty */
FACT_READER(fact_read_vulnerabilities);
FACT_READER(fact_read_mitigations);
FACT_READER(fact_read_turbo);
FACT_READER(fact_read_idle_states);

/* facts_host.c */
FACT_READER(fact_read_arch);
FACT_READER(fact_read_cpu);
FACT_READER(fact_read_microcode);
FACT_READER(fact_read_hypervisor);
FACT_READER(fact_read_container);
FACT_READER(fact_read_namespace); /* pid or user: "initial" or "nested" */
FACT_READER(fact_read_daemons);
FACT_READER(fact_read_memory_gib);
FACT_READER(fact_read_host);

/* facts_cgroup.c */
FACT_READER(fact_read_cgroup_path);
FACT_READER(fact_read_cpu_quota);
FACT_READER(fact_read_nr_throttled);

/* facts_process.c */
FACT_READER(fact_read_privileges);
FACT_READER(fact_read_libc);
FACT_READER(fact_read_stack_cache);
FACT_READER(fact_read_constant); /* the text itself */
FACT_READER(fact_read_build);
FACT_READER(fact_read_topology);
FACT_READER(fact_read_nr_online);
FACT_READER(fact_read_hotplug);
FACT_READER(fact_read_workloads);

#endif
