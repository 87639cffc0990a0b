/* SPDX-License-Identifier: MIT */
/*
 * describe - what a kthread's state word says, for reports about a thread that hangs.
 *
 *	char text[KTHREAD_DESCRIBE_BYTES];
 *
 *	kthread_describe(k, text, sizeof(text));	// "PARK AWAITED, 1 parkers, generation 17"
 *
 * For people, not for programs: which words there are is not part of any contract. They are the
 * names of lib/kthread_state.h, where each has its line.
 */
#ifndef KPARK_DESCRIBE_H
#define KPARK_DESCRIBE_H

#include <kpark/kthread.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Long enough for every word. */
#define KTHREAD_DESCRIBE_BYTES 128

/**
 * kthread_describe() - the state of @k as one line of text.
 * @size: of @buf; what does not fit is cut off. Always terminated unless 0.
 *
 * One load of the state word: the bits belong together, and @k may have moved on by the time they
 * are read.
 *
 * Context: any thread that holds a reference, also while @k is stuck; takes no lock.
 * Return: how long the whole line is, as snprintf().
 */
int kthread_describe(struct kthread *k, char *buf, size_t size);

#ifdef __cplusplus
}
#endif
#endif
