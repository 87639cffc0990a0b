/* SPDX-License-Identifier: MIT */
#include "step_phases.h"

#include <assert.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const enum phase phases_down[] = { PHASE_QUIESCE, PHASE_OFF_CPU, PHASE_OFFLINE };
static const enum phase phases_of_threads[] = { PHASE_WAKE, PHASE_FIRST_WORK, PHASE_RESUME };

static void set_phase(struct step_sample *s, enum phase phase, uint64_t from_ns, uint64_t to_ns)
{
	assert(to_ns >= from_ns); /* one clock, and each reading after what it follows from */
	s->ns[phase] = to_ns - from_ns;
	s->begin_ns[phase] = from_ns;
	s->blank[phase] = BLANK_NONE;
}

static void blank_phase(struct step_sample *s, enum phase phase, enum blank why)
{
	s->begin_ns[phase] = 0;
	s->ns[phase] = 0;
	s->blank[phase] = (uint8_t)why;
}

void step_phases_clear(struct step_sample *s)
{
	bool is_down = s->action == PLAN_OFFLINE;

	for (enum phase phase = 0; phase < NR_PHASES; phase++)
		blank_phase(s, phase, is_down ? BLANK_OTHER_STEP : BLANK_NOT_REACHED);
	for (size_t i = 0; i < ARRAY_SIZE(phases_down); i++)
		blank_phase(s, phases_down[i], is_down ? BLANK_NOT_REACHED : BLANK_OTHER_STEP);
	blank_phase(s, PHASE_TOTAL, BLANK_NOT_REACHED);
}

void step_phases_withhold(struct step_sample *s, enum blank why)
{
	for (enum phase phase = 0; phase < NR_PHASES; phase++)
		if (s->blank[phase] == BLANK_NONE)
			blank_phase(s, phase, why);
}

/* Why a contender has no such phase at all. */
static enum blank blank_of(const struct contender *contender)
{
	if (!contender->has_threads)
		return BLANK_NO_THREADS;
	return contender->leaves == LEAVES_NOT ? BLANK_NOT_MOVED : BLANK_NONE;
}

void step_phases_down(struct step_sample *s, const struct contender *contender,
		      const struct rung_stamps *stamps, enum blank off_cpu)
{
	enum blank blank = blank_of(contender);
	/* A migration is complete when the call returns: there is nothing later to look at. */
	enum rung last = contender->leaves == LEAVES_MOVED ? RUNG_CONTENDER : RUNG_OFF_CPU;

	set_phase(s, PHASE_QUIESCE, stamps->begin_ns[RUNG_CONTENDER],
		  stamps->end_ns[RUNG_CONTENDER]);
	set_phase(s, PHASE_OFF_CPU, stamps->begin_ns[RUNG_CONTENDER], stamps->end_ns[last]);
	if (blank || off_cpu)
		blank_phase(s, PHASE_OFF_CPU, blank ? blank : off_cpu);
	set_phase(s, PHASE_OFFLINE, stamps->begin_ns[RUNG_HOTPLUG], stamps->end_ns[RUNG_HOTPLUG]);
	set_phase(s, PHASE_TOTAL, 0, s->ns[PHASE_QUIESCE] + s->ns[PHASE_OFFLINE]);
}

void step_count_wrong_cpus(struct step_sample *s, const struct tenancy *ty,
			   const struct contender *contender)
{
	for (size_t i = 0; i < ty->nr_tenants && !blank_of(contender); i++)
		s->nr_wrong_cpu += ty->tenants[i].arrival.cpu != ty->real_cpu;
}

static void set_arrivals(struct step_sample *s, const struct tenancy *ty, uint64_t online_ns)
{
	uint64_t first_ns = 0, work_ns = 0;

	for (size_t i = 0; i < ty->nr_tenants; i++) {
		const struct arrival *a = &ty->tenants[i].arrival;

		first_ns = a->first_ns > first_ns ? a->first_ns : first_ns;
		work_ns = a->first_work_ns > work_ns ? a->first_work_ns : work_ns;
	}
	set_phase(s, PHASE_WAKE, online_ns, first_ns);
	set_phase(s, PHASE_FIRST_WORK, first_ns, work_ns);
	set_phase(s, PHASE_RESUME, online_ns, work_ns);
}

void step_phases_up(struct step_sample *s, const struct tenancy *ty,
		    const struct contender *contender, const struct rung_stamps *stamps)
{
	enum blank blank = blank_of(contender);

	set_phase(s, PHASE_ONLINE, stamps->begin_ns[RUNG_HOTPLUG], stamps->end_ns[RUNG_HOTPLUG]);
	set_phase(s, PHASE_STARTUP, stamps->begin_ns[RUNG_CONTENDER],
		  stamps->end_ns[RUNG_CONTENDER]);
	step_count_wrong_cpus(s, ty, contender);
	if (!blank)
		set_arrivals(s, ty, stamps->end_ns[RUNG_HOTPLUG]);
	for (size_t i = 0; blank && i < ARRAY_SIZE(phases_of_threads); i++)
		blank_phase(s, phases_of_threads[i], blank);
	/* Where nobody arrives, the startup call is what the way up has besides online. */
	set_phase(s, PHASE_TOTAL, 0,
		  s->ns[PHASE_ONLINE] + s->ns[blank ? PHASE_STARTUP : PHASE_RESUME]);
}
