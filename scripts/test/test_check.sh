#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A tree that keeps the rules passes check.sh; a tree that breaks one rule gets that one finding.
set -euo pipefail

check=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/check.sh
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
good=$scratch/good bad=$scratch/bad
nr_failed=0

spdx='SPDX-License-Identifier: MIT'
# Written in two halves, so that this file keeps the rules that it tests.
machine='/wo''rk/me' unfinished='TO''DO'

fail() {
    printf 'FAILED: %s\n%s\n' "$1" "$2"
    nr_failed=$((nr_failed + 1))
}

# c PATH: the standard input below a licence line.
c() {
    mkdir -p -- "$(dirname "$1")"
    { printf '/* %s */\n' "$spdx" && cat; } >"$1"
}

make_good() {
    mkdir -p -- "$good" && cd "$good"
    cp "$(dirname "$check")/../.clang-format" .
    echo '# x' | tee CMakeLists.txt README.md CONTRIBUTING.md LICENSE >/dev/null
    c lib/include/kpark/cpumask.h <<<$'/* A set. */\nint cpumask_weight(void);'
    c lib/own.h <<<$'int own(void);'
    c lib/own.c <<'C'
#include "own.h"
#include <kpark/cpumask.h>
#include <stdatomic.h>
#include <linux/types.h>

static _Atomic int word;

/* Publishes, as [P1] in the catalogue says. */
static void publish(void)
{
	atomic_store_explicit(&word, 1, memory_order_release);
}

int own(void)
{
	publish();
	/* pairs with the release in publish() */
	return atomic_load_explicit(&word, memory_order_acquire);
}
C
    c lib/futex.c <<<$'#include <linux/futex.h>\n#include <time.h>'
    c lib/test/test_own.c <<<$'#include <kpark/cpumask.h>\n#include <cmocka.h>\n#include <stdio.h>'
    c lib/test/test_own_internal.c <<<$'#include "own.h"'
    c workloads/topology.c <<<$'#include <hwloc.h>'
    c workloads/plan.h <<<$'#include <kpark/cpumask.h>\nstruct plan {\n\tint nr_steps;\n};'
    c workloads/toggle.c <<<$'#include "plan.h"\nconst struct workload workload_toggle = NOTHING;'
    c workloads/duty_spin.c <<<$'#include "plan.h"\nconst struct duty duty_spin = NOTHING;'
    echo 'WORKLOAD(toggle)' >workloads/workloads.def
    echo 'DUTY(spin)' >workloads/duties.def
    c bench/run.h <<<$'#include "plan.h"'
    c bench/contender_park.c <<<$'#include "run.h"\nconst struct contender contender_park = NOTHING;'
    echo 'CONTENDER(park)' >bench/contenders.def
    c bench/clock.c <<<$'int x(void)\n{\n\treturn clock_gettime(0, 0);\n}'
    c bench/hotplug_sysfs.c <<<$'const char path[] = "/sys/x";\nint flags = O_WRONLY;'
    c bench/environment.c <<<$'#include <cjson/cJSON.h>'
    c bench/main.c <<<$'int main(void)\n{\n\tprintf("volatile // usleep(1)");\n}'
    printf '// %s\n#include <benchmark/benchmark.h>\n#include <string>\n' "$spdx" \
        >bench/gbench_shim.cc
    mkdir -p scripts && printf '#!/bin/bash\n# %s\nset -euo pipefail\n' "$spdx" >scripts/run.sh
}

# breaks RULE PATH: with the standard input as that file, RULE finds one thing, there.
breaks() {
    local rule=$1 path=$2 found
    rm -rf -- "$bad" && cp -r "$good" "$bad"
    mkdir -p -- "$bad/$(dirname "$path")"
    cat >"$bad/$path"
    found=$("$check" "$bad" 2>/dev/null || true)
    if [[ $(wc -l <<<"$found") != 1 || $found != "$path":[0-9]*" [$rule]" ]]; then
        fail "$rule in $path is not the one finding" "$found"
    fi
}

