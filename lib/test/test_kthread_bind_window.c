/* SPDX-License-Identifier: MIT */
/* While a controller binds a thread, nobody can make it run, and it cannot end (B1, B3, B16, M1).
 */
#include "affinity_probe.h"

struct window {
	struct kthread *k;
	struct subject subject;
	unsigned long turns_before;
	unsigned long turns_after;
	struct caller caller;
	int (*call)(struct kthread *k);
	bool is_over_too_soon; /* @call returned inside the window */
	bool is_gone;	       /* the thread ended inside the window */
};

static bool exists(pid_t tid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d", (int)tid);
	return !access(path, F_OK);
}

/* Everything that could tempt the thread to leave. */
static void tempt(void *arg)
{
	struct window *window = arg;

	if (atomic_load(&probe.nr_calls) > 1)
		return;
	window->turns_before = atomic_load(&window->subject.nr_turns);
	if (window->call) {
		caller_start(&window->caller, window->call, window->k);
		wait_until(caller_has_settled(&window->caller));
	}
	for (int yields = 0; yields < 100; yields++) {
		kthread_wake(window->k);
		wake_spuriously(window->k);
		syscall(SYS_tgkill, getpid(), kthread_tid(window->k), SIGWINCH);
		sched_yield();
	}
	window->is_over_too_soon = window->call && atomic_load(&window->caller.is_done);
	window->is_gone = !exists(kthread_tid(window->k));
	window->turns_after = atomic_load(&window->subject.nr_turns);
}

static void open_window(struct window *window, int (*call)(struct kthread *))
{
	unsigned int cpus[2];

	probe_reset();
	pick_cpus(cpus);
	*window = (struct window){ .call = call };
	window->k =
		bounded(kthread_create_on_cpu(count_turns, &window->subject, cpus[0], "window/%u"));
	assert_non_null(window->k);
	kthread_get(window->k);
	assert_int_equal(bounded(kthread_unpark(window->k)), 0);
	wait_for_turns(&window->subject);
	assert_int_equal(bounded(kthread_park(window->k)), 0);
	probe_reset();
	probe.arg = window;
	probe.before = tempt;
	assert_int_equal(bounded(kthread_unpark(window->k)), 0);
	assert_int_equal(atomic_load(&probe.nr_calls), 1);
	assert_int_equal(window->turns_before, window->turns_after);
	assert_false(window->is_over_too_soon);
	assert_false(window->is_gone);
	if (call)
		assert_int_equal(caller_join(&window->caller), 0);
}

static void no_wake_makes_it_run(void **state)
{
	struct window window;

	(void)state;
	open_window(&window, NULL);
	wait_for_turns(&window.subject);
	bounded(kthread_stop(window.k));
	kthread_put(window.k);
}

/* Its id could be given to another thread, which would then be bound in its place. */
static void no_stop_lets_it_end(void **state)
{
	struct window window;

	(void)state;
	open_window(&window, kthread_stop);
	kthread_put(window.k);
}

static void no_other_unparker_overtakes(void **state)
{
	struct window window;

	(void)state;
	open_window(&window, kthread_unpark);
	wait_for_turns(&window.subject);
	bounded(kthread_stop(window.k));
	kthread_put(window.k);
}

static int bind_to_first(struct kthread *k)
{
	unsigned int cpus[2];

	pick_cpus(cpus);
	return kthread_bind(k, cpus[0]);
}

static void temptation_at_the_gate(int (*call)(struct kthread *), int expected)
{
	struct window window = { .call = call };

	probe_reset();
	window.k = kthread_get(kthread_create(count_turns, &window.subject, "gate"));
	probe.arg = &window;
	probe.before = tempt;
	assert_int_equal(bounded(bind_to_first(window.k)), 0);
	assert_int_equal(window.turns_after, 0);
	assert_false(window.is_over_too_soon);
	assert_false(window.is_gone);
	assert_int_equal(caller_join(&window.caller), expected);
	kthread_unpark(window.k);
	kthread_stop(window.k);
	kthread_put(window.k);
}

static void gate_stays_closed_while_it_is_bound(void **state)
{
	(void)state;
	temptation_at_the_gate(kthread_stop, -EINTR);
	temptation_at_the_gate(kthread_park, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_wake_makes_it_run),
		cmocka_unit_test(no_stop_lets_it_end),
		cmocka_unit_test(no_other_unparker_overtakes),
		cmocka_unit_test(gate_stays_closed_while_it_is_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
