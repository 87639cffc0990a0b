#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# setup.sh asks for exactly the packages that are missing, and for nothing when none is.
set -euo pipefail

setup=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/setup.sh
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
nr_failed=0

# stand_in NAME: the standard input becomes that command.
stand_in() {
    { echo '#!/bin/bash' && cat; } >"$scratch/$1"
    chmod +x "$scratch/$1"
}

stand_in dpkg-query <<'SH'
[[ " $ABSENT " == *" ${!#} "* ]] && exit 1
printf installed
SH
stand_in apt-get <<<"printf '%s\n' \"\$DEBIAN_FRONTEND \$*\" >>$scratch/asked"
stand_in id <<<"echo \$FAKE_UID"
stand_in sudo <<<'exit 1'

# setup_gives STATUS ABSENT UID ARGUMENTS...: leaves output in $said and apt-get's calls in $asked
setup_gives() {
    local wanted=$1 status=0
    : >"$scratch/asked"
    said=$(ABSENT=$2 FAKE_UID=$3 PATH=$scratch:$PATH "$setup" "${@:4}" 2>&1 </dev/null) || status=$?
    asked=$(<"$scratch/asked")
    ((status == wanted)) || fail "exit $status instead of $wanted"
}

fail() {
    printf 'FAILED: %s: %s\n%s\n%s\n' "${FUNCNAME[-2]}" "$1" "$said" "$asked"
    nr_failed=$((nr_failed + 1))
}

test_nothing_missing_asks_for_nothing() {
    setup_gives 0 '' 0 --test --readers
    [[ -z $said$asked ]] || fail 'not silent'
}

test_root_installs_what_is_missing() {
    setup_gives 0 'libhwloc-dev ninja-build' 0
    [[ $asked == *' update'$'\n''noninteractive install -y --no-install-recommends '*' libhwloc-dev ninja-build' ]] ||
        fail 'not update and install of the two'
}

test_groups_are_asked_for() {
    setup_gives 0 'shellcheck gnuplot-nox' 0
    [[ -z $asked ]] || fail 'a group nobody asked for'
    setup_gives 0 'shellcheck gnuplot-nox' 0 --test
    [[ $asked == *' shellcheck' ]] || fail 'not the test packages'
    setup_gives 0 'shellcheck gnuplot-nox' 0 --readers
    [[ $asked == *' gnuplot-nox' ]] || fail 'not the readers'
    setup_gives 0 'qemu-system-x86 gnuplot-nox' 0 --lab
    [[ $asked == *' qemu-system-x86' ]] || fail 'not the lab'
    setup_gives 0 'python3-matplotlib gnuplot-nox' 0 --report
    [[ $asked == *' python3-matplotlib' ]] || fail 'not the report'
}

test_check_lists_and_installs_nothing() {
    setup_gives 1 'cmake git' 0 --check
    [[ $said == $'cmake\ngit' && -z $asked ]] || fail 'not the list alone'
    setup_gives 0 '' 0 --check
}

test_a_user_is_told_the_command() {
    setup_gives 2 'cmake' 1000
    [[ $said == *'apt-get update && apt-get install '*' cmake' && -z $asked ]] ||
        fail 'no command to run'
}

test_unknown_option() {
    setup_gives 2 '' 0 --tset
    [[ $said == *'unknown option --tset'* ]] || fail 'does not name the option'
}

test_nothing_missing_asks_for_nothing
test_root_installs_what_is_missing
test_groups_are_asked_for
test_check_lists_and_installs_nothing
test_a_user_is_told_the_command
test_unknown_option
((nr_failed == 0)) || exit 1
