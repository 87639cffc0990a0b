/* SPDX-License-Identifier: MIT */
#include "perftool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ANSWER_TIMEOUT_MS = 10000,
	FINISH_TIMEOUT_MS = 30000,
	MAX_WORDS = 128,
	CONTROL_FD = 3, /* perf's end of the socket, as perf sees it */
};

struct perftool {
	pid_t pid;
	int sock; /* commands go out, "ack" comes in, end of file when perf is gone */
	char log_path[PATH_MAX];
};

/* The user's command, split; words point into text. */
struct command {
	char *text;
	char *words[MAX_WORDS];
	size_t nr_words;
};

/* perf's whole argument vector, and what it points to. */
struct perf_argv {
	char *words[MAX_WORDS + 16];
	size_t nr_words;
	char output[PATH_MAX], control[32], pid[16];
};

/* Copy one word from @from to @to and remove its quotes; NULL if a quote does not end. */
static const char *unquote_word(const char *from, char *to)
{
	char quote = '\0';

	for (; *from && (quote || !strchr(" \t\n", *from)); from++) {
		if (*from == quote) {
			quote = '\0';
		} else if (!quote && (*from == '\'' || *from == '"')) {
			quote = *from;
		} else {
			if (*from == '\\' && quote != '\'' && from[1])
				from++;
			*to++ = *from;
		}
	}
	*to = '\0';
	return quote ? NULL : from;
}

/* @command->text must be as long as @line and two bytes more: words only shrink. */
static int split(const char *line, struct command *command, char *why, size_t why_size)
{
	char *to = command->text;

	while (*(line += strspn(line, " \t\n"))) {
		if (command->nr_words == MAX_WORDS) {
			snprintf(why, why_size, "--perf: more than %d words", MAX_WORDS);
			return -EINVAL;
		}
		command->words[command->nr_words++] = to;
		line = unquote_word(line, to);
		if (!line) {
			snprintf(why, why_size, "--perf: a quote is not closed");
			return -EINVAL;
		}
		to += strlen(to) + 1;
	}
	return 0;
}

static bool is_option(const char *word, const char *letters, const char *long_name)
{
	size_t length = strlen(long_name);

	if (word[0] == '-' && word[1] && word[1] != '-')
		return strchr(letters, word[1]) != NULL;
	return !strncmp(word, long_name, length) && (!word[length] || word[length] == '=');
}

static bool has_option(const struct command *command, const char *letters, const char *long_name)
{
	for (size_t i = 1; i < command->nr_words; i++)
		if (is_option(command->words[i], letters, long_name))
			return true;
	return false;
}

static int check(const struct command *command, char *why, size_t why_size)
{
	const char *verb = command->nr_words ? command->words[0] : "";

	if (strcmp(verb, "stat") && strcmp(verb, "record")) {
		snprintf(why, why_size, "--perf '%.40s': it must begin with stat or record", verb);
		return -EINVAL;
	}
	if (has_option(command, "D", "--delay") || has_option(command, "", "--control")) {
		snprintf(why, why_size, "--perf: drop --delay and --control, they are set here");
		return -EINVAL;
	}
	for (size_t i = 1; i < command->nr_words; i++) {
		if (strcmp(command->words[i], "--"))
			continue;
		snprintf(why, why_size,
			 "--perf: drop what follows --, perf is attached to the run");
		return -EINVAL;
	}
	return 0;
}

static void add(struct perf_argv *argv, const char *word)
{
	argv->words[argv->nr_words++] = (char *)word;
	argv->words[argv->nr_words] = NULL;
}

