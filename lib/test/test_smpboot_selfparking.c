/* SPDX-License-Identifier: MIT */
/* Self-parking threads are made and stopped with the others, but parked only by their owner. */
#include "smpboot_fixture.h"

static int owner_startup(unsigned int cpu, void *data)
{
	return kthread_unpark(smpboot_thread(&((struct kind *)data)->ht, cpu));
}

static int owner_teardown(unsigned int cpu, void *data)
{
	return kthread_park(smpboot_thread(&((struct kind *)data)->ht, cpu));
}

static bool is_parked(struct kind *kind, int i)
{
	return kthread_park_timeout(smpboot_thread(&kind->ht, kind->stage->cpus[i]), 0) == 0;
}

static void list_does_not_touch_them(void **state)
{
	struct stage *stage = *state;
	struct kind *self = new_kind(stage, "self");
	struct kthread *k;

	self->ht.selfparking = true;
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &self->ht), 0);
	assert_true(is_parked(self, 0));
	expect_text(stage, "self.create0 ");

	k = smpboot_thread(&self->ht, stage->cpus[0]);
	assert_int_equal(kthread_unpark(k), 0);
	expect_text(stage, "self.setup0 ");
	assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
	do_work(self, 0);
	assert_int_equal(kthread_park(k), 0);
	expect_text(stage, "self.park0 ");
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	assert_true(is_parked(self, 0));
	expect_text(stage, "");
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &self->ht), 0);
	expect_text(stage, "self.cleanup-online0 ");
	free(self);
}

/* The kernel's stopper threads: un-parked by their own rung, earlier than all others. */
static void owner_parks_them_on_its_own_rung(void **state)
{
	struct stage *stage = *state;
	struct kind *self = new_kind(stage, "self");
	struct kind *other = new_kind(stage, "other");
	const struct cpuhp_step step = { "self", owner_startup, owner_teardown, self };

	self->ht.selfparking = true;
	assert_int_equal(cpuhp_setup_state(stage->hp, ONLINE - 1, &step), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &self->ht), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &other->ht), 0);
	assert_int_equal(up(stage, 0, ONLINE - 1), 0);
	expect_text(stage, "self.create0 other.create0 self.setup0 ");
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	expect_text(stage, "other.setup0 ");
	for (int i = 0; i < 20; i++) {
		assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
		expect_text(stage, "other.park0 self.park0 ");
		assert_int_equal(up(stage, 0, ONLINE - 1), 0);
		expect_text(stage, "self.unpark0 ");
		assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
		expect_text(stage, "other.unpark0 ");
	}
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &other->ht), 0);
	assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &self->ht), 0);
	expect_text(stage, "other.cleanup-online0 self.park0 self.cleanup-offline0 ");
	assert_int_equal(smpboot_wrong_cpu(stage->sb), 0);
	free(self);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(list_does_not_touch_them),
		stage_test(owner_parks_them_on_its_own_rung),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
