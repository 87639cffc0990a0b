/* SPDX-License-Identifier: MIT */
/* csv_duty - the fields of blocks.csv about what the duty got done. */
#ifndef BENCH_CSV_DUTY_H
#define BENCH_CSV_DUTY_H

#include "csv_kernel.h"

csv_put_field csv_put_done_in_plan;
csv_put_field csv_put_done_per_s;
csv_put_field csv_put_nr_items;
csv_put_field csv_put_nr_items_done;
csv_put_field csv_put_nr_items_missed;
csv_put_field csv_put_wait_p50_ns;
csv_put_field csv_put_wait_p99_ns;
csv_put_field csv_put_wait_max_ns;
csv_put_field csv_put_items_reason;

#endif
