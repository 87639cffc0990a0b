#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh [OPTIONS OF parkbench run] - park against recreate on this machine, in about a minute.
#
# Installs what is missing, builds, runs `parkbench run OPTIONS`, and names the results directory:
# --out DIR, or results/runs/<UTC time>-<pid>. A simulated run (--hotplug logical, the default)
# that root starts is done by an ordinary user: the one who called sudo, or nobody. It ends with
# `parkbench report` of the results, where python3-matplotlib is or can be installed.
#
#   scripts/run.sh --contender park,recreate --threads-per-cpu 1,4
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release
program=$build/bench/parkbench

note() { printf 'run.sh: %s\n' "$*" >&2; }

die() {
    note "$@"
    exit 2
}

usage() {
    sed -n '3,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    if [[ -x $program ]]; then
        printf '\n'
        "$program" run --help
    fi
}

# --out is ours, the rest is parkbench's; --hotplug also decides about privilege.
out='' hotplug=logical options=()
read_arguments() {
    while (($#)); do
        case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --out | --hotplug)
            (($# >= 2)) || die "$1 needs a value: see run.sh --help"
            if [[ $1 == --out ]]; then
                out=$2
            else
                hotplug=$2
                options+=("$1" "$2")
            fi
            shift
            ;;
        --out=*) out=${1#*=} ;;
        --hotplug=*)
            hotplug=${1#*=}
            options+=("$1")
            ;;
        *) options+=("$1") ;;
        esac
        shift
    done
}

# as_user UID GID COMMAND...
as_user() {
    local uid=$1 gid=$2 groups=--clear-groups
    shift 2
    if getent passwd "$uid" >/dev/null; then groups=--init-groups; fi
    HOME=/ setpriv --reuid "$uid" --regid "$gid" "$groups" --inh-caps=-all -- "$@"
}

# What is built and stored in a checkout belongs to whoever owns it, also when root does it.
as_owner() {
    local uid gid
    read -r uid gid < <(stat -c '%u %g' -- "$root")
    if ((EUID == 0 && uid != 0)) && as_user "$uid" "$gid" test -w "$root" 2>/dev/null; then
        as_user "$uid" "$gid" "$@"
    else
        "$@"
    fi
}

quietly() {
    if ! "$@" >>"$log" 2>&1; then
        tail -n 40 -- "$log" >&2
        die "building failed; all of it is in $log"
    fi
}

build_release() {
    log=$build/run.sh.log
    if ! { as_owner mkdir -p -- "$build" && as_owner truncate -s 0 -- "$log"; }; then
        die "cannot write $build: run this as the owner of the checkout"
    fi
    note "building; what it says goes to $log"
    quietly as_owner cmake -S "$root" --preset release
    quietly as_owner cmake --build "$build" --target parkbench
}

# Made here, so that it can be lent to the user who runs; given back by finish().
make_out() {
    if [[ -z $out ]]; then
        out=$root/results/runs/$(date -u +%Y%m%dT%H%M%SZ)-$$
        as_owner mkdir -p -- "$out" || die "cannot make $out: name a place with --out"
    fi
    mkdir -p -- "$out" || die "cannot make $out: name another --out"
    out=$(cd -- "$out" && pwd)
    is_empty "$out" || die "$out is not empty: name another --out"
    out_owner=$(stat -c %u:%g -- "$out")
    trap finish EXIT
}

is_empty() { [[ -z $(ls -A -- "$1") ]]; }

# On every way out: results to where they belong, nothing empty left behind.
stage=''
# shellcheck disable=SC2317 # called by the trap
finish() {
    local status=$?
    if [[ -n $stage ]]; then
        find "$stage/results" -mindepth 1 -maxdepth 1 -exec mv -t "$out" -- {} +
        rm -rf -- "$stage"
        is_empty "$out" || printf 'results, moved here: %s\n' "$out"
    fi
    if is_empty "$out"; then
        rmdir -- "$out"
    else
        if ((EUID == 0)); then chown -hR "$out_owner" -- "$out"; fi
        make_report || note "no report of $out: parkbench report $out says why"
    fi
    exit "$status"
}

# By whom the results belong to; a run that left no results has no report.
# shellcheck disable=SC2317 # called by the trap
make_report() {
    [[ -f $out/run.json ]] || return 0
    if ((EUID == 0)) && [[ $out_owner != 0:* ]]; then
        as_user "${out_owner%:*}" "${out_owner#*:}" "$build/bench/parkbench" report "$out"
    else
        "$build/bench/parkbench" report "$out"
    fi
}

# Where the user cannot get at this checkout, a copy of the program runs in a place of its own.
run_as() {
    local uid=$1 gid=$2 place=$out
    as_user "$uid" "$gid" true || die "cannot become user $uid here: start this as that user"
    chown -h "$uid:$gid" -- "$out"
    if ! as_user "$uid" "$gid" test -x "$program" -a -w "$out"; then
        stage=$(mktemp -d)
        chmod 755 -- "$stage"
        install -m 755 -- "$program" "$stage/parkbench"
        install -d -o "$uid" -g "$gid" -- "$stage/results"
        program=$stage/parkbench place=$stage/results
        as_user "$uid" "$gid" test -x "$program" -a -w "$place" ||
            die "user $uid can use neither $root nor $stage: set TMPDIR to a place that it can"
        note "user $uid cannot use $root: running in $stage, the results come back at the end"
    fi
    as_user "$uid" "$gid" "$program" run --out "$place" "${options[@]}"
}

run_parkbench() {
    if ((EUID != 0)) || [[ $hotplug != logical ]]; then
        "$program" run --out "$out" "${options[@]}"
    elif [[ ${SUDO_UID:-0} != 0 ]]; then
        run_as "$SUDO_UID" "${SUDO_GID:-$SUDO_UID}"
    else
        run_as "$(id -u nobody)" "$(id -g nobody)"
    fi
}

read_arguments "$@"
"$root/scripts/setup.sh"
"$root/scripts/setup.sh" --report || note 'python3-matplotlib is not to be had: no report at the end'
build_release
make_out
run_parkbench
