# SPDX-License-Identifier: MIT
"""Who includes whom, which file may talk to which foreign API, and what the lists forgot."""

import fnmatch
import os
import re

from house import Finding

LIBC = set("""
    alloca assert byteswap ctype dirent dlfcn elf endian err errno execinfo fcntl features fenv float
    fnmatch ftw getopt glob grp ifaddrs inttypes langinfo libgen limits link locale malloc math mntent
    netdb paths poll pthread pwd regex sched search semaphore setjmp signal spawn stdalign stdarg
    stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings syscall syslog termios
    threads time uchar ucontext unistd utime wchar wctype""".split())
LIBC_FOLDERS = ("sys", "linux", "asm", "net", "netinet", "arpa")

# room: (rooms whose headers it may include by name, angled headers of ours it may include)
ARROWS = {
    "lib/include/kpark": ((), ("kpark/*",)),
    "lib": (("lib",), ("kpark/*",)),
    "lib/test": (("lib/test",), ("kpark/*",)),
    "workloads": (("workloads",), ("kpark/cpumask.h",)),
    "workloads/test": (("workloads", "workloads/test"), ("kpark/cpumask.h",)),
    "bench": (("bench", "workloads"), ("kpark/*",)),
    "bench/test": (("bench", "bench/test", "workloads"), ("kpark/*",)),
}
# A test that must see private headers says so in its name.
INTERNAL_TEST = "lib/test/*_internal.c"


def call(names):
    """The call itself or its number; a table of names is no call."""
    return rf"\b(?:{names})\s*\(|\b(?:SYS_|__NR_)(?:{names})\b"


# (what is looked for, files where it may be, do tests go free, what it is)
BORDER_POSTS = [
    (r"#\s*include\s*<hwloc\b", ["workloads/topology.c"], False, "hwloc"),
    (call("perf_event_open"), ["bench/counters.c"], False, "perf_event_open"),
    (r"#\s*include\s*<linux/perf_event\.h>", ["bench/counters.c", "bench/counter_events.c"],
     True, "perf events"),
    (r"#\s*include\s*<perfmon/", ["bench/counter_events.c"], False, "libpfm"),
    (r"#\s*include\s*<(tracefs|event-parse|tracefs/.*|traceevent/.*)(\.h)?>",
     ["bench/tracesteps.c"], False, "tracefs"),
    (r"#\s*include\s*<linux/btf\.h>", ["bench/btf.c"], False, "BTF"),
    (r"#\s*include\s*<linux/futex\.h>", ["lib/futex.c", "bench/floor_futex.c"], True,
     "futex"),
    (call("futex"), ["lib/futex.c", "bench/floor_futex.c"], True,
     "futex"),
    (r"#\s*include\s*<(sys|linux)/ptrace\.h>", ["bench/syscalls*.c"], True, "ptrace"),
    (r"#\s*include\s*<numa(if)?\.h>", ["lib/stack.c"], True, "mbind"),
    (call("mbind|set_mempolicy"), ["lib/stack.c"], True, "mbind"),
    (r"#\s*include\s*<benchmark/", ["bench/gbench_shim.cc"], False, "Google Benchmark"),
    (call("clock_gettime|clock_nanosleep|nanosleep"), ["bench/clock.c", "lib/futex.c"], True,
     "clock"),
]
SYSFS_WRITERS = ["bench/hotplug_*.c"]
WRITING = r"\bO_(WRONLY|RDWR)\b|\bfopen\s*\([^;]*,\s*\"[wa]"
ONLY_CXX = "bench/gbench_shim.cc"

# (list, its macro, file of an entry, object of an entry)
LISTS = [
    ("workloads/workloads.def", "WORKLOAD", "workloads/{}.c", "workload"),
    ("workloads/duties.def", "DUTY", "workloads/duty_{}.c", "duty"),
    ("bench/contenders.def", "CONTENDER", "bench/contender_{}.c", "contender"),
]

INCLUDE = r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>\n]+)>|"([^"\n]+)")'


def matches(path, patterns):
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def is_libc(header, source):
    stem, ending = os.path.splitext(header)
    if source.path.endswith(".cc") and not ending:
        return True
    if "/" in header:
        return header.split("/")[0] in LIBC_FOLDERS
    return ending == ".h" and stem in LIBC


def includes(source):
    """(line, header, is_angled) of each include."""
    for line, match in source.find(INCLUDE, source.program):
        yield line, match.group(1) or match.group(2), bool(match.group(1))


