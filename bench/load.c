/* SPDX-License-Identifier: MIT */
#include "load.h"

#include "clock.h"
#include "interrupt.h"
#include "suggest.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PREFIX	       "stress-ng:"
#define MAX_INSTANCES  4096
#define KNOWN_BYTES    16384 /* a name has seven letters, and there are some hundred */
#define MAX_KNOWN      1024
#define MAX_WORDS      (2 * LOAD_STRESSORS + 8)
#define WARM_UP_NS     1000000000u
#define PATIENCE_NS    10000000000u /* for an end that was asked for */
#define PAUSE_NS       10000000u
#define EXIT_NOT_BEGUN 127

struct load {
	struct load_terms terms;
	char version[128], command[1024], cpus[256];
	char numbers[LOAD_STRESSORS][16], options[LOAD_STRESSORS][LOAD_NAME_BYTES + 4];
	const char *words[MAX_WORDS];
	struct cpumask mask;
	pid_t pid;	/* and its process group; 0: does not run */
	char ended[96]; /* "": not, or because it was told to */
};

/*
 * Started by root, others take memory or CPUs off, reboot, set the clock or leave swap files:
 * nothing that the journal knows of. These end with their processes.
 */
static const char *const harmless[] = {
	"cpu",	 "matrix", "vm",    "cache", "stream", "memcpy",   "mmap",	 "brk",	 "switch",
	"yield", "futex",  "sem",   "pipe",  "sock",   "poll",	   "timer",	 "fork", "clone",
	"io",	 "hdd",	   "qsort", "mutex", "fault",  "hrtimers", "membarrier",
};

#define NR_HARMLESS (sizeof(harmless) / sizeof(harmless[0]))

static bool is_harmless(const char *name)
{
	for (size_t i = 0; i < NR_HARMLESS; i++)
		if (strcmp(harmless[i], name) == 0)
			return true;
	return false;
}

