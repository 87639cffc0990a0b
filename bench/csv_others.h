/* SPDX-License-Identifier: MIT */
/* csv_others - the fields of what the suite did to others: aftermath.csv and bystander.csv. */
#ifndef BENCH_CSV_OTHERS_H
#define BENCH_CSV_OTHERS_H

#include "csv_columns.h"

/* Of a difference after the run. */
csv_put_field csv_put_what;
csv_put_field csv_put_owner;
csv_put_field csv_put_who;
csv_put_field csv_put_setting;
csv_put_field csv_put_before;
csv_put_field csv_put_after;
csv_put_field csv_put_cause;
csv_put_field csv_put_is_repaired;
csv_put_field csv_put_aftermath_reason;
csv_put_field csv_put_pid;
csv_put_field csv_put_tid;

/* Of a bystander in one step. */
csv_put_field csv_put_bystander_cpu;
csv_put_field csv_put_bystander_kind;
csv_put_field csv_put_bystander_distance;
csv_put_field csv_put_step_window_ns;
csv_put_field csv_put_threshold_ns;
csv_put_field csv_put_gap_status;
csv_put_field csv_put_gap_reason;
csv_put_field csv_put_quiet_status;
csv_put_field csv_put_quiet_reason;
csv_put_field csv_put_worst_gap_ns;
csv_put_field csv_put_gap_begin_ns;
csv_put_field csv_put_quiet_gap_ns;
csv_put_field csv_put_quiet_age_ns;

#endif
