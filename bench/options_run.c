/* SPDX-License-Identifier: MIT */
#include "options_rows.h"

#include <errno.h>
#include <kpark/kthread.h>
#include <string.h>

#define STACK_MIN_BYTES ((size_t)16 << 10) /* PTHREAD_STACK_MIN */
#define STACK_MAX_BYTES ((size_t)1 << 30)
#define DATA_MAX_BYTES	((size_t)64 << 30)
#define DEADLINE_MAX_NS (UINT64_C(30) * 86400 * 1000000000)
#define PATH_MAX_BYTES	240 /* it is kept in the journal */

static int add_pass(const char *item, void *options, struct option_why *why)
{
	static const char *const names[] = {
		[PASS_TIMING] = "timing",     [PASS_COUNTING] = "counting",
		[PASS_SYSCALLS] = "syscalls", [PASS_MEMORY] = "memory",
		[PASS_KERNEL] = "kernel",     [PASS_BYSTANDER] = "bystander",
		[PASS_PERF] = NULL, /* --perf */
	};
	struct options *o = options;
	size_t pass;

	if (option_choice(item, names, &pass, why))
		return -EINVAL;
	if (o->passes[pass])
		return option_refuse(why, "'%s' is given twice", item);
	o->passes[pass] = true;
	return 0;
}

static int parse_passes(struct options *o, const char *value, struct option_why *why)
{
	memset(o->passes, 0, sizeof(o->passes));
	return option_each(value, add_pass, o, why);
}

static int parse_warmup(struct options *o, const char *value, struct option_why *why)
{
	uint64_t number;

	if (option_number(value, (struct option_range){ 0, 1000 }, &number, why))
		return -EINVAL;
	o->warmup_blocks = number;
	return 0;
}

static int accept_event(const char *item, void *options, struct option_why *why)
{
	(void)item;
	(void)options;
	(void)why;
	return 0;
}

/* Which events exist is known to the counters alone. */
static int parse_events(struct options *o, const char *value, struct option_why *why)
{
	o->events = value;
	return option_each(value, accept_event, o, why);
}

static int parse_bystanders(struct options *o, const char *value, struct option_why *why)
{
	const char *names[NR_BYSTANDER_SCOPES + 1] = { NULL };
	size_t choice;

	for (enum bystander_scope scope = 0; scope < NR_BYSTANDER_SCOPES; scope++)
		names[scope] = bystander_scope_name(scope);
	if (option_choice(value, names, &choice, why))
		return -EINVAL;
	o->bystanders = choice;
	return 0;
}

static int add_bystander_kind(const char *item, void *options, struct option_why *why)
{
	static const char *const names[] = {
		[BYSTANDER_SPIN] = "spin", [BYSTANDER_SLEEP] = "sleep", NULL
	};
	struct options *o = options;
	size_t kind;

	if (option_choice(item, names, &kind, why))
		return -EINVAL;
	if (o->bystander_kinds[kind])
		return option_refuse(why, "'%s' is given twice", item);
	o->bystander_kinds[kind] = true;
	return 0;
}

static int parse_bystander_kind(struct options *o, const char *value, struct option_why *why)
{
	return option_each(value, add_bystander_kind, o, why);
}

static int parse_perf(struct options *o, const char *value, struct option_why *why)
{
	const size_t length = strcspn(value, " ");

	if ((length != 4 || strncmp(value, "stat", length) != 0) &&
	    (length != 6 || strncmp(value, "record", length) != 0))
		return option_refuse(why,
				     "'%.60s' is not understood: give 'stat ...' or "
				     "'record ...' with the options that perf takes there",
				     value);
	o->perf = value;
	return 0;
}

/* One more with each option. Whether there is such a file, only the machine knows. */
static int parse_knob(struct options *o, const char *value, struct option_why *why)
{
	if (o->nr_knobs == KNOBS_MAX)
		return option_refuse(why, "more than %d knobs", KNOBS_MAX);
	if (knob_check(value, why->text, sizeof(why->text)))
		return -EINVAL;
	o->knobs[o->nr_knobs++] = value;
	return 0;
}

