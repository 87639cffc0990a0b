#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# gate_campaign.sh BUILD N DIR - N gate runs each of the same code, of the same objects in another
# order, of +5 % and of +10 % in unpark. BUILD is a build directory of Ninja.
# Takes a minute a run, more on a busy machine; prints one line per run and the rates at the end.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${1:?a build directory}
nr_runs=${2:?how many}
room=${3:?a folder for the verdicts}
mkdir -p -- "$room"

# of_park KEY NAME: base_ns or ratio of park in the verdict of that name
of_park() {
    python3 -c '
import json, sys
gates = json.load(open(sys.argv[2]))["gates"]
print(next(g[sys.argv[1]] for g in gates if g["gate"].endswith("/park")))' "$1" "$room/$2/verdict.json"
}

# measure NAME HEAD: for a size, whatever the verdict
measure() {
    "$here/../gate.py" run --base "$build" --head "$2" --measure-identical --no-counts \
        --out "$room/$1" >/dev/null 2>&1 || true
}

# plus PERCENT: a spin of so many ns costs more than these: build, see what it does, correct once.
plus() {
    local percent=$1 ns
    ns=$(python3 -c "print(round($cycle_ns * $percent / 100))")
    "$here/inject.py" "$build" delay "$room/trial$percent" "-DINJECT_NS=$ns"
    measure "size$percent" "$room/trial$percent"
    ns=$(python3 -c "print(max(1, round($ns * $percent / 100 / max($(of_park ratio "size$percent") - 1, 0.001))))")
    "$here/inject.py" "$build" delay "$room/plus$percent" "-DINJECT_NS=$ns"
    printf '+%s %%: a spin of %s ns in a cycle of %s ns\n' "$percent" "$ns" "$cycle_ns"
}

measure cycle "$build"
cycle_ns=$(of_park base_ns cycle)
plus 5
plus 10

# campaign NAME HEAD [OPTION...]
campaign() {
    local name=$1 head=$2 code=0
    shift 2
    "$here/../gate.py" run --base "$build" --head "$head" --no-counts --out "$room/$name-$number" "$@" \
        >"$room/$name-$number.log" 2>&1 || code=$?
    printf '%s %s ratio of park %.3f, %s\n' "$name" "$code" "$(of_park ratio "$name-$number")" \
        "$(tail -n 1 "$room/$name-$number.log")" |
        tee -a "$room/summary"
}

# In turn, so that what the machine does meanwhile hits all alike.
for ((number = 1; number <= nr_runs; number++)); do
    campaign same "$build" --measure-identical
    # Another order each time: what layout does is drawn anew.
    "$here/../gate.py" relink "$build" -o "$room/relinked" --seed "$number" >/dev/null
    campaign relinked "$room/relinked"
    campaign plus5 "$room/plus5"
    campaign plus10 "$room/plus10"
done
printf 'runs by exit code:\n'
cut -d' ' -f1,2 "$room/summary" | sort | uniq -c
