/* SPDX-License-Identifier: MIT */
/*
 * The park protocol on its one word, for spin: names are those of lib/kthread_state.h and of the
 * functions around it. A CAS loop computes its next word from the word as it is, so it is one
 * atomic step; each look at the word is a step of its own, and a futex sleeps only if the word is
 * still what was looked at. Sequential consistency: it is one word.
 *
 * Left out: WAKE, FD and NEW; GEN has three bits, of which a run uses fewer than it has. check.sh
 * sets PARKERS, TIMEOUTS, UNPARKERS, STOPS, SELFPARKS, EXITS, SPURIOUS and BREAK.
 */
#define PARK	 1
#define PARKED	 2
#define STOP	 4
#define EXITED	 8
#define SLEEP	 16
#define BIND	 32
#define SELF	 64
#define NREQ_ONE 128
#define NREQ	 896 /* three bits */
#define GEN_ONE	 1024
#define GEN_MASK 7

#define CONTROLLERS (PARKERS + TIMEOUTS + UNPARKERS + STOPS)

#define generation(word) (((word) / GEN_ONE) & GEN_MASK)
#define next_generation(word) \
	((((word) & (GEN_ONE - 1))) | (((generation(word) + 1) & GEN_MASK) * GEN_ONE))
#define is_parked(word) (((word) & (PARKED | STOP)) == PARKED)

int w;
bool t_sleeps, c_sleeps[CONTROLLERS + 1];
bool inside;	   /* T executes its function */
bool is_held;	   /* a park returned 0, and no unpark or stop has followed */
bool is_bound = true; /* T's affinity is its CPU */
bool t_ended;
byte nr_selfparks = SELFPARKS, nr_spurious = SPURIOUS;
byte nr_done;	   /* controllers that have ended */

/* state_advance(): the word goes from @w to @after, and whom it concerns is woken. */
inline advance(after)
{
	d_step {
		if
		:: (w & SLEEP) && !((after) & SLEEP) -> t_sleeps = false
		:: else
		fi;
		if
		:: (w & NREQ) && ((((after) & ~w) & (PARKED | EXITED)) ||
				  ((w & ~(after)) & BIND) || generation(w) != generation(after)) ->
			for (i : 0 .. CONTROLLERS) { c_sleeps[i] = false }
		:: else
		fi;
		w = after
	}
}

/* T: state_sleep(). @old is what it looked at. */
inline state_sleep()
{
	if
	:: !(old & SLEEP) ->
		atomic {
			if
			:: w == old -> advance(w | SLEEP); old = w
			:: else -> goto looked
			fi
		}
	:: else
	fi;
	atomic {
		if
		:: w == old -> t_sleeps = true
		:: else
		fi
	};
	if
	:: !t_sleeps
	:: atomic { t_sleeps && nr_spurious -> nr_spurious--; t_sleeps = false }
	fi;
looked:
	skip
}

proctype T()
{
	int old, i;
	bool has_parked = false;

turn:
	atomic {
		inside = true;
		assert(!is_held);
		assert(!(w & PARKED));
		assert(is_bound || (w & STOP))
	};
	if
	:: w & STOP -> goto leave
	:: else
	fi;
#if EXITS
	if
	:: goto leave
	:: true
	fi;
#endif
	if
	:: atomic { nr_selfparks && !(w & EXITED) ->
		nr_selfparks--;
		if
		:: !is_parked(w) -> advance(w | PARK | SELF)
		:: else
		fi }
	:: true
	fi;
	has_parked = false;
	inside = false;
	old = w;
	/* kthread_park_here() */
	do
	:: !(old & PARKED) && (!(old & PARK) || (old & STOP)) -> break
	:: !(old & PARKED) && (old & PARK) && !(old & STOP) ->
		atomic {
			if
			:: w == old -> advance(w | PARKED | SLEEP); has_parked = true
			:: else
			fi;
			old = w
		}
	:: (old & PARKED) && (old & STOP) && !(old & BIND) && BREAK != 8 ->
		atomic {
			if
			:: w == old -> advance(w & ~(PARKED | SLEEP)); old = w; break
			:: else -> old = w
			fi
		}
	:: (old & PARKED) && (!(old & STOP) || (old & BIND) || BREAK == 8) ->
		state_sleep();
		old = w
	od;
	/* kthread_sleep(), in the function again: until park or stop, or for no reason. */
	atomic {
		inside = true;
		assert(!is_held);
		assert(is_bound || (w & STOP))
	};
	old = w;
	if
	:: !has_parked && !(old & (PARK | STOP)) ->
		if
		:: !(old & SLEEP) ->
			atomic {
				if
				:: w == old -> advance(w | SLEEP); old = w
				:: else -> goto turn
				fi
			}
		:: else
		fi;
		atomic {
			if
			:: w == old || BREAK == 13 -> t_sleeps = true
			:: else
			fi
		};
		!t_sleeps
	:: else
	fi;
	goto turn;
leave:
	inside = false;
	atomic {
		assert(!(w & BIND)); /* its thread id could be used again */
		advance((((generation(w) + (BREAK != 14)) & GEN_MASK) * GEN_ONE) |
			(w & STOP) | EXITED);
		t_ended = true
	}
}

