/* SPDX-License-Identifier: MIT */
#include "phase.h"

static const char *const phase_names[NR_PHASES] = {
	[PHASE_QUIESCE] = "quiesce",	   [PHASE_OFF_CPU] = "off_cpu", [PHASE_OFFLINE] = "offline",
	[PHASE_ONLINE] = "online",	   [PHASE_STARTUP] = "startup", [PHASE_WAKE] = "wake",
	[PHASE_FIRST_WORK] = "first_work", [PHASE_RESUME] = "resume",	[PHASE_TOTAL] = "total",
};

const char *phase_name(enum phase phase)
{
	return phase_names[phase];
}
