/* SPDX-License-Identifier: MIT */
/* csv_counts - the fields of counters.csv, syscalls.csv and summary.csv. */
#ifndef BENCH_CSV_COUNTS_H
#define BENCH_CSV_COUNTS_H

#include "csv_columns.h"

csv_put_field csv_put_event;
csv_put_field csv_put_mode;
csv_put_field csv_put_counter_reason;
csv_put_field csv_put_counter_nr_cycles;
csv_put_field csv_put_counter_status;
csv_put_field csv_put_counter_unit;
csv_put_field csv_put_source;
csv_put_field csv_put_counter_value;
csv_put_field csv_put_running_share;
csv_put_field csv_put_counter_per_cycle;
csv_put_field csv_put_syscall;
csv_put_field csv_put_nr_calls;
csv_put_field csv_put_syscall_nr_cycles;
csv_put_field csv_put_syscall_per_cycle;
csv_put_field csv_put_statistic;
csv_put_field csv_put_value;
csv_put_field csv_put_unit;
csv_put_field csv_put_ci_low;
csv_put_field csv_put_ci_high;
csv_put_field csv_put_ci_level;
csv_put_field csv_put_n;
csv_put_field csv_put_replicate;
csv_put_field csv_put_method;
csv_put_field csv_put_summary_status;
csv_put_field csv_put_summary_reason;
csv_put_field csv_put_reference;
csv_put_field csv_put_reference_knob;
csv_put_field csv_put_summary_kind;
csv_put_field csv_put_summary_distance;

#endif
