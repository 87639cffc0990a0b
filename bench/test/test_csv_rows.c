/* SPDX-License-Identifier: MIT */
/* Every file's rows: what is written for steps of every status, and the golden files say how. */
#include "aftermath.h"
#include "bystander_join.h"
#include "csv.h"
#include "fake_recording.h"
#include "golden.h"
#include "kernel_rows.h"
#include "summary.h"

#include <errno.h>
#include <locale.h>
#include <math.h>

/* One step of every status; blanks as the driver leaves them. */
static void fill(struct fake *fake)
{
	struct block *block;
	struct step_sample *steps;

	fake_init(fake);
	fake_block(fake, FAKE_PARK, 1, 1500)->is_warmup = true;
	block = fake_block(fake, FAKE_PARK, 3, 2500);
	steps = block->steps;
	steps[2].status = STEP_REFUSED;
	steps[2].error = EBUSY;
	steps[2].blank[PHASE_OFFLINE] = BLANK_NOT_REACHED;
	steps[3].status = STEP_NO_OP;
	for (int phase = PHASE_ONLINE; phase < NR_PHASES; phase++)
		steps[3].blank[phase] = BLANK_NOT_REACHED;
	steps[4].status = STEP_SPOILED;
	steps[4].cpu = 7;
	steps[4].real_cpu = 3;
	steps[5].status = STEP_NOT_TRIED;
	block = fake_block(fake, FAKE_EMPTY, 1, 80);
	block->steps[0].blank[PHASE_OFF_CPU] = BLANK_NO_THREADS;
	block->steps[1].nr_wrong_cpu = 2;
	block->steps[1].nr_affinity_lost = 3;
	block->steps[1].nr_affinity_repaired = 4;
	block->steps[1].nr_retries = 5;
	block->steps[1].affinity_repair_ns = 4100;
	block->steps[1].nr_others_lost = 5;
	block->steps[1].cpuset = CPUSET_LACKS_CPU;
	fake_block(fake, FAKE_RECREATE, 1, 9)->pass = PASS_COUNTING;
	fake->rec.blocks[1].trace = TRACE_STEPS;
	fake_block(fake, FAKE_PARK, 1, 9)->pass = PASS_BYSTANDER;
}

static const struct counter_row counters[] = {
	{ .arm = FAKE_PARK,
	  .phase = PHASE_RESUME,
	  .event = "context-switches",
	  .mode = "all",
	  .unit = "count",
	  .source = "perf",
	  .status = "exact",
	  .value = 30,
	  .running_share = 1,
	  .nr_cycles = 20 },
	{ .arm = FAKE_PARK,
	  .phase = PHASE_QUIESCE,
	  .event = "cycles",
	  .mode = "user",
	  .unit = "count",
	  .source = "perf",
	  .status = "scaled",
	  .reason = "the PMU was shared, 4 events for 2",
	  .value = 1000.5,
	  .running_share = 0.5,
	  .nr_cycles = 20 },
	{ .arm = FAKE_PARK,
	  .phase = NR_PHASES,
	  .event = "cycles",
	  .mode = "kernel",
	  .unit = "count",
	  .source = "perf",
	  .status = "blank",
	  .reason = "EACCES",
	  .value = NAN,
	  .running_share = NAN,
	  .nr_cycles = 20 },
};

static const struct syscall_row syscalls[] = {
	{ .arm = FAKE_RECREATE,
	  .phase = PHASE_RESUME,
	  .name = "clone3",
	  .nr_calls = 20,
	  .nr_cycles = 20 },
	{ .arm = FAKE_RECREATE, .phase = NR_PHASES, .name = "futex", .nr_calls = 3 },
};

