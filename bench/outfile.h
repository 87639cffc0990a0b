/* SPDX-License-Identifier: MIT */
/*
 * outfile - one file that the user named: there complete, or not at all.
 *
 *	err = outfile_open(&out, path);
 *	... fprintf(out.file, ...); ...
 *	err = outfile_commit(&out, is_replacing);
 */
#ifndef BENCH_OUTFILE_H
#define BENCH_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

struct outfile {
	FILE *file;
	char *path, *temporary; /* beside path, until the commit */
};

/* 0, or -errno with nothing left behind: what the directory of @path says. */
int outfile_open(struct outfile *ret, const char *path);

/**
 * outfile_commit() - flush, fsync, close and give the file its name.
 * @is_replacing: take the place of an existing regular file; else that is -EEXIST.
 *
 * Releases @out in any case. Return: 0, or -errno (also of earlier writes: -ENOSPC) with path
 * untouched and the temporary file gone. -EEXIST as well for a path that is no regular file.
 */
int outfile_commit(struct outfile *out, bool is_replacing);

/* Release @out and leave nothing behind. */
void outfile_abandon(struct outfile *out);

#endif
