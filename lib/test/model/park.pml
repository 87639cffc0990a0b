/* SPDX-License-Identifier: MIT */
/*
 * The park protocol on its one word, for spin: names are those of lib/kthread_state.h and of the
 * functions around it. A CAS loop computes its next word from the word as it is, so it is one
 * atomic step; each look at the word is a step of its own, and a futex sleeps only if the word is
 * still what was looked at. Sequential consistency: it is one word.
 *
 * Left out: WAKE, FD and NEW; GEN has three bits, of which a run uses fewer than it has. Looking on
 * before a sleep is no more than another look, but for T, who parks without SLEEP then: LOOKSON.
 * TRUSTED is an epoch: an unpark does not bind while nothing is known against the binding; the
 * mover may come at any moment then, and T looks where it is when it arrives. check.sh sets these
 * and PARKERS, TIMEOUTS, UNPARKERS, STOPS, SELFPARKS, EXITS, SPURIOUS, BINDFAILS and BREAK.
 *
 * BREAK: 2 bind after the release; 8 a parked T does not leave for STOP; 13 T does not look again
 * before it sleeps; 14 T ends without a new generation; 21 STIRRED and 22 the epoch are ignored;
 * 24 no look on arrival; 25 AWAITED goes without a wake; 26 NREQ outlives its generation; 27
 * AWAITED is not set before the sleep.
 */
#define PARK	 1
#define PARKED	 2
#define STOP	 4
#define EXITED	 8
#define SLEEP	 16
#define BIND	 32
#define SELF	 64
#define STIRRED	 128
#define AWAITED	 256
#define NREQ_ONE 512
#define NREQ	 3584 /* three bits */
#define GEN_ONE	 4096
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
bool is_home = true; /* it is there, if only by luck */
bool is_astray;	   /* T: it ran last where it should not */
bool is_known;	   /* the binding was lost, and that is reported, or T has noticed and sleeps again */
byte epoch, bound_epoch;
byte nr_asked;	   /* parkers of this generation that have not given up */
bool t_ended;
byte nr_selfparks = SELFPARKS, nr_spurious = SPURIOUS;
byte nr_done;	   /* controllers that have ended */

/* state_advance(): the word goes from @w to @after, and whom it concerns is woken. */
inline advance(after)
{
	d_step {
		next = after;
		if
		:: ((next & ~w) & (PARKED | EXITED)) || ((w & ~next) & BIND) ||
		   generation(w) != generation(next) ->
			next = next & ~AWAITED
		:: else
		fi;
		if
		:: (w & SLEEP) && !(next & SLEEP) -> t_sleeps = false
		:: else
		fi;
		if
		:: (w & AWAITED) && !(next & AWAITED) && BREAK != 25 ->
			for (i : 0 .. CONTROLLERS) { c_sleeps[i] = false }
		:: else
		fi;
		if
		:: generation(w) != generation(next) -> nr_asked = 0
		:: else
		fi;
		w = next;
		next = 0;
		i = 0
	}
}

/* A controller: state_await(). @old is what it looked at. */
inline state_await()
{
	if
	:: !(old & AWAITED) && BREAK != 27 ->
		atomic {
			if
			:: w == old -> advance(w | AWAITED); old = w
			:: else -> goto awaited
			fi
		}
	:: else
	fi;
	atomic {
		if
		:: w == old -> c_sleeps[id] = true
		:: else
		fi
	};
	if
	:: !c_sleeps[id]
	:: atomic { may_time_out && c_sleeps[id] -> timed_out = true; c_sleeps[id] = false }
	fi;
awaited:
	skip
}

/* T: state_sleep() in the park. @old is what it looked at. */
inline park_sleep()
{
	if
	:: !(old & SLEEP) ->
		/* prepare_to_sleep(), and then another look */
		atomic {
			if
			:: w == old -> advance(w | SLEEP)
			:: else
			fi;
			old = w
		}
	:: else ->
		atomic {
			if
			:: w == old ->
				t_sleeps = true;
				is_known = is_known || (old & STIRRED && !is_bound)
			:: else
			fi
		};
		if
		:: !t_sleeps
		:: atomic { t_sleeps && nr_spurious -> nr_spurious--; t_sleeps = false }
		fi;
		old = w;
		do
		:: (old & (PARKED | STIRRED)) == PARKED ->
			atomic {
				if
				:: w == old -> advance(w | STIRRED)
				:: else
				fi;
				old = w
			}
		:: else -> break
		od
	fi
}

/* T: arrival_run(), and with an epoch the look at its CPU; nobody else binds T now. */
inline arrive()
{
	atomic {
		if
		:: BREAK == 24
		:: BREAK != 24 && TRUSTED && !is_home && !(w & STOP) ->
			is_bound = true;
			is_home = true;
			is_astray = false
		:: else -> is_astray = !is_home
		fi
	}
}

