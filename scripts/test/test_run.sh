#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh builds, runs as an ordinary user, and puts the results where they belong: from any
# directory, with blanks in every path, also where that user cannot reach the checkout.
#
# The checkout is a stand-in whose parkbench says who runs it and what it was asked.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
chmod 755 "$scratch"
checkout="$scratch/closed or open/a checkout"
nr_failed=0

make_checkout() {
    mkdir -p "$checkout/bench" "$checkout/scripts"
    cp "$scripts/run.sh" "$checkout/scripts/"
    cp "$scripts/../CMakePresets.json" "$checkout/"
    printf '#!/bin/bash\n' >"$checkout/scripts/setup.sh"
    chmod +x "$checkout/scripts/setup.sh"
    cat >"$checkout/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(stand_in C)
add_executable(parkbench bench/main.c)
set_target_properties(parkbench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
CMAKE
    cat >"$checkout/bench/main.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	char path[4096];
	FILE *file;

	printf("uid=%d", (int)getuid());
	for (int i = 1; i < argc; i++)
		printf(" [%s]", argv[i]);
	printf("\n");
	if (strcmp(argv[argc - 1], "--help") == 0)
		return 0;
	if (strcmp(argv[argc - 1], "fail") == 0)
		return 6;
	if (strcmp(argv[1], "report") == 0) {
		if (getenv("NO_REPORT"))
			return 77;
		snprintf(path, sizeof(path), "%s/report.html", argv[2]);
		file = fopen(path, "w");
		return file ? fclose(file) : 2;
	}
	if (argc < 4 || strcmp(argv[2], "--out") != 0)
		return 2;
	snprintf(path, sizeof(path), "%s/run.json", argv[3]);
	file = fopen(path, "w");
	printf("results: %s\n", argv[3]);
	return file ? fclose(file) : 2;
}
C
}

fail() {
    printf 'FAILED: %s: %s\n%s\n' "${FUNCNAME[-2]}" "$1" "$said"
    nr_failed=$((nr_failed + 1))
}

# run_gives STATUS ARGUMENTS...: leaves what run.sh printed in $said
run_gives() {
    local wanted=$1 status=0
    shift
    said=$(cd "$scratch" && "$checkout/scripts/run.sh" "$@" 2>&1) || status=$?
    ((status == wanted)) || fail "exit $status instead of $wanted"
}

results_of() { sed -nE 's/^results(, moved here)?: //p' <<<"$said" | tail -n 1; }

test_default_place() {
    run_gives 0 --seed '7 8'
    local place
    place=$(results_of)
    [[ $place == "$checkout/results/runs/"[0-9]*T*Z-* && -f $place/run.json ]] ||
        fail 'results are not in results/runs'
    [[ $said == *' [--seed] [7 8]'* ]] || fail 'arguments are not passed as they are'
    [[ $(stat -c %u "$place/run.json") == "$(stat -c %u "$checkout")" ]] || fail 'wrong owner'
}

test_named_place() {
    run_gives 0 --out 'named one'
    [[ $(results_of) == "$scratch/named one" && -f "$scratch/named one/run.json" ]] ||
        fail 'not where --out says'
    run_gives 2 --out='named one'
    [[ $said == *'not empty'* ]] || fail 'writes over results'
}

test_ends_with_the_report() {
    run_gives 0 --out 'with report'
    [[ -f "$scratch/with report/report.html" && $said == *"[report] [$scratch/with report]" ]] ||
        fail 'no report of the results'
    NO_REPORT=1 run_gives 0 --out 'without report'
    [[ $said == *"no report of $scratch/without report"* ]] || fail 'does not say so'
}

test_failure_leaves_nothing() {
    run_gives 6 --out 'never made' fail
    [[ ! -e "$scratch/never made" && -z $(results_of) ]] || fail 'an empty directory is left'
}

test_help_runs_nothing() {
    run_gives 0 --help
    [[ $said == *'run.sh [OPTIONS'* && -z $(results_of) ]] || fail 'no help'
}

test_broken_build_shows_why() {
    echo 'int broken' >>"$checkout/bench/main.c"
    run_gives 2
    [[ $said == *error:* ]] || fail 'the reason is not shown'
    sed -i '$d' "$checkout/bench/main.c"
}

# as_whom UID ARGUMENTS...: run.sh by root is done by that user.
as_whom() {
    run_gives 0 "${@:2}"
    [[ $said == *"uid=$1 "* ]] || fail "is not run by user $1"
}

test_root_drops() {
    as_whom "$(id -u nobody)"
    as_whom "$(id -u nobody)" --hotplug=logical
    as_whom 0 --hotplug sysfs
    export SUDO_UID=12345 SUDO_GID=12345
    as_whom 12345
    unset SUDO_UID SUDO_GID
}

test_root_drops_in_a_closed_checkout() {
    chmod 700 "$scratch/closed or open"
    as_whom "$(id -u nobody)"
    [[ -f $(results_of)/run.json ]] || fail 'the results did not come back'
    [[ $(stat -c %u "$(results_of)/run.json") == 0 ]] || fail 'wrong owner'
    chmod 755 "$scratch/closed or open"
}

test_root_keeps_the_owner() {
    chown -R 12345:12345 "$checkout"
    as_whom "$(id -u nobody)"
    [[ -z $(find "$checkout" ! -uid 12345) ]] || fail 'something is no longer the owner'"'"'s'
}

make_checkout
test_default_place
test_named_place
test_ends_with_the_report
test_failure_leaves_nothing
test_help_runs_nothing
test_broken_build_shows_why
if ((EUID == 0)); then
    test_root_drops
    test_root_drops_in_a_closed_checkout
    test_root_keeps_the_owner
else
    echo 'note: not root, so dropping to an ordinary user is not tested'
fi
((nr_failed == 0)) || exit 1
