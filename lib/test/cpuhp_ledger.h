/* SPDX-License-Identifier: MIT */
/*
 * A ladder with a recording step on every rung. What runs is written down as text: "7+3 " is the
 * startup of rung 3 for CPU 7, "7-3 " its teardown, "7+3! " a startup that failed.
 */
#ifndef TEST_CPUHP_LEDGER_H
#define TEST_CPUHP_LEDGER_H

#include <kpark/cpuhp.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEDGER_NR_CPUS 4098u
#define NR_RUNGS       (CPUHP_ONLINE - 1)

struct rung {
	struct ledger *ledger;
	int state;
	int ret[2];
	char name[24];
};

struct ledger {
	struct cpuhp *hp;
	struct rung rungs[CPUHP_ONLINE + 1];
	char text[4096];
	char expected[4096];
	int balance[CPUHP_ONLINE + 1];
};

static inline void ledger_write(char *text, unsigned int cpu, enum cpuhp_direction direction,
				int state, const char *mark)
{
	size_t used = strlen(text);
	int n = snprintf(text + used, 4096 - used, "%u%c%d%s ", cpu,
			 direction == CPUHP_UP ? '+' : '-', state, mark);

	assert_true(n > 0 && (size_t)n < 4096 - used);
}

static inline int ledger_record(struct rung *rung, unsigned int cpu, enum cpuhp_direction direction)
{
	int ret = rung->ret[direction];

	ledger_write(rung->ledger->text, cpu, direction, rung->state, ret ? "!" : "");
	if (!ret)
		rung->ledger->balance[rung->state] += direction == CPUHP_UP ? 1 : -1;
	return ret;
}

static inline int ledger_startup(unsigned int cpu, void *data)
{
	return ledger_record(data, cpu, CPUHP_UP);
}

static inline int ledger_teardown(unsigned int cpu, void *data)
{
	return ledger_record(data, cpu, CPUHP_DOWN);
}

static inline struct cpuhp_step ledger_step(struct ledger *ledger, int state)
{
	struct rung *rung = &ledger->rungs[state];

	rung->ledger = ledger;
	rung->state = state;
	snprintf(rung->name, sizeof(rung->name), "rung:%d", state);
	return (struct cpuhp_step){ rung->name, ledger_startup, ledger_teardown, rung };
}

/* For cmocka's setup: *state is a ledger whose ladder has a step on every rung. */
static inline int ledger_setup(void **state)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (!ledger)
		return -1;
	ledger->hp = cpuhp_create(LEDGER_NR_CPUS);
	if (!ledger->hp)
		return -1;
	for (int rung = 1; rung <= NR_RUNGS; rung++) {
		struct cpuhp_step step = ledger_step(ledger, rung);

		if (cpuhp_setup_state(ledger->hp, rung, &step))
			return -1;
	}
	*state = ledger;
	return 0;
}

static inline int ledger_teardown_test(void **state)
{
	struct ledger *ledger = *state;

	cpuhp_destroy(ledger->hp);
	free(ledger);
	return 0;
}

static inline void ledger_clear(struct ledger *ledger)
{
	ledger->text[0] = '\0';
	ledger->expected[0] = '\0';
}

/* Adds to what is expected: the rungs from @first to @last, in either direction. */
static inline void ledger_expect(struct ledger *ledger, unsigned int cpu,
				 enum cpuhp_direction direction, int first, int last)
{
	int step = direction == CPUHP_UP ? 1 : -1;

	for (int rung = first; (last - rung) * step >= 0; rung += step)
		ledger_write(ledger->expected, cpu, direction, rung, "");
}

static inline void ledger_expect_failure(struct ledger *ledger, unsigned int cpu,
					 enum cpuhp_direction direction, int state)
{
	ledger_write(ledger->expected, cpu, direction, state, "!");
}

/* What ran is what was expected; both are forgotten. */
static inline void ledger_check(struct ledger *ledger)
{
	assert_string_equal(ledger->text, ledger->expected);
	ledger_clear(ledger);
}

#define ledger_test(test) cmocka_unit_test_setup_teardown(test, ledger_setup, ledger_teardown_test)

#endif
