/* SPDX-License-Identifier: MIT */
#include "options.h"

#define HELP_SELECTION                                                                             \
	"SELECTION (lists are separated by commas; 'parkbench list' has the names)\n"              \
	"  --workload A,B          what happens to which CPU (serial; with one CPU toggle)\n"      \
	"  --contender A,B         how the threads of a CPU are treated (the five of the "         \
	"README)\n"                                                                                \
	"  --duty A,B              what the threads do while their CPU is up (sleep,spin)\n"       \
	"  --cpus LIST             the CPUs that go away: 4-7, package:1, numa:0, core:0-3, all\n" \
	"                          (all usable ones; CPU 0 only when its number is given)\n"       \
	"  --threads-per-cpu N,N   (1,4)            --cycles N       per block, over all CPUs "    \
	"(75)\n"                                                                                   \
	"  --repetitions N         blocks per arm (20)   --seed N    of plans and order (1)\n"     \
	"  --max-off N             CPUs away at once     --hotplug D how a CPU goes away "         \
	"(logical)\n"                                                                              \
	"  --dwell-off T  --dwell-on T  --dither T       waits and their extra: ns us ms s "       \
	"(500us)\n"                                                                                \
	"  --rate N/s              steps instead of waits: /ms /s /min /h   --lanes N  "           \
	"togglers (2)\n"                                                                           \
	"  --order O  ascending, descending, near, far, random    --history CSV  for replay\n"     \
	"  --plan FILE             its plans instead     --controller CPU  where the suite "       \
	"runs\n"                                                                                   \
	"  --virtual MACHINE       CPUs that share the real ones: 'package:2 core:8 pu:2'; no "    \
	"times\n"

static const char help_plan[] =
	"usage: parkbench plan SELECTION [-o FILE [--force]] [--draw]\n"
	"       parkbench plan --plan FILE [--draw]\n"
	"\n"
	"Writes what would happen to which CPU and when, one plan per workload, and runs nothing.\n"
	"With --plan it checks a file instead, and says what is in it.\n"
	"\n" HELP_SELECTION "\n"
	"  -o FILE, --out FILE     write there instead of to standard output\n"
	"  --force                 replace FILE if it exists\n"
	"  --draw                  a picture: CPUs down, time across (instead of standard output)\n"
	"  -h, --help              this text\n"
	"\n"
	"The same SELECTION gives the same bytes on every machine with these CPUs. What concerns\n"
	"threads only (--contender, --duty, --threads-per-cpu) is accepted and changes nothing.\n"
	"\n"
	"example: parkbench plan --workload walk --cycles 50 --seed 7 -o walk.plan --draw\n";

static const char help_impact[] =
	"usage: parkbench impact SELECTION\n"
	"\n"
	"Whom a real offline of these CPUs would hurt. Reads /proc and /sys, changes nothing.\n"
	"\n" HELP_SELECTION "\n"
	"  -h, --help              this text\n"
	"\n"
	"blocks: foreign work that may run only there, or that loses a setting for good; a real\n"
	"        run refuses unless --accept-impact is given\n"
	"moves:  goes elsewhere meanwhile, and needs nobody to put it right afterwards\n"
	"note:   worth knowing\n"
	"\n"
	"How many CPUs are away at once follows from the plans (--workload, --max-off): a task "
	"that\n"
	"may use two CPUs is not stranded where they go one after the other. In a container only "
	"its\n"
	"own tasks are seen. Exit 0 with or without findings.\n"
	"\n"
	"example: parkbench impact --cpus 4-7 --workload serial\n";

