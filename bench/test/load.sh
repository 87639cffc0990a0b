#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# load.sh PARKBENCH - runs with --load beside a stress-ng that is a script: it is recorded, watched,
# and gone with all that it started, however the run ends.
set -euo pipefail

parkbench=$(realpath "$1")
room=$(mktemp -d)
nr_failures=0
suite=
trap '[[ -z $suite ]] || kill -KILL "$suite" 2>/dev/null || true; rm -rf "$room"' EXIT
cd "$room"

if (($(nproc) < 2)); then
    echo 'skipped: needs two CPUs'
    exit 77
fi

fail() {
    echo "FAILED: $*"
    nr_failures=$((nr_failures + 1))
}

# It leaves its number, and that of a child which does not listen to SIGTERM, in $LOAD_PIDS.
mkdir bin empty
cat >bin/stress-ng <<'FAKE'
#!/usr/bin/env bash
case $1 in
--version) echo 'stress-ng, version 9.9 (a script)' ;;
--stressors) echo 'cpu vm hdd' ;;
*)
    (
        trap '' TERM
        exec sleep 1000
    ) &
    echo "$$ $!" >"$LOAD_PIDS.new"
    mv "$LOAD_PIDS.new" "$LOAD_PIDS"
    [[ ${LOAD_ENDS:-} ]] && {
        sleep "$LOAD_ENDS"
        exit 3
    }
    exec sleep 1000
    ;;
esac
FAKE
chmod +x bin/stress-ng
export LOAD_PIDS=$room/pids
export PATH="$room/bin:$PATH"

is_dead() { ! grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status"; }

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

expect_gone() {
    local leader child
    read -r leader child <"$LOAD_PIDS" || fail "$1: it was never started"
    is_dead "$leader" || fail "$1: stress-ng is still there"
    is_dead "$child" || fail "$1: what it started is still there"
    kill -KILL "$child" 2>/dev/null || true
    rm -f "$LOAD_PIDS"
}

words=(run --contender 'park,none' --duty sleep --threads-per-cpu 1 --passes timing --out "$room/out")
short=("${words[@]}" --cycles 5 --repetitions 2)
long=("${words[@]}" --cycles 2000 --repetitions 1000)

# expect CODE PATTERN ARGUMENT... : the exit code, and a line of its errors.
expect() {
    local code=$1 pattern=$2 is=0
    shift 2
    rm -rf out
    "$parkbench" "$@" >said 2>complained || is=$?
    ((is == code)) || fail "exit $is, not $code: $*: $(tail -n 3 complained)"
    [[ -z $pattern ]] || grep -qF -- "$pattern" complained || fail "no '$pattern' in: $(cat complained)"
}

it_is_recorded() {
    expect 0 '' "${short[@]}" --load 'stress-ng:cpu=2,vm=1'
    expect_gone 'at the end'
    grep -q '"load":.*--cpu 2 --vm 1"' out/run.json || fail 'its words are not in run.json'
    grep -q '"load_version":.*version 9.9' out/run.json || fail 'its version is not in run.json'
    grep -q '"load_cpus":.*[0-9]' out/run.json || fail 'its CPUs are not in run.json'
    expect 0 '' "${short[@]}"
    [[ ! -e $LOAD_PIDS ]] || fail 'a load that nobody asked for'
}

its_end_is_the_end() {
    LOAD_ENDS=2 expect 5 'ended by the end of stress-ng (exit code 3; see load.log)' \
        "${long[@]}" --load stress-ng:cpu=1
    expect_gone 'after its end'
    grep -q '"exit_code":.*5' out/run.json || fail 'run.json does not say that it ended early'
}

a_wrong_one_is_refused() {
    local is=0
    expect 2 "unknown stressor 'cqu': did you mean 'cpu'?" "${short[@]}" --load stress-ng:cqu=1
    env PATH="$room/empty" "$parkbench" "${short[@]}" --load stress-ng:cpu=1 2>complained || is=$?
    ((is == 77)) || fail "without stress-ng: exit $is"
    grep -qF 'install the package stress-ng' complained || fail "without: $(cat complained)"
    [[ ! -e out && ! -e $LOAD_PIDS ]] || fail 'something was left by a refused run'
}

# ended_by SIGNAL: the suite has ended by it, with the load at work.
ended_by() {
    rm -rf out
    "$parkbench" "${long[@]}" --load stress-ng:cpu=1 >said 2>complained &
    suite=$!
    wait_for 'the load' test -s "$LOAD_PIDS"
    kill "-$1" "$suite"
    wait "$suite" || code=$?
    suite=
}

a_signal_ends_both() {
    local code=0 leader child
    ended_by TERM
    ((code == 5)) || fail "SIGTERM: exit $code"
    expect_gone SIGTERM
    ended_by KILL
    read -r leader child <"$LOAD_PIDS"
    wait_for 'the end of a load whose suite was killed' is_dead "$leader"
    kill -KILL "$child"
}

it_is_recorded
its_end_is_the_end
a_wrong_one_is_refused
a_signal_ends_both
((nr_failures == 0))