inline leave_count()
{
	atomic { nr_done++; goto done }
}

proctype parker(byte id; bool may_time_out)
{
	int old, i;
	byte gen;
	bool timed_out = false;

	/* park_request() */
	atomic {
		if
		:: w & EXITED -> leave_count()
		:: !(w & EXITED) && is_parked(w) -> is_held = true; leave_count()
		:: else ->
			gen = generation(w);
			advance(((w | PARK) & ~(((w & PARKED) == 0) * SLEEP)) + NREQ_ONE)
		fi
	};
	/* park_wait() */
	do
	:: old = w;
		if
		:: generation(old) != gen -> leave_count()
		:: generation(old) == gen && is_parked(old) ->
			atomic {
				if
				:: w == old ->
					assert(!inside);
					advance(w - NREQ_ONE);
					is_held = true;
					leave_count()
				:: else
				fi
			}
		:: generation(old) == gen && !is_parked(old) && timed_out ->
			/* without_parker() */
			atomic {
				if
				:: w == old && !((w - NREQ_ONE) & (NREQ | SELF | PARKED)) ->
					advance(next_generation((w - NREQ_ONE) & ~PARK));
					leave_count()
				:: w == old && ((w - NREQ_ONE) & (NREQ | SELF | PARKED)) ->
					advance(w - NREQ_ONE);
					leave_count()
				:: else
				fi
			}
		:: else ->
			atomic {
				if
				:: w == old -> c_sleeps[id] = true
				:: else
				fi
			};
			if
			:: !c_sleeps[id]
			:: atomic { may_time_out -> timed_out = true; c_sleeps[id] = false }
			fi
		fi
	od;
done:
	skip
}

/* The word after the park request has ended; SLEEP goes where T has to look. */
#define released(word) \
	next_generation((word) & ~(PARK | SELF | BIND | NREQ | ((((word) & PARKED) != 0) * SLEEP) | \
				   ((((word) & STOP) == 0) * PARKED)))

proctype unparker(byte id)
{
	int old, i;
	byte gen;
	bool has_failed;

	do
	:: old = w;
		if
		:: old & EXITED -> leave_count()
		:: !(old & EXITED) && !(old & PARK) -> leave_count()
		:: !(old & EXITED) && (old & PARK) && (old & BIND) ->
			/* wait_for_binder() */
			gen = generation(old);
			atomic {
				if
				:: w == old -> advance(w + NREQ_ONE); old = w
				:: else -> goto again
				fi
			};
			do
			:: (old & BIND) && generation(old) == gen ->
				atomic {
					if
					:: w == old -> c_sleeps[id] = true
					:: else
					fi
				};
				!c_sleeps[id];
				old = w
			:: else -> break
			od;
			atomic {
				if
				:: generation(w) == gen -> advance(w - NREQ_ONE)
				:: else
				fi
			}
		:: !(old & EXITED) && (old & PARK) && !(old & BIND) && is_parked(old) && BREAK != 2 ->
			atomic {
				if
				:: w == old -> advance(w | BIND)
				:: else -> goto again
				fi
			};
			/* sched_setaffinity() */
			if
			:: atomic { assert(!t_ended); is_bound = true }; has_failed = false
			:: BINDFAILS -> has_failed = true
			fi;
			atomic {
				if
				:: has_failed ->
					advance(w & ~(BIND | (((w & STOP) != 0) * SLEEP)))
				:: else ->
					is_held = false;
					advance(released(w) & ~(((w & STOP) != 0) * SLEEP))
				fi;
				leave_count()
			}
		:: else ->
			atomic {
				if
				:: w == old -> is_held = false; advance(released(w))
				:: else -> goto again
				fi
			};
#if BREAK == 2
			is_bound = true;
#endif
			leave_count()
		fi;
again:
		skip
	od;
done:
	skip
}

proctype stopper()
{
	int i;

	atomic {
		is_held = false;
		advance((w | STOP) & ~(((w & BIND) == 0) * SLEEP))
	};
	t_ended;
	nr_done++
}

/* The scheduler moves a parked T, once: its CPU was away. */
proctype mover()
{
end_unmoved:
	atomic { (w & PARKED) && !(w & BIND) && !t_ended -> is_bound = false }
}

init
{
	byte n;

	atomic {
		run T();
		run mover();
		for (n : 1 .. PARKERS) { run parker(n - 1, false) }
#if TIMEOUTS
		for (n : 1 .. TIMEOUTS) { run parker(PARKERS + n - 1, true) }
#endif
#if UNPARKERS
		for (n : 1 .. UNPARKERS) { run unparker(PARKERS + TIMEOUTS + n - 1) }
#endif
#if STOPS
		run stopper()
#endif
	};
	/* Nobody hangs: every controller ends, and after a stop T does. */
	nr_done == CONTROLLERS;
#if !STOPS
	run stopper();
#endif
	t_ended
}
