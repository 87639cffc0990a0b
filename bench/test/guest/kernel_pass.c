/* SPDX-License-Identifier: MIT */
/*
 * kernel_pass - for test_kernel_pass.sh, in a guest that may lose its CPUs: the kernel pass over a
 * hotplug driver that merely writes to sysfs, and its CSV files in the directory named.
 * Never to be run on a machine that somebody needs.
 */
#include "contender.h"
#include "csv.h"
#include "duty.h"
#include "hotplug.h"
#include "passes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_online(unsigned int cpu, const char *value)
{
	char path[64], is[2] = "";
	ssize_t written, got;
	int fd, error;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = pread(fd, is, 1, 0);
	if (got == 1 && is[0] == *value) {
		close(fd);
		return 0;
	}
	written = write(fd, value, 1);
	error = written == 1 ? 0 : -errno;
	close(fd);
	return error;
}

static int online(unsigned int cpu, void *arg)
{
	(void)arg;
	return write_online(cpu, "1");
}

static int offline(unsigned int cpu, void *arg)
{
	(void)arg;
	return write_online(cpu, "0");
}

static const struct hotplug writes_sysfs = {
	.name = "guest", .is_kernels = true, .online = online, .offline = offline
};

int main(int argc, char **argv)
{
	struct plan_params params = { .workload = "serial", .cycles = 5 };
	struct topology topo;
	struct plan plan;
	struct cell cell = { "serial", &plan, duty_find("sleep"), 1 };
	const struct arm arm = { .contender = contender_find("empty") };
	struct options options = { .repetitions = 1 };
	struct run_setup setup = { .topo = &topo,
				   .hotplug = &writes_sysfs,
				   .stack_bytes = 262144,
				   .deadline_ns = 60000000000u };
	struct passes p = { .options = &options, .dir = argv[1] };
	const bool is_selected = true;
	char why[256] = "";
	int ret;

	/* Only where the guest's init has said so. */
	if (argc != 2 || !getenv("PARKBENCH_GUEST"))
		return 2;
	if (topology_load(&topo))
		return 3;
	for (unsigned int cpu = 1; cpu < (unsigned int)sysconf(_SC_NPROCESSORS_CONF); cpu++)
		cpumask_set_cpu(cpu, &params.cpus);
	options.passes[PASS_KERNEL] = true;
	ret = plan_generate(&topo, &params, &plan, why, sizeof(why));
	p.rec = (struct recording){
		.setup = &setup, .cells = &cell, .nr_cells = 1, .arms = &arm, .nr_arms = 1
	};
	p.is_selected = &is_selected;
	if (ret || passes_init(&p)) {
		printf("plan: %s\n", why);
		return 4;
	}
	ret = passes_kernel(&p);
	printf("kernel pass: %d %s\n", ret, p.why);
	if (!p.ktrace)
		return 6;
	passes_stop_trace(&p);
	for (int file = 0; file < NR_RUN_CSV_FILES && (ret == 0 || ret == -EPERM); file++) {
		const struct csv_source source = { .rec = &p.rec, .kernel = ktrace_rows(p.ktrace) };

		if (file != CSV_SUMMARY && csv_write(argv[1], (enum csv_file)file, &source))
			return 5;
	}
	passes_fini(&p);
	return ret ? 1 : 0;
}
