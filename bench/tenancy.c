/* SPDX-License-Identifier: MIT */
#include "tenancy.h"

#include "clock.h"

#include <errno.h>
#include <stdlib.h>

static void tenant_init(struct tenant *t, struct duty_cpu *duty, const struct tenancies *all,
			struct tenancy *ty)
{
	const struct run_setup *setup = ty->setup;

	duty_cpu_init(duty, all->cell->duty, ty->real_cpu);
	duty->stack_touch_bytes = setup->stack_touch_bytes;
	duty->data_touch_bytes = setup->data_touch_bytes;
	duty->now_ns = clock_now_ns;
	t->duty = duty;
	t->arrivals = &ty->arrivals;
}

static int tenancies_alloc(struct tenancies *all)
{
	const struct cell *cell = all->cell;
	size_t nr_tenants = cell->threads_per_cpu;

	all->nr = cpumask_weight(&cell->plan->cpus);
	if (!all->contender->has_threads)
		nr_tenants = 0;
	all->list = calloc(all->nr, sizeof(*all->list));
	all->index_of = calloc(cpumask_last(&cell->plan->cpus) + 1, sizeof(*all->index_of));
	/* One more than needed: calloc(0) may give NULL, which is no failure here. */
	all->tenants = calloc(all->nr * nr_tenants + 1, sizeof(*all->tenants));
	all->duties = calloc(all->nr * nr_tenants + 1, sizeof(*all->duties));
	if (!all->list || !all->index_of || !all->tenants || !all->duties)
		return -ENOMEM;
	for (size_t i = 0; i < all->nr; i++) {
		all->list[i].tenants = all->tenants + i * nr_tenants;
		all->list[i].nr_tenants = nr_tenants;
	}
	return 0;
}

static void fill_in(struct tenancies *all, const struct run_setup *setup)
{
	size_t place = 0, nr = 0;
	unsigned int cpu;

	plan_away(all->cell->plan, &all->elsewhere);
	if (setup->real_cpus)
		all->elsewhere = *setup->real_cpus; /* virtual CPUs are not away for the kernel */
	else
		cpumask_andnot(&all->elsewhere, &setup->topo->allowed, &all->elsewhere);
	for_each_cpu (cpu, &all->cell->plan->cpus) {
		struct tenancy *ty = &all->list[place];

		all->index_of[cpu] = (uint32_t)place++;
		ty->cpu = cpu;
		ty->real_cpu = run_real_cpu(setup, cpu);
		ty->setup = setup;
		ty->elsewhere = &all->elsewhere;
		arrivals_init(&ty->arrivals);
		for (size_t i = 0; i < ty->nr_tenants; i++, nr++)
			tenant_init(&ty->tenants[i], &all->duties[nr], all, ty);
	}
}

static size_t nr_all_tenants(const struct tenancies *all)
{
	return all->nr ? all->nr * all->list[0].nr_tenants : 0;
}

int tenancies_init(struct tenancies *all, const struct run_setup *setup, const struct cell *cell,
		   const struct contender *contender)
{
	const struct duty *duty = cell->duty;
	int ret;

	*all = (struct tenancies){ .contender = contender, .cell = cell };
	ret = tenancies_alloc(all);
	if (ret)
		return ret;
	fill_in(all, setup);
	for (size_t i = 0; i < all->nr && contender->prepare && !ret; i++)
		ret = contender->prepare(&all->list[i]);
	/* After the contender: partners may wake tenants from their first moment on. */
	if (!ret && duty->prepare && nr_all_tenants(all))
		ret = duty->prepare(all->duties, nr_all_tenants(all),
				    run_real_cpu(setup, setup->controller_cpu));
	return ret;
}

static bool is_allocated(const struct tenancies *all)
{
	return all->list && all->index_of && all->tenants && all->duties;
}

void tenancies_stop(struct tenancies *all)
{
	const struct duty *duty = all->cell->duty;

	if (!is_allocated(all) || all->is_stopped)
		return;
	/* First: a partner wakes tenants through what the contender's finish() takes away. */
	if (duty->finish && nr_all_tenants(all))
		duty->finish(all->duties, nr_all_tenants(all));
	for (size_t i = 0; i < all->nr && all->contender->finish; i++)
		all->contender->finish(&all->list[i]);
	all->is_stopped = true;
}

void tenancies_fini(struct tenancies *all)
{
	tenancies_stop(all);
	for (size_t i = 0; is_allocated(all) && i < all->nr; i++)
		arrivals_fini(&all->list[i].arrivals);
	free(all->duties);
	free(all->tenants);
	free(all->index_of);
	free(all->list);
}

struct tenancy *tenancies_of(const struct tenancies *all, unsigned int cpu)
{
	return &all->list[all->index_of[cpu]];
}

void tenancies_sum_work(const struct tenancies *all, uint64_t *ret_accepted, uint64_t *ret_done)
{
	*ret_accepted = 0;
	*ret_done = 0;
	for (size_t i = 0; i < nr_all_tenants(all); i++) {
		/* Relaxed: arrivals and joins have ordered what is counted here. */
		*ret_accepted +=
			atomic_load_explicit(&all->duties[i].accepted, memory_order_relaxed);
		*ret_done += atomic_load_explicit(&all->duties[i].done, memory_order_relaxed);
	}
}

void tenancies_sum_spins(const struct tenancies *all, struct spin_result *ret_spins)
{
	const struct contender *contender = all->contender;

	*ret_spins = (struct spin_result){ .is_known = contender->add_spins };
	for (size_t i = 0; i < all->nr && contender->add_spins; i++)
		contender->add_spins(&all->list[i], ret_spins);
}

int tenancies_error(const struct tenancies *all)
{
	for (size_t i = 0; i < nr_all_tenants(all); i++) {
		int error = atomic_load_explicit(&all->tenants[i].error, memory_order_relaxed);

		if (error)
			return error;
	}
	return 0;
}
