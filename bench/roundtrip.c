/* SPDX-License-Identifier: MIT */
#include "roundtrip.h"

#include "block_order.h"
#include "clock.h"
#include "interrupt.h"
#include "roundtrip_far.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool roundtrip_fits(const struct roundtrip_case *what, const struct roundtrip_site *site)
{
	bool is_one_cpu = site->nr_far_cpus == 1 && site->far_cpus[0] == site->near_cpu;

	return what->where & (is_one_cpu ? WHERE_ONE_CPU : WHERE_TWO_CPUS);
}

static uint32_t at_most(uint32_t wanted, uint32_t max)
{
	return max && max < wanted ? max : wanted;
}

uint32_t roundtrip_nr_rounds(const struct roundtrip_spec *spec, const struct roundtrip_site *site)
{
	return at_most(spec->nr_rounds, site->max_rounds);
}

uint32_t roundtrip_nr_samples(const struct roundtrip_spec *spec, const struct roundtrip_site *site)
{
	return at_most(spec->nr_samples, site->max_samples);
}

static int await(const struct roundtrip_block *block, enum far_state state)
{
	return state == FAR_ASLEEP ? far_await_sleep(block) : 0;
}

static int operate(const struct roundtrip_case *what, struct roundtrip_block *block)
{
	unsigned int nr = what->nr_per_sample ? what->nr_per_sample : 1;
	int ret = 0;

	for (unsigned int i = 0; i < nr && !ret; i++)
		ret = what->op(block);
	return ret;
}

/* The clock is the last thing before the operation and the first after it. */
static int take_time(const struct roundtrip_case *what, struct roundtrip_block *block,
		     struct roundtrip_sample *sample)
{
	unsigned int nr = what->nr_per_sample ? what->nr_per_sample : 1;
	uint64_t begin_ns = clock_now_ns(), end_ns;
	int ret = operate(what, block);

	end_ns = clock_now_ns();
	if (!ret && what->reset)
		ret = what->reset(block);
	if (what->is_stamped_far)
		end_ns = atomic_load_explicit(&block->fars[0].stamp_ns, memory_order_relaxed);
	sample->ns = end_ns < begin_ns ? 0 : (end_ns - begin_ns + nr / 2) / nr;
	return ret;
}

/* Threads that come and go within the operation are in the process's time alone. */
static uint64_t others_cpu_ns(const struct roundtrip_block *block, pid_t near_tid)
{
	if (block->nr_fars)
		return far_cpu_ns(block);
	return clock_process_cpu_ns() - clock_thread_cpu_ns(near_tid);
}

static int take_cpu_time(const struct roundtrip_case *what, struct roundtrip_block *block,
			 struct roundtrip_sample *sample)
{
	unsigned int nr = what->nr_per_sample ? what->nr_per_sample : 1;
	const pid_t near_tid = gettid();
	uint64_t spun_ns = what->spun_ns ? what->spun_ns(block) : 0;
	uint64_t far_ns = others_cpu_ns(block, near_tid);
	uint64_t near_ns = clock_thread_cpu_ns(near_tid), near_end_ns;
	int ret = operate(what, block);

	near_end_ns = clock_thread_cpu_ns(near_tid);
	if (!ret)
		ret = await(block, what->after);
	sample->near_cpu_ns = (near_end_ns - near_ns) / nr;
	far_ns = others_cpu_ns(block, near_tid) - far_ns;
	/* Two clocks read one after the other: what is below zero is nothing. */
	sample->far_cpu_ns = (int64_t)far_ns < 0 ? 0 : far_ns / nr;
	if (what->spun_ns)
		sample->spun_ns = (what->spun_ns(block) - spun_ns) / nr;
	if (!ret && what->reset)
		ret = what->reset(block);
	return ret;
}

static int take_samples(const struct roundtrip_case *what, struct roundtrip_block *block,
			struct roundtrip_record *record, size_t nr)
{
	int ret = 0;

	while (record->nr_samples < nr && !ret) {
		struct roundtrip_sample *sample = &record->samples[record->nr_samples];

		if (interrupt_is_due())
			return -EINTR;
		ret = await(block, what->before);
		if (!ret)
			ret = record->is_cpu_time ? take_cpu_time(what, block, sample)
						  : take_time(what, block, sample);
		record->nr_samples += !ret;
	}
	return ret;
}

