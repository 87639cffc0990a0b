#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# test_lab_safety.sh [long] - real offlines in guests: the machine comes back as it was, whatever
# happens to the run, and a step fails at every state at which the kernel lets it.
#
#   (nothing)   each once or twice
#   long        the suite killed at 200 random moments, its cgroup at 50; about half an hour
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab=$here/../lab/lab.py
program=${BUILD_DIR:?the build directory}/bench/parkbench
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
export TMPDIR=$scratch
nr_failed=0

kills=1 cgroup_kills=1 limit=400
if [[ ${1:-} == long ]]; then
    kills=200 cgroup_kills=50 limit=3000
fi

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}
if ! missing=$("$lab" doctor 2>&1) || ! missing=$("$lab" kernels --fetch 6.1 2>&1); then
    skip "$(grep -m1 -E 'MISSING|parkbench lab:' <<<"$missing")"
fi

# guest OUT OPTION... -- COMMAND...
guest() {
    local out=$1
    shift
    "$lab" run --program "$program" --timeout "$limit" --cmdline rcupdate.rcu_expedited=1 \
        --out "$scratch/$out" --file "$here/guest/safety:/safety" \
        "$@" >"$scratch/$out.log" 2>&1 && return
    printf 'FAILED: guest %s: exit %s\n' "$out" $?
    tail -n 40 "$scratch/$out.log"
    nr_failed=$((nr_failed + 1))
}

# Instructions are the clock: the same states in the same order each time.
every_state() {
    guest states --cpus 2 --deterministic -- parkbench run --hotplug sysfs --cpus 1 \
        --workload toggle --contender park --duty sleep --threads-per-cpu 1 --cycles 165 \
        --repetitions 1 --warmup 0 --passes timing --bystanders none --dwell-off 0 --dwell-on 0 \
        --dither 0 --fail-state all --out results
    python3 - "$scratch/states/results" <<'PYTHON' || nr_failed=$((nr_failed + 1))
import csv
import json
import sys

with open(f"{sys.argv[1]}/events.csv", newline="") as file:
    events = list(csv.DictReader(file))
failed = {way: {e["fail_state"] for e in events if e["action"] == way and e["reason"] == "EAGAIN"}
          for way in ("offline", "online")}
refused = [e for e in events if e["status"] == "refused"]
assert len(failed["offline"]) >= 10 and len(failed["online"]) >= 20, failed
assert all(e["fail_state"] for e in refused), refused
assert all(e["nr_wrong_cpu"] == e["nr_affinity_lost"] == "0" for e in events)
with open(f"{sys.argv[1]}/run.json") as file:
    run = json.load(file)
assert any("0 and 0 were not reached" in text for text in run["warnings"]), run["warnings"]
assert run["params"]["fail_state"] == "all" and run["params"]["pacing"] == "open", run["params"]
assert run["ended_by"] is None
print(f"states that failed: {len(failed['offline'])} going, {len(failed['online'])} coming")
PYTHON
}

# judge_deaths OUT: how soon the guardian acted on a death, and how long it took for its CPUs, by
# the kernel's trace. A bound is judged where instructions are the clock: host load is not in it.
judge_deaths() {
    /usr/bin/python3 - "$scratch/$1" <<'PYTHON' || nr_failed=$((nr_failed + 1))
import csv, json, re, statistics, sys
out = sys.argv[1]
with open(f"{out}/lab.json") as file:
    is_exact = json.load(file)["deterministic"]
with open(f"{out}/calm/samples.csv", newline="") as file:
    online = statistics.median(int(row["ns"]) for row in csv.DictReader(file)
                               if row["phase"] == "online" and row["ns"]) / 1000
with open(f"{out}/kills.txt") as file:
    deaths = [dict(re.findall(r"(\w+)=(\d+)", line), what=line.split()[1])
              for line in file if line.startswith("death: ")]
assert deaths
for what in sorted({death["what"] for death in deaths}):
    mine = [death for death in deaths if death["what"] == what]
    acted = [death for death in mine if int(death["nr_cpus"])]
    print(f"figure: {what}: {len(mine)} deaths, CPUs away and brought back by the guardian in {len(acted)}")
    if not acted:
        continue
    reaction = [int(death["first_us"]) - int(death["died_us"]) for death in acted]
    times = [(int(death["last_us"]) - int(death["first_us"])) / int(death["nr_cpus"]) for death in acted]
    print(f"figure: {what}: death to first step p50 {statistics.median(reaction) / 1000:.2f} ms,"
          f" max {max(reaction) / 1000:.2f} ms; restore per CPU p50 {statistics.median(times) / 1000:.2f} ms,"
          f" max {max(times) / 1000:.2f} ms; median online of the suite {online / 1000:.2f} ms")
    assert all(int(death["died_us"]) for death in acted), "a death that the trace does not show"
    assert not is_exact or max(reaction) <= 50000, "the guardian came later than 50 ms"
    late = [time for time in times if time > 2 * online]
    print(f"figure: {what}: {len(late)} of {len(acted)} restores longer than twice the median online")
    # An online has a tail of its own, whoever asks for it, so that not each can be held to it.
    assert not is_exact or statistics.median(times) <= 2 * online, "the guardian takes longer than twice the online"
PYTHON
}

guest v2 --cpus 4 --boot-cpus 3 -- sh /safety since_boot others own_cpuset trouble \
    guardian_too traced
guest deaths --cpus 4 --boot-cpus 3 --deterministic -- sh /safety kill_suite "$kills" \
    kill_cgroup "$cgroup_kills"
judge_deaths deaths
guest v1 --cpus 4 --boot-cpus 3 --cgroup v1 -- sh /safety own_cpuset
every_state
((nr_failed == 0)) || exit 1
