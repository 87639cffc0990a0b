# SPDX-License-Identifier: MIT
"""How long, how deep, how wide: files, functions, and the prose of the public headers."""

import re
from dataclasses import dataclass

from house import C_ENDINGS, SCRIPT_ENDINGS, Finding, blank
from layers import definition

MAX_FUNCTION_LINES = 70
MAX_FILE_LINES = 500
MAX_WORKLOAD_LINES = 80
MAX_NESTING = 3
MAX_PARAMETERS = 5
MIN_PROSE_PCT = 45

DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
LINKAGE = re.compile(r"\bextern\s+(?=\{)\{|\bextern\s*\"\s*\"\s*\{")
ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)")
# "(struct x) {": a value, not a block.
COMPOUND_LITERAL = re.compile(
    r"\(\s*(?:const\s+)?(?:struct|union|enum|unsigned|int|long|char|size_t|u?int\d+_t)\b[^();]*\)$")


@dataclass
class Function:
    name: str
    first_line: int
    last_line: int
    parameters: str
    deepest: int       # blocks inside the body
    deepest_line: int

    @property
    def nr_lines(self):
        return self.last_line - self.first_line + 1

    @property
    def nr_parameters(self):
        flat = self.parameters
        while re.search(r"\([^()]*\)", flat):
            flat = re.sub(r"\([^()]*\)", "", flat)
        named = [p.strip() for p in flat.split(",")]
        return len([p for p in named if p not in ("", "void", "...")])


def functions(source):
    """Every function that @source defines, found by its braces."""
    code = DIRECTIVE.sub(lambda m: blank(m.group()), source.code)
    code = LINKAGE.sub(lambda m: blank(m.group()), code)
    code = ATTRIBUTE.sub(lambda m: blank(m.group()), code)
    position = declaration = 0
    while position < len(code):
        char = code[position]
        if char in ";}":
            declaration = position + 1
        elif char == "{":
            end = closing_brace(code, position)
            head = signature(code[declaration:position])
            if head:
                name_at = declaration + head.start(1)
                yield function(code, head, name_at, position, end)
            position = end
            # "= { ... };" and "} name;" go on until their semicolon.
            declaration = end + 1
        position += 1


def signature(text):
    """name(parameters) at the end of @text, or None: then the brace opens no function."""
    if re.search(r"(?<![=!<>])=(?!=)", re.sub(r"\([^()]*\)", "", text)):
        return None
    return re.search(r"\b(\w+)\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)\s*$", text)


def closing_brace(code, start):
    depth = 0
    for match in re.finditer(r"[{}]", code[start:]):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return start + match.start()
    return len(code) - 1


def function(code, head, name_at, start, end):
    deepest, deepest_at = nesting(code, start, end)
    return Function(head.group(1), line_of(code, name_at), line_of(code, end), head.group(2),
                    deepest, line_of(code, deepest_at))


def line_of(code, position):
    return code.count("\n", 0, position) + 1


def nesting(code, start, end):
    """The deepest block inside the body, and where it opens; braces of values do not count."""
    stack, depth, deepest, deepest_at = [], 0, 0, start
    for match in re.finditer(r"[{}]", code[start + 1:end]):
        at = start + 1 + match.start()
        if match.group() == "}":
            depth -= stack.pop() if stack else 0
            continue
        stack.append(int(opens_block(code[start:at].rstrip())))
        depth += stack[-1]
        if depth > deepest:
            deepest, deepest_at = depth, at
    return deepest, deepest_at


def opens_block(before):
    if before.endswith(")"):
        return not COMPOUND_LITERAL.search(before[-200:])
    return bool(re.search(r"(\b(else|do)|[;:}])$", before))


def check_functions(tree):
    for source in tree.c_sources:
        for f in functions(source):
            if f.nr_lines > MAX_FUNCTION_LINES:
                yield Finding(source.path, f.first_line, "long-function",
                              f"{f.name}() has {f.nr_lines} lines, {MAX_FUNCTION_LINES} are the"
                              " limit")
            if f.deepest > MAX_NESTING:
                yield Finding(source.path, f.deepest_line, "nesting",
                              f"{f.name}() nests {f.deepest} deep, {MAX_NESTING} are the limit")
            if f.nr_parameters > MAX_PARAMETERS:
                yield Finding(source.path, f.first_line, "parameters",
                              f"{f.name}() takes {f.nr_parameters} parameters, make it a struct")


def check_files(tree):
    for source in tree.sources:
        if not source.path.endswith(C_ENDINGS + SCRIPT_ENDINGS):
            continue
        nr_lines = len(source.lines)
        if nr_lines > MAX_FILE_LINES:
            yield Finding(source.path, nr_lines, "long-file",
                          f"{nr_lines} lines, {MAX_FILE_LINES} are the limit")
        elif nr_lines > MAX_WORKLOAD_LINES and is_workload(source):
            yield Finding(source.path, nr_lines, "long-workload",
                          f"{nr_lines} lines, {MAX_WORKLOAD_LINES} are the limit of a workload")


def is_workload(source):
    return source.room == "workloads" and any(source.find(definition("workload")))


def check_prose(tree):
    for source in tree.c_sources:
        if not source.path.startswith("lib/include/"):
            continue
        # Inline bodies are not what a reader of the manual reads.
        nr_lines = len(source.lines) - sum(f.nr_lines for f in functions(source))
        nr_prose = sum(map(str.__ne__, source.lines, source.program.splitlines()))
        if nr_prose * 100 < nr_lines * MIN_PROSE_PCT:
            yield Finding(source.path, 1, "prose",
                          f"{nr_prose} of {nr_lines} lines explain something, a public header is"
                          f" the manual: {MIN_PROSE_PCT} %")


RULES = [check_functions, check_files, check_prose]
