#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# torture.sh [MINUTES] - the long form of what the tests try for seconds; one table at the end.
#
#   MINUTES   for each of the timed parts: stress, stress under the sanitizers (default: 5)
#
# Explorer with three preemptions, the model, every mutant, random torture with fresh seeds under
# each build. What fails says how to do it again. Logs are in build/logs. Exit 0 if all held.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/logs
jobs=$(nproc)
rows=()
nr_failures=0

case ${1:-5} in
-h | --help)
    sed -n '3,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
*[!0-9]* | 0*)
    printf 'torture.sh: %s is no number of minutes: see torture.sh --help\n' "$1" >&2
    exit 2
    ;;
esac
seconds=$((60 * ${1:-5}))

# part NAME PATTERN COMMAND...: runs it; the table gets the last line of its log with PATTERN.
part() {
    local name=$1 pattern=$2 log=$logs/torture-$1.log begin=$SECONDS verdict=held
    shift 2
    printf '== %s\n' "$name"
    if ! "$@" >"$log" 2>&1; then
        verdict=FAILED
        nr_failures=$((nr_failures + 1))
        grep -E 'FAILED|WRONG|is broken|^again:|ERROR:|errors: [1-9]' "$log" | head -n 20 || true
    fi
    rows+=("$(printf '%-16s %-7s %6d s  %s' "$name" "$verdict" $((SECONDS - begin)) \
        "$(grep -E -- "$pattern" "$log" | tail -n 1)")")
}

build() { cmake -S "$root" --preset "$1" && cmake --build "$root/build/$1" -j "$jobs"; }

# The thread sanitizer of gcc 12 needs the old, narrower layout of addresses.
stress() { setarch "$(uname -m)" -R "$root/build/$1/bench/parkbench" stress --time "$2" --threads "$3"; }

mkdir -p -- "$logs"
for preset in dev asan-ubsan tsan; do
    printf '== build %s\n' "$preset"
    build "$preset" >"$logs/torture-build-$preset.log" 2>&1 || {
        tail -n 20 "$logs/torture-build-$preset.log"
        exit 1
    }
done
part explore-2 'all hold' "$root/build/dev/lib/lib_explore" --bound 2 --random 5000
part explore-3 'all hold' "$root/build/dev/lib/lib_explore" --bound 3 --max 300000 --random 5000
part model 'hold' "$root/lib/test/model/check.sh" --long
part mutants 'mutants,' "$root/lib/test/mutants.py" --tsan-build "$root/build/tsan"
part stress-8 'stress:' stress dev "$seconds" 8
part stress-64 'stress:' stress dev "$seconds" 64
part stress-asan 'stress:' stress asan-ubsan "$seconds" 8
part stress-tsan 'stress:' stress tsan "$seconds" 8

printf '\n%-16s %-7s %8s  %s\n' part verdict time 'what it says'
printf '%s\n' "${rows[@]}"
((nr_failures == 0))
