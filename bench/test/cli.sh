#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cli.sh PARKBENCH - bad input: exit code 2, one line on standard error, nothing written.
set -euo pipefail

parkbench=$(realpath "$1")
page=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../workloads/README.md")
launch=("$parkbench")
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
mkdir "$room/cwd"
cd "$room/cwd"
unset HWLOC_XMLFILE HWLOC_FSROOT HWLOC_THISSYSTEM
export HWLOC_SYNTHETIC='package:2 core:2 pu:2'
nr_failures=0

fail() {
    echo "FAILED: $*"
    nr_failures=$((nr_failures + 1))
}

# Leaves code, out and err.
run() {
    code=0
    "${launch[@]}" "$@" >"$room/out" 2>"$room/err" </dev/null || code=$?
}

# refused PATTERN ARGUMENT... : PATTERN is a fixed part of the one line.
refused() {
    local pattern=$1
    shift
    run "$@"
    ((code == 2)) || fail "$*: exit code $code"
    (($(wc -l <"$room/err") == 1)) || fail "$*: not one line: $(cat "$room/err")"
    grep -qF -- "$pattern" "$room/err" || fail "$*: '$pattern' is not in: $(cat "$room/err")"
    [[ ! -s $room/out ]] || fail "$*: wrote to standard output"
    [[ -z $(ls -A) ]] || fail "$*: left $(ls -A)"
}

accepted() {
    run "$@"
    ((code == 0)) || fail "$*: exit code $code: $(cat "$room/err")"
    [[ ! -s $room/err ]] || fail "$*: wrote to standard error: $(cat "$room/err")"
    [[ -s $room/out ]] || fail "$*: wrote nothing"
}

has() { "$parkbench" --help | grep -q "^  $1 "; }

main_program() {
    refused 'no subcommand'
    refused "did you mean 'plan'?" paln
    refused "unknown subcommand 'frobnicate'" frobnicate
    refused 'unknown subcommand' ''
    refused "unknown subcommand 'a?b'" $'a\nb'
    accepted --help
    accepted --version
}

list() {
    refused "did you mean 'columns'?" list colums
    refused 'unknown kind' list ''
    refused "unexpected 'x'" list workloads x
    for kind in '' workloads duties contenders hotplug columns events --help; do
        # shellcheck disable=SC2086
        accepted list $kind
    done
}

topo_of_no_file() {
    local launch=(env -u HWLOC_SYNTHETIC "$parkbench")

    HWLOC_XMLFILE=$room/nowhere.xml refused 'cannot load the topology' topo
}

# What each stands for in real life: none is missing there, and none is there that is gone.
# shellcheck disable=SC2016 # these are Markdown's
page_of_workloads() {
    diff <({ "$parkbench" list workloads && "$parkbench" list duties; } |
        sed -n 's/^ *\([a-z_]*\)  .*/\1/p' | sort) \
        <(sed -n 's/^| `\([a-z_]*\)` | [^|]* | [^|]* |$/\1/p' "$page" | sort) ||
        fail 'workloads/README.md does not have the workloads and duties that there are'
}

topo() {
    refused "unexpected 'x'" topo x
    topo_of_no_file
    HWLOC_SYNTHETIC='package:x' refused 'cannot load the topology' topo
    accepted topo
    accepted topo --help
}

plan_usage() {
    refused "did you mean 'walk'?" plan --workload wlk
    refused "did you mean '--cycles'?" plan --cylces 3
    refused 'needs a value' plan --cycles
    refused 'is not a whole number' plan --cycles 1e3
    refused 'is not an option of' plan --perf 'stat'
    refused "unexpected 'walk'" plan walk
    refused 'empty' plan --cpus ''
    refused 'empty item' plan --workload ,
}

impact_usage() {
    refused "did you mean '--cpus'?" impact --cpu 1
    refused 'is not an option of' impact --out x
    refused 'is not an option of' plan --accept-impact
    refused 'takes no value' run --accept-impact=yes
    refused 'of another machine' impact --cpus 1
    accepted impact --help
}

# Reads this machine and changes nothing; who else runs on it does not matter.
impact_here() {
    local launch=(env -u HWLOC_SYNTHETIC "$parkbench")

    refused '--cpus' impact --cpus 8191
    (($(nproc) > 1)) || return 0
    accepted impact
    grep -q 'blocks, .* moves, .* notes' "$room/out" || fail 'impact: no summary'
}

