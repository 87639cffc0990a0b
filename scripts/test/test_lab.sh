#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `parkbench lab run`: the guest has the topology that was asked for, results and exit code come
# back, success, panic, hang and death are told apart, a deterministic guest repeats itself.
set -euo pipefail

lab=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/lab/lab.py
program=${BUILD_DIR:?the build directory}/bench/parkbench
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
export TMPDIR=$scratch # for what the lab keeps of a failure
nr_failed=0

if ! missing=$("$lab" doctor 2>&1) || ! missing=$("$lab" kernels --fetch 6.1 2>&1); then
    printf 'skipped: %s\n' "$(grep -m1 -E 'MISSING|parkbench lab:' <<<"$missing")"
    exit 77
fi

fail() {
    printf 'FAILED: %s: %s\n%s\n' "${FUNCNAME[-2]}" "$1" "$said"
    nr_failed=$((nr_failed + 1))
}

# lab_gives STATUS ARGUMENTS...: both streams in $said
lab_gives() {
    local wanted=$1 status=0
    said=$("$lab" run --program "$program" "${@:2}" 2>&1) || status=$?
    ((status == wanted)) || fail "exit $status instead of $wanted"
}

# fact DIR KEY: of its lab.json
fact() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1/lab.json" "$2"; }

test_usage() {
    lab_gives 2 --cpus 16 --sockets 3 -- true
    [[ $said == *'--cpus 16 is not 3 sockets'* ]] || fail 'does not say what is wrong'
    lab_gives 2 --cpus 2
    [[ $said == *'no command'* ]] || fail 'does not say what is missing'
    lab_gives 2 --kernel "$lab" -- true
    [[ $said == *'no kernel image'* ]] || fail 'takes anything for a kernel'
    lab_gives 2 --memory 16M -- true
    [[ $said == *'too little'* ]] || fail 'boots what cannot boot'
    mkdir "$scratch/full" && : >"$scratch/full/file"
    lab_gives 2 --out "$scratch/full" -- true
    [[ $said == *'not empty'* ]] || fail 'writes over results'
    [[ $(wc -l <<<"$said") == 1 ]] || fail 'more than one line'
}

test_topology_results_and_exit_code() {
    local out=$scratch/topology
    lab_gives 5 --cpus 8 --sockets 2 --threads 2 --numa 2 --distance 21 --out "$out" -- sh -c '
        parkbench topo
        cat /sys/devices/system/node/node0/distance
        echo 0 >/sys/devices/system/cpu/cpu3/online && cat /sys/devices/system/cpu/online
        mkdir "a folder" && echo "it'\''s here" >"a folder/file"
        sleep 1000 &
        exit 5'
    [[ $said == *'2 packages, 2 NUMA nodes, '*' 4 cores, 8 CPUs, 8 online'* ]] || fail 'not the topology'
    [[ $said == *'10 21'* ]] || fail 'not the distance'
    [[ $said == *'0-2,4-7'* ]] || fail 'no real offline'
    [[ $(<"$out/a folder/file") == "it's here" ]] || fail 'not the file'
    [[ $(fact "$out" outcome) == exited && $(fact "$out" exit_code) == 5 ]] || fail 'not in lab.json'
    [[ $(fact "$out" guest) == *"['sleep']"* ]] || fail 'does not say who was left'
}

test_panic() {
    local out=$scratch/panic
    lab_gives 1 --out "$out" -- sh -c 'echo c >/proc/sysrq-trigger'
    [[ $said == *'panicked while the command ran: sysrq triggered crash'* ]] || fail 'not a panic'
    [[ $(fact "$out" outcome) == panic ]] || fail 'not in lab.json'
    grep -q 'Kernel panic' "$out/console.log" || fail 'no console'
}

test_command_not_found() {
    lab_gives 2 -- no-such-command
    [[ $said == *'no-such-command is not in the guest'* ]] || fail 'does not say so'
}

# A busy machine may need longer to boot; then that is what it says.
test_hang() {
    local timeout
    for timeout in 15 60 200; do
        lab_gives 1 --timeout $timeout -- sleep 100000
        [[ $said == *'had not booted'* ]] || break
    done
    [[ $said == *"was still running the command after $timeout s"* ]] || fail 'not a hang'
}

