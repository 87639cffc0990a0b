/* SPDX-License-Identifier: MIT */
/*
 * What the harness does while a phase is timed: no allocation, no lock, no system call.
 *
 * Allocations and locks of everything that is linked statically (bench, workloads, lib) come past
 * here first, by the linker's --wrap; what the C library does inside its own calls does not.
 * System calls are counted by the tracer of the system call pass.
 */
#include "limits_cases.h"
#include "one_block.h"
#include "syscalls.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1 /* its runtime makes calls of its own */
#else
#define IS_SANITIZED 0
#endif

#define NR_CYCLES 20

static atomic_int nr_open; /* phases */
static atomic_uint nr_allocations, nr_locks;

static void note(atomic_uint *counter)
{
	if (atomic_load_explicit(&nr_open, memory_order_relaxed))
		atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

#define WRAPPED(type, name, parameters, arguments, counter)                                        \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		note(&(counter));                                                                  \
		return __real_##name arguments;                                                    \
	}

WRAPPED(void *, malloc, (size_t size), (size), nr_allocations)
WRAPPED(void *, calloc, (size_t nr, size_t size), (nr, size), nr_allocations)
WRAPPED(void *, realloc, (void *old, size_t size), (old, size), nr_allocations)
WRAPPED(void, free, (void *old), (old), nr_allocations)
WRAPPED(int, pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex), nr_locks)

static void open_phase(void *arg, enum phase phase)
{
	atomic_fetch_add_explicit(&nr_open, 1, memory_order_relaxed);
	if (arg)
		syscalls_begin(arg, phase);
}

static void close_phase(void *arg, enum phase phase)
{
	if (arg)
		syscalls_end(arg, phase);
	atomic_fetch_sub_explicit(&nr_open, 1, memory_order_relaxed);
}

/* The phases that are timed; the driver tells of the whole block, too, which is none. */
static void begin(void *arg, enum phase phase)
{
	if (phase < NR_PHASES)
		open_phase(arg, phase);
}

static void end(void *arg, enum phase phase)
{
	if (phase < NR_PHASES)
		close_phase(arg, phase);
}

static void run(const char *contender, struct syscalls *syscalls)
{
	const struct probe probe = { .begin = begin, .end = end, .arg = syscalls };
	struct one_block one;

	one_block_init(&one, contender, "sleep", 2, NR_CYCLES);
	one.setup.wait = WAIT_POLL;
	nr_allocations = nr_locks = 0;
	assert_int_equal(driver_run_block(&one.rec, &probe, &one.block), 0);
	assert_int_equal(nr_open, 0);
	one_block_fini(&one);
}

/* Without threads of a contender what is left is the harness. */
static void the_harness_makes_no_system_call(void **state)
{
	struct syscalls *syscalls;
	char why[160] = "";
	uint64_t nr = 0;

	(void)state;
	if (IS_SANITIZED)
		skip();
	if (syscalls_start(&syscalls, why, sizeof(why))) {
		print_message("%s\n", why);
		skip();
	}
	run("empty", syscalls);
	assert_int_equal(syscalls_stop(syscalls, why, sizeof(why)), 0);
	for (unsigned int phase = 0; phase < NR_PHASES; phase++)
		for (unsigned int call = 0; call <= SYSCALLS_NR_MAX; call++)
			if (call != SYS_clock_gettime) /* where the clock is no vDSO */
				nr += syscalls_count(syscalls, phase, call);
	assert_int_equal(nr, 0);
	/* It did look: starting and stopping is seen outside of all phases. */
	for (unsigned int call = 0; call <= SYSCALLS_NR_MAX; call++)
		nr += syscalls_count(syscalls, SYSCALLS_OUTSIDE, call);
	assert_true(nr > 0);
	syscalls_free(syscalls);
}

/*
 * Of those that keep their threads. Plain pthreads wait for work under a mutex: that is the
 * contender's own way and measured as such.
 */
static void nothing_is_allocated_or_locked(void **state)
{
	static const struct {
		const char *contender;
		bool is_locking;
	} arms[] = { { "empty", false }, { "park", false }, { "none", true }, { "rebind", true } };

	(void)state;
	for (size_t i = 0; i < sizeof(arms) / sizeof(*arms); i++) {
		run(arms[i].contender, NULL);
		if (nr_allocations || (nr_locks && !arms[i].is_locking))
			fail_msg("%s: %u allocations, %u locks", arms[i].contender, nr_allocations,
				 nr_locks);
	}
}

static void what_is_wrapped_is_counted(void **state)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	(void)state;
	nr_allocations = nr_locks = 0;
	free(malloc(1));
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	assert_int_equal(nr_allocations, 0);
	open_phase(NULL, PHASE_QUIESCE);
	free(malloc(1));
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	close_phase(NULL, PHASE_QUIESCE);
	assert_int_equal(nr_allocations, 2);
	assert_int_equal(nr_locks, 1);
	run("recreate", NULL);
	assert_true(nr_allocations > 0);
}

/* The same of round trips: each operation is a phase of its own. */
static const struct roundtrip_case *inner;

static int op_in_phase(struct roundtrip_block *block)
{
	int ret;

	open_phase(NULL, PHASE_QUIESCE);
	ret = inner->op(block);
	close_phase(NULL, PHASE_QUIESCE);
	return ret;
}

static void operate(const struct roundtrip_case *what, const struct roundtrip_site *site)
{
	struct roundtrip_sample samples[5];
	struct roundtrip_record record = { .samples = samples };
	struct roundtrip_case outer = *what;

	if (!roundtrip_fits(what, site))
		return;
	inner = what;
	outer.op = op_in_phase;
	nr_allocations = nr_locks = 0;
	assert_int_equal(roundtrip_block(&outer, site, &record, 5), 0);
	if (nr_allocations || nr_locks)
		fail_msg("%s: %u allocations, %u locks", what->name, nr_allocations, nr_locks);
}

static void operations_allocate_and_lock_nothing(void **state)
{
	static const struct roundtrip_case *const *const lists[] = { limits_pair_cases,
								     limits_many_cases };
	struct topology topo;
	unsigned int cpus[2];
	struct roundtrip_site site = {
		.far_cpus = &cpus[1], .nr_far_cpus = 1, .nr_threads = 1, .patience_ns = 60000000000u
	};

	(void)state;
	assert_int_equal(topology_load(&topo), 0);
	cpus[0] = cpumask_first(&topo.allowed);
	cpus[1] = cpumask_last(&topo.allowed);
	site.near_cpu = cpus[0];
	for (size_t l = 0; l < 2; l++, site.nr_threads = 3)
		for (const struct roundtrip_case *const *what = lists[l]; *what; what++)
			/* A thread is what that one makes. */
			if (*what != &limits_create_stop)
				operate(*what, &site);
	topology_fini(&topo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrapped_is_counted),
		cmocka_unit_test(nothing_is_allocated_or_locked),
		cmocka_unit_test(operations_allocate_and_lock_nothing),
		cmocka_unit_test(the_harness_makes_no_system_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