/* Of the last block that fill() makes. */
static const struct bystander_row bystanders[] = {
	{ .block = 4,
	  .step = 0,
	  .cpu = 2,
	  .distance = TOPO_REMOTE,
	  .phase = PHASE_OFFLINE,
	  .window_ns = 18,
	  .threshold_ns = 2040,
	  .worst = { GAP_SEEN, NULL, 1000011, 5000 },
	  .quiet = { GAP_BELOW, "below", 0, 0 } },
	{ .block = 4,
	  .step = 1,
	  .cpu = 2,
	  .distance = TOPO_REMOTE,
	  .phase = NR_PHASES,
	  .window_ns = 36,
	  .threshold_ns = 2040,
	  .quiet_age_ns = 77,
	  .worst = { GAP_BELOW, "below", 0, 0 },
	  .quiet = { GAP_SEEN, NULL, 1000000, 3000 } },
	{ .block = 4,
	  .step = 1,
	  .cpu = 0,
	  .kind = BYSTANDER_SLEEP,
	  .distance = TOPO_SIBLING,
	  .phase = NR_PHASES,
	  .window_ns = 36,
	  .worst = { GAP_BLANK, "no wake", 0, 0 },
	  .quiet = { GAP_BLANK, "no dwell", 0, 0 } },
};

static struct summary_row summary_rows[] = {
	{ .arm = FAKE_RECREATE,
	  .reference = FAKE_PARK,
	  .phase = PHASE_TOTAL,
	  .statistic = "ratio",
	  .unit = "ratio",
	  .value = 1.5,
	  .low = 1.25,
	  .high = 1.1 + 0.7,
	  .level = 0.951171875,
	  .n = 10,
	  .replicate = "pair",
	  .method = "m",
	  .status = "ok" },
	{ .arm = FAKE_EMPTY,
	  .reference = SUMMARY_NONE,
	  .phase = NR_PHASES,
	  .statistic = "threads_share",
	  .unit = "ratio",
	  .value = NAN,
	  .low = NAN,
	  .high = NAN,
	  .level = NAN,
	  .replicate = "block",
	  .status = "blank",
	  .reason = "why" },
	{ .arm = FAKE_PARK,
	  .reference = SUMMARY_NONE,
	  .phase = NR_PHASES,
	  .statistic = "offline_gap_p50",
	  .unit = "ns",
	  .value = 5000,
	  .low = NAN,
	  .high = NAN,
	  .level = NAN,
	  .n = 1,
	  .replicate = "step",
	  .status = "no_interval",
	  .kind = "spin",
	  .distance = "remote" },
};

static const struct summary summary = { summary_rows, 3, 3 };

static struct aftermath_row aftermath_rows[] = {
	{ .what = "smt",
	  .is_ours = true,
	  .is_by_offline = true,
	  .name = "",
	  .setting = "sys/smt",
	  .before = (char *)"on",
	  .after = (char *)"off" },
	{ .what = "irq",
	  .is_by_offline = true,
	  .is_repaired = true,
	  .name = "eth0, eth1",
	  .setting = "proc/irq/35/smp_affinity_list",
	  .before = (char *)"2",
	  .after = (char *)"0-3" },
	{ .what = "task",
	  .is_by_offline = true,
	  .error = EPERM,
	  .pid = 10,
	  .tid = 11,
	  .name = "a \"b\"",
	  .before = (char *)"2,4",
	  .after = (char *)"0-7" },
	{ .what = "task",
	  .pid = 12,
	  .tid = 12,
	  .name = "c",
	  .before = (char *)"0",
	  .after = (char *)"1" },
};

static const struct aftermath aftermath = { .rows = aftermath_rows, .nr_rows = 4 };

