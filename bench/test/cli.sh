#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cli.sh PARKBENCH - bad input: exit code 2, one line on standard error, nothing written.
set -euo pipefail

parkbench=$(realpath "$1")
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

main_program
list
topo
plan_usage
plan_cpus
plan_files
plan_works
impact_usage
impact_here
if has run; then
    run_usage
    run_here
fi
if ((nr_failures)); then
    echo "$nr_failures checks failed"
    exit 1
fi
echo 'all checks passed'
