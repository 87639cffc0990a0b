#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# gate_campaign.sh BUILD N DIR - N gate runs each of the same code, of +5 % and of +10 % in unpark.
# Takes a minute a run, more on a busy machine; prints one line per run and the rates at the end.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${1:?a build directory}
nr_runs=${2:?how many}
room=${3:?a folder for the verdicts}
mkdir -p -- "$room"

# A cycle of park as it is here, for the size of the defect.
"$here/../gate.py" run --base "$build" --head "$build" --measure-identical --no-counts \
    --out "$room/calibration" >/dev/null || true
cycle_ns=$(python3 -c '
import json, sys
gates = json.load(open(sys.argv[1]))["gates"]
print(round(next(g["base_ns"] for g in gates if g["gate"].endswith("/park"))))' \
    "$room/calibration/verdict.json")
for percent in 5 10; do
    "$here/inject.py" "$build" delay "$room/plus$percent" "-DINJECT_NS=$((cycle_ns * percent / 100))"
done

# campaign NAME HEAD [OPTION...]
campaign() {
    local name=$1 head=$2 code=0
    shift 2
    "$here/../gate.py" run --base "$build" --head "$head" --no-counts --out "$room/$name-$number" "$@" \
        >"$room/$name-$number.log" 2>&1 || code=$?
    printf '%s %s %s\n' "$name" "$code" "$(tail -n 1 "$room/$name-$number.log")" |
        tee -a "$room/summary"
}

# In turn, so that what the machine does meanwhile hits all alike.
for ((number = 1; number <= nr_runs; number++)); do
    campaign same "$build" --measure-identical
    campaign plus5 "$room/plus5"
    campaign plus10 "$room/plus10"
done
printf 'cycle of park %s ns; runs by exit code:\n' "$cycle_ns"
cut -d' ' -f1,2 "$room/summary" | sort | uniq -c
