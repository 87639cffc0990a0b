/* SPDX-License-Identifier: MIT */
/* csv_kernel - the fields of steps.csv and kpark.csv, for the table in csv_columns.c. */
#ifndef BENCH_CSV_KERNEL_H
#define BENCH_CSV_KERNEL_H

#include "csv_columns.h"

/* Of both. */
csv_put_field csv_put_kernel_seq, csv_put_kernel_action, csv_put_kernel_cpu;
csv_put_field csv_put_kernel_first_online, csv_put_kernel_state, csv_put_kernel_state_name;
csv_put_field csv_put_kernel_runs_on, csv_put_kernel_tid, csv_put_kernel_begin_ns;
csv_put_field csv_put_kernel_ns, csv_put_kernel_result, csv_put_kernel_status;
csv_put_field csv_put_kernel_reason;

/* Of a step. */
csv_put_field csv_put_kstep_direction, csv_put_kstep_is_rollback, csv_put_kstep_function;
csv_put_field csv_put_kstep_is_multi, csv_put_kstep_depth;

/* Of a call. */
csv_put_field csv_put_kcall_call, csv_put_kcall_caller, csv_put_kcall_thread;
csv_put_field csv_put_kcall_thread_tid;

#endif