/* Without a target of the user's own (-a, -C, -p, -t) the target is this process. */
static void build_argv(const struct command *command, const char *dir, struct perf_argv *argv)
{
	bool is_stat = !strcmp(command->words[0], "stat");
	bool has_target = has_option(command, "aCpt", "--all-cpus") ||
			  has_option(command, "", "--cpu") || has_option(command, "", "--pid") ||
			  has_option(command, "", "--tid");

	snprintf(argv->control, sizeof(argv->control), "fd:%d,%d", CONTROL_FD, CONTROL_FD);
	snprintf(argv->pid, sizeof(argv->pid), "%d", (int)getpid());
	snprintf(argv->output, sizeof(argv->output), "%s/%s", dir,
		 is_stat ? "perf.stat.txt" : "perf.data");
	add(argv, "perf");
	add(argv, command->words[0]);
	add(argv, "--control");
	add(argv, argv->control);
	add(argv, "--delay=-1");
	if (!has_target) {
		add(argv, "-p");
		add(argv, argv->pid);
	}
	if (!has_option(command, "o", "--output")) {
		add(argv, "-o");
		add(argv, argv->output);
	}
	for (size_t i = 1; i < command->nr_words; i++)
		add(argv, command->words[i]);
}

/*
 * A process group of its own keeps the terminal's Ctrl-C from perf: it ends when we say so. The
 * handlers and the mask are not ours to hand on.
 */
static int spawn(struct perftool *perftool, struct perf_argv *argv, int sock)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int ret;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
						POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, sock, CONTROL_FD);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, perftool->log_path,
					 O_WRONLY | O_CREAT | O_TRUNC, 0644);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	posix_spawn_file_actions_addclosefrom_np(&files, CONTROL_FD + 1);
	ret = posix_spawnp(&perftool->pid, "perf", &files, &attr, argv->words, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -ret;
}

static bool is_noise(const char *line)
{
	return !line[0] || !strcmp(line, "Error:") || !strncmp(line, "Events ", 7);
}

/* The first line of perf's messages that says something; "" if there is none. */
static void read_complaint(const struct perftool *perftool, char *line, int size)
{
	FILE *log = fopen(perftool->log_path, "re");

	line[0] = '\0';
	if (!log)
		return;
	while (fgets(line, size, log)) {
		line[strcspn(line, "\n")] = '\0';
		memmove(line, line + strspn(line, " \t"), strlen(line + strspn(line, " \t")) + 1);
		if (!is_noise(line))
			break;
		line[0] = '\0';
	}
	fclose(log);
}

static void explain_end(const struct perftool *perftool, const char *what, char *why,
			size_t why_size)
{
	char complaint[160];

	read_complaint(perftool, complaint, sizeof(complaint));
	snprintf(why, why_size, "perf %s: %s", what,
		 complaint[0] ? complaint : "it said nothing in perf.log");
}

/* Wait until there is something to read or perf is gone; @timeout_ms is a bound per wait. */
static int wait_readable(int fd, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	int ret;

	do
		ret = poll(&pollfd, 1, timeout_ms);
	while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return -errno;
	return ret ? 0 : -ETIMEDOUT;
}

/* perf writes "ack\n" and, up to some version, the string's final 0 as well. */
static int read_ack(struct perftool *perftool)
{
	char c = '\0';

	while (c != '\n') {
		int ret = wait_readable(perftool->sock, ANSWER_TIMEOUT_MS);
		ssize_t n;

		if (ret < 0)
			return ret;
		n = recv(perftool->sock, &c, 1, 0);
		if (!n || (n < 0 && errno != EINTR))
			return -EPIPE;
	}
	return 0;
}

/* The end of file is perf's end; what comes before it (see read_ack) is of no interest. */
static int wait_for_end(struct perftool *perftool, int timeout_ms)
{
	char rest[64];
	ssize_t n;

	do {
		int ret = wait_readable(perftool->sock, timeout_ms);

		if (ret < 0)
			return ret;
		n = recv(perftool->sock, rest, sizeof(rest), 0);
	} while (n > 0 || (n < 0 && errno == EINTR));
	return 0;
}

