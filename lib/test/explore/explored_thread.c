/* SPDX-License-Identifier: MIT */
#include "explored_thread.h"

#include <string.h>

struct kthread *k;
bool is_frozen, is_bound, has_to_end, wants_self, has_asked, has_run, is_entered, returns_to_park;
int nr_pending, nr_worked, results[4];

#define SPIN_NS 1000 /* of virtual time, which is ten steps */

/* What the next setup gives T. */
static struct kthread_epoch epoch;
static uint64_t spin_ns, idle_spin_ns;
static bool is_trusted;

static void turn(void)
{
	explore_point();
	explore_check(!is_frozen, FROZEN);
	explore_check(!is_bound || kthread_should_stop() || explore_cpu() == HOME, OWN_CPU);
	has_run = true;
	nr_worked += nr_pending;
	nr_pending = 0;
}

static int t_main(void *data)
{
	(void)data;
	is_entered = true;
	for (;;) {
		turn();
		if (kthread_should_stop() || has_to_end)
			return RESULT;
		if (wants_self) {
			wants_self = false;
			kthread_park(k);
			has_asked = true;
		}
		if (!returns_to_park)
			kthread_parkme();
		else if (kthread_should_park())
			return 0;
		turn();
		kthread_sleep();
	}
}

/* T exists; it is at its gate, or parked there. */
static void create(bool is_per_cpu, bool is_parked)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;

	is_frozen = has_to_end = wants_self = has_asked = has_run = false;
	is_entered = returns_to_park = false;
	nr_pending = nr_worked = 0;
	memset(results, 0, sizeof(results));
	is_bound = is_per_cpu;
	attr.cpu = is_per_cpu ? HOME : -1;
	attr.per_cpu = is_per_cpu;
	attr.parked = is_parked;
	attr.spin_ns = spin_ns;
	attr.idle_spin_ns = idle_spin_ns;
	attr.epoch = is_trusted ? &epoch : NULL;
	spin_ns = idle_spin_ns = 0;
	is_trusted = false;
	k = kthread_create_attr(&attr, t_main, NULL, "t");
	explore_check(k, "explorer");
	kthread_get(k);
}

static void start(bool is_per_cpu)
{
	create(is_per_cpu, false);
	kthread_wake(k);
	explore_until(&has_run);
}

void setup_running(void)
{
	start(false);
}

void setup_running_per_cpu(void)
{
	start(true);
}

void setup_parked_per_cpu(void)
{
	start(true);
	explore_check(kthread_park(k) == 0, PARK);
	explore_set_affinity(kthread_tid(k), 2);
	has_run = false;
}

/* Nobody has touched its binding. */
void setup_trusted(void)
{
	is_trusted = true;
	start(true);
	explore_check(kthread_park(k) == 0, PARK);
	has_run = false;
}

uint64_t nr_repaired(void)
{
	struct kthread_stats stats;

	kthread_read_stats(k, &stats);
	return stats.nr_repaired;
}

void report_change(void)
{
	kthread_affinity_changed(&epoch);
}

void setup_spun_for(void)
{
	spin_ns = SPIN_NS;
	start(true);
}

void setup_spinning(void)
{
	idle_spin_ns = SPIN_NS;
	start(true);
}

void setup_born_parked(void)
{
	create(true, true);
}

void setup_returning(void)
{
	create(true, false);
	returns_to_park = true;
	kthread_wake(k);
	explore_until(&has_run);
}

void setup_at_gate(void)
{
	create(false, false);
}