/* A step that is joined, one that is not whole, one of which nothing was seen; likewise calls. */
static struct kstep_row steps[] = {
	{ .origin = { .block = 1,
		      .is_joined = true,
		      .seq = 0,
		      .is_in_step = true,
		      .cpu = 1,
		      .is_state_known = true,
		      .state = 156,
		      .state_name = "smpboot/threads:online",
		      .is_first_online_known = true },
	  .step = { .cpu = 1,
		    .runs_on = 1,
		    .tid = 94,
		    .state = 156,
		    .begin_ns = 1000010,
		    .end_ns = 1000028,
		    .depth = 1 },
	  .function = "smpboot_park_threads",
	  .is_shown = true },
	{ .origin = { .block = 1,
		      .is_in_step = true,
		      .cpu = 2,
		      .is_state_known = true,
		      .state = 91,
		      .is_first_online_known = true,
		      .is_first_online = true,
		      .status = KERNEL_BLANK,
		      .reason = "the trace shows no end" },
	  .step = { .fate = KSTEP_NO_EXIT,
		    .is_up = true,
		    .is_multi = true,
		    .tid = 1,
		    .begin_ns = 7 },
	  .function = "",
	  .is_shown = true },
	{ .origin = { .block = 1,
		      .is_joined = true,
		      .seq = 1,
		      .is_in_step = true,
		      .cpu = 1,
		      .status = KERNEL_BLANK,
		      .reason = "the trace shows nothing of this step" },
	  .function = "" },
};

static struct kcall_row calls[] = {
	{ .origin = { .block = 1,
		      .is_joined = true,
		      .is_in_step = true,
		      .cpu = 1,
		      .is_state_known = true,
		      .state = 156,
		      .status = KERNEL_SPOILED,
		      .reason = "3 events of the block were lost" },
	  .call = { .call = KCALL_PARK,
		    .tid = 94,
		    .caller = "cpuhp/1",
		    .thread = { .tid = 96, .comm = "ksoftirqd/1" },
		    .begin_ns = 5,
		    .end_ns = 17,
		    .result = -38 },
	  .is_shown = true },
	{ .origin = { .block = 2 },
	  .call = { .call = KCALL_UNPARK, .end_ns = 1 },
	  .is_shown = true },
	{ .origin = { .block = 2, .status = KERNEL_BLANK, .reason = "no kprobe events" } },
};

static const struct kernel_rows kernel = {
	.steps = steps, .nr_steps = 3, .calls = calls, .nr_calls = 3
};

static void rows_match_the_golden_files(void **state)
{
	struct scratch scratch;
	struct fake fake;

	(void)state;
	setlocale(LC_ALL, "de_DE.UTF-8");
	fill(&fake);
	assert_int_equal(scratch_init(&scratch), 0);
	for (int file = 0; file < NR_RUN_CSV_FILES; file++) {
		const struct csv_source source = {
			&fake.rec,  counters, 3,	  syscalls, 2,	  &summary,
			&aftermath, &kernel,  bystanders, 3,	    NULL,
		};
		const char *name = csv_file_name((enum csv_file)file);
		char golden[64], *text;

		assert_int_equal(csv_write(scratch.path, (enum csv_file)file, &source), 0);
		snprintf(golden, sizeof(golden), "golden/%s", name);
		text = scratch_read(scratch.path, name);
		assert_golden(text, golden);
		free(text);
	}
	assert_int_equal(scratch_nr_files(&scratch), NR_RUN_CSV_FILES);
	scratch_fini(&scratch);
	fake_fini(&fake);
}

static void no_rows_give_a_header(void **state)
{
	struct scratch scratch;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	assert_int_equal(scratch_init(&scratch), 0);
	for (int file = 0; file < NR_RUN_CSV_FILES; file++) {
		const struct csv_source source = { .rec = &fake.rec };
		char *text;

		assert_int_equal(csv_write(scratch.path, (enum csv_file)file, &source), 0);
		text = scratch_read(scratch.path, csv_file_name((enum csv_file)file));
		assert_memory_equal(text, "schema,", 7);
		assert_ptr_equal(strchr(text, '\n') + 1, text + strlen(text));
		free(text);
	}
	scratch_fini(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_match_the_golden_files),
		cmocka_unit_test(no_rows_give_a_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