static int command_perf(struct perftool *perftool, const char *word, char *why, size_t why_size)
{
	size_t length = strlen(word);
	int ret = -EPIPE;

	if (send(perftool->sock, word, length, MSG_NOSIGNAL) == (ssize_t)length)
		ret = read_ack(perftool);
	if (ret == -ETIMEDOUT)
		snprintf(why, why_size, "perf does not answer on its control file");
	else if (ret < 0)
		explain_end(perftool, "ended by itself", why, why_size);
	return ret;
}

static int reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	/* The end that we asked for: perf cleans up, and then lets SIGINT take its course. */
	return WTERMSIG(status) == SIGINT ? 0 : 128 + WTERMSIG(status);
}

static void destroy(struct perftool *perftool)
{
	close(perftool->sock);
	free(perftool);
}

static int open_and_spawn(struct perftool *perftool, struct perf_argv *argv, char *why,
			  size_t why_size)
{
	int sock[2], ret;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) < 0) {
		ret = -errno;
		snprintf(why, why_size, "no socket for perf (%s)", strerrorname_np(-ret));
		return ret;
	}
	ret = spawn(perftool, argv, sock[1]);
	close(sock[1]);
	perftool->sock = sock[0];
	if (!ret)
		return 0;
	close(sock[0]);
	if (ret == -ENOENT)
		snprintf(why, why_size, "perf not found: install linux-perf, or is %s not there?",
			 perftool->log_path);
	else
		snprintf(why, why_size, "cannot start perf (%s)", strerrorname_np(-ret));
	return ret;
}

static int start(const struct command *command, const char *dir, struct perftool *perftool,
		 char *why, size_t why_size)
{
	struct perf_argv argv = { .nr_words = 0 };
	int ret = check(command, why, why_size);

	if (ret < 0)
		return ret;
	build_argv(command, dir, &argv);
	snprintf(perftool->log_path, sizeof(perftool->log_path), "%s/perf.log", dir);
	ret = open_and_spawn(perftool, &argv, why, why_size);
	if (ret < 0)
		return ret;
	/* It reads commands when it has attached; this one changes nothing. */
	ret = command_perf(perftool, "disable\n", why, why_size);
	if (ret < 0) {
		kill(perftool->pid, SIGKILL);
		reap(perftool->pid);
		close(perftool->sock);
	}
	return ret;
}

int perftool_start(const char *command, const char *dir, struct perftool **perftool, char *why,
		   size_t why_size)
{
	struct command split_command = { .text = malloc(strlen(command) + 2) };
	struct perftool *new = calloc(1, sizeof(*new));
	int ret = -ENOMEM;

	if (!split_command.text || !new)
		snprintf(why, why_size, "no memory for perf's command line");
	else
		ret = split(command, &split_command, why, why_size);
	if (!ret)
		ret = start(&split_command, dir, new, why, why_size);
	free(split_command.text);
	if (ret < 0)
		free(new);
	else
		*perftool = new;
	return ret;
}

int perftool_enable(struct perftool *perftool, char *why, size_t why_size)
{
	return command_perf(perftool, "enable\n", why, why_size);
}

int perftool_disable(struct perftool *perftool, char *why, size_t why_size)
{
	return command_perf(perftool, "disable\n", why, why_size);
}

int perftool_finish(struct perftool *perftool, char *why, size_t why_size)
{
	bool is_late;
	int ret;

	if (!perftool)
		return 0;
	kill(perftool->pid, SIGINT);
	is_late = wait_for_end(perftool, FINISH_TIMEOUT_MS) < 0;
	if (is_late)
		kill(perftool->pid, SIGKILL);
	ret = reap(perftool->pid);
	if (is_late) {
		snprintf(why, why_size, "perf did not end: killed, its output is incomplete");
		ret = -ETIMEDOUT;
	} else if (ret) {
		explain_end(perftool, "failed", why, why_size);
	}
	destroy(perftool);
	return ret;
}