static int take_stressor(const char *item, void *terms, struct option_why *why)
{
	const char *equals = strchr(item, '=');
	size_t length = equals ? (size_t)(equals - item) : 0;
	struct load_terms *t = terms;
	struct load_stressor s = { .nr = 0 };
	uint64_t nr;

	if (!length || length >= LOAD_NAME_BYTES || item[0] == '-' ||
	    strspn(item, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
		return option_refuse(why, "'%.60s' is not understood: give NAME=N, as in cpu=2",
				     item);
	if (t->nr_stressors == LOAD_STRESSORS)
		return option_refuse(why, "more than %d stressors", LOAD_STRESSORS);
	if (option_number(equals + 1, (struct option_range){ 1, MAX_INSTANCES }, &nr, why))
		return -EINVAL;
	s.nr = (unsigned int)nr;
	memcpy(s.name, item, length);
	if (!is_harmless(s.name)) {
		suggest_unknown(&(struct suggest_names){ "stressor", harmless, NR_HARMLESS },
				s.name, why->text, sizeof(why->text));
		return -EINVAL;
	}
	for (size_t i = 0; i < t->nr_stressors; i++)
		if (strcmp(t->stressors[i].name, s.name) == 0)
			return option_refuse(why, "'%s' is given twice", s.name);
	t->stressors[t->nr_stressors++] = s;
	return 0;
}

int load_terms_parse(const char *text, struct load_terms *ret, struct option_why *why)
{
	struct load_terms terms = { .nr_stressors = 0 };

	if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
		return option_refuse(why, "'%.60s' is not understood: give stress-ng:cpu=2,vm=1",
				     text);
	if (option_each(text + strlen(PREFIX), take_stressor, &terms, why))
		return -EINVAL;
	*ret = terms;
	return 0;
}

/* What @command prints, at most @size - 1 bytes. 0, -ENOENT when it cannot be run. */
static int ask(const char *command, char *text, size_t size)
{
	FILE *answer = popen(command, "re");
	size_t length = 0;

	if (!answer)
		return -errno;
	length = fread(text, 1, size - 1, answer);
	text[length] = '\0';
	return pclose(answer) == 0 && length ? 0 : -ENOENT;
}

static int check_known(const struct load_terms *terms, char *known, struct option_why *why)
{
	const char *names[MAX_KNOWN];
	struct suggest_names list = { .what = "stressor", .names = names };
	char *rest;

	for (char *name = strtok_r(known, " \n", &rest); name && list.nr_names < MAX_KNOWN;
	     name = strtok_r(NULL, " \n", &rest))
		names[list.nr_names++] = name;
	for (size_t i = 0; i < terms->nr_stressors; i++) {
		bool is_known = false;

		for (size_t at = 0; at < list.nr_names && !is_known; at++)
			is_known = strcmp(names[at], terms->stressors[i].name) == 0;
		if (is_known)
			continue;
		suggest_unknown(&list, terms->stressors[i].name, why->text, sizeof(why->text));
		return -EINVAL;
	}
	return 0;
}

/* "stress-ng --timeout 0 --cpu 2 --vm 1" */
static void build_words(struct load *load)
{
	size_t nr = 0, length = 0;

	load->words[nr++] = "stress-ng";
	load->words[nr++] = "--timeout";
	load->words[nr++] = "0";
	load->words[nr++] = "--temp-path";
	load->words[nr++] = "/tmp"; /* its files are not results */
	for (size_t i = 0; i < load->terms.nr_stressors; i++) {
		const struct load_stressor *s = &load->terms.stressors[i];

		snprintf(load->options[i], sizeof(load->options[i]), "--%s", s->name);
		snprintf(load->numbers[i], sizeof(load->numbers[i]), "%u", s->nr);
		load->words[nr++] = load->options[i];
		load->words[nr++] = load->numbers[i];
	}
	load->words[nr] = NULL;
	for (size_t i = 0; i < nr && length < sizeof(load->command); i++)
		length += (size_t)snprintf(load->command + length, sizeof(load->command) - length,
					   "%s%s", i ? " " : "", load->words[i]);
}

int load_find(const struct load_terms *terms, struct load **ret_load, struct option_why *why)
{
	struct load *load = calloc(1, sizeof(*load));
	char *known = malloc(KNOWN_BYTES);
	int ret = -ENOMEM;

	if (load && known) {
		load->terms = *terms;
		ret = ask("stress-ng --version 2>/dev/null", load->version, sizeof(load->version));
		load->version[strcspn(load->version, "\n")] = '\0';
	}
	if (!ret)
		ret = ask("stress-ng --stressors 2>/dev/null", known, KNOWN_BYTES);
	if (ret)
		option_refuse(why, "stress-ng cannot be run: install the package stress-ng");
	else
		ret = check_known(terms, known, why);
	free(known);
	if (ret) {
		free(load);
		return ret;
	}
	build_words(load);
	*ret_load = load;
	return 0;
}

/* After a fork: nothing here takes a lock that a thread could have held. */
static void become(const struct load *load, int log, pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	/* Only from here on it ends with us: we may have ended before. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_NOT_BEGUN);
	sched_setaffinity(0, sizeof(load->mask), (const cpu_set_t *)load->mask.bits);
	dup2(log, 1);
	dup2(log, 2);
	execvp(load->words[0], (char *const *)load->words);
	_exit(EXIT_NOT_BEGUN);
}

int load_start(struct load *load, const struct cpumask *cpus, const char *dir)
{
	const pid_t parent = getpid();
	char path[4352];
	int log;

	load->mask = *cpus;
	if (cpumask_format(cpus, load->cpus, sizeof(load->cpus)) >= (int)sizeof(load->cpus))
		memcpy(load->cpus + sizeof(load->cpus) - 4, "...", 4);
	snprintf(path, sizeof(path), "%s/load.log", dir);
	log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (log < 0)
		return -errno;
	load->pid = fork();
	if (load->pid == 0)
		become(load, log, parent);
	close(log);
	if (load->pid < 0) {
		load->pid = 0;
		return -errno;
	}
	setpgid(load->pid, load->pid); /* whoever of us comes first */
	interrupt_sleep_until_ns(clock_now_ns() + WARM_UP_NS);
	return 0;
}

/* It stays a zombie: its number, and the group's, is nobody else's until load_stop(). */
static bool has_ended(const struct load *load, siginfo_t *info)
{
	info->si_pid = 0;
	return waitid(P_PID, (id_t)load->pid, info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info->si_pid == load->pid;
}

const char *load_look(struct load *load)
{
	siginfo_t info;

	if (!load)
		return NULL;
	if (load->pid && !load->ended[0] && has_ended(load, &info))
		snprintf(load->ended, sizeof(load->ended),
			 "the end of stress-ng (%s %d; see load.log)",
			 info.si_code == CLD_EXITED ? "exit code" : "signal", info.si_status);
	return load->ended[0] ? load->ended : NULL;
}

void load_stop(struct load *load)
{
	const uint64_t deadline_ns = clock_now_ns() + PATIENCE_NS;
	siginfo_t info;

	if (!load || !load->pid)
		return;
	kill(-load->pid, SIGTERM);
	while (!has_ended(load, &info) && clock_now_ns() < deadline_ns)
		clock_sleep_until_ns(clock_now_ns() + PAUSE_NS);
	kill(-load->pid, SIGKILL); /* what it has left, and what did not listen */
	while (waitpid(load->pid, NULL, 0) < 0 && errno == EINTR)
		;
	load->pid = 0;
}

const char *load_version(const struct load *load)
{
	return load->version;
}

const char *load_command(const struct load *load)
{
	return load->command;
}

const char *load_cpus(const struct load *load)
{
	return load->cpus;
}

void load_free(struct load *load)
{
	load_stop(load);
	free(load);
}
