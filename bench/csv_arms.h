/* SPDX-License-Identifier: MIT */
/* csv_arms - the fields of cells, arms and blocks. */
#ifndef BENCH_CSV_ARMS_H
#define BENCH_CSV_ARMS_H

#include "csv_columns.h"

csv_put_field csv_put_schema;
csv_put_field csv_put_hotplug_kind;
csv_put_field csv_put_hotplug;
csv_put_field csv_put_cell;
csv_put_field csv_put_workload;
csv_put_field csv_put_duty;
csv_put_field csv_put_threads_per_cpu;
csv_put_field csv_put_arm;
csv_put_field csv_put_pin;
csv_put_field csv_put_knob;
csv_put_field csv_put_stack_bytes;
csv_put_field csv_put_stack_touch_bytes;
csv_put_field csv_put_data_touch_bytes;
csv_put_field csv_put_controller_cpu;
csv_put_field csv_put_controller_wait;
csv_put_field csv_put_sched;
csv_put_field csv_put_is_idle_held;
csv_put_field csv_put_spin_ns;
csv_put_field csv_put_nr_spins;
csv_put_field csv_put_nr_spins_won;
csv_put_field csv_put_spun_ns;
csv_put_field csv_put_controller;
csv_put_field csv_put_fifo_priority;
csv_put_field csv_put_block;
csv_put_field csv_put_repetition;
csv_put_field csv_put_pass;
csv_put_field csv_put_warmup;
csv_put_field csv_put_trace;
csv_put_field csv_put_begin_ns;
csv_put_field csv_put_end_ns;
csv_put_field csv_put_nr_steps;
csv_put_field csv_put_nr_done;
csv_put_field csv_put_work_accepted;
csv_put_field csv_put_work_done;
csv_put_field csv_put_nr_threads;
csv_put_field csv_put_nr_alive;
csv_put_field csv_put_held_anonymous;
csv_put_field csv_put_held_virtual;
csv_put_field csv_put_held_page_table;
csv_put_field csv_put_held_kernel_stack;
csv_put_field csv_put_memory_status;
csv_put_field csv_put_memory_reason;

#endif