static int parse_sched(struct options *o, const char *value, struct option_why *why)
{
	uint64_t priority;

	if (strcmp(value, "other") == 0) {
		o->fifo_priority = 0;
		return 0;
	}
	if (strncmp(value, "fifo:", 5) != 0)
		return option_refuse(why,
				     "'%.60s' is not understood: give other or fifo:1 to "
				     "fifo:99",
				     value);
	if (option_number(value + 5, (struct option_range){ 1, 99 }, &priority, why))
		return -EINVAL;
	o->fifo_priority = priority;
	return 0;
}

static int parse_idle(struct options *o, const char *value, struct option_why *why)
{
	static const char *const names[] = { "free", "hold", NULL };
	size_t choice;

	if (option_choice(value, names, &choice, why))
		return -EINVAL;
	o->is_idle_held = choice == 1;
	return 0;
}

static int parse_wait(struct options *o, const char *value, struct option_why *why)
{
	static const char *const names[] = { [WAIT_BLOCK] = "block", [WAIT_POLL] = "poll", NULL };
	size_t choice;

	if (option_choice(value, names, &choice, why))
		return -EINVAL;
	o->wait = choice;
	return 0;
}

static int parse_spin(struct options *o, const char *value, struct option_why *why)
{
	uint64_t spin_ns = 0;

	if (strcmp(value, "never") && option_time(value, UINT64_MAX, &spin_ns, why))
		return -EINVAL;
	if (spin_ns > KTHREAD_SPIN_NS_MAX)
		return option_refuse(why, "%.60s is too long: give at most %uus, or never", value,
				     KTHREAD_SPIN_NS_MAX / 1000);
	o->spin_ns = spin_ns;
	return 0;
}

static int parse_pacing(struct options *o, const char *value, struct option_why *why)
{
	static const char *const names[] = {
		[PACING_PAUSE] = "pause", [PACING_OPEN] = "open", NULL
	};
	size_t choice;

	if (option_choice(value, names, &choice, why))
		return -EINVAL;
	o->pacing = choice;
	return 0;
}

static int parse_abort_on(struct options *o, const char *value, struct option_why *why)
{
	o->abort_on_text = value;
	return abort_terms_parse(value, &o->abort_on, why);
}

static int parse_load(struct options *o, const char *value, struct option_why *why)
{
	return load_terms_parse(value, &o->load, why);
}

static int parse_stack(struct options *o, const char *value, struct option_why *why)
{
	const struct option_range range = { STACK_MIN_BYTES, STACK_MAX_BYTES };

	return option_size(value, range, &o->stack_bytes, why);
}

static int parse_stack_touch(struct options *o, const char *value, struct option_why *why)
{
	return option_size(value, (struct option_range){ 0, STACK_MAX_BYTES },
			   &o->stack_touch_bytes, why);
}

static int parse_data_touch(struct options *o, const char *value, struct option_why *why)
{
	return option_size(value, (struct option_range){ 0, DATA_MAX_BYTES }, &o->data_touch_bytes,
			   why);
}

static int parse_deadline(struct options *o, const char *value, struct option_why *why)
{
	return option_time(value, DEADLINE_MAX_NS, &o->deadline_ns, why);
}

static int parse_token_fd(struct options *o, const char *value, struct option_why *why)
{
	uint64_t number;

	if (option_number(value, (struct option_range){ 0, 1 << 20 }, &number, why))
		return -EINVAL;
	o->token_fd = (int)number;
	return 0;
}

static int parse_min_online(struct options *o, const char *value, struct option_why *why)
{
	uint64_t number;

	if (option_number(value, (struct option_range){ 1, CPUMASK_NR_CPUS }, &number, why))
		return -EINVAL;
	o->min_online = number;
	return 0;
}

static int parse_path(const char *value, const char **ret_path, struct option_why *why)
{
	if (!*value || strlen(value) > PATH_MAX_BYTES)
		return option_refuse(why, "give the name of a directory");
	*ret_path = value;
	return 0;
}

static int parse_journal(struct options *o, const char *value, struct option_why *why)
{
	return parse_path(value, &o->journal, why);
}

static int parse_sysfs_root(struct options *o, const char *value, struct option_why *why)
{
	return parse_path(value, &o->sysfs_root, why);
}

