/* SPDX-License-Identifier: MIT */
/* Conditions that end a run: what --abort-on takes, and when each of them is met. */
#include "abort_on.h"
#include "bystander.h"
#include "clock.h"
#include "fake_root.h"
#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

static char cpu_pressure[] = "proc/pressure/cpu";

static struct abort_terms terms_of(const char *text)
{
	struct abort_terms terms;
	struct option_why why;

	if (abort_terms_parse(text, &terms, &why))
		fail_msg("%s: %s", text, why.text);
	return terms;
}

static void all_conditions_at_once(void **state)
{
	const struct abort_terms terms =
		terms_of("kmsg,gap:500us,psi:cpu:40,psi:memory:9,psi:io:1");

	(void)state;
	assert_true(terms.is_any && terms.is_kmsg);
	assert_int_equal(terms.gap_ns, 500000);
	assert_int_equal(terms.percent[PRESSURE_CPU], 40);
	assert_int_equal(terms.percent[PRESSURE_MEMORY], 9);
	assert_int_equal(terms.percent[PRESSURE_IO], 1);
}

static void what_is_no_condition_is_refused(void **state)
{
	static const char *const texts[][2] = {
		{ "", "empty" },
		{ "oops", "give kmsg, gap:500ms or psi:cpu:40" },
		{ "kmsg:x", "not understood" },
		{ "gap:5", "is not a time" },
		{ "gap:0ms", "above 0" },
		{ "psi:cpu", "give psi:cpu:40" },
		{ "psi:cpus:40", "give psi:cpu:40" },
		{ "psi:cpu:0", "out of range" },
		{ "psi:cpu:100", "out of range" },
		{ "kmsg,psi:disk:3", "give psi:cpu:40" },
	};
	struct abort_terms terms = { .gap_ns = 77 };
	struct option_why why;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(abort_terms_parse(texts[i][0], &terms, &why), -EINVAL);
		if (!strstr(why.text, texts[i][1]))
			fail_msg("'%s' says: %s", texts[i][0], why.text);
	}
	assert_int_equal(terms.gap_ns, 77);
}

static struct abort_watch *watch_for(const char *root, const char *text)
{
	const struct abort_terms terms = terms_of(text);
	struct abort_watch *watch;
	char why[256];

	if (abort_watch_begin(&terms, root, &watch, why, sizeof(why)))
		fail_msg("%s", why);
	return watch;
}

static void press(const char *root, const char *average)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "some avg10=%s avg60=99.00 avg300=99.00 total=12345\n"
		 "full avg10=0.00 avg60=0.00 avg300=0.00 total=0",
		 average);
	fake_file(root, cpu_pressure, text);
}

static void pressure_above_the_limit(void **state)
{
	struct abort_watch *watch;

	press(*state, "3.10");
	watch = watch_for(*state, "psi:cpu:40");
	assert_null(abort_watch_look(watch));
	press(*state, "40.00");
	assert_null(abort_watch_look(watch));
	press(*state, "40.01");
	assert_string_equal(abort_watch_look(watch),
			    "--abort-on psi:cpu:40: some avg10 is 40.01 %");
	press(*state, "0.00");
	assert_non_null(abort_watch_look(watch));
	abort_watch_end(watch);
}

static void what_cannot_be_looked_at_is_said(void **state)
{
	struct abort_terms terms = terms_of("psi:io:40");
	struct abort_watch *watch;
	char why[256];

	assert_int_equal(abort_watch_begin(&terms, *state, &watch, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "CONFIG_PSI"));
	terms = terms_of("kmsg");
	assert_int_equal(abort_watch_begin(&terms, *state, &watch, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "/dev/kmsg cannot be read"));
}

/* A FIFO: what was said before the watch began is not for it. */
static void the_kernel_complains(void **state)
{
	static const char record[] = "4,7,8,-;WARNING: CPU: 1 PID: 2 at kernel/cpu.c:3\n";
	struct abort_watch *watch;
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/dev", (char *)*state);
	mkdir(path, 0777);
	strcat(path, "/kmsg");
	assert_int_equal(mkfifo(path, 0600), 0);
	watch = watch_for(*state, "kmsg");
	assert_null(abort_watch_look(watch));
	fd = open(path, O_WRONLY | O_NONBLOCK);
	assert_int_equal(write(fd, record, strlen(record)), (ssize_t)strlen(record));
	assert_string_equal(abort_watch_look(watch),
			    "--abort-on kmsg: WARNING: CPU: 1 PID: 2 at kernel/cpu.c:3");
	close(fd);
	abort_watch_end(watch);
}

/* A sleeper that shares its CPU notes 1 ns of lateness soon. */
static void a_bystander_waited(void **state)
{
	const uint64_t deadline_ns = clock_now_ns() + 60000000000u;
	struct bystander_setup setup = { .kind = BYSTANDER_SLEEP,
					 .max_gaps = 1,
					 .deadline_ns = 60000000000u };
	struct abort_watch *short_gap = watch_for(*state, "gap:1ns");
	struct abort_watch *long_gap = watch_for(*state, "gap:3000s");
	struct bystanders bystanders;

	sched_getaffinity(0, sizeof(setup.cpus), (cpu_set_t *)setup.cpus.bits);
	assert_int_equal(bystanders_start(&setup, &bystanders), 0);
	assert_null(abort_watch_look(short_gap));
	abort_watch_bystanders(short_gap, &bystanders);
	abort_watch_bystanders(long_gap, &bystanders);
	while (!abort_watch_look(short_gap) && clock_now_ns() < deadline_ns)
		sched_yield();
	assert_non_null(strstr(abort_watch_look(short_gap), "could not run for"));
	assert_null(abort_watch_look(long_gap));
	abort_watch_bystanders(long_gap, NULL);
	bystanders_fini(&bystanders);
	assert_non_null(abort_watch_look(short_gap));
	abort_watch_end(short_gap);
	abort_watch_end(long_gap);
}

static void it_is_an_interrupt(void **state)
{
	struct abort_watch *watch;

	press(*state, "0.00");
	watch = watch_for(*state, "psi:cpu:1");
	interrupt_watch(0);
	interrupt_ask(abort_watch_look, watch);
	press(*state, "50.00");
	assert_false(interrupt_is_due()); /* nobody has looked */
	interrupt_look();
	assert_true(interrupt_is_due());
	assert_string_equal(interrupt_cause(), abort_watch_look(watch));
	interrupt_unwatch();
	assert_false(interrupt_is_due());
	interrupt_look();
	assert_false(interrupt_is_due());
	abort_watch_end(watch);
}

/* Also while the run waits for a step that is far away. */
static void a_long_wait_looks_too(void **state)
{
	const uint64_t begin_ns = clock_now_ns();
	struct abort_watch *watch;

	press(*state, "50.00");
	watch = watch_for(*state, "psi:cpu:1");
	interrupt_watch(0);
	interrupt_ask(abort_watch_look, watch);
	interrupt_sleep_until_ns(begin_ns + 600000000000u);
	assert_true(interrupt_is_due());
	interrupt_unwatch();
	abort_watch_end(watch);
}

#define root_test(test) cmocka_unit_test_setup_teardown(test, fake_root_setup, fake_root_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_conditions_at_once),
		cmocka_unit_test(what_is_no_condition_is_refused),
		root_test(pressure_above_the_limit),
		root_test(what_cannot_be_looked_at_is_said),
		root_test(the_kernel_complains),
		root_test(a_bystander_waited),
		root_test(it_is_an_interrupt),
		root_test(a_long_wait_looks_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
