/* SPDX-License-Identifier: MIT */
/*
 * The explorer's threads: real ones that hand one turn around, and what they can wait for. Whose
 * turn it is next decides schedule.c.
 */
#include "explore.h"

#include "explore_doors.h"
#include "schedule.h"

#include "../../futex.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TASKS   12
#define MAX_STEPS   20000 /* an execution that takes more goes in circles */
#define MAX_TRACE   4096
#define ALL_CPUS    0xfu
#define STACK_BYTES ((size_t)256 << 10)

enum task_state { TASK_NONE, TASK_READY, TASK_FUTEX, TASK_JOIN, TASK_FLAG, TASK_DONE };

struct task {
	enum task_state state;
	pthread_t thread;
	sem_t turn;
	void *(*main)(void *);
	void *arg;
	const char *doing;
	const char *file;
	int line;
	unsigned int cpus; /* virtual affinity */
	int cpu;
	/* What it waits for. */
	const _Atomic uint32_t *word;
	unsigned int class;
	bool may_time_out, has_timed_out;
	bool has_yielded; /* others first */
	const struct task *joined;
	const bool *flag;
};

struct step {
	int task;
	const char *file;
	int line;
};

static struct task tasks[MAX_TASKS];
static int nr_tasks, current;
static int nr_steps, nr_spurious_left, nr_affinity_failures;
static bool is_exploring; /* not in setup and finish */
static struct step trace[MAX_TRACE];
static int nr_traced;
static const struct scenario *scenario;

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void print_trace(void)
{
	int first = nr_traced > 60 ? nr_traced - 60 : 0;

	for (int i = first; i < nr_traced; i++)
		printf("    task %d to %s:%d\n", trace[i].task,
		       trace[i].file ? base_name(trace[i].file) : "its end", trace[i].line);
}

static void print_tasks(void)
{
	static const char *const names[] = { "none", "ready", "futex", "join", "flag", "done" };

	for (int i = 0; i < nr_tasks; i++)
		printf("    task %d: %s at %s:%d, %s, CPU %d\n", i, names[tasks[i].state],
		       tasks[i].file ? base_name(tasks[i].file) : "-", tasks[i].line,
		       tasks[i].doing ? tasks[i].doing : "-", tasks[i].cpu);
}

void explore_fail(const char *check, const char *format, ...)
{
	char why[512];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	printf("FAILED %s: %s: %s\n", scenario->name, check, why);
	schedule_print();
	print_tasks();
	print_trace();
	fflush(stdout);
	_exit(1);
}

void explore_doing(const char *check)
{
	tasks[current].doing = check;
}

/*
 * Whose turn.
 */

static bool is_enabled(const struct task *task)
{
	if (task->state == TASK_JOIN)
		return task->joined->state == TASK_DONE;
	if (task->state == TASK_FLAG)
		return *task->flag;
	return task->state == TASK_READY;
}

static bool others_can_run(void)
{
	for (int i = 0; i < nr_tasks; i++)
		if (i != current && is_enabled(&tasks[i]) && !tasks[i].has_yielded)
			return true;
	return false;
}

/*
 * Waits that end without a wake. A timeout is sure to come when nobody can run; a spurious return
 * is not, and never saves anybody from a hang.
 */
static int list_ends_of_waits(struct choice choices[], int nr)
{
	bool is_idle = !nr;

	for (int i = 0; i < nr_tasks; i++)
		if (tasks[i].state == TASK_FUTEX &&
		    (tasks[i].may_time_out || (nr_spurious_left && !is_idle)))
			choices[nr++] = (struct choice){ i, !is_idle };
	return nr;
}

/* What may happen next: first what costs nothing, the current task foremost. */
static int list_choices(struct choice choices[])
{
	bool can_go_on = is_enabled(&tasks[current]);
	bool must_yield = can_go_on && tasks[current].has_yielded && others_can_run();
	bool is_free = !can_go_on || must_yield;
	int nr = 0;

	if (can_go_on && !must_yield)
		choices[nr++] = (struct choice){ current, false };
	for (int i = 0; i < nr_tasks; i++)
		if (i != current && is_enabled(&tasks[i]) &&
		    !(tasks[i].has_yielded && (nr || others_can_run())))
			choices[nr++] = (struct choice){ i, !is_free };
	return list_ends_of_waits(choices, nr);
}

static void fail_stuck(void)
{
	const char *check = NULL;

	for (int i = 0; i < nr_tasks; i++)
		if (tasks[i].state != TASK_DONE && tasks[i].doing && (!check || i == current))
			check = tasks[i].doing;
	explore_fail(check ? check : "hang", "nobody can go on");
}