/* A benchmark that lost an operation has measured something else. */
static int check_answers(const struct roundtrip_case *what, const struct roundtrip_block *block,
			 size_t nr_samples)
{
	uint64_t nr = nr_samples * (what->nr_per_sample ? what->nr_per_sample : 1);
	int ret = what->is_answered ? far_await_answers(block, nr) : 0;

	/* More than one each is as wrong as less. */
	for (size_t i = 0; i < block->nr_fars && what->is_answered; i++)
		if (atomic_load_explicit(&block->fars[i].nr_answers, memory_order_acquire) != nr)
			return -EPROTO;
	return ret == -ETIMEDOUT ? -EPROTO : ret;
}

int roundtrip_block(const struct roundtrip_case *what, const struct roundtrip_site *site,
		    struct roundtrip_record *record, size_t nr)
{
	struct roundtrip_block block = { .site = site };
	int ret = 0, closed = 0;

	block.fars = aligned_alloc(_Alignof(struct roundtrip_far),
				   site->nr_threads * sizeof(*block.fars));
	if (!block.fars)
		return -ENOMEM;
	memset(block.fars, 0, site->nr_threads * sizeof(*block.fars));
	if (what->open)
		ret = what->open(&block);
	/* A lost thread would be waited for, and still uses what would be freed. */
	if (ret == -ETIMEDOUT)
		return ret;
	if (ret)
		goto out_free;
	record->begin_ns = clock_now_ns();
	ret = far_watch(&block);
	if (!ret)
		ret = take_samples(what, &block, record, nr);
	far_unwatch(&block);
	if (!ret)
		ret = check_answers(what, &block, nr);
	if (ret == -ETIMEDOUT)
		return ret;
	if (what->close)
		closed = what->close(&block);
	ret = ret ? ret : closed;
out_free:
	free(block.fars);
	return ret;
}

static int pin(unsigned int cpu)
{
	struct cpumask own;

	cpumask_clear(&own);
	cpumask_set_cpu(cpu, &own);
	return sched_setaffinity(0, sizeof(own), (cpu_set_t *)own.bits) ? -errno : 0;
}

static int explain(const struct roundtrip_case *what, const struct roundtrip_site *site, int error,
		   char *why, size_t why_size)
{
	if (error == -EMFILE || error == -ENFILE)
		snprintf(why, why_size,
			 "too many threads to watch: raise the limit of open files (ulimit -n) or "
			 "give a lower --threads-max");
	else
		snprintf(why, why_size, "case %s, %s, %zu threads: %s", what->name, site->name,
			 site->nr_threads,
			 error == -ETIMEDOUT ? "a thread does not answer"
			 : error == -EPROTO  ? "operations and answers differ"
			 : error == -EINTR   ? interrupt_cause()
					     : strerror(-error));
	return error;
}

/* One round at one site: every case that fits, in the order of its row. */
struct round_at {
	const struct roundtrip_spec *spec;
	struct roundtrip_recording *recording;
	struct progress *progress;
	uint32_t round, site;
	const uint32_t *order; /* of the site's cases */
	const uint32_t *fitting;
	size_t nr_fitting;
	char *why;
	size_t why_size;
};

static int run_round(const struct round_at *at)
{
	const struct roundtrip_spec *spec = at->spec;
	const struct roundtrip_site *site = &spec->sites[at->site];
	const size_t nr = spec->nr_warmup + roundtrip_nr_samples(spec, site);
	int ret = pin(site->near_cpu);

	if (ret)
		snprintf(at->why, at->why_size, "cannot run on CPU %u: %s", site->near_cpu,
			 strerror(-ret));
	for (uint32_t place = 0; place < at->nr_fitting && !ret; place++) {
		struct roundtrip_record *record =
			&at->recording->records[at->recording->nr_records];
		uint32_t what = at->fitting[at->order[place]];

		*record = (struct roundtrip_record){
			.site = at->site,
			.what = what,
			.round = at->round,
			.place = place,
			.is_cpu_time = at->round >= spec->nr_rounds,
			.samples = calloc(nr, sizeof(*record->samples)),
		};
		if (!record->samples)
			return -ENOMEM;
		at->recording->nr_records++;
		/* Touched now: page faults are nothing to be had between samples. */
		memset(record->samples, 0xff, nr * sizeof(*record->samples));
		ret = roundtrip_block(spec->cases[what], site, record, nr);
		if (ret)
			return explain(spec->cases[what], site, ret, at->why, at->why_size);
		progress_step(at->progress, spec->cases[what]->name);
	}
	return ret;
}

