/* SPDX-License-Identifier: MIT */
/* csv_steps - the fields of samples.csv and events.csv: of one step, of one phase of it. */
#ifndef BENCH_CSV_STEPS_H
#define BENCH_CSV_STEPS_H

#include "csv_columns.h"

csv_put_field csv_put_seq;
csv_put_field csv_put_lane;
csv_put_field csv_put_cpu;
csv_put_field csv_put_real_cpu;
csv_put_field csv_put_action;
csv_put_field csv_put_planned_ns;
csv_put_field csv_put_is_tried;
csv_put_field csv_put_nr_wrong_cpu;
csv_put_field csv_put_nr_affinity_lost;
csv_put_field csv_put_nr_affinity_repaired;
csv_put_field csv_put_nr_retries;
csv_put_field csv_put_nr_others_lost;
csv_put_field csv_put_affinity_repair_ns;
csv_put_field csv_put_is_in_cpuset;
csv_put_field csv_put_bulk_ns;
csv_put_field csv_put_nr_in_bulk;
csv_put_field csv_put_phase;
csv_put_field csv_put_started_ns;
csv_put_field csv_put_ns;
csv_put_field csv_put_step_status;
csv_put_field csv_put_step_reason;

#endif