/* The task that is chosen wakes from a wait that nobody has ended. */
static void end_wait(struct task *task)
{
	if (task->state != TASK_FUTEX)
		return;
	task->has_timed_out = task->may_time_out;
	if (!task->may_time_out)
		nr_spurious_left--;
	task->state = TASK_READY;
}

static int choose(void)
{
	struct choice choices[MAX_TASKS * 2];
	int nr = list_choices(choices), next;

	if (!nr)
		fail_stuck();
	/* Alone: the first that can, and timeouts only when nobody can. */
	next = is_exploring ? schedule_choose(choices, nr, tasks[current].state == TASK_READY) : 0;
	end_wait(&tasks[choices[next].task]);
	return choices[next].task;
}

static void note(void)
{
	if (nr_traced < MAX_TRACE)
		trace[nr_traced++] =
			(struct step){ current, tasks[current].file, tasks[current].line };
}

/* Give the turn to whom the schedule says; back when it is the caller's again. */
static void hand_over(void)
{
	int self = current, next;

	if (++nr_steps > MAX_STEPS)
		explore_fail(tasks[self].doing ? tasks[self].doing : "hang", "goes in circles");
	next = choose();
	tasks[next].has_yielded = false;
	if (next == self)
		return;
	note();
	for (int i = 0; i < nr_tasks; i++)
		tasks[i].has_yielded = tasks[i].has_yielded && i == self;
	current = next;
	sem_post(&tasks[next].turn);
	if (tasks[self].state == TASK_DONE)
		return;
	while (sem_wait(&tasks[self].turn))
		;
}

void explore_at(const char *file, int line)
{
	tasks[current].file = file;
	tasks[current].line = line;
	hand_over();
}

void explore_at_relaxed(const char *file, int line)
{
	if (!strstr(file, "lib/spin.c"))
		explore_at(file, line);
}

int explore_sched_yield(void)
{
	tasks[current].has_yielded = true;
	hand_over();
	return 0;
}

void explore_until(const bool *flag)
{
	if (*flag)
		return;
	tasks[current].flag = flag;
	tasks[current].state = TASK_FLAG;
	hand_over();
	tasks[current].state = TASK_READY;
}

/*
 * Threads.
 */

static void *task_main(void *arg)
{
	struct task *task = arg;

	while (sem_wait(&task->turn))
		;
	task->main(task->arg);
	task->state = TASK_DONE;
	task->doing = NULL;
	task->file = NULL;
	hand_over();
	return NULL;
}

static struct task *add_task(void *(*main)(void *), void *arg)
{
	struct task *task = &tasks[nr_tasks];

	if (nr_tasks == MAX_TASKS)
		explore_fail("explorer", "too many threads");
	*task = (struct task){ .state = TASK_READY, .main = main, .arg = arg, .cpus = ALL_CPUS };
	sem_init(&task->turn, 0, 0);
	nr_tasks++;
	return task;
}

static int mask_of(const cpu_set_t *set, size_t size, unsigned int *ret)
{
	unsigned int cpus = 0;

	for (unsigned int cpu = 0; cpu < 4; cpu++)
		if (CPU_ISSET_S(cpu, size, set))
			cpus |= 1u << cpu;
	if (!cpus)
		return EINVAL;
	*ret = cpus;
	return 0;
}

static void set_cpus(struct task *task, unsigned int cpus)
{
	task->cpus = cpus;
	if (!(cpus & 1u << task->cpu))
		task->cpu = __builtin_ctz(cpus);
}

int explore_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*main)(void *),
			   void *arg)
{
	struct task *task = add_task(main, arg);
	pthread_attr_t plain;
	cpu_set_t set;
	unsigned int cpus = ALL_CPUS;
	int err;

	CPU_ZERO(&set);
	if (attr && !pthread_attr_getaffinity_np(attr, sizeof(set), &set))
		mask_of(&set, sizeof(set), &cpus);
	set_cpus(task, cpus);
	pthread_attr_init(&plain);
	pthread_attr_setstacksize(&plain, STACK_BYTES);
	err = pthread_create(&task->thread, &plain, task_main, task);
	pthread_attr_destroy(&plain);
	if (err)
		explore_fail("explorer", "no thread: %s", strerror(err));
	*thread = task->thread;
	explore_point();
	return 0;
}

