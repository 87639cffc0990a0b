/* SPDX-License-Identifier: MIT */
#include "catalogue.h"

#include "contender.h"
#include "duty.h"
#include "hotplug.h"
#include "suggest.h"
#include "workload.h"

#include <string.h>

#define NR_NAMES_MAX 64

static struct catalogue_entry workload_entry(size_t index)
{
	size_t nr;
	const struct workload *workload = workload_list(&nr)[index];

	return (struct catalogue_entry){ workload->name, workload->summary, workload };
}

static struct catalogue_entry duty_entry(size_t index)
{
	size_t nr;
	const struct duty *duty = duty_list(&nr)[index];

	return (struct catalogue_entry){ duty->name, duty->summary, duty };
}

static struct catalogue_entry contender_entry(size_t index)
{
	size_t nr;
	const struct contender *contender = contender_list(&nr)[index];

	return (struct catalogue_entry){ contender->name, contender->summary, contender };
}

static struct catalogue_entry hotplug_entry(size_t index)
{
	size_t nr;
	const struct hotplug *hotplug = hotplug_list(&nr)[index];

	return (struct catalogue_entry){ hotplug->name, hotplug->summary, hotplug };
}

static const struct {
	const char *title, *word;
	struct catalogue_entry (*entry)(size_t index);
} catalogues[NR_CATALOGUES] = {
	[CATALOGUE_WORKLOADS] = { "workloads", "workload", workload_entry },
	[CATALOGUE_DUTIES] = { "duties", "duty", duty_entry },
	[CATALOGUE_CONTENDERS] = { "contenders", "contender", contender_entry },
	[CATALOGUE_HOTPLUG] = { "hotplug", "hotplug driver", hotplug_entry },
};

const char *catalogue_title(enum catalogue catalogue)
{
	return catalogues[catalogue].title;
}

const char *catalogue_word(enum catalogue catalogue)
{
	return catalogues[catalogue].word;
}

size_t catalogue_size(enum catalogue catalogue)
{
	size_t nr = 0;

	switch (catalogue) {
	case CATALOGUE_WORKLOADS:
		workload_list(&nr);
		break;
	case CATALOGUE_DUTIES:
		duty_list(&nr);
		break;
	case CATALOGUE_CONTENDERS:
		contender_list(&nr);
		break;
	case CATALOGUE_HOTPLUG:
		hotplug_list(&nr);
		break;
	case NR_CATALOGUES:
		break;
	}
	return nr;
}

struct catalogue_entry catalogue_entry(enum catalogue catalogue, size_t index)
{
	return catalogues[catalogue].entry(index);
}

const void *catalogue_find(enum catalogue catalogue, const char *name, struct option_why *why)
{
	const char *names[NR_NAMES_MAX];
	struct suggest_names known = { .what = catalogue_word(catalogue), .names = names };

	for (size_t i = 0; i < catalogue_size(catalogue) && i < NR_NAMES_MAX; i++) {
		const struct catalogue_entry entry = catalogue_entry(catalogue, i);

		if (strcmp(entry.name, name) == 0)
			return entry.object;
		names[known.nr_names++] = entry.name;
	}
	suggest_unknown(&known, name, why->text, sizeof(why->text));
	return NULL;
}
