/* SPDX-License-Identifier: MIT */
/*
 * build_stamp - what a build says about itself: its commit, its folder.
 *
 * Such texts lie in a section of their own and have a size of their own, so that two builds of the
 * same code differ there and nowhere else. The gate (scripts/gate/builds.py) looks past it.
 */
#ifndef BENCH_BUILD_STAMP_H
#define BENCH_BUILD_STAMP_H

/* BUILD_STAMP(commit, 64) = "..."; a text that does not fit is a compiler warning. */
#define BUILD_STAMP(name, size)                                                                    \
	static const char name[size] __attribute__((section("parkbench_stamp")))

#endif
