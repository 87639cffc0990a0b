/* SPDX-License-Identifier: MIT */
/*
 * Threads of a CPU are created and unparked in the order of registration and parked in reverse,
 * each one before the next is asked: a thread may rely on those registered before it.
 */
#include "smpboot_fixture.h"

static const char *const names[] = { "A", "B", "C" };

static void register_three(struct stage *stage, struct kind *kinds[3])
{
	for (int i = 0; i < 3; i++) {
		kinds[i] = new_kind(stage, names[i]);
		assert_int_equal(smpboot_register_percpu_thread(stage->sb, &kinds[i]->ht), 0);
	}
}

static void unregister_three(struct stage *stage, struct kind *kinds[3])
{
	for (int i = 0; i < 3; i++) {
		assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &kinds[i]->ht), 0);
		free(kinds[i]);
	}
}

static void creates_in_order(void **state)
{
	struct stage *stage = *state;
	struct kind *kinds[3];

	register_three(stage, kinds);
	assert_int_equal(up(stage, 0, PREPARE), 0);
	expect_text(stage, "A.create0 B.create0 C.create0 ");
	unregister_three(stage, kinds);
	expect_text(stage, "");
}

static void parks_in_reverse(void **state)
{
	struct stage *stage = *state;
	struct kind *kinds[3];

	register_three(stage, kinds);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
		for (int k = 0; k < 3; k++)
			do_work(kinds[k], 0);
		stage->text[0] = '\0';
		assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
		expect_text(stage, "C.park0 B.park0 A.park0 ");
	}
	unregister_three(stage, kinds);
}

/* After a kind has gone from the middle the others keep their order. */
static void keeps_the_order_of_the_rest(void **state)
{
	struct stage *stage = *state;
	struct kind *kinds[3];

	register_three(stage, kinds);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &kinds[0]->ht), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &kinds[0]->ht), 0);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	for (int k = 0; k < 3; k++)
		do_work(kinds[k], 0);
	stage->text[0] = '\0';
	assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
	expect_text(stage, "A.park0 C.park0 B.park0 ");
	unregister_three(stage, kinds);
}

/* A client's last act needs its server, which is there if it was registered first. */
static void park_with_server(unsigned int cpu, void *data)
{
	struct kind *client = data, *server = client->peer;
	int before = atomic_load(&server->nr_done[cpu]);
	time_t deadline = time(NULL) + 3;

	atomic_fetch_add(&server->nr_work[cpu], 1);
	smpboot_wake(&server->ht, cpu);
	while (atomic_load(&server->nr_done[cpu]) == before && time(NULL) <= deadline)
		sched_yield();
	note(client, atomic_load(&server->nr_done[cpu]) == before ? "starved" : "served", cpu);
}

static void server_outlives_its_client(void **state)
{
	struct stage *stage = *state;
	struct kind *server = new_kind(stage, "server");
	struct kind *client = new_kind(stage, "client");

	client->peer = server;
	client->ht.park = park_with_server;
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &server->ht), 0);
	assert_int_equal(smpboot_register_percpu_thread(stage->sb, &client->ht), 0);
	assert_int_equal(up(stage, 0, CPUHP_ONLINE), 0);
	do_work(server, 0);
	do_work(client, 0);
	stage->text[0] = '\0';
	assert_int_equal(down(stage, 0, CPUHP_OFFLINE), 0);
	expect_text(stage, "client.served0 server.park0 ");
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &client->ht), 0);
	assert_int_equal(smpboot_unregister_percpu_thread(stage->sb, &server->ht), 0);
	free(client);
	free(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(creates_in_order),
		stage_test(parks_in_reverse),
		stage_test(keeps_the_order_of_the_rest),
		stage_test(server_outlives_its_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