test_killed_qemu() {
    local pid status=0 out=$scratch/killed
    "$lab" run --program "$program" --out "$out" -- sleep 100000 2>"$out.log" &
    pid=$!
    until [[ -e $out/console.log ]] || ! kill -0 $pid; do sleep 0.1; done
    pkill -KILL -P $pid qemu || true
    wait $pid || status=$?
    said=$(<"$out.log")
    [[ $status == 1 && $said == *'killed by SIGKILL while it booted'* ]] || fail "exit $status"
}

# Real offlines, a run with its times, everything that is in the results.
# shellcheck disable=SC2016 # the guest expands it
deterministic() {
    "$lab" run --program "$program" --cpus 4 --threads 2 --deterministic --seed "$1" --out "$2" \
        -- sh -c '
            for cpu in 1 3; do
                for value in 0 1; do
                    echo $value >/sys/devices/system/cpu/cpu$cpu/online
                    echo "$cpu $value $(cat /proc/uptime)"
                done
            done >hotplug
            exec parkbench run --contender park,recreate --duty sleep --threads-per-cpu 1 \
                --cycles 3 --repetitions 2 --passes timing' >"$2.log" 2>&1
}

test_deterministic() {
    local pids=() pid
    deterministic 1 "$scratch/first" & pids+=($!)
    deterministic 1 "$scratch/again" & pids+=($!)
    deterministic 2 "$scratch/other" & pids+=($!)
    for pid in "${pids[@]}"; do wait "$pid" || fail "exit $?: $(cat "$scratch"/*.log)"; done
    said=$(diff -r "$scratch/first" "$scratch/again") || fail 'not the same twice'
    said=$(find "$scratch/first")
    [[ $said == *samples.csv* && $said == *run.json* ]] || fail 'no results'
    ! cmp -s "$scratch"/{first,other}/results/runs/*/samples.csv || fail 'the seed does nothing'
}

# A knob is an arm that moves the offline many times over, and both it and smt/control are back,
# also when the suite is killed while all second threads are away.
# shellcheck disable=SC2016 # the guest expands it
test_knob_and_smt() {
    local out=$scratch/knob
    lab_gives 0 --cpus 4 --threads 2 --deterministic --seed 1 --out "$out" -- sh -c '
        knob=/sys/kernel/rcu_expedited smt=/sys/devices/system/cpu/smt/control
        run="parkbench run --knob $knob=0,1 --duty sleep --threads-per-cpu 1 --accept-impact"
        few="--contender park --cycles 2 --repetitions 2 --passes timing"
        online=/sys/devices/system/cpu/online
        $run $few --hotplug sysfs --cpus 2 --out sysfs || exit
        $run $few --hotplug smt --out smt || exit
        echo "knob $(cat $knob) smt $(cat $smt) online $(cat $online)"
        $run --contender park --hotplug smt --cycles 4 --repetitions 100 --passes timing \
            --dwell-off 500ms --out killed >/dev/null 2>&1 &
        until [ "$(cat $knob)$(cat $smt)" = 1off ]; do sleep 0.05; done
        kill -KILL $!
        while [ -e /run/parkbench/journal ]; do sleep 0.05; done
        echo "killed: knob $(cat $knob) smt $(cat $smt) online $(cat $online)"'
    [[ $said == *$'\nknob 0 smt on online 0-3'* ]] || fail 'not as it was'
    [[ $said == *$'\nkilled: knob 0 smt on online 0-3'* ]] || fail 'not as it was after SIGKILL'
    said=$(/usr/bin/python3 - "$out" <<'PYTHON' 2>&1) || fail 'the results'
import csv, sys
rows = lambda name: list(csv.DictReader(open(f"{sys.argv[1]}/{name}.csv")))
for run in "sysfs", "smt":
    ratio = [row for row in rows(f"{run}/summary") if row["phase"] == "offline" and row["statistic"] == "knob_ratio"]
    # Instructions are the clock, and M1 saw a twelfth of them.
    assert len(ratio) == 1 and float(ratio[0]["value"]) < 0.5, (run, ratio)
parts = [row for row in rows("smt/samples") if row["phase"] == "offline"]
assert parts and {row["status"] for row in parts} == {"ok"}, parts
for row in parts:
    together = [int(r["ns"]) for r in parts if (r["block"], r["bulk_ns"]) == (row["block"], row["bulk_ns"])]
    assert len(together) == int(row["nr_in_bulk"]) == 2, row
    assert 0 < sum(together) < int(row["bulk_ns"]), row
PYTHON
}

test_usage
test_topology_results_and_exit_code
test_panic
test_command_not_found
test_hang
test_killed_qemu
test_deterministic
test_knob_and_smt
((nr_failed == 0)) || exit 1
