#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# test.sh [quick] - everything that must hold before a commit; about five minutes on two CPUs.
#
#   (nothing)   check.sh, clang, the tests under address, undefined and thread sanitizers, the tests
#   quick       gcc and the tests only
#
# Each stage keeps its log in build/logs and shows the end of it on failure. Exit 0 if all passed.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/logs
jobs=$(nproc)
failed=()

case ${1:-} in
'') is_quick=false ;;
quick) is_quick=true ;;
-h | --help)
    sed -n '3,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
*)
    printf 'test.sh: unknown argument %s: see test.sh --help\n' "$1" >&2
    exit 2
    ;;
esac

# stage NAME COMMAND...: runs it with its output in a log.
stage() {
    local name=$1 log=$logs/$1.log begin=$SECONDS
    shift
    printf '== %s\n' "$name"
    if "$@" >"$log" 2>&1; then
        printf '   passed in %d s\n' $((SECONDS - begin))
    else
        grep -vE '^ *(\[[0-9]+/[0-9]+\] |Start +[0-9]+: |[0-9]+/[0-9]+ Test .* Passed )' -- "$log" | tail -n 60
        printf '   FAILED after %d s: %s\n' $((SECONDS - begin)) "$log"
        failed+=("$name")
        return 1
    fi
}

build() { cmake -S "$root" --preset "$1" && cmake --build "$root/build/$1"; }

# run_tests PRESET [COMMAND PREFIX...]
run_tests() {
    local preset=$1
    shift
    "$@" ctest --test-dir "$root/build/$preset" --no-tests=error --output-on-failure \
        --no-label-summary --output-junit "$logs/$preset.xml" -j "$jobs"
}

# A test that could not run here is a result too.
say_skipped() {
    python3 - "$logs/$1.xml" <<'PYTHON'
import sys
import xml.etree.ElementTree as ET

for case in ET.parse(sys.argv[1]).iter("testcase"):
    if case.find("skipped") is not None:
        lines = (case.findtext("system-out") or "").splitlines() or ["no reason given"]
        reason = next((line for line in lines if line.startswith("skipped: ")), lines[-1])
        print(f"   {case.get('name')}: {reason}")
PYTHON
}

# build_and_test PRESET [COMMAND PREFIX...]
build_and_test() {
    local preset=$1
    shift
    stage "$preset-build" build "$preset" || return 1
    stage "$preset-tests" run_tests "$preset" "$@" || return 1
    say_skipped "$preset"
}

# The thread sanitizer of gcc 12 needs the old, narrower layout of addresses.
without_aslr() {
    if setarch "$(uname -m)" -R true 2>/dev/null; then
        setarch "$(uname -m)" -R "$@"
    else
        "$@"
    fi
}

# Counts are the same on every machine with the C library that they were written with.
check_counts() {
    local code=0
    rm -rf -- "$logs/counts"
    "$root/build/dev/bench/parkbench" gate check --out "$logs/counts" || code=$?
    ((code != 4)) || echo 'skipped: the checked-in counts are of another C library'
    ((code == 4)) || return "$code"
}

give_up() {
    printf 'test.sh: FAILED: %s\n' "${failed[*]}"
    exit 1
}

export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-second_deadlock_stack=1}

mkdir -p -- "$logs"
stage setup "$root/scripts/setup.sh" --test || give_up
"$root/scripts/setup.sh" --lab >"$logs/setup-lab.log" 2>&1 ||
    printf '   no lab here, its tests are skipped: %s\n' "$(tail -n 1 "$logs/setup-lab.log")"
stage dev-build build dev || give_up
if ! $is_quick; then
    stage check "$root/scripts/check.sh" || true
    stage clang-build build clang || true
    build_and_test asan-ubsan || true
    build_and_test tsan without_aslr || true
fi
stage dev-tests run_tests dev || true
stage counts check_counts || true
((${#failed[@]} == 0)) || give_up
say_skipped dev
printf '\n'
sed -n '/% tests passed/,$p' "$logs/dev-tests.log"