static const char help_run[] =
	"usage: parkbench run SELECTION [OPTIONS]        (more options: parkbench run "
	"--help-more)\n"
	"\n"
	"Takes CPUs away and brings them back with each contender in turn, and compares them.\n"
	"\n" HELP_SELECTION "\n"
	"OPTIONS\n"
	"  --out DIR               results (results/runs/<UTC time>-<pid>); must not exist or be "
	"empty\n"
	"  --passes A,B            timing,counting,syscalls,memory,kernel (these),bystander  "
	"--warmup N (1)\n"
	"  --bystanders S          watch the CPUs that stay: none, all, or one per core, cache, "
	"node\n"
	"                          (cache, where CPUs really go)\n"
	"  --knob PATH=V1,V2       a setting of the running kernel (/sys, /proc/sys) joins the "
	"arm; restored\n"
	"  --events LIST           counters: libpfm4 and perf names, category:tracepoint, rNNN\n"
	"  --stack-touch SIZE      what each step of a duty writes to of its stack (0)\n"
	"  --accept-impact         a real offline may hit foreign pinned work ('parkbench "
	"impact')\n"
	"  -h, --help              this text\n"
	"\n"
	"exit: 0 done, 1 failed, 2 usage or I/O, 5 ended early, 6 nothing was toggled, 77 not "
	"possible\n"
	"example: parkbench run --contender park,recreate,empty --threads-per-cpu 1,4 --out "
	"/tmp/r1\n";

static const char help_run_more[] =
	"usage: parkbench run SELECTION [OPTIONS]        (the others: parkbench run --help)\n"
	"\n"
	"HOW IT MEASURES\n"
	"  --stack SIZE            of each thread (256K)   --data-touch SIZE  writes of each step "
	"(0)\n"
	"  --sched other|fifo:N    --idle free|hold (no C-states)      --wait block|poll "
	"(controller)\n"
	"  --spin T|never          how long a park may look on before it blocks, as a join does "
	"(50us)\n"
	"  --pacing open|pause     planned times count from the block's start (open, where CPUs "
	"really\n"
	"                          go) or from the last step: a slow contender rests as long as a "
	"fast one\n"
	"  --load stress-ng:A=N,.. stressors beside the run, on all CPUs that it may use (none)\n"
	"  --bystander-kind A,B    spin (how long it could not run), sleep (how late it woke)  "
	"(spin)\n"
	"  --perf 'stat ...'       let the perf tool cover the measured part; also 'record ...'\n"
	"  --token-fd N            measure a block for each byte read from there ('parkbench "
	"gate')\n"
	"\n"
	"WHEN CPUS REALLY GO (--hotplug sysfs, smt)\n"
	"  --deadline T            end after T, with the results so far\n"
	"  --abort-on A,B          likewise on kmsg (kernel warning, stall, hang), gap:500ms of a "
	"bystander,\n"
	"                          psi:cpu:40, psi:memory:9, psi:io:9 (some avg10, percent)\n"
	"  --min-online N          at least so many CPUs stay\n"
	"  --repair-foreign        afterwards give others the affinity back that they lost by it\n"
	"  --fail-state N,N|all    the kernel is told to fail a step there: what comes of it\n"
	"  --journal DIR           for the way back (/run/parkbench)   --force-container\n"
	"  --sysfs-root DIR        instead of /, for tests\n"
	"\n"
	"GOOGLE BENCHMARK\n"
	"  --benchmark_filter=RE   --benchmark_list_tests  --benchmark_format=console|json\n"
	"  --benchmark_out=FILE    --benchmark_out_format=json|console  "
	"--benchmark_context=K=V,...\n"
	"  --benchmark_repetitions=N (--repetitions)       --benchmark_counters_tabular\n"
	"\n"
	"example: parkbench run --hotplug sysfs --cpus 2-3 --abort-on kmsg,psi:cpu:40 --deadline "
	"10min\n";

const char *options_help(enum options_command command, enum options_page page)
{
	static const char *const texts[NR_OPTIONS_COMMANDS][NR_OPTIONS_PAGES] = {
		[OPTIONS_PLAN] = { [OPTIONS_HELP] = help_plan },
		[OPTIONS_IMPACT] = { [OPTIONS_HELP] = help_impact },
		[OPTIONS_RUN] = { [OPTIONS_HELP] = help_run, [OPTIONS_HELP_MORE] = help_run_more },
	};

	return texts[command][page];
}
