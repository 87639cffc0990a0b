/* SPDX-License-Identifier: MIT */
/* Interrupts that are delivered to the victims alone, and what can be known of them. */
#include "fake_machine.h"

static void irq(const char *root, int number, const char *affinity)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/irq/%d/smp_affinity_list", number);
	fake_file(root, path, affinity);
}

static void only_there_blocks(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	irq(*state, 35, "2");
	fake_file(*state, "proc/irq/35/effective_affinity_list", "2");
	fake_file(*state, "sys/kernel/irq/35/actions", "virtio0-input.0");
	irq(*state, 36, "0-3");
	irq(*state, 37, "3");
	fake_file(*state, "proc/irq/default_smp_affinity", "f");
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_IRQ, IMPACT_BLOCKS);
	assert_string_equal(impact.findings[0].who, "35 virtio0-input.0 (now on 2)");
	impact_fini(&impact);
}

static void names_from_the_table_of_old_kernels(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	irq(*state, 8, "2");
	irq(*state, 128, "2");
	fake_file(*state, "proc/interrupts",
		  "           CPU0       CPU1\n"
		  "   8:          1          0  IO-APIC   8-edge      rtc0\n"
		  " 128:          0          7  PCI-MSI 524288-edge      eth0-rx-0, other\n"
		  "NMI:          0          0   Non-maskable interrupts");
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 2);
	assert_string_equal(impact.findings[0].who, "8 rtc0");
	assert_string_equal(impact.findings[1].who, "128 eth0-rx-0, other");
	impact_fini(&impact);
}

static void a_part_moves(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	irq(*state, 35, "2-3");
	fake_file(*state, "sys/kernel/irq/35/actions", "eth0");
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_IRQ, IMPACT_MOVES);
	impact_fini(&impact);
}

static void managed_ones_come_back_by_themselves(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	irq(*state, 35, "2");
	fake_file(*state, "sys/kernel/irq/35/actions", "eth0");
	fake_file(*state, "sys/kernel/debug/irq/irqs/35",
		  "handler:  handle_edge_irq\ndstate:   0x37401200\n            "
		  "IRQD_AFFINITY_MANAGED");
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_IRQ, IMPACT_MOVES);
	assert_non_null(strstr(impact.findings[0].meaning, "managed"));
	impact_fini(&impact);
}

/* Where debugfs is not there: by the names that their drivers give them. */
static void queues_are_known_by_their_names(void **state)
{
	static const char *const names[] = { "nvme0q3", "virtio2-req.0", "virtio1-request",
					     "nvme0q0", "nvme0q3x",	 "virtio0-input.0" };
	struct impact impact;

	fake_machine(*state, "0-3");
	for (int i = 0; i < 6; i++) {
		char path[64];

		irq(*state, 40 + i, "2");
		snprintf(path, sizeof(path), "sys/kernel/irq/%d/actions", 40 + i);
		fake_file(*state, path, names[i]);
	}
	impact = fake_impact(*state, "2");
	assert_int_equal(impact_count(&impact, IMPACT_BLOCKS), 3);
	assert_int_equal(impact_count(&impact, IMPACT_MOVES), 3);
	assert_string_equal(impact.findings[0].who, "43 nvme0q0");
	impact_fini(&impact);
}

/* The kernel shows by the mode of the file that nobody may set it. */
static void fixed_ones_are_not_settings(void **state)
{
	struct impact impact;
	char path[256];

	fake_machine(*state, "0-3");
	irq(*state, 35, "2");
	fake_file(*state, "sys/kernel/irq/35/actions", "timer");
	snprintf(path, sizeof(path), "%s/proc/irq/35/smp_affinity_list", (char *)*state);
	assert_int_equal(chmod(path, 0444), 0);
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_IRQ, IMPACT_MOVES);
	impact_fini(&impact);
}

static void unused_ones_are_notes(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	irq(*state, 35, "2");
	fake_file(*state, "sys/kernel/irq/35/actions", "");
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_IRQ, IMPACT_NOTE);
	impact_fini(&impact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(only_there_blocks),
		machine_test(names_from_the_table_of_old_kernels),
		machine_test(a_part_moves),
		machine_test(managed_ones_come_back_by_themselves),
		machine_test(queues_are_known_by_their_names),
		machine_test(fixed_ones_are_not_settings),
		machine_test(unused_ones_are_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
