#!/bin/bash
# SPDX-License-Identifier: MIT
# The system calls that each operation may make, counted: one more is a loss that no timing shows.
set -euo pipefail

counts=$("$1" syscalls) || exit $?

fail()
{
	printf '%s\n%s\n' "$1" "$counts" >&2
	exit 1
}

has()
{
	grep -q "^$1" <<<"$counts"
}

for operation in park unpark unpark_bind wake stop create; do
	has "$operation,futex," || fail "$operation: no futex call was counted"
done
has unpark_bind,sched_setaffinity,1.00 || fail "an unpark that has to bind does so once"
has create,clone3,1.00 || has create,clone,1.00 || fail "a create is one clone"
has unpark,sched_setaffinity && fail "an unpark with an epoch bound its thread"
grep -E '^(park|unpark|wake),' <<<"$counts" | grep -v ',futex,' &&
	fail "park, unpark and wake make no call but futex"
# Wake, sleep and back: two calls of each side at most, and what an overtaken one looks twice.
awk -F, '/^(park|unpark),futex/ && $3 > 4.5 { exit 1 }' <<<"$counts" ||
	fail "park and unpark take no more than four futex calls"
