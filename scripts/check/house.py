# SPDX-License-Identifier: MIT
"""The tree under check: which files it has, and their text with and without comments."""

import os
import re
import subprocess
from dataclasses import dataclass, field

C_ENDINGS = (".c", ".h", ".cc")
SCRIPT_ENDINGS = (".sh", ".py")
# Foreign or generated text that the house's own rules do not bind.
DATA_ENDINGS = (".csv", ".json", ".xml", ".png", ".svg", ".xz", ".gz", ".plan")

COMMENT_OR_LITERAL = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""", re.S | re.X)


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text} [{self.rule}]"


@dataclass
class Source:
    """One text file. The three texts have the same lines and columns."""
    path: str
    text: str
    code: str = field(init=False)     # comments and the inside of literals blanked
    program: str = field(init=False)  # comments blanked, literals kept

    def __post_init__(self):
        self.code = COMMENT_OR_LITERAL.sub(lambda m: blank(m.group()), self.text)
        self.program = COMMENT_OR_LITERAL.sub(
            lambda m: blank(m.group()) if m.group()[0] == "/" else m.group(), self.text)

    @property
    def room(self):
        return os.path.dirname(self.path)

    @property
    def name(self):
        return os.path.basename(self.path)

    @property
    def is_c(self):
        return self.path.endswith(C_ENDINGS)

    @property
    def is_test(self):
        return "/test/" in self.path

    @property
    def lines(self):
        return self.text.splitlines()

    def find(self, pattern, text=None):
        """(line number, match) of each match in the code, or in the text given."""
        text = self.code if text is None else text
        for match in re.finditer(pattern, text, re.M):
            yield text.count("\n", 0, match.start()) + 1, match


def blank(text):
    return re.sub(r"[^\n]", " ", text)


class Tree:
    def __init__(self, root):
        self.root = root
        self.paths = sorted(list_files(root))
        self.sources = [s for s in map(self.load, self.paths) if s]

    def load(self, path):
        """None for what is not text or not ours to rule over."""
        if path.endswith(DATA_ENDINGS) or path.startswith("results/baseline/"):
            return None
        try:
            with open(os.path.join(self.root, path), encoding="utf-8", newline="") as file:
                return Source(path, file.read())
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            return None

    @property
    def c_sources(self):
        return [s for s in self.sources if s.is_c]

    def source(self, path):
        return next((s for s in self.sources if s.path == path), None)


def list_files(root):
    """What git tracks or would track; every file where @root is not a work tree of its own."""
    if os.path.exists(os.path.join(root, ".git")):
        command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others",
                   "--exclude-standard"]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        return {os.fsdecode(p) for p in output.split(b"\0") if p}
    return {os.path.relpath(os.path.join(folder, name), root)
            for folder, _, names in os.walk(root) for name in names}
