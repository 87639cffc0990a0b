/* SPDX-License-Identifier: MIT */
/* explored_thread - the one thread of every scenario. */
#ifndef TEST_EXPLORED_THREAD_H
#define TEST_EXPLORED_THREAD_H

#include "explore.h"

/* The names of checks: the invariants of parkbench stress. */
#define FROZEN	 "1 parked is frozen"
#define OWN_CPU	 "2 on its own CPU"
#define PARK	 "3 every park ends"
#define UNPARKED "5 unparked runs"
#define STOP	 "6 stop ends with the result"
#define WORK	 "7 no work is lost"

#define HOME   1 /* T's CPU, where it is bound */
#define RESULT 42

/* T, and what controllers and T tell each other. One thread runs at a time: plain memory will do.
 */
extern struct kthread *k;
extern bool is_frozen;	/* T may not take a turn */
extern bool is_bound;	/* T has to be at home whenever it runs */
extern bool has_to_end; /* T returns by itself */
extern bool wants_self; /* T parks itself, once */
extern bool has_asked;	/* it has */
extern bool has_run;	/* since it was reset */
extern bool is_entered, returns_to_park;
extern int nr_pending, nr_worked;
extern int results[4]; /* of controllers */

/* How often T had to bind itself: unpark had not done it. */
uint64_t nr_repaired(void);

/* Its affinity may have changed: as the ladder says it. */
void report_change(void);

/* What scenarios begin with: T at work, or where the name says. */
void setup_running(void);
void setup_running_per_cpu(void);
void setup_parked_per_cpu(void);
void setup_trusted(void);  /* parked, with an epoch: its binding is taken for granted */
void setup_spun_for(void); /* at work; who waits for it looks on before it sleeps */
void setup_spinning(void); /* at work; T looks on before it sleeps */
void setup_born_parked(void);
void setup_returning(void);
void setup_at_gate(void);

#endif
