/* SPDX-License-Identifier: MIT */
/*
 * environment - what a sceptic asks about the machine, before a run and after it.
 *
 * One table (environment.c) names every fact with its class and its reader; JSON, fingerprint and
 * doctor are made from that table and so cannot disagree. Classes decide who may be compared:
 *
 *	hard  differs: not comparable. The fingerprint is made of these alone.
 *	soft  differs: compared, with a warning.
 *	info  never compared.
 *
 * No frequency, bogomips or calibrated value is hard or soft: they change from boot to boot.
 */
#ifndef BENCH_ENVIRONMENT_H
#define BENCH_ENVIRONMENT_H

#include "fact.h"
#include "topology.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fact_class { FACT_INFO, FACT_SOFT, FACT_HARD };

/* Where facts come from. The pointers stay the caller's and have to outlive the environment. */
struct environment_origin {
	const char *root;	     /* see sysfile.h; NULL or "": this machine */
	const struct topology *topo; /* loaded with all CPUs as found; NULL: not known */
	const char *hotplug;	     /* the hotplug driver's name; NULL: not known */
	const char *workloads;	     /* names and versions of what runs; NULL: not known */
	char *const *argv;	     /* of the run, NULL-terminated; NULL: not known */
};

struct fact {
	const char *key;
	enum fact_class class;
	bool is_watched; /* read again after the run */
	void (*read)(const struct environment_origin *origin, const char *arg,
		     struct fact_value *ret_value);
	const char *arg; /* what the reader should read */
};

struct environment {
	struct environment_origin origin;
	struct fact_value *before, *after;  /* as environment_facts() counts */
	char before_utc[24], after_utc[24]; /* ISO 8601; "" until it was collected */
	uint64_t before_ns, after_ns;	    /* the same moments on clock.h's clock */
};

/* All facts, in the order in which they are shown. */
const struct fact *environment_facts(size_t *ret_nr);

/**
 * environment_collect() - read all facts. Tens of milliseconds, more with thousands of CPUs.
 * @ret_env: release with environment_fini(); untouched on failure.
 *
 * What cannot be read is missing with a reason, which is not a failure. Return: 0 or -ENOMEM.
 */
int environment_collect(const struct environment_origin *origin, struct environment *ret_env);

/* Read the watched facts again, once the run is over and the machine is as found. */
void environment_collect_after(struct environment *env);

void environment_fini(struct environment *env);

/* The value of a fact before the run; @key must be in the table. */
const struct fact_value *environment_get(const struct environment *env, const char *key);

/**
 * environment_warnings() - what happened between before and after that makes a run doubtful.
 * @ret_warnings: a list, one line per finding, empty when there is none or no "after" yet.
 */
void environment_warnings(const struct environment *env, struct fact_value *ret_warnings);

/* Time that hypervisor or host took from all CPUs, in percent of all time; < 0: not known. */
double environment_steal_percent(const struct environment *env);

#endif