plan_cpus() {
    refused '--cpus' plan --cpus 8
    refused '--cpus' plan --cpus 7-4
    refused '--cpus' plan --cpus package:9
    refused '--cpus' plan --cpus pakcage:1
    refused 'no CPU stays' plan --cpus 0-7
    refused '--controller 9' plan --controller 9
    HWLOC_SYNTHETIC='core:2 pu:1' refused 'only when its number is given' plan --cpus core:0
    HWLOC_SYNTHETIC='pu:1' refused 'at least two' plan
    refused 'needs --history' plan --workload replay
    refused 'No such file' plan --workload replay --history nowhere
    refused 'hwloc cannot make that' plan --virtual 'pakcage:2'
    refused 'threads do not fit' run --virtual 'package:8 core:512 pu:2' \
        --workload package --cycles 8191 --threads-per-cpu 4096
}

plan_files() {
    refused 'No such file' plan -o nowhere/f
    refused 'No such file' plan --plan nowhere
    refused 'is empty' plan --plan /dev/null
    refused "plan file '/proc/self/status'" plan --plan /proc/self/status
    refused 'Is a directory' plan --plan /
    echo old >"$room/old"
    refused 'exists: give another name or --force' plan -o "$room/old"
    [[ $(cat "$room/old") == old ]] || fail 'plan changed an existing file'
    code=0
    "$parkbench" plan >/dev/full 2>"$room/err" || code=$?
    ((code == 2)) || fail "a full disk behind standard output: exit code $code"
    (($(wc -l <"$room/err") == 1)) || fail "a full disk: not one line"
}

plan_works() {
    local selection=(--workload 'toggle,serial,walk' --cpus 1-5 --cycles 20 --seed 7)

    accepted plan "${selection[@]}" -o "$room/one"
    accepted plan "${selection[@]}" -o "$room/two"
    cmp "$room/one" "$room/two" || fail 'one seed, two plans'
    code=0
    HWLOC_SYNTHETIC='core:4 pu:1' "$parkbench" plan --hotplug smt >"$room/out" 2>"$room/err" || code=$?
    ((code == 77)) || fail "plan --hotplug smt without second threads: $(cat "$room/err")"
    accepted plan "${selection[@]}"
    cmp "$room/one" "$room/out" || fail 'standard output has another plan than a file'
    accepted plan --plan "$room/one" --draw
    (($(grep -c 'a column is' "$room/out") == 3)) || fail 'not one picture per plan'
    accepted plan --plan "$room/one"
    accepted plan "${selection[@]}" --force -o "$room/two"
    (($(grep -c '^parkbench-plan ' "$room/one") == 3)) || fail 'not one plan per workload'
    head -c -3 "$room/one" >"$room/cut"
    refused "plan file '$room/cut'" plan --plan "$room/cut"
    HWLOC_SYNTHETIC='core:2 pu:1' refused 'no CPU' plan --plan "$room/one"
    [[ -z $(ls -A) ]] || fail "left $(ls -A)"
}

run_usage() {
    refused "did you mean 'recreate'?" run --contender recraete
    refused "did you mean 'sleep'?" run --duty slep
    refused 'is not an option of' run --force
    refused 'the plan fixes the iterations' run --benchmark_min_time=1
    refused 'csv is not supported' run --benchmark_format=csv
    refused 'balanced order' run --benchmark_enable_random_interleaving
    refused 'does not fit' run --stack-touch 1M
    refused 'give other or fifo' run --sched rt
    refused 'does not go with --plan' run --plan x --cycles 3
    refused 'who writes the tokens decides' run --token-fd 5 --repetitions 3
    refused '--token-fd needs --hotplug logical' run --token-fd 5 --hotplug sysfs
    refused '--token-fd' run --token-fd none
    refused 'of another machine' run
}

# What needs this machine; nothing of it comes as far as a measurement.
run_here() {
    local launch=(env -u HWLOC_SYNTHETIC "$parkbench")

    refused 'cannot read the plan file' run --plan "$room/nowhere"
    refused '--cpus' run --cpus 8191
    (($(nproc) > 1)) || return 0
    refused 'is no regular expression' run --benchmark_filter='*('
    refused 'lets none pass' run --benchmark_filter=nonsense
    refused "$room/old" run --out "$room/old"
    refused "$room" run --out "$room"
    refused '/proc/nowhere' run --out /proc/nowhere
    accepted run --benchmark_list_tests
    refused '--token-fd 77: cannot write' run --token-fd 77 --contender park
    accepted run --passes memory --contender park --out "$room/memory"
    refused '--perf' run --perf 'top' --out "$room/perf"
    refused 'perf' run --perf 'stat -e nonsense_event' --passes memory --out "$room/perf"
}

