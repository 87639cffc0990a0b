/* SPDX-License-Identifier: MIT */
/* Machines for tests: whatever the caller's environment says, load exactly the one named. */
#ifndef WORKLOADS_TEST_MACHINE_H
#define WORKLOADS_TEST_MACHINE_H

#include "topology.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static inline int try_machine(const char *variable, const char *value, struct topology *topo)
{
	unsetenv("HWLOC_FSROOT");
	unsetenv("HWLOC_SYNTHETIC");
	unsetenv("HWLOC_XMLFILE");
	unsetenv("HWLOC_THISSYSTEM");
	unsetenv("HWLOC_COMPONENTS");
	if (variable)
		setenv(variable, value, 1);
	return topology_load(topo);
}

static inline void load_synthetic(const char *description, struct topology *topo)
{
	assert_int_equal(try_machine("HWLOC_SYNTHETIC", description, topo), 0);
}

static inline void load_xml(const char *name, struct topology *topo)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", WORKLOADS_TEST_DATA, name);
	assert_int_equal(try_machine("HWLOC_XMLFILE", path, topo), 0);
}

static inline void assert_set(const struct cpumask *set, const char *list)
{
	char text[4096];

	cpumask_format(set, text, sizeof(text));
	assert_string_equal(text, list);
}

#endif
