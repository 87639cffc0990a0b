/* SPDX-License-Identifier: MIT */
#include "contender.h"

#include <string.h>

#define CONTENDER(name) extern const struct contender contender_##name;
#include "contenders.def"
#undef CONTENDER

static const struct contender *const contenders[] = {
#define CONTENDER(name) &contender_##name,
#include "contenders.def"
#undef CONTENDER
};

const struct contender *const *contender_list(size_t *ret_nr)
{
	*ret_nr = sizeof(contenders) / sizeof(contenders[0]);
	return contenders;
}

const struct contender *contender_find(const char *name)
{
	size_t nr;
	const struct contender *const *list = contender_list(&nr);

	for (size_t i = 0; i < nr; i++)
		if (!strcmp(list[i]->name, name))
			return list[i];
	return NULL;
}