/* The order of all rounds at each site. */
struct plan_of_site {
	uint32_t *order, *fitting;
	size_t nr_fitting;
};

static int plan_site(const struct roundtrip_spec *spec, const struct roundtrip_site *site,
		     struct random *random, struct plan_of_site *ret)
{
	uint32_t nr_rounds = spec->nr_rounds + spec->nr_cpu_rounds;

	ret->fitting = calloc(spec->nr_cases, sizeof(*ret->fitting));
	ret->order = calloc(spec->nr_cases * nr_rounds, sizeof(*ret->order));
	if (!ret->fitting || !ret->order)
		return -ENOMEM;
	for (uint32_t i = 0; i < spec->nr_cases; i++)
		if (roundtrip_fits(spec->cases[i], site))
			ret->fitting[ret->nr_fitting++] = i;
	return ret->nr_fitting
		       ? block_order(ret->order, (uint32_t)ret->nr_fitting, nr_rounds, random)
		       : 0;
}

static int run_rounds(struct round_at *at, const struct plan_of_site *plans)
{
	const struct roundtrip_spec *spec = at->spec;
	int ret = 0;

	/* Sites take turns too, so that what drifts hits all of them. */
	for (at->round = 0; at->round < spec->nr_rounds + spec->nr_cpu_rounds; at->round++) {
		for (at->site = 0; at->site < spec->nr_sites && !ret; at->site++) {
			const struct plan_of_site *plan = &plans[at->site];

			if (at->round < spec->nr_rounds &&
			    at->round >= roundtrip_nr_rounds(spec, &spec->sites[at->site]))
				continue;
			at->order = plan->order + at->round * plan->nr_fitting;
			at->fitting = plan->fitting;
			at->nr_fitting = plan->nr_fitting;
			ret = run_round(at);
		}
	}
	return ret;
}

int roundtrip_run(const struct roundtrip_spec *spec, struct progress *progress,
		  struct roundtrip_recording *ret_recording, char *why, size_t why_size)
{
	struct plan_of_site *plans = calloc(spec->nr_sites, sizeof(*plans));
	size_t nr_blocks = 0;
	struct roundtrip_recording recording = { .spec = spec };
	struct round_at at = { .spec = spec,
			       .recording = &recording,
			       .progress = progress,
			       .why = why,
			       .why_size = why_size };
	struct cpumask before;
	struct random random;
	int ret = plans ? 0 : -ENOMEM;

	snprintf(why, why_size, "out of memory");
	random_init(&random, spec->seed);
	for (size_t i = 0; i < spec->nr_sites && !ret; i++) {
		ret = plan_site(spec, &spec->sites[i], &random, &plans[i]);
		nr_blocks += plans[i].nr_fitting *
			     (roundtrip_nr_rounds(spec, &spec->sites[i]) + spec->nr_cpu_rounds);
	}
	recording.records = calloc(nr_blocks + 1, sizeof(*recording.records));
	if (!recording.records)
		ret = -ENOMEM;
	if (!ret && sched_getaffinity(0, sizeof(before), (cpu_set_t *)before.bits) < 0)
		ret = -errno;
	if (!ret) {
		progress_begin(progress, nr_blocks);
		ret = run_rounds(&at, plans);
		progress_end(progress);
		sched_setaffinity(0, sizeof(before), (cpu_set_t *)before.bits);
	}
	for (size_t i = 0; plans && i < spec->nr_sites; i++) {
		free(plans[i].order);
		free(plans[i].fitting);
	}
	free(plans);
	*ret_recording = recording;
	return ret;
}

void roundtrip_fini(struct roundtrip_recording *recording)
{
	for (size_t i = 0; i < recording->nr_records; i++)
		free(recording->records[i].samples);
	free(recording->records);
	*recording = (struct roundtrip_recording){ .spec = NULL };
}
