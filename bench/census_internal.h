/* SPDX-License-Identifier: MIT */
/* census_internal - shared by the files of census alone. */
#ifndef BENCH_CENSUS_INTERNAL_H
#define BENCH_CENSUS_INTERNAL_H

#include "census.h"

/* All return 0 or -errno; of what cannot be read only the number is kept. */
int census_take_tasks(struct census *census);
void census_mark_defaults(struct census *census); /* needs tasks and settings */
int census_take_settings(struct census *census, const char *const *own_paths);
int census_take_cpusets(struct census *census);

/* One more setting, if @path can be read and is not empty. */
int census_add_setting(struct census *census, enum census_kind kind, const char *path,
		       const char *name);

/* Copy what is printable, '?' for the rest; as much as fits. */
void census_copy_name(char *to, size_t size, const char *name);

#endif
