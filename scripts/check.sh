#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check.sh [ROOT] - does the house keep its own rules? One line per finding, exit 1 if any.
# The rules are in CONTRIBUTING.md, their tables in scripts/check/*.py.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ ${1:-} == -h || ${1:-} == --help ]]; then
    sed -n '3,4s/^# //p' "${BASH_SOURCE[0]}"
    exit 0
fi
root=$(cd "${1:-$here/..}" && pwd)
cd "$root"

note() { printf 'check.sh: note: %s\n' "$*" >&2; }

# Paths that git tracks or would track, or all where this is not a work tree of its own.
files() {
    if [[ -e .git ]]; then
        git ls-files -z --cached --others --exclude-standard -- "$@"
    else
        find . -type f -printf '%P\0' | grep -zE "$(patterns "$@")" || true
    fi | while IFS= read -rd '' path; do
        [[ -f $path ]] && printf '%s\0' "$path"
    done
}

# '*.c' '.ci/run' -> \.c$|^\.ci/run$
patterns() {
    printf '%s\n' "$@" | sed -e 's/[.]/\\./g' -e 's/^\*\(.*\)$/\1$/' -e 's/^\([^$]*\)$/^\1$/' |
        paste -sd '|'
}

# Another version of clang-format has another taste.
check_format() {
    if ! clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
        note 'clang-format 14 is not here: the format is not checked'
        return
    fi
    files '*.c' '*.h' '*.cc' | xargs -0r clang-format --dry-run -style=file 2>&1 |
        sed -nE 's/^(.*):([0-9]+):[0-9]+: (warning|error): .*/\1:\2: clang-format sees it otherwise [format]/p' |
        sort -u
}

check_shell() {
    if ! command -v shellcheck >/dev/null; then
        note 'shellcheck is not here: the scripts are not checked'
        return
    fi
    files '*.sh' '.ci/run' | { xargs -0r shellcheck --shell=bash --format=gcc || true; } |
        sed -E 's/^([^:]*:[0-9]+):[0-9]+: [a-z]+: (.*) \[(SC[0-9]+)\]$/\1: \2 \3 [shellcheck]/'
}

# Subjects of what is not published yet; all of them where nothing says what is.
check_commits() {
    [[ -e .git ]] || return 0
    git rev-parse --verify --quiet HEAD >/dev/null || return 0
    local range=HEAD published
    for published in '@{upstream}' origin/HEAD origin/main; do
        if git rev-parse --verify --quiet "$published" >/dev/null 2>&1; then
            range=$published..HEAD
            break
        fi
    done
    git log --no-merges --format='%h %s' "$range" | while read -r commit subject; do
        [[ $subject =~ ^[a-z][a-z0-9_,\ /.-]*:\ [^\ ].*[^.]$ ]] ||
            echo "$commit:1: subject is not 'room: what changes': $subject [commit]"
        ((${#subject} <= 60)) ||
            echo "$commit:1: subject has ${#subject} characters, 60 are the limit [commit]"
    done
}

findings=$(
    check_format
    python3 -B "$here/check" "$root"
    check_shell
    check_commits
)
if [[ -n $findings ]]; then
    printf '%s\n' "$findings"
    note "$(wc -l <<<"$findings") findings"
    exit 1
fi
