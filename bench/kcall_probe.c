/* SPDX-License-Identifier: MIT */
#include "kcall_probe.h"

#include "btf.h"

#include <stdio.h>
#include <string.h>

#define BTF_PATH "/sys/kernel/btf/vmlinux"

/* Fields that tell which thread a task_struct at @task is, appended. */
static void append_thread(struct kcall_probe *probe, const char *task)
{
	const size_t used = strlen(probe->fields);
	uint32_t comm, pid;

	if (btf_member_offset(BTF_PATH, "task_struct", "comm", &comm) ||
	    btf_member_offset(BTF_PATH, "task_struct", "pid", &pid))
		return;
	snprintf(probe->fields + used, sizeof(probe->fields) - used,
		 " thread=+%u(%s):string tid=+%u(%s):s32", comm, task, pid, task);
}

static void make_name(enum kcall_name call, bool is_return, struct kcall_probe *probe)
{
	snprintf(probe->name, sizeof(probe->name), "%s_%s", kcall_name(call),
		 is_return ? "return" : "entry");
}

void kcall_probe_make(enum kcall_name call, bool is_return, struct kcall_probe *ret_probe)
{
	bool is_create = call == KCALL_CREATE;
	const char *text = "caller=$comm task=$arg1:x64";

	/* A thread that is being created is known when it is there, any other one before. */
	if (is_create)
		text = is_return ? "task=$retval:x64" : "caller=$comm";
	else if (is_return)
		text = call == KCALL_UNPARK ? "" : "ret=$retval:s32";
	make_name(call, is_return, ret_probe);
	snprintf(ret_probe->fields, sizeof(ret_probe->fields), "%s", text);
	if (is_create == is_return)
		append_thread(ret_probe, is_create ? "$retval" : "$arg1");
}

bool kcall_probe_parse(const char *name, enum kcall_name *ret_call, bool *ret_is_return)
{
	struct kcall_probe probe;

	for (enum kcall_name call = 0; call < NR_KCALLS; call++) {
		for (int is_return = 0; is_return < 2; is_return++) {
			make_name(call, is_return, &probe);
			if (strcmp(name, probe.name) != 0)
				continue;
			*ret_call = call;
			*ret_is_return = is_return;
			return true;
		}
	}
	return false;
}
