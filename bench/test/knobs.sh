#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# knobs.sh PARKBENCH - runs with --knob on a tree of files: both values are in the results, and
# whatever happens to the run, the file says what it said, and nothing else was touched.
set -euo pipefail

parkbench=$(realpath "$1")
room=$(mktemp -d)
tree=$room/tree
file=$tree/sys/kernel/rcu_expedited
bystander=$tree/sys/devices/system/cpu/cpu900/online
journal=$room/journal
nr_failures=0
suite=
trap '[[ -z $suite ]] || kill -KILL "$suite" 2>/dev/null || true; rm -rf "$room"' EXIT
cd "$room"
export PARKBENCH_REAL_HOTPLUG=never

if (($(nproc) < 2)); then
    echo 'skipped: needs two CPUs'
    exit 77
fi

fail() {
    echo "FAILED: $*"
    nr_failures=$((nr_failures + 1))
}

make_tree() {
    rm -rf "$tree" "$room/out"
    mkdir -p "${file%/*}" "${bystander%/*}"
    echo 7 >"$file"
    echo 1 >"$bystander"
    echo >"$tree/sys/kernel/empty"
}

# wait_for WHAT COMMAND... : until it succeeds; 30 s at most.
wait_for() {
    local what=$1 end=$((SECONDS + 30))
    shift
    until "$@"; do
        if ((SECONDS > end)); then
            fail "waited in vain for $what"
            return
        fi
        read -rt 0.005 <> <(:) || true
    done
}

is_turned() { [[ $(cat "$file") == 1 ]]; }
is_paid() { [[ ! -e $journal/journal ]]; }
is_dead() { ! grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status"; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
expect_back() { [[ $(cat "$file") == 7 ]] || fail "$1: the file says $(cat "$file")"; }

turned=(run --knob '/sys/kernel/rcu_expedited=0,1' --sysfs-root "$tree" --journal "$journal"
    --duty sleep --threads-per-cpu 1 --contender 'park,none' --passes timing --out "$room/out")

# A run that would last for minutes, up to the moment when the knob is turned.
start_suite() {
    make_tree
    # What the shell starts beside itself ignores SIGINT, and the suite keeps to that.
    env --default-signal=INT "$parkbench" "${turned[@]}" --cycles 20 --repetitions 5000 \
        >"$room/log" 2>&1 </dev/null &
    suite=$!
    wait_for 'the knob to be turned' is_turned
}

end_suite() {
    code=0
    wait_for 'the end of the suite' is_dead "$suite"
    is_dead "$suite" || kill -KILL "$suite"
    wait "$suite" 2>/dev/null || code=$?
    suite=
}

both_values_are_arms() {
    make_tree
    code=0
    "$parkbench" "${turned[@]}" --cycles 3 --repetitions 4 >"$room/log" 2>&1 || code=$?
    ((code == 0)) || fail "exit code $code: $(cat "$room/log")"
    expect_back 'after a run'
    is_paid || fail 'a run left its journal'
    /usr/bin/python3 - "$room/out" <<'PYTHON' || fail 'the results'
import csv, json, sys
rows = lambda name: list(csv.DictReader(open(f"{sys.argv[1]}/{name}")))
wanted = {(arm, f"rcu_expedited={value}") for arm in ("park", "none") for value in "01"}
for name in "samples.csv", "events.csv", "blocks.csv", "summary.csv":
    seen = {(row["arm"], row["knob"]) for row in rows(name)}
    assert seen == wanted, (name, seen)
ratios = {(row["arm"], row["knob"], row["statistic"], row["reference"], row["reference_knob"])
          for row in rows("summary.csv") if row["statistic"] in ("ratio", "knob_ratio")}
assert ratios == {("none", "rcu_expedited=0", "ratio", "park", "rcu_expedited=0"),
                  ("none", "rcu_expedited=1", "ratio", "park", "rcu_expedited=1"),
                  ("none", "rcu_expedited=1", "knob_ratio", "none", "rcu_expedited=0"),
                  ("park", "rcu_expedited=1", "knob_ratio", "park", "rcu_expedited=0")}, ratios
blocks = [row for row in rows("blocks.csv") if row["warmup"] == "0"]
for repetition in {row["repetition"] for row in blocks}:
    assert len([b for b in blocks if b["repetition"] == repetition]) == 4
run = json.load(open(f"{sys.argv[1]}/run.json"))
assert run["params"]["knob_0_was"] == "7", run["params"]
assert [arm["knob"] for arm in run["arms"]] == ["rcu_expedited=0"] * 2 + ["rcu_expedited=1"] * 2
PYTHON
    grep -q 'park rcu_expedited=1' "$room/log" || fail "not in the table: $(cat "$room/log")"
}

suite_is_killed() {
    start_suite
    # Somebody's offline meanwhile is not this run's to undo.
    echo 0 >"$bystander"
    kill -KILL "$suite"
    end_suite
    wait_for 'the guardian' is_paid
    expect_back 'after SIGKILL'
    [[ $(cat "$bystander") == 0 ]] || fail 'a simulated run put a CPU back'
}

all_are_killed() {
    start_suite
    guardian=$(pgrep -P "$suite" -x pb-guardian)
    kill -KILL "$guardian" "$suite"
    end_suite
    wait_for 'the end of the guardian' is_gone "$guardian"
    is_turned || fail 'nobody was left to put it back, and it is'
    code=0
    "$parkbench" "${turned[@]}" --cycles 1 >"$room/log" 2>&1 || code=$?
    ((code == 2)) || fail "a run on top of a killed one: exit code $code"
    grep -q "left knobs turned: run 'parkbench restore' first" "$room/log" ||
        fail "it said: $(cat "$room/log")"
    "$parkbench" restore --journal "$journal" >"$room/log" || fail 'restore failed'
    grep -q '^1 of 1 settings put back' "$room/log" || fail "restore said: $(cat "$room/log")"
    expect_back 'after restore'
}

interrupted() {
    start_suite
    kill -"$1" "$suite"
    end_suite
    ((code == 5)) || fail "SIG$1: exit code $code: $(tail -n 3 "$room/log")"
    expect_back "after SIG$1"
    is_paid || fail "SIG$1 left the journal"
}

# refused CODE TEXT KNOB
refused() {
    make_tree
    code=0
    "$parkbench" run --sysfs-root "$tree" --journal "$journal" --knob "$3" --out "$room/out" \
        >"$room/log" 2>&1 || code=$?
    ((code == $1)) || fail "$3: exit code $code"
    grep -q -- "$2" "$room/log" || fail "$3: it said: $(cat "$room/log")"
    (($(wc -l <"$room/log") == 1)) || fail "not one line: $(cat "$room/log")"
    [[ ! -e $room/out ]] || fail "$3: left a directory"
    expect_back "$3"
}

both_values_are_arms
suite_is_killed
all_are_killed
interrupted INT
interrupted TERM
refused 2 'moved by --hotplug' '/sys/devices/system/cpu/cpu900/online=0,1'
refused 2 'there is no file' '/sys/kernel/nothing=0,1'
refused 2 'cannot be put back' '/sys/kernel/empty=a,b'
refused 2 'has no values' '/sys/kernel/rcu_expedited'
if ((nr_failures)); then
    echo "$nr_failures checks failed"
    exit 1
fi
echo 'all checks passed'
