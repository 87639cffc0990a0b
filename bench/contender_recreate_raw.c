/* SPDX-License-Identifier: MIT */
/*
 * recreate without what the C library does for stacks: each thread gets the same stack again, made
 * once. So no mapping is made or changed and no page given back: what is left is what a thread
 * itself costs. A bare clone3() would leave out the rest of pthreads, too, but such a thread has
 * no thread-local storage, and nothing of the C library may be called in it.
 */
#include "contender.h"

#include "worker_set.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/* A stack with its guard below it. */
static size_t place_bytes(const struct tenancy *ty)
{
	return ty->setup->stack_bytes + (size_t)sysconf(_SC_PAGESIZE);
}

static int raw_prepare(struct tenancy *ty)
{
	size_t bytes = ty->nr_tenants * place_bytes(ty);
	size_t guard_bytes = (size_t)sysconf(_SC_PAGESIZE);
	char *stacks;
	int ret = worker_set_prepare(ty);

	if (ret)
		return ret;
	stacks = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	if (stacks == MAP_FAILED)
		return -errno;
	ty->stacks = stacks;
	for (size_t i = 0; i < ty->nr_tenants; i++)
		if (mprotect(stacks + i * place_bytes(ty), guard_bytes, PROT_NONE))
			return -errno;
	return 0;
}

static void raw_finish(struct tenancy *ty)
{
	worker_set_finish(ty);
	if (ty->stacks)
		munmap(ty->stacks, ty->nr_tenants * place_bytes(ty));
	ty->stacks = NULL;
}

static int start_on_own_stack(struct tenancy *ty, size_t i)
{
	char *end = ty->stacks + (i + 1) * place_bytes(ty);
	size_t bytes = ty->setup->stack_bytes;
	int ret = pthread_attr_setstack(&ty->attr, end - bytes, bytes);

	return ret ? -ret : worker_start(&ty->tenants[i], &ty->attr);
}

static int raw_startup(struct tenancy *ty)
{
	int ret = 0;

	for (size_t i = 0; i < ty->nr_tenants && !ret; i++) {
		tenant_expect(&ty->tenants[i]);
		ret = start_on_own_stack(ty, i);
	}
	if (!ret)
		return 0;
	worker_set_stop(ty);
	for (size_t i = 0; i < ty->nr_tenants; i++)
		tenant_unexpect(&ty->tenants[i]);
	return ret;
}

static int raw_teardown(struct tenancy *ty)
{
	worker_set_stop(ty);
	return 0;
}

const struct contender contender_recreate_raw = {
	.name = "recreate_raw",
	.summary = "as recreate, on stacks that are kept (no mapping, no fresh pages)",
	.pin = "attribute",
	.has_threads = true,
	.leaves = LEAVES_GONE,
	.prepare = raw_prepare,
	.finish = raw_finish,
	.startup = raw_startup,
	.teardown = raw_teardown,
};