int explore_pthread_join(pthread_t thread, void **ret)
{
	for (int i = 0; i < nr_tasks; i++)
		if (pthread_equal(tasks[i].thread, thread))
			tasks[current].joined = &tasks[i];
	tasks[current].state = TASK_JOIN;
	hand_over();
	tasks[current].state = TASK_READY;
	return pthread_join(thread, ret);
}

int explore_gettid(void)
{
	return current + 1;
}

int explore_cpu(void)
{
	return tasks[current].cpu;
}

/*
 * Affinity. Binding is synchronous, as in Linux: who runs on a CPU it may not use is moved.
 */

static struct task *task_of(int tid)
{
	if (tid < 1 || tid > nr_tasks || tasks[tid - 1].state == TASK_DONE)
		explore_fail("binds who has ended", "thread id %d", tid);
	return &tasks[tid - 1];
}

int explore_sched_setaffinity(pid_t tid, size_t size, const cpu_set_t *set)
{
	unsigned int cpus;
	int err;

	explore_point();
	err = nr_affinity_failures ? EINVAL : mask_of(set, size, &cpus);
	if (nr_affinity_failures)
		nr_affinity_failures--;
	if (err) {
		errno = err;
		return -1;
	}
	set_cpus(task_of(tid), cpus);
	explore_point();
	return 0;
}

bool explore_is_bound_to(int tid, int cpu)
{
	return task_of(tid)->cpus == 1u << cpu;
}

void explore_set_affinity(int tid, int cpu)
{
	set_cpus(task_of(tid), 1u << cpu);
}

void explore_forget_affinity(int tid)
{
	set_cpus(task_of(tid), ALL_CPUS);
}

void explore_stir(int tid)
{
	struct task *task = task_of(tid);

	if (task->state == TASK_FUTEX)
		task->state = TASK_READY;
	while (task->state != TASK_FUTEX)
		explore_sched_yield();
}

void explore_fail_affinity(int nr)
{
	nr_affinity_failures = nr;
}

/*
 * The futex door. Time is virtual: a wait with a deadline may end at any moment.
 */

int futex_wait(_Atomic uint32_t *word, uint32_t expected, enum futex_class class,
	       uint64_t deadline_ns)
{
	struct task *task = &tasks[current];

	explore_at("futex_wait", (int)class);
	if (*word != expected)
		return 0;
	if (!deadline_ns)
		return -ETIMEDOUT;
	task->state = TASK_FUTEX;
	task->word = word;
	task->class = class;
	task->may_time_out = deadline_ns != FUTEX_NO_DEADLINE;
	task->has_timed_out = false;
	hand_over();
	return task->has_timed_out ? -ETIMEDOUT : 0;
}

void futex_wake(_Atomic uint32_t *word, enum futex_class class)
{
	explore_at("futex_wake", (int)class);
	for (int i = 0; i < nr_tasks; i++)
		if (tasks[i].state == TASK_FUTEX && tasks[i].word == word &&
		    tasks[i].class & (unsigned int)class)
			tasks[i].state = TASK_READY;
}

uint64_t futex_now_ns(void);
uint64_t futex_now_ns(void)
{
	return (uint64_t)nr_steps * 100;
}

uint64_t futex_deadline_ns(uint64_t timeout_ns)
{
	return timeout_ns ? 1 : 0;
}

/*
 * One execution.
 */

static void *controller_main(void *arg)
{
	const int index = (int)(intptr_t)arg;

	scenario->threads[index]();
	return NULL;
}

static void run_controllers(void)
{
	pthread_t threads[4];
	int nr = 0;

	for (; nr < 4 && scenario->threads[nr]; nr++)
		explore_pthread_create(&threads[nr], NULL, controller_main, (void *)(intptr_t)nr);
	is_exploring = true;
	for (int i = 0; i < nr; i++)
		explore_pthread_join(threads[i], NULL);
	is_exploring = false;
}

void explore_execute(const struct scenario *what)
{
	scenario = what;
	nr_tasks = nr_steps = nr_traced = nr_affinity_failures = current = 0;
	nr_spurious_left = what->nr_spurious;
	is_exploring = false;
	*add_task(NULL, NULL) = (struct task){ .state = TASK_READY, .cpus = ALL_CPUS };
	sem_init(&tasks[0].turn, 0, 0);
	what->setup();
	run_controllers();
	nr_spurious_left = 0;
	what->finish();
	for (int i = 1; i < nr_tasks; i++)
		if (tasks[i].state != TASK_DONE)
			explore_fail("left behind", "task %d", i);
}
