/* SPDX-License-Identifier: MIT */
/*
 * explore_shim - included before everything else in the copy of the library that is explored: a
 * point before each access to an atomic, and threads, affinity and time by the explorer.
 */
#ifndef TEST_EXPLORE_SHIM_H
#define TEST_EXPLORE_SHIM_H

#include "explore_doors.h"

#define pthread_create	  explore_pthread_create
#define pthread_join	  explore_pthread_join
#define sched_setaffinity explore_sched_setaffinity
#define sched_getcpu	  explore_cpu
#define sched_yield	  explore_sched_yield
#define gettid		  explore_gettid

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_exchange_explicit
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub_explicit
#undef atomic_fetch_or_explicit
#undef atomic_fetch_and_explicit
#undef atomic_compare_exchange_strong_explicit
#undef atomic_compare_exchange_weak_explicit

#ifdef __clang__
#define EXPLORE_BUILTIN(name) __c11_atomic_##name
#define EXPLORE_LOAD	      __c11_atomic_load
#define EXPLORE_STORE	      __c11_atomic_store
#define EXPLORE_EXCHANGE      __c11_atomic_exchange
#define EXPLORE_CAS(object, old, next, success, failure)                                           \
	__c11_atomic_compare_exchange_strong(object, old, next, success, failure)
#else
#define EXPLORE_BUILTIN(name) __atomic_##name
#define EXPLORE_LOAD	      __atomic_load_n
#define EXPLORE_STORE	      __atomic_store_n
#define EXPLORE_EXCHANGE      __atomic_exchange_n
#define EXPLORE_CAS(object, old, next, success, failure)                                           \
	__atomic_compare_exchange_n(object, old, next, 0, success, failure)
#endif

#define EXPLORE_POINT explore_at(__FILE__, __LINE__)
/* What a spinner counts and learns orders nothing: no point, or there would be too many. */
#define EXPLORE_POINT_IF(order)                                                                    \
	((order) == memory_order_relaxed ? explore_at_relaxed(__FILE__, __LINE__) : EXPLORE_POINT)

#define atomic_load_explicit(object, order) (EXPLORE_POINT_IF(order), EXPLORE_LOAD(object, order))
#define atomic_store_explicit(object, next, order)                                                 \
	(EXPLORE_POINT_IF(order), EXPLORE_STORE(object, next, order))
#define atomic_exchange_explicit(object, next, order)                                              \
	(EXPLORE_POINT_IF(order), EXPLORE_EXCHANGE(object, next, order))
#define atomic_fetch_add_explicit(object, n, order)                                                \
	(EXPLORE_POINT_IF(order), EXPLORE_BUILTIN(fetch_add)(object, n, order))
#define atomic_fetch_sub_explicit(object, n, order)                                                \
	(EXPLORE_POINT_IF(order), EXPLORE_BUILTIN(fetch_sub)(object, n, order))
#define atomic_fetch_or_explicit(object, n, order)                                                 \
	(EXPLORE_POINT_IF(order), EXPLORE_BUILTIN(fetch_or)(object, n, order))
#define atomic_fetch_and_explicit(object, n, order)                                                \
	(EXPLORE_POINT_IF(order), EXPLORE_BUILTIN(fetch_and)(object, n, order))
#define atomic_compare_exchange_strong_explicit(object, old, next, success, failure)               \
	(EXPLORE_POINT, EXPLORE_CAS(object, old, next, success, failure))
#define atomic_compare_exchange_weak_explicit atomic_compare_exchange_strong_explicit

#endif
