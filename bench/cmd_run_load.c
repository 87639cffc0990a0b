/* SPDX-License-Identifier: MIT */
/* The load beside a run, and with it all that may end one early. */
#include "cmd.h"
#include "cmd_run_internal.h"
#include "interrupt.h"

#include <errno.h>
#include <string.h>

int run_find_load(struct run *run)
{
	struct option_why why;
	int ret;

	if (!run->options.load.nr_stressors)
		return EXIT_DONE;
	ret = load_find(&run->options.load, &run->load, &why);
	if (ret == -ENOENT)
		return cmd_skip("run", "--load: %s", why.text);
	return ret ? cmd_refuse_usage("run", "--load: %s", why.text) : EXIT_DONE;
}

const char *run_look_for_trouble(void *run)
{
	const struct run *r = run;
	const char *found = load_look(r->load);

	return found ? found : abort_watch_look(r->abort);
}

int run_start_load(struct run *run)
{
	int ret = run->load ? load_start(run->load, &run->topo.allowed, run->results.path) : 0;

	if (ret)
		snprintf(run->passes.why, sizeof(run->passes.why),
			 "--load: stress-ng cannot be started: %s", strerror(-ret));
	interrupt_look();
	return ret;
}
