/* SPDX-License-Identifier: MIT */
/* Each unpark makes one system call more. */
#include <unistd.h>

static void inject(void)
{
	getppid();
}