# breaks_c RULE PATH CODE
breaks_c() { printf '/* %s */\n%s\n' "$spdx" "$3" | breaks "$1" "$2"; }

repeat() { for ((i = 0; i < $1; i++)); do printf '%s\n' "$2"; done; }

function_of() { printf 'int f(%s)\n{\n%s\n}' "$1" "$2"; }

test_good_tree_passes() {
    local found
    found=$("$check" "$good" 2>/dev/null) || fail 'the good tree has findings' "$found"
}

test_arrows() {
    breaks_c arrow lib/a.c '#include "plan.h"'
    breaks_c arrow lib/a.c '#include "../bench/run.h"'
    breaks_c arrow lib/a.c '#include <pfm.h>'
    breaks_c arrow lib/include/kpark/a.h $'/* prose */\n/* prose */\n#include "own.h"'
    breaks_c arrow lib/test/test_a.c '#include "own.h"'
    breaks_c arrow workloads/a.c '#include "run.h"'
    breaks_c arrow workloads/a.c '#include <kpark/kthread.h>'
    breaks_c arrow workloads/a.c '#include <cmocka.h>'
    breaks_c arrow bench/a.c '#include "own.h"'
    breaks_c arrow bench/a.c '#include "../lib/own.h"'
}

test_border_posts() {
    breaks_c border bench/a.c '#include <hwloc.h>'
    breaks_c border bench/a.c '#include <linux/perf_event.h>'
    breaks_c border bench/a.c 'long e = SYS_perf_event_open;'
    breaks_c border bench/a.c '#include <perfmon/pfmlib.h>'
    breaks_c border lib/a.c '#include <linux/futex.h>'
    breaks_c border lib/a.c 'long n = SYS_futex;'
    breaks_c border bench/a.c '#include <sys/ptrace.h>'
    breaks_c border bench/a.c 'long n = SYS_mbind;'
    breaks_c border bench/a.c '#include <benchmark/benchmark.h>'
    breaks_c border bench/a.c 'int a = clock_gettime(0, 0);'
    breaks_c foreign-once bench/z.c '#include <cjson/cJSON.h>'
    breaks_c sysfs-write bench/a.c $'const char path[] = "/sys/x";\nint flags = O_WRONLY;'
    printf '// %s\n' "$spdx" | breaks cxx bench/a.cc
}

test_orphans() {
    breaks orphan workloads/workloads.def <<<$'WORKLOAD(toggle)\nWORKLOAD(gone)'
    breaks orphan workloads/duties.def <<<$'DUTY(spin)\nDUTY(gone)'
    breaks orphan bench/contenders.def <<<$'CONTENDER(park)\nCONTENDER(gone)'
    breaks_c orphan workloads/lost.c 'const struct workload workload_lost = NOTHING;'
    breaks_c orphan workloads/duty_lost.c 'const struct duty duty_lost = NOTHING;'
    breaks_c orphan bench/contender_lost.c 'const struct contender contender_lost = NOTHING;'
    breaks_c orphan bench/contender_hollow.c 'int hollow;'
}

test_barriers() {
    local store='atomic_store_explicit(&x, 1, memory_order_release);'
    breaks_c barrier lib/a.c "$(function_of void $'\t'"$store")"
    breaks_c barrier lib/a.c "$(function_of void $'\tatomic_thread_fence(order);')"
    breaks_c barrier lib/a.c "$(function_of void $'\tatomic_store(&x, 1);')"
    breaks_c barrier lib/a.c "$(function_of void $'\t/* pairs with y */\n\ta();\n\tb();\n\tc();\n\t'"$store")"
}

test_shape() {
    breaks_c long-function lib/a.c "$(function_of void "$(repeat 68 $'\tg();')")"
    breaks_c nesting lib/a.c "$(function_of void $'\tif (a) {\n\t\tfor (;;) {\n\t\t\twhile (b) {\n\t\t\t\tif (c) {\n\t\t\t\t\tg();\n\t\t\t\t\tg();\n\t\t\t\t}\n\t\t\t}\n\t\t}\n\t}')"
    breaks_c parameters lib/a.c "$(function_of 'int a, int b, int (*c)(int, int), int d, int e, int g' $'\tg();')"
    breaks_c long-file lib/a.c "$(repeat 500 'int a;')"
    breaks_c long-workload workloads/toggle.c \
        "$(repeat 79 'int a;' && echo 'const struct workload workload_toggle = NOTHING;')"
    breaks_c prose lib/include/kpark/a.h $'int a;\nint b;'
}