proctype T()
{
	int old, i, next;
	bool has_parked = false;

turn:
	atomic {
		inside = true;
		assert(!is_held);
		assert(!(w & PARKED));
		assert(is_home || (w & STOP))
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
			:: w == old ->
				advance(w | PARKED | ((!LOOKSON) * SLEEP) | (is_astray * STIRRED));
				has_parked = true
			:: else
			fi;
			old = w
		}
	:: (old & PARKED) && (old & STOP) && !(old & BIND) && BREAK != 8 ->
		atomic {
			if
			:: w == old -> advance(w & ~(PARKED | SLEEP | STIRRED)); old = w; break
			:: else -> old = w
			fi
		}
	:: (old & PARKED) && (!(old & STOP) || (old & BIND) || BREAK == 8) ->
		park_sleep()
	od;
	if
	:: has_parked -> arrive()
	:: else
	fi;
	/* kthread_sleep(), in the function again: until park or stop, or for no reason. */
	atomic {
		inside = true;
		assert(!is_held);
		assert(is_home || (w & STOP))
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
	int old, i, next;
	byte gen;
	bool timed_out = false;

	/* park_request() */
	atomic {
		if
		:: w & EXITED -> leave_count()
		:: !(w & EXITED) && is_parked(w) -> is_held = true; leave_count()
		:: else ->
			gen = generation(w);
			nr_asked++;
			advance(((w | PARK) & ~(((w & PARKED) == 0) * SLEEP)) + NREQ_ONE);
			assert((w & NREQ) == nr_asked * NREQ_ONE)
		fi
	};
	/* park_wait() */
	do
	:: atomic {
		old = w;
		if
		:: generation(old) != gen -> leave_count()
		:: generation(old) == gen && is_parked(old) ->
			assert(!inside);
			is_held = true;
			leave_count()
		:: else
		fi };
		if
		:: timed_out ->
			/* without_parker() */
			atomic {
				if
				:: w == old ->
					nr_asked--;
					if
					:: !((w - NREQ_ONE) & (NREQ | SELF | PARKED)) ->
						advance(next_generation((w - NREQ_ONE) & ~PARK))
					:: else -> advance(w - NREQ_ONE)
					fi;
					assert(nr_asked || !(w & PARK) || (w & (SELF | PARKED)));
					leave_count()
				:: else
				fi
			}
		:: else -> state_await()
		fi
	od;
done:
	skip
}

/* The word after the park request has ended; SLEEP goes where T has to look. */
#define released(word) \
	next_generation((word) & ~(PARK | SELF | BIND | STIRRED | ((BREAK != 26) * NREQ) | \
				   ((((word) & PARKED) != 0) * SLEEP) | \
				   ((((word) & STOP) == 0) * PARKED)))

/* bind_is_needed() */
#define bind_is_needed(word) \
	(is_parked(word) && (!TRUSTED || (((word) & STIRRED) && BREAK != 21) || \
			     (epoch != bound_epoch && BREAK != 22)))

proctype unparker(byte id)
{
	int old, i, next;
	byte gen, seen_epoch;
	bool has_failed, is_told, timed_out;
	bool may_time_out = false;

	/* What was known before is mended here. */
	is_told = is_known;
	do
	:: old = w;
		if
		:: old & EXITED -> leave_count()
		:: !(old & EXITED) && !(old & PARK) -> leave_count()
		:: !(old & EXITED) && (old & PARK) && (old & BIND) ->
			/* wait_for_binder() */
			gen = generation(old);
			do
			:: (old & BIND) && generation(old) == gen -> state_await(); old = w
			:: else -> break
			od
		:: !(old & EXITED) && (old & PARK) && !(old & BIND) && bind_is_needed(old) &&
		   BREAK != 2 ->
			atomic {
				if
				:: w == old -> advance(w | BIND)
				:: else -> goto again
				fi
			};
			/* bind_again() */
			seen_epoch = epoch;
			/* sched_setaffinity() */
			if
			:: atomic {
				assert(!t_ended);
				is_bound = true;
				is_home = true;
				is_known = false
			   };
			   has_failed = false;
			   bound_epoch = seen_epoch
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
				:: w == old ->
					assert(!is_parked(w) || !is_told || is_bound || BREAK == 2);
					is_held = false;
					advance(released(w))
				:: else -> goto again
				fi
			};
#if BREAK == 2
			is_bound = true;
			is_home = true;
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
	int i, next;

	atomic {
		is_held = false;
		advance((w | STOP) & ~(((w & BIND) == 0) * SLEEP))
	};
	t_ended;
	nr_done++
}

/*
 * A parked T loses its binding, once: its CPU was away. With an epoch that is reported afterwards,
 * or nobody knows, and T wakes. It may have stayed where it is.
 */
proctype mover()
{
	int i, next;

end_unmoved:
	if
#if TRUSTED
	:: atomic { (w & PARKED) && !t_ended ->
		is_bound = false;
		if
		:: is_home = false
		:: true
		fi };
	   atomic { epoch++; is_known = !is_bound }
	:: atomic { (w & PARKED) && t_sleeps && !(w & BIND) && !t_ended ->
		is_bound = false;
		is_home = false;
		t_sleeps = false }
#else
	:: atomic { (w & PARKED) && !(w & BIND) && !t_ended -> is_bound = false; is_home = false }
#endif
	fi
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
