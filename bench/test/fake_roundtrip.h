/* SPDX-License-Identifier: MIT */
/* A recording of two cases at one site, with times made up. */
#ifndef BENCH_TEST_FAKE_ROUNDTRIP_H
#define BENCH_TEST_FAKE_ROUNDTRIP_H

#include "limits_results.h"

#include <stdlib.h>

#define FAKE_ROUNDS  8
#define FAKE_SAMPLES 3

static const unsigned int fake_far_cpus[] = { 1, 2 };

static const struct roundtrip_site fake_sites[] = {
	{ .near_cpu = 0,
	  .far_cpus = fake_far_cpus,
	  .nr_far_cpus = 1,
	  .nr_threads = 1,
	  .name = "cache" },
	{ .near_cpu = 0,
	  .far_cpus = fake_far_cpus,
	  .nr_far_cpus = 2,
	  .nr_threads = 10,
	  .name = "all" },
};

static const struct roundtrip_case fake_empty = { .name = "empty",
						  .role = ROLE_EMPTY,
						  .where = WHERE_ANY };
static const struct roundtrip_case fake_floor = {
	.name = "floor", .role = ROLE_FLOOR, .where = WHERE_ANY, .nr_per_sample = 2
};
/* Never called here; that there is one says that spins are counted. */
static inline uint64_t fake_spun_ns(const struct roundtrip_block *block)
{
	(void)block;
	return 0;
}

static const struct roundtrip_case fake_facility = {
	.name = "facility", .role = ROLE_FACILITY, .where = WHERE_ANY, .spun_ns = fake_spun_ns
};
static const struct roundtrip_case fake_local = { .name = "local",
						  .role = ROLE_FLOOR,
						  .where = WHERE_ONE_CPU };

static const struct roundtrip_case *const fake_cases[] = { &fake_empty, &fake_floor, &fake_facility,
							   &fake_local };

/* Without empty: the floor takes 100 + @round, the facility @times of it. One sample of warm-up. */
static inline void fake_fill(struct roundtrip_record *record, double times)
{
	for (size_t i = 0; i <= FAKE_SAMPLES; i++) {
		double net = 100 + record->round;
		struct roundtrip_sample *s = &record->samples[i];

		if (record->what == 0)
			s->ns = 20;
		else if (record->what == 1)
			s->ns = (uint64_t)(net + 10); /* half of empty: two operations */
		else
			s->ns = (uint64_t)(net * times + 20);
		if (i == 0)
			s->ns = 1000000; /* warm-up */
		if (i == FAKE_SAMPLES)
			s->ns += 500; /* the largest one moves no median */
		s->near_cpu_ns = 7;
		s->far_cpu_ns = 9;
		s->spun_ns = i == FAKE_SAMPLES ? 300 : 0; /* one of three was in vain */
	}
	record->nr_samples = FAKE_SAMPLES + 1;
}

static inline void fake_roundtrip_init(struct limits_outcome *outcome, struct roundtrip_spec *spec,
				       double times)
{
	struct roundtrip_recording *recording = &outcome->recordings[0];

	*spec = (struct roundtrip_spec){ .cases = fake_cases,
					 .nr_cases = 4,
					 .sites = fake_sites,
					 .nr_sites = 2,
					 .nr_rounds = FAKE_ROUNDS,
					 .nr_cpu_rounds = 1,
					 .nr_samples = FAKE_SAMPLES,
					 .nr_warmup = 1 };
	*outcome = (struct limits_outcome){ .suite = "limits", .nr_recordings = 1 };
	recording->spec = spec;
	recording->records = calloc((FAKE_ROUNDS + 1) * 6, sizeof(*recording->records));
	if (!recording->records)
		abort();
	for (uint32_t i = 0; i < (FAKE_ROUNDS + 1) * 6; i++) {
		struct roundtrip_record *record = &recording->records[recording->nr_records++];

		record->round = i / 6;
		record->site = i % 6 / 3;
		record->what = record->place = i % 3;
		record->is_cpu_time = record->round == FAKE_ROUNDS;
		record->samples = calloc(FAKE_SAMPLES + 1, sizeof(*record->samples));
		if (!record->samples)
			abort();
		fake_fill(record, times);
	}
}

static inline void fake_roundtrip_fini(struct limits_outcome *outcome)
{
	roundtrip_fini(&outcome->recordings[0]);
	limits_rows_fini(&outcome->rows);
}

#endif
