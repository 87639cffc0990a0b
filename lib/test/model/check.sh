#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check.sh [--long] - the model of the park protocol under spin; a line per configuration.
#
# Checked: the assertions of park.pml, and that no process is left waiting. First the model is
# broken on purpose, which has to be found. Exit 0 all hold, 1 not, 77 spin is not here.
set -euo pipefail

model=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/park.pml
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cd "$room"
nr_wrong=0

if ! command -v spin >/dev/null || ! command -v cc >/dev/null; then
    echo 'skipped: spin is not installed: scripts/setup.sh --test'
    exit 77
fi

# verify NAME=NUMBER...: leaves errors and states.
verify() {
    local defaults=(PARKERS=1 TIMEOUTS=0 UNPARKERS=1 STOPS=0 SELFPARKS=0 EXITS=0 SPURIOUS=0
        BINDFAILS=0 TRUSTED=0 LOOKSON=0 BREAK=0)
    local flags=() setting
    for setting in "${defaults[@]}"; do
        [[ " $* " == *" ${setting%=*}="* ]] || flags+=("-D$setting")
    done
    spin -a "${flags[@]}" "${@/#/-D}" "$model" >spin.log 2>&1 || {
        cat spin.log
        exit 1
    }
    cc -O1 -w -DSAFETY -DCOLLAPSE -DVECTORSZ=4096 -DMEMLIM=3000 -o pan pan.c
    ./pan -m1000000 >pan.log 2>&1 || true
    errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.log)
    states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' pan.log)
    if grep -q 'max search depth too small\|out of memory\|reached -DMEMLIM' pan.log; then
        errors=incomplete
    fi
}

holds() {
    verify "$@"
    if [[ $errors == 0 ]]; then
        printf '%-62s %12.0f states, hold\n' "$*" "$states"
    else
        printf '%-62s FAILED: %s errors\n' "$*" "$errors"
        sed -n '/^pan:/p' pan.log
        spin -t -p -g "$model" >trail.log 2>&1 || true
        nr_wrong=$((nr_wrong + 1))
    fi
}

broken() {
    verify "$@"
    if [[ $errors == [1-9]* ]]; then
        printf '%-62s %12s found: %s\n' "$*" '' "$(sed -n 's/^pan:[0-9]*: //p' pan.log | head -n 1)"
    else
        printf '%-62s FAILED: not found\n' "$*"
        nr_wrong=$((nr_wrong + 1))
    fi
}

broken BREAK=2 UNPARKERS=1
broken BREAK=8 STOPS=1
broken BREAK=13
broken BREAK=14 EXITS=1
broken TRUSTED=1 BREAK=21
broken TRUSTED=1 BREAK=22
broken TRUSTED=1 BREAK=24
broken BREAK=25
broken BREAK=26 TIMEOUTS=1
broken BREAK=27
holds TRUSTED=1 SPURIOUS=1
holds TRUSTED=1 LOOKSON=1
holds PARKERS=1 UNPARKERS=1 SPURIOUS=1 BINDFAILS=1
holds PARKERS=2 UNPARKERS=1 STOPS=1
holds PARKERS=1 TIMEOUTS=1 UNPARKERS=1 SELFPARKS=1
holds PARKERS=1 UNPARKERS=2 STOPS=1 SPURIOUS=1 BINDFAILS=1
holds PARKERS=1 TIMEOUTS=1 EXITS=1 UNPARKERS=1
if [[ ${1:-} == --long ]]; then
    # With a stop, a spurious return and bindings that fail the first needs more than 3 GB.
    holds PARKERS=2 UNPARKERS=2
    holds PARKERS=2 TIMEOUTS=1 UNPARKERS=1 SELFPARKS=1 EXITS=1
fi
exit $((nr_wrong > 0))