limits_usage() {
    refused "did you mean '--samples'?" limits --sample 3
    refused "unknown option '--matrix'" peers --matrix
    refused 'needs a value' limits --rounds
    refused 'give 6 to 1000' limits --rounds 5
    refused 'give 1 to 4096' limits --threads-max 5000
    refused 'is given twice' peers --seed 1 --seed=2
    refused 'takes no value' limits --matrix=yes
    refused "did you mean 'sibling'?" limits --placement sibing
    refused 'does not go with --cpus' limits --placement same --cpus 0
    refused 'does not go with --matrix' limits --placement same --matrix
    refused "unexpected '3'" peers 3
    refused 'of another machine' limits
    accepted limits --help
    accepted peers --help
}

# A short one of each: files, columns, and the exit code that a missed goal does not change.
limits_here() {
    local launch=(env -u HWLOC_SYNTHETIC "$parkbench") short=(--rounds 6 --samples 2)

    refused '--cpus' limits --cpus 8191
    refused '/proc/nowhere' limits "${short[@]}" --out /proc/nowhere
    refused "$room/old" peers "${short[@]}" --out "$room/old"
    accepted limits "${short[@]}" --threads-max 2 --out "$room/limits"
    grep -q 'park / futex_round_trip .*\(met\|MISSED\)' "$room/out" || fail 'limits: no verdict'
    accepted limits --goals "${short[@]}" --threads-max 1 --placement same --out "$room/goals"
    accepted limits --matrix "${short[@]}" --out "$room/matrix"
    accepted peers "${short[@]}" --placement same --out "$room/peers"
    grep -q '^  kpark ' "$room/out" || fail 'peers: the facility is not in the table'
    for dir in limits goals matrix peers; do
        [[ $(cd "$room/$dir" && echo *) == 'limits.csv roundtrip.csv run.json' ]] ||
            fail "$dir: left $(ls "$room/$dir")"
    done
    # Of the matrix: each ordered pair once for each case, 8 rounds of 5 + 2 samples.
    (($(wc -l <"$room/matrix/roundtrip.csv") == 1 + $(nproc) ** 2 * 3 * 8 * 7)) ||
        fail "matrix: $(wc -l <"$room/matrix/roundtrip.csv") lines"
}

stress() {
    accepted stress --help
    refused 'unknown option' stress --sed 7
    refused 'needs a value' stress --seed
    refused "'x' is" stress --ops x
    refused 'out of range' stress --threads 0
    refused 'out of range' stress --controllers 63
    refused 'give one of them' stress --time 1 --ops 5
    refused 'logical' stress --hotplug logicl
    refused 'has no weight' stress --ops-mix park
    refused 'unpark' stress --ops-mix unprk=3
    refused 'no operation is left' stress --ops-mix all=0
    refused 'unexpected' stress now
    refused 'of another machine' stress --ops 1
    (
        unset HWLOC_SYNTHETIC
        run stress --seed 5 --ops 200 --hotplug none --ops-mix all=0,park=1,unpark=1
        ((code == 0)) || fail "stress: exit code $code: $(cat "$room/err")"
        head -n 1 "$room/out" | grep -q '^seed 5; again: parkbench stress --seed 5 .* --ops 200 ' ||
            fail "stress does not say how to replay it: $(head -n 1 "$room/out")"
        run stress --seed 5 --ops 200 --ops-mix all=0,park=1,unpark=1
        ((code == 6)) || fail "stress without a CPU that walks: exit code $code"
        exit $((nr_failures > 0))
    ) || fail 'stress here'
}

main_program
list
page_of_workloads
topo
plan_usage
plan_cpus
plan_files
plan_works
impact_usage
impact_here
limits_usage
limits_here
stress
if has run; then
    run_usage
    run_here
fi
if ((nr_failures)); then
    echo "$nr_failures checks failed"
    exit 1
fi
echo 'all checks passed'