static int add_fail_state(const char *item, void *options, struct option_why *why)
{
	const struct option_range range = { 1, HOTPLUG_FAIL_STATES - 1 };
	struct hotplug_fail_terms *fail = &((struct options *)options)->fail;
	uint64_t number;

	if (option_number(item, range, &number, why))
		return -EINVAL;
	if (fail->nr_states == sizeof(fail->states) / sizeof(fail->states[0]))
		return option_refuse(why, "too many states: give all");
	fail->states[fail->nr_states++] = (unsigned int)number;
	return 0;
}

static int parse_fail_state(struct options *o, const char *value, struct option_why *why)
{
	o->fail_text = value;
	o->fail.is_wanted = true;
	o->fail.is_all = strcmp(value, "all") == 0;
	return o->fail.is_all ? 0 : option_each(value, add_fail_state, o, why);
}

static int parse_force_container(struct options *o, const char *value, struct option_why *why)
{
	(void)value;
	(void)why;
	o->is_container_forced = true;
	return 0;
}

static int parse_accept_impact(struct options *o, const char *value, struct option_why *why)
{
	(void)value;
	(void)why;
	o->is_impact_accepted = true;
	return 0;
}

static int parse_repair_foreign(struct options *o, const char *value, struct option_why *why)
{
	(void)value;
	(void)why;
	o->is_foreign_repaired = true;
	return 0;
}

/* clang-format off: it is a table */
const struct option_row option_rows_run[] = {
	{ "--passes", NULL, FOR_RUN, VALUE_NEEDED, parse_passes, NULL },
	{ "--warmup", NULL, FOR_RUN, VALUE_NEEDED, parse_warmup, NULL },
	{ "--events", NULL, FOR_RUN, VALUE_NEEDED, parse_events, NULL },
	{ "--bystanders", NULL, FOR_RUN, VALUE_NEEDED, parse_bystanders, NULL },
	{ "--bystander-kind", NULL, FOR_RUN, VALUE_NEEDED, parse_bystander_kind, NULL },
	{ "--knob", NULL, FOR_RUN, VALUE_REPEATED, parse_knob, NULL },
	{ "--perf", NULL, FOR_RUN, VALUE_NEEDED, parse_perf, NULL },
	{ "--sched", NULL, FOR_RUN, VALUE_NEEDED, parse_sched, NULL },
	{ "--idle", NULL, FOR_RUN, VALUE_NEEDED, parse_idle, NULL },
	{ "--wait", NULL, FOR_RUN, VALUE_NEEDED, parse_wait, NULL },
	{ "--spin", NULL, FOR_RUN, VALUE_NEEDED, parse_spin, NULL },
	{ "--pacing", NULL, FOR_RUN, VALUE_NEEDED, parse_pacing, NULL },
	{ "--abort-on", NULL, FOR_RUN, VALUE_NEEDED, parse_abort_on, NULL },
	{ "--load", NULL, FOR_RUN, VALUE_NEEDED, parse_load, NULL },
	{ "--stack", NULL, FOR_RUN, VALUE_NEEDED, parse_stack, NULL },
	{ "--stack-touch", NULL, FOR_RUN, VALUE_NEEDED, parse_stack_touch, NULL },
	{ "--data-touch", NULL, FOR_RUN, VALUE_NEEDED, parse_data_touch, NULL },
	{ "--deadline", NULL, FOR_RUN, VALUE_NEEDED, parse_deadline, NULL },
	{ "--token-fd", NULL, FOR_RUN, VALUE_NEEDED, parse_token_fd, NULL },
	{ "--min-online", NULL, FOR_RUN, VALUE_NEEDED, parse_min_online, NULL },
	{ "--journal", NULL, FOR_RUN, VALUE_NEEDED, parse_journal, NULL },
	{ "--sysfs-root", NULL, FOR_RUN, VALUE_NEEDED, parse_sysfs_root, NULL },
	{ "--fail-state", NULL, FOR_RUN, VALUE_NEEDED, parse_fail_state, NULL },
	{ "--force-container", NULL, FOR_RUN, VALUE_NONE, parse_force_container, NULL },
	{ "--accept-impact", NULL, FOR_RUN, VALUE_NONE, parse_accept_impact, NULL },
	{ "--repair-foreign", NULL, FOR_RUN, VALUE_NONE, parse_repair_foreign, NULL },
	{ 0 },
};
/* clang-format on */