test_words() {
    breaks_c sleep lib/test/test_a.c "$(function_of void $'\tusleep(10);')"
    breaks_c sleep bench/a.c "$(function_of void $'\tsleep(1);')"
    breaks_c volatile bench/a.c 'volatile int ready;'
    breaks_c gettimeofday bench/a.c "$(function_of void $'\tgettimeofday(&tv, 0);')"
    breaks_c typedef workloads/a.c 'typedef struct plan plan_t;'
    breaks_c print lib/a.c "$(function_of void $'\tprintf("x");')"
    breaks_c print workloads/a.c "$(function_of void $'\tfputs("x", stdout);')"
    breaks_c print bench/a.c "$(function_of void $'\tfprintf(stderr, "x");')"
    breaks_c vague-name bench/csv_utils.c 'int a;'
    breaks_c vague-name bench/a.h $'struct cpu_info {\n\tint a;\n};'
    breaks top-level docs <<<'x'
    breaks machine-path README.md <<<"see $machine"
    breaks unfinished README.md <<<"$unfinished: more"
    breaks whitespace README.md <<<'blank '
    printf 'no end' | breaks final-newline README.md
    breaks spdx lib/a.c <<<'int a;'
    breaks spdx scripts/a.py <<<'pass'
    printf '#!/bin/bash\n# %s\n' "$spdx" | breaks shell-mode scripts/a.sh
}

test_what_is_allowed_stays_allowed() {
    local found
    rm -rf -- "$bad" && cp -r "$good" "$bad"
    c "$bad/bench/a.c" <<'C'
/* pairs with nothing: usleep(1), volatile and printf() in a comment are prose. */
static volatile sig_atomic_t stop;

int wrap(const char *format, ...)
{
	struct nest nest = { .a = { .b = { .c = { .d = 1 } } } };

	take((struct point){ .x = 1 });
	asm volatile("" : : : "memory");
	return snprintf(0, 0, "clock_gettime %d", 1);
}
C
    found=$("$check" "$bad" 2>/dev/null) || fail 'allowed things are found' "$found"
}

test_outside_tools() {
    if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
        breaks_c format lib/a.c 'int  a;'
    fi
    if command -v shellcheck >/dev/null; then
        # shellcheck disable=SC2016 # written as it stands
        printf '#!/bin/bash\n# %s\nset -euo pipefail\necho $1\n' "$spdx" |
            breaks shellcheck scripts/a.sh
    fi
}

# commit_finds RULE SUBJECT; RULE is empty for a good one.
commit_finds() {
    local found
    rm -rf -- "$bad" && cp -r "$good" "$bad"
    git -C "$bad" init -q
    git -C "$bad" add -A
    git -C "$bad" -c user.name=t -c user.email=t@t -c commit.gpgsign=false \
        -c core.hooksPath=/dev/null commit -qm "$2"
    found=$("$check" "$bad" 2>/dev/null || true)
    [[ -z $1 && -z $found || -n $1 && $found == *" [$1]" && $(wc -l <<<"$found") == 1 ]] ||
        fail "commit '$2' is not judged as '$1'" "$found"
}

test_commits() {
    commit_finds '' 'lib: park in reverse order'
    commit_finds '' 'lib/test, bench: park in reverse order'
    commit_finds commit 'Park in reverse order'
    commit_finds commit 'lib: park in reverse order.'
    commit_finds commit "lib: $(repeat 15 'long' | paste -sd ' ')"
}

make_good
test_good_tree_passes
test_arrows
test_border_posts
test_orphans
test_barriers
test_shape
test_words
test_what_is_allowed_stays_allowed
test_outside_tools
test_commits
((nr_failed == 0)) || exit 1
