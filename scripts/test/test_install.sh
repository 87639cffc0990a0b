#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An installed kpark serves C and C++, through pkg-config and find_package(), shared and static.
# Needs BUILD_DIR, a built tree. CC and CXX are the compilers it was built with.
set -euo pipefail

: "${BUILD_DIR:?names a built tree}" "${CC:=cc}" "${CXX:=c++}"
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
prefix=$scratch/prefix
nr_failed=0

fail() {
    printf 'FAILED: %s\n' "$*"
    nr_failed=$((nr_failed + 1))
}

write_programs() {
    cat >"$scratch/user.c" <<'C'
#include <kpark/kthread.h>
#include <semaphore.h>
#include <stddef.h>

static sem_t entered;

static int serve(void *data)
{
	sem_post(&entered);
	while (!kthread_should_stop())
		if (kthread_sleep() != 0)
			kthread_parkme();
	return *(int *)data;
}

int main(void)
{
	int answer = 42;
	struct kthread *k;

	sem_init(&entered, 0, 0);
	k = kthread_run(serve, &answer, "served");
	if (k == NULL || sem_wait(&entered) != 0 || kthread_park(k) != 0 || kthread_unpark(k) != 0)
		return 1;
	return kthread_stop(k) == answer ? 0 : 2;
}
C
    cp "$scratch/user.c" "$scratch/user.cc"
    cat >"$scratch/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.16)
project(user C CXX)
set(CMAKE_C_STANDARD 11)
set(CMAKE_CXX_STANDARD 17)
find_package(kpark ${1%.*} REQUIRED)
foreach(kind IN ITEMS static shared kpark)
    foreach(ending IN ITEMS c cc)
        add_executable(user_\${ending}_\${kind} user.\${ending})
        target_link_libraries(user_\${ending}_\${kind} PRIVATE kpark::\${kind})
    endforeach()
endforeach()
CMAKE
}

runs() {
    LD_LIBRARY_PATH=$PKG_CONFIG_PATH/.. timeout 30 "$1" || fail "${1##*/}: exit $?"
}

# builds_and_runs NAME COMMAND...
builds_and_runs() {
    local name=$1
    shift
    if ! "$@" -o "$scratch/$name"; then
        fail "$name: does not build with: $*"
    else
        runs "$scratch/$name"
    fi
}

test_pkg_config() {
    local flags static_flags
    read -ra flags <<<"$(pkg-config --cflags --libs kpark)"
    read -ra static_flags <<<"$(pkg-config --static --cflags --libs kpark)"
    builds_and_runs c_shared "$CC" -std=gnu11 "$scratch/user.c" "${flags[@]}"
    builds_and_runs cc_shared "$CXX" -std=c++17 "$scratch/user.cc" "${flags[@]}"
    builds_and_runs c_static "$CC" -std=gnu11 -static "$scratch/user.c" "${static_flags[@]}"
    builds_and_runs cc_static "$CXX" -std=c++17 -static "$scratch/user.cc" "${static_flags[@]}"
}

test_find_package() {
    local program log=$scratch/cmake.log
    if ! { CC=$CC CXX=$CXX cmake -S "$scratch" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$prefix" &&
        cmake --build "$scratch/build"; } >"$log" 2>&1; then
        cat "$log"
        fail 'find_package(kpark) does not build'
        return
    fi
    for program in "$scratch"/build/user_c{,c}_{static,shared,kpark}; do
        runs "$program"
    done
}

# The package can be moved as a whole: nothing in it names where it was built or installed.
test_is_relocatable() {
    local found
    found=$(grep -rlF -e "$prefix" -e "$BUILD_DIR" "$prefix/include" "${PKG_CONFIG_PATH%/*}" \
        --include='*.pc' --include='*.cmake' --include='*.h' || true)
    [[ -z $found ]] || fail "names a path of this machine: $found"
    [[ $(pkg-config --modversion kpark) == "$1" ]] || fail 'pkg-config knows another version'
}

cmake --install "$BUILD_DIR" --prefix "$prefix" >"$scratch/install.log" || {
    cat "$scratch/install.log"
    exit 1
}
pc=$(find "$prefix" -name kpark.pc)
export PKG_CONFIG_PATH=${pc%/kpark.pc}
version=$(sed -n 's/^Version: //p' "$pc")
write_programs "$version"
test_pkg_config
test_find_package
test_is_relocatable "$version"
((nr_failed == 0)) || exit 1
