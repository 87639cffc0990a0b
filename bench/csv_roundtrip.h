/* SPDX-License-Identifier: MIT */
/* csv_roundtrip - the columns of roundtrip.csv and limits.csv. For csv.c. */
#ifndef BENCH_CSV_ROUNDTRIP_H
#define BENCH_CSV_ROUNDTRIP_H

#include "csv_columns.h"
#include "limits_results.h"

/* What a row of these two files is about. */
struct csv_roundtrip_row {
	const struct limits_outcome *outcome;
	const struct roundtrip_case *what;
	const struct roundtrip_site *site;
	const struct roundtrip_spec *spec; /* of roundtrip.csv, as the next three */
	const struct roundtrip_record *record;
	const struct roundtrip_sample *sample;
	size_t seq;
	const struct limits_row *row; /* of limits.csv */
};

/* In the order in which they stand in a row. */
const struct csv_column *csv_roundtrip_columns(size_t *ret_nr);

#endif
