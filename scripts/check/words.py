# SPDX-License-Identifier: MIT
"""What may not be written: calls, names, unpaired barriers, stray text."""

import os
import re

from house import Finding
from layers import matches
from shape import functions

TOP_LEVEL = {"bench", "lib", "workloads", "results", "scripts", "CMakeLists.txt", "README.md",
             "CONTRIBUTING.md", "LICENSE", "CMakePresets.json"}
# The mains, the CSV, the progress line and the table that run ends with.
PRINTERS = ["bench/main.c", "bench/cmd_*.c", "bench/csv*.c", "bench/progress.c",
            "bench/report_table.c", "scripts/lab/handback.c", "*/test/*"]

# (rule, pattern in the code, what is wrong); the name tells which sources are meant
CALLS = [
    ("sleep", r"\bu?sleep\s*\(", "fixed sleep: wait for the condition, with a deadline"),
    ("volatile", r"\bvolatile\b(?!\s+sig_atomic_t)",
     "volatile orders nothing: use an atomic"),
    ("gettimeofday", r"\bgettimeofday\s*\(", "wall clock: use clock_now_ns()"),
    ("typedef", r"\btypedef\s+(struct|union|enum)\b", "no typedef for structs"),
    ("vague-name", r"\b(?:struct|union|enum)\s+(?:\w+_)?(?:utils?|common|misc|helpers?|manager|"
                   r"data|info)(?:_\w+)?\s*\{", "a name that says nothing"),
]
ASM = re.compile(r"\b(?:__)?asm(?:__)?\s+$")
PRINT = r"\b(v?printf|puts|putchar|perror)\s*\(|\bv?f(?:printf|puts|putc)\s*\([^;]*\b(stdout|stderr)\b"
VAGUE = r"utils?|common|misc|helpers?|manager"
VAGUE_FOLDER = re.compile(rf"(?:^|[_./-])(?:{VAGUE})[_./-]")
VAGUE_FILE = re.compile(rf"(?:^|[_./-])(?:{VAGUE}|data|info)(?:[_.-][^/]*)?$")

ORDERED = (r"\bmemory_order_(?:acquire|release|acq_rel|seq_cst|consume)\b|\batomic_thread_fence\b|"
           r"\b__ATOMIC_(?:ACQUIRE|RELEASE|ACQ_REL|SEQ_CST|CONSUME)\b")
IMPLICIT = (r"\batomic_(?:load|store|exchange|compare_exchange_(?:strong|weak)|"
            r"fetch_(?:add|sub|or|and|xor)|flag_test_and_set|flag_clear)\s*\(")
PARTNER = re.compile(r"pairs with|\[P\d+\]", re.I)

STRAY = [
    ("machine-path", re.compile(r"/(?:work|farm)/"), "path of one machine"),
    ("unfinished", re.compile(r"\b(?:TO[D]O|FIX[M]E|X{3})\b"), "unfinished work belongs to an issue"),
    ("whitespace", re.compile(r"[ \t\r]+$"), "blanks at the end of the line"),
]
SPDX = "SPDX-License-Identifier: MIT"


def check_calls(tree):
    for source in tree.c_sources:
        for rule, pattern, what in CALLS:
            for line, match in source.find(pattern):
                if rule == "volatile" and ASM.search(source.code[:match.start()]):
                    continue
                yield Finding(source.path, line, rule, what)


def check_prints(tree):
    for source in tree.c_sources:
        if matches(source.path, PRINTERS):
            continue
        for line, _ in source.find(PRINT):
            yield Finding(source.path, line, "print", "only the mains and the CSV print")


def check_file_names(tree):
    for path in tree.paths:
        stem = os.path.splitext(path)[0]
        if VAGUE_FOLDER.search(stem) or VAGUE_FILE.search(stem):
            yield Finding(path, 1, "vague-name", "a name that says nothing")


def check_top_level(tree):
    for entry in sorted({path.split("/")[0] for path in tree.paths}):
        if entry not in TOP_LEVEL and not entry.startswith("."):
            yield Finding(entry, 1, "top-level", "no room of this house")


def check_barriers(tree):
    for source in tree.c_sources:
        if not source.path.startswith("lib/") or source.is_test:
            continue
        ordered = {line: "names no partner: say which line it pairs with"
                   for line, _ in source.find(ORDERED)}
        ordered.update({line: "is seq_cst without saying so: name order and partner"
                        for line, _ in source.find(IMPLICIT)})
        spans = [(f.first_line, f.last_line) for f in functions(source)]
        for line, what in sorted(ordered.items()):
            if not has_partner(source, line, spans):
                yield Finding(source.path, line, "barrier", what)


def has_partner(source, line, spans):
    """On the line, in the three above its statement, or in the comment above its function."""
    code = source.code.splitlines()
    statement = line
    while statement > 1 and re.search(r"[^;{}:\s]\s*$", code[statement - 2]):
        statement -= 1
    if PARTNER.search("\n".join(source.lines[max(0, statement - 4):line])):
        return True
    first = next((begin for begin, end in spans if begin <= line <= end), None)
    return bool(first and PARTNER.search(comment_above(source, first)))


def comment_above(source, line):
    """The comment that ends right above @line, return type and static on their own line allowed."""
    text = "\n".join(source.lines[:line - 1])
    match = re.search(r"(/\*(?:(?!\*/).)*\*/|(?://[^\n]*\n?)+)\s*(?:[\w \t*]+)?$", text, re.S)
    return match.group(1) if match else ""


def check_stray_text(tree):
    for source in tree.sources:
        for number, line in enumerate(source.text.split("\n"), 1):
            for rule, pattern, what in STRAY:
                if pattern.search(line):
                    yield Finding(source.path, number, rule, what)
        if source.text and not source.text.endswith("\n"):
            yield Finding(source.path, len(source.lines), "final-newline", "no newline at the end")


def check_spdx(tree):
    for source in tree.sources:
        lines = source.lines + ["", ""]
        if source.is_c:
            is_there = lines[0] in (f"/* {SPDX} */", f"// {SPDX}")
        elif source.path.endswith((".sh", ".py")):
            is_there = f"# {SPDX}" in lines[:2]
        else:
            continue
        if not is_there:
            yield Finding(source.path, 1, "spdx", f"the first line is not the licence: {SPDX}")


def check_shell_mode(tree):
    for source in tree.sources:
        is_shell = source.path.endswith(".sh") or source.path == ".ci/run"
        if is_shell and "set -euo pipefail" not in source.lines:
            yield Finding(source.path, 1, "shell-mode", "no 'set -euo pipefail'")


RULES = [check_calls, check_prints, check_file_names, check_top_level, check_barriers,
         check_stray_text, check_spdx, check_shell_mode]
