#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# restore.sh PARKBENCH - real runs on a tree of files, killed and interrupted: all is put back.
set -euo pipefail

parkbench=$(realpath "$1")
room=$(mktemp -d)
tree=$room/tree
cpus=$tree/sys/devices/system/cpu
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
victim=$(taskset -cp $$ | sed 's/.*[,: -]//')

fail() {
    echo "FAILED: $*"
    nr_failures=$((nr_failures + 1))
}

# The victim and three more, of which 901 is offline; 0 has no control file.
make_tree() {
    rm -rf "$tree" "$room/out"
    for cpu in 0 "$victim" 900 901 1200; do
        mkdir -p "$cpus/cpu$cpu"
        echo 1 >"$cpus/cpu$cpu/online"
    done
    echo 0 >"$cpus/cpu901/online"
    rm "$cpus/cpu0/online"
}

state() { (cd "$cpus" && grep -H . ./*/online); }

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

is_away() { [[ $(cat "$cpus/cpu$victim/online") == 0 ]]; }
is_paid() { [[ ! -e $journal/journal ]]; }
is_dead() { ! grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status"; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }

real=(run --hotplug sysfs --sysfs-root "$tree" --journal "$journal" --cpus "$victim" --duty sleep
    --threads-per-cpu 1 --contender 'park,none' --passes timing --out "$room/out")

# A run that would last for minutes, up to the moment when the victim is away.
start_suite() {
    make_tree
    before=$(state)
    # What the shell starts beside itself ignores SIGINT, and the suite keeps to that.
    env --default-signal=INT "$parkbench" "${real[@]}" --cycles 2000 "$@" \
        >"$room/log" 2>&1 </dev/null &
    suite=$!
    wait_for 'an offline' is_away
}

end_suite() {
    code=0
    wait_for 'the end of the suite' is_dead "$suite"
    is_dead "$suite" || kill -KILL "$suite"
    wait "$suite" 2>/dev/null || code=$?
    suite=
}

expect_state() { [[ $(state) == "$before" ]] || fail "$1: $(state | tr '\n' ' ')"; }

runs_to_the_end() {
    make_tree
    before=$(state)
    code=0
    "$parkbench" "${real[@]}" --cycles 5 --repetitions 2 >"$room/log" 2>&1 || code=$?
    ((code == 0)) || fail "a run: exit code $code: $(cat "$room/log")"
    expect_state 'after a run'
    grep -q ',real,' "$room/out/events.csv" || grep -q '^1,real' "$room/out/events.csv" ||
        fail 'rows do not say real'
    is_paid || fail 'a run left its journal'
}

suite_is_killed() {
    start_suite
    kill -KILL "$suite"
    end_suite
    wait_for 'the guardian' is_paid
    expect_state 'after SIGKILL'
}

all_are_killed() {
    start_suite
    guardian=$(pgrep -P "$suite" -x pb-guardian)
    kill -KILL "$guardian" "$suite"
    end_suite
    wait_for 'the end of the guardian' is_gone "$guardian"
    code=0
    "$parkbench" "${real[@]}" --cycles 1 >"$room/log" 2>&1 || code=$?
    ((code == 2)) || fail "a run on top of a killed one: exit code $code"
    grep -q "run 'parkbench restore' first" "$room/log" || fail "it said: $(cat "$room/log")"
    "$parkbench" restore --journal "$journal" >"$room/log" || fail 'restore failed'
    grep -q '^online as before: 0' "$room/log" || fail "restore said: $(cat "$room/log")"
    expect_state 'after restore'
    "$parkbench" restore --journal "$journal" | grep -q '^nothing to restore' ||
        fail 'a second restore found something'
}

second_run_is_refused() {
    start_suite
    code=0
    "$parkbench" "${real[@]:0:${#real[@]}-1}" "$room/second" >"$room/second.log" 2>&1 || code=$?
    ((code == 2)) || fail "a second run: exit code $code"
    grep -q "process $suite " "$room/second.log" || fail "it said: $(cat "$room/second.log")"
    [[ ! -e $room/second ]] || fail 'a refused run left a directory'
    code=0
    "$parkbench" restore --journal "$journal" >"$room/second.log" 2>&1 || code=$?
    ((code == 2)) || fail "restore under a run: exit code $code"
    kill -TERM "$suite"
    end_suite
}

# interrupted SIGNAL
interrupted() {
    start_suite
    kill -"$1" "$suite"
    end_suite
    ((code == 5)) || fail "SIG$1: exit code $code: $(tail -n 3 "$room/log")"
    expect_state "after SIG$1"
    is_paid || fail "SIG$1 left the journal"
    grep -qE '"exit(_code)?":[[:space:]]*5\b' "$room/out/run.json" || fail "SIG$1: no run.json with 5"
    grep -q ',not_tried,' "$room/out/events.csv" || fail "SIG$1: no row is not_tried"
}

deadline_ends_it() {
    make_tree
    before=$(state)
    code=0
    "$parkbench" "${real[@]}" --cycles 2000 --deadline 300ms >"$room/log" 2>&1 || code=$?
    ((code == 5)) || fail "--deadline: exit code $code: $(tail -n 3 "$room/log")"
    grep -q 'the deadline' "$room/log" || fail "--deadline said: $(cat "$room/log")"
    expect_state 'after the deadline'
}

simulated_is_interrupted() {
    rm -rf "$room/out"
    "$parkbench" run --cpus "$victim" --cycles 2000 --passes timing --out "$room/out" \
        >"$room/log" 2>&1 </dev/null &
    suite=$!
    wait_for 'its directory' test -d "$room/out"
    kill -HUP "$suite"
    end_suite
    # Before it watches for signals a run ends as everything does, and has nothing to write.
    ((code == 5 || code == 129)) || fail "SIGHUP of a simulated run: exit code $code"
    ((code == 129)) || [[ -s $room/out/run.json ]] || fail 'no results so far'
}

what_is_not_back_is_a_failure() {
    start_suite --deadline 2s
    # From now on this kernel says that the victim is away, whatever is written.
    echo '0,900,1200' >"$cpus/online"
    end_suite
    ((code == 1 || code == 5)) || fail "not restored: exit code $code"
    ((code == 1)) || grep -q 'not as it was' "$room/log" || fail "it said: $(cat "$room/log")"
    rm -f "$journal/journal"
}

not_possible_is_skipped() {
    code=0
    "$parkbench" run --hotplug sysfs >"$room/log" 2>&1 || code=$?
    ((code == 77)) || fail "forbidden by the environment: exit code $code"
    mkdir -p "$room/bare"
    code=0
    "$parkbench" run --hotplug sysfs --sysfs-root "$room/bare" >"$room/log" 2>&1 || code=$?
    ((code == 77)) || fail "no control file: exit code $code"
    (($(wc -l <"$room/log") == 1)) || fail "not one line: $(cat "$room/log")"
    make_tree
    rm "$cpus/cpu$victim/online"
    code=0
    "$parkbench" "${real[@]}" >"$room/log" 2>&1 || code=$?
    ((code == 77 || code == 2)) || fail "a victim without control file: exit code $code"
    "$parkbench" run --min-online 3 >"$room/log" 2>&1 && fail '--min-online without sysfs'
    return 0
}

runs_to_the_end
suite_is_killed
all_are_killed
second_run_is_refused
interrupted INT
interrupted TERM
deadline_ends_it
simulated_is_interrupted
what_is_not_back_is_a_failure
not_possible_is_skipped
if ((nr_failures)); then
    echo "$nr_failures checks failed"
    exit 1
fi
echo 'all checks passed'