def check_arrows(tree):
    for source in tree.c_sources:
        if source.room not in ARROWS:
            continue
        rooms, angled = ARROWS[source.room]
        if matches(source.path, [INTERNAL_TEST]):
            rooms += ("lib",)
        for line, header, is_angled in includes(source):
            if is_angled:
                is_allowed = angled_is_allowed(source, header, angled)
            else:
                is_allowed = quoted_is_allowed(tree, source, header, rooms)
            if not is_allowed:
                yield Finding(source.path, line, "arrow",
                              f"{source.room} must not include {header}")


def angled_is_allowed(source, header, ours):
    if header.startswith("kpark/"):
        return matches(header, ours)
    if is_libc(header, source):
        return True
    if header == "cmocka.h":
        return source.is_test
    # The room's border posts are checked below; a foreign header elsewhere is a wrong arrow.
    return source.room.startswith("bench") or matches(source.path, ["workloads/topology.c"])


def quoted_is_allowed(tree, source, header, rooms):
    beside = os.path.normpath(os.path.join(source.room, header))
    candidates = [os.path.normpath(os.path.join(room, header)) for room in rooms]
    if beside in tree.paths:
        return os.path.dirname(beside) in rooms
    return any(c in tree.paths or c + ".in" in tree.paths for c in candidates)


def check_border_posts(tree):
    for pattern, posts, tests_are_free, what in BORDER_POSTS:
        for source in tree.c_sources:
            if matches(source.path, posts) or (tests_are_free and source.is_test):
                continue
            text = source.program if "include" in pattern else source.code
            for line, _ in source.find(pattern, text):
                yield Finding(source.path, line, "border",
                              f"{what} belongs to {' or '.join(posts)} alone")


def check_foreign_once(tree):
    """A foreign library without a post of its own in the table may enter bench once."""
    hosts = {}
    for source in tree.c_sources:
        if source.room != "bench":
            continue
        for line, header, is_angled in includes(source):
            if not is_angled or is_libc(header, source) or header.startswith("kpark/"):
                continue
            if any(re.match(post[0], f"#include <{header}>") for post in BORDER_POSTS):
                continue
            library = "cJSON" if header.endswith("cJSON.h") else header.split("/")[0]
            first = hosts.setdefault(library, source.path)
            if first != source.path:
                yield Finding(source.path, line, "foreign-once",
                              f"{header} is already at home in {first}")


def check_sysfs_writes(tree):
    for source in tree.c_sources:
        if matches(source.path, SYSFS_WRITERS) or source.is_test:
            continue
        if not re.search(r'"/sys/', source.program):
            continue
        for line, _ in source.find(WRITING, source.program):
            yield Finding(source.path, line, "sysfs-write",
                          f"only {' '.join(SYSFS_WRITERS)} may write under /sys")


def check_cxx(tree):
    for source in tree.sources:
        if source.path.endswith((".cc", ".cpp", ".cxx", ".hpp")) and source.path != ONLY_CXX:
            yield Finding(source.path, 1, "cxx", f"the only C++ is {ONLY_CXX}")


def check_lists(tree):
    for path, macro, pattern, kind in LISTS:
        yield from check_list(tree, path, macro, pattern, kind)


def definition(kind, name=r"\w+"):
    return rf"^const struct {kind} {kind}_({name})\b\s*="


def check_list(tree, path, macro, pattern, kind):
    listing = tree.source(path)
    entries = {m.group(1): line for line, m in listing.find(rf"\b{macro}\((\w+)\)")} \
        if listing else {}
    for name, line in entries.items():
        source = tree.source(pattern.format(name))
        if not source or not any(source.find(definition(kind, name))):
            yield Finding(path, line, "orphan",
                          f"{pattern.format(name)} with {kind}_{name} is missing")
    for source in tree.c_sources:
        if source.room != os.path.dirname(path):
            continue
        defined = [(line, m.group(1)) for line, m in source.find(definition(kind))]
        for line, name in defined:
            if name not in entries:
                yield Finding(source.path, line, "orphan", f"{kind} {name} is not in {path}")
        wants_one = pattern != "workloads/{}.c" and matches(source.path, [pattern.format("*")])
        if wants_one and not defined:
            yield Finding(source.path, 1, "orphan", f"defines no {kind}")


RULES = [check_arrows, check_border_posts, check_foreign_once, check_sysfs_writes, check_cxx,
         check_lists]
