#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# setup.sh [--check] [--test] [--readers] [--lab] [--report] [--load] - install what is missing.
#
#   (nothing)   what building and running need
#   --test      in addition what scripts/test.sh needs
#   --readers   in addition R and gnuplot, with which the tests read the CSV
#   --lab       in addition what parkbench lab needs
#   --report    in addition what parkbench report needs
#   --load      in addition stress-ng, for parkbench run --load
#   --check     install nothing: list what is missing, exit 1 if anything is
set -euo pipefail

build_packages=(
    build-essential
    cmake
    g++
    gcc
    git
    libbenchmark-dev
    libcjson-dev
    libcmocka-dev
    libhwloc-dev
    libmd-dev
    libpfm4-dev
    libtraceevent-dev
    libtracefs-dev
    ninja-build
    pkg-config
    python3
)
test_packages=(
    clang
    clang-format
    libclang-rt-14-dev
    linux-perf
    patch
    shellcheck
    spin
    strace
)
reader_packages=(
    gnuplot-nox
    r-base-core
)
report_packages=(
    python3-matplotlib
)
load_packages=(
    stress-ng
)
lab_packages=(
    busybox-static
    qemu-system-x86
)

die() {
    printf 'setup.sh: %s\n' "$*" >&2
    exit 2
}

wanted=("${build_packages[@]}")
is_check=false
for argument; do
    case $argument in
    --check) is_check=true ;;
    --test) wanted+=("${test_packages[@]}" "${report_packages[@]}") ;;
    --readers) wanted+=("${reader_packages[@]}") ;;
    --report) wanted+=("${report_packages[@]}") ;;
    --load) wanted+=("${load_packages[@]}") ;;
    --lab) wanted+=("${lab_packages[@]}") ;;
    -h | --help)
        sed -n '3,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    *) die "unknown option $argument: see setup.sh --help" ;;
    esac
done

is_installed() {
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

if ! command -v dpkg-query >/dev/null; then
    printf 'setup.sh: note: no Debian; have the equivalents of these: %s\n' "${wanted[*]}" >&2
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    is_installed "$package" || missing+=("$package")
done

if $is_check; then
    ((${#missing[@]} == 0)) && exit 0
    printf '%s\n' "${missing[@]}"
    exit 1
fi
((${#missing[@]} == 0)) && exit 0

install=(apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}")
if (($(id -u) == 0)); then
    as_root=(env)
elif command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
    as_root=(sudo env)
else
    die "packages are missing and this is not root; run: apt-get update && ${install[*]}"
fi

printf 'setup.sh: installing %s\n' "${missing[*]}" >&2
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update >&2
"${as_root[@]}" DEBIAN_FRONTEND=noninteractive "${install[@]}" >&2
