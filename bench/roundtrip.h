/* SPDX-License-Identifier: MIT */
/*
 * roundtrip - the one loop that measures what two threads, or one and many, do to each other.
 *
 * The near side is the measuring thread, the far side one or more threads pinned elsewhere, or on
 * the same CPU. A case says how the far side is made, what the near side does to it (the
 * operation) and how to get back to where the next operation can begin. Floors of the machine, the
 * park facility and what one would use instead are all cases of this loop, so what the loop costs
 * they pay alike, and the case "empty" shows how much that is.
 *
 * A site is where both sides are. All cases of a site take turns, a block each, in a balanced order
 * from the seed; that is a round. Blocks make their threads and end them, so nothing of one case
 * is alive while another is measured. Before each operation the loop waits until the far side is
 * where the case wants it, asleep by the kernel's own word, so that no case is measured against a
 * thread that is only about to sleep.
 *
 * Time and CPU time are taken in separate rounds: reading the CPU clocks of both sides is a system
 * call right before and after the operation.
 */
#ifndef BENCH_ROUNDTRIP_H
#define BENCH_ROUNDTRIP_H

#include "progress.h"
#include "topology.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum roundtrip_role { ROLE_EMPTY, ROLE_FLOOR, ROLE_FACILITY, ROLE_PEER };

/* Where a case can be measured. */
enum roundtrip_where {
	WHERE_ONE_CPU = 1,  /* both sides on the same CPU */
	WHERE_TWO_CPUS = 2, /* on different ones */
	WHERE_ANY = WHERE_ONE_CPU | WHERE_TWO_CPUS,
};

/* What the far side does at a certain point. */
enum far_state {
	FAR_ANY,    /* there is none, or it does not matter */
	FAR_ASLEEP, /* off its CPU, waiting */
	FAR_AWAKE,  /* the case's reset() has seen it run, and it does not sleep */
};

struct roundtrip_site {
	unsigned int near_cpu;
	const unsigned int *far_cpus; /* threads are dealt out to them in turn */
	size_t nr_far_cpus;
	size_t nr_threads;	/* of the far side, in cases that have one */
	const char *name;	/* "same", "remote", ...; of many threads "all" */
	uint64_t patience_ns;	/* a thread that does not answer for so long is lost */
	uint64_t clock_read_ns; /* only told, in run.json */
	uint32_t max_rounds;	/* of the timed ones, where a block takes long; 0: all */
	uint32_t max_samples;	/* per block, likewise; warm-up comes in addition */
};

/* One thread of the far side. A cache line of its own: near and far both look at it. */
struct roundtrip_far {
	_Alignas(128) _Atomic pid_t tid; /* set by the thread or by who made it; 0: not there yet */
	_Atomic uint64_t nr_answers;	 /* operations that it has seen */
	_Atomic uint64_t stamp_ns;	 /* the clock at the newest, where a case wants that */
	int watch_fd;			 /* roundtrip_far.c's */
};

/* A block at work. */
struct roundtrip_block {
	const struct roundtrip_site *site;
	struct roundtrip_far *fars;
	size_t nr_fars;	    /* what open() has made */
	void *own;	    /* the case's */
	uint64_t nr_resets; /* likewise */
};

struct roundtrip_case {
	const char *name;
	const char *about; /* one line: from what to what is timed */
	enum roundtrip_role role;
	unsigned int where;	      /* enum roundtrip_where */
	enum far_state before, after; /* the operation */
	unsigned int nr_per_sample;   /* operations between two clock reads; 0 is 1 */
	bool is_stamped_far;	      /* ends at the far side's stamp, not when op() returns */
	bool is_answered;	      /* each far thread sees each operation exactly once */

	/* All return 0 or -errno; any but op() may be NULL. */
	int (*open)(struct roundtrip_block *block);
	int (*op)(struct roundtrip_block *block);
	int (*reset)(struct roundtrip_block *block); /* untimed, after each sample */
	int (*close)(struct roundtrip_block *block); /* also after an error, if open() was 0 */

	/* CPU time burnt by looking on instead of sleeping, so far; NULL: nobody counts it. */
	uint64_t (*spun_ns)(const struct roundtrip_block *block);
};

/* A case at a site. */
struct roundtrip_cell {
	const struct roundtrip_case *what;
	const struct roundtrip_site *site;
};

struct roundtrip_spec {
	const struct roundtrip_case *const *cases;
	size_t nr_cases;
	const struct roundtrip_site *sites;
	size_t nr_sites;
	uint32_t nr_rounds;		/* timed */
	uint32_t nr_cpu_rounds;		/* that take CPU time instead */
	uint32_t nr_samples, nr_warmup; /* per block; warm-up comes in addition */
	uint64_t seed;
};

struct roundtrip_sample {
	uint64_t ns;			  /* of one operation, when the block is timed */
	uint64_t near_cpu_ns, far_cpu_ns; /* CPU time of one operation, when it is not */
	uint64_t spun_ns;		  /* of that, spent on looking on; UINT64_MAX: unknown */
};

/* One block as it was recorded: nr_warmup samples, then those that count. */
struct roundtrip_record {
	uint32_t site, what;   /* indices into the spec */
	uint32_t round, place; /* place: in the order of the round */
	bool is_cpu_time;
	uint64_t begin_ns;
	struct roundtrip_sample *samples;
	size_t nr_samples; /* taken; all of them unless interrupted */
};

struct roundtrip_recording {
	const struct roundtrip_spec *spec;
	struct roundtrip_record *records;
	size_t nr_records;
};

/**
 * roundtrip_run() - measure every case at every site where it can be.
 * @ret: what was recorded, also after a failure; release with roundtrip_fini().
 * @why: one line after a failure.
 *
 * The calling thread is pinned to each site's near CPU in turn and gets its affinity back.
 * Return: 0; -EINTR interrupted; -ETIMEDOUT a thread was lost, and its memory must stay;
 * -EPROTO operations and answers differ; another -errno.
 */
int roundtrip_run(const struct roundtrip_spec *spec, struct progress *progress,
		  struct roundtrip_recording *ret, char *why, size_t why_size);
void roundtrip_fini(struct roundtrip_recording *recording);

/* Can @what be measured at @site? */
bool roundtrip_fits(const struct roundtrip_case *what, const struct roundtrip_site *site);

/* How often @spec measures at @site, without rounds that take CPU time; and how long a block is. */
uint32_t roundtrip_nr_rounds(const struct roundtrip_spec *spec, const struct roundtrip_site *site);
uint32_t roundtrip_nr_samples(const struct roundtrip_spec *spec, const struct roundtrip_site *site);

/* One block, for roundtrip_run() and tests: samples of @record->samples[0 .. @nr). */
int roundtrip_block(const struct roundtrip_case *what, const struct roundtrip_site *site,
		    struct roundtrip_record *record, size_t nr);

#endif
