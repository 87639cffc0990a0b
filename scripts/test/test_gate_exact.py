#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""gate exact finds one instruction that is really built in, against a build and a stored table."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.dirname(HERE)
sys.path[:0] = [SCRIPTS, HERE]

from gate import relink
from inject import inject

BUILD = os.environ["BUILD_DIR"]
PROGRAM = os.path.join(BUILD, "bench", "parkbench")
PARK = "toggle/sleep/threads:1/park"


def reason_to_skip():
    if not relink.can_relink(BUILD):
        return "not built with Ninja"
    for words in (["doctor"], ["kernels", "--fetch", "6.1"]):
        said = subprocess.run([os.path.join(SCRIPTS, "lab", "lab.py"), *words], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if said.returncode:
            lines = [line for line in said.stdout.splitlines() if "MISSING" in line]
            return (lines or said.stdout.splitlines() or ["no lab here"])[0]
    return None


class ExactTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="parkbench-test.")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.head = os.path.join(cls.folder, "head")
        inject(BUILD, "instruction", cls.head)
        cls.found = cls.exact("found", PROGRAM, cls.head)
        cls.table = os.path.join(cls.folder, "found", "exact.json")

    @classmethod
    def exact(cls, name, base, head):
        """(exit code, verdict, what was said)."""
        out = os.path.join(cls.folder, name)
        ended = subprocess.run([PROGRAM, "gate", "exact", "--base", base, "--head", head, "--out",
                                out], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               check=False, timeout=800)
        with open(os.path.join(out, "verdict.json"), encoding="utf-8") as file:
            return ended.returncode, json.load(file), ended.stdout

    def changed(self, **keys):
        with open(self.table, encoding="utf-8") as file:
            table = json.load(file)
        for key in keys:
            self.assertTrue(table["keys"][key], key)
        table["keys"].update(keys)
        path = os.path.join(self.folder, "-".join(sorted(keys)) + ".json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(table, file)
        return path

    def test_one_instruction_in_unpark(self):
        code, answer, said = self.found
        self.assertEqual(code, 1, said)
        more = {g["gate"]: g["head"] - g["base"] for g in answer["gates"]
                if g["verdict"] != "pass"}
        self.assertEqual(more, {f"{PARK} resume p10": 1, f"{PARK} resume p50": 1}, said)

    def test_stored_table(self):
        code, answer, said = self.exact("stored", self.table, PROGRAM)
        self.assertEqual(code, 0, said)
        better = {g["gate"]: g["head"] - g["base"] for g in answer["gates"]
                  if g["verdict"] == "better"}
        self.assertEqual(better, {f"{PARK} resume p10": -1, f"{PARK} resume p50": -1}, said)

    def test_table_of_another_libc_or_compiler_needs_no_guest(self):
        path = self.changed(libc_sha256="0", compiler="GCC: 99", libraries_sha256="0",
                            lab_sha256="0")
        code, answer, said = self.exact("library", path, PROGRAM)
        self.assertEqual(code, 4, said)
        for key in ("compiler", "lab_sha256", "libc_sha256", "libraries_sha256"):
            self.assertIn(f"{key}: ", answer["problem"])

    def test_table_of_another_kernel(self):
        code, answer, said = self.exact("kernel", self.changed(kernel_sha256="0"), PROGRAM)
        self.assertEqual(code, 4, said)
        self.assertIn("kernel_sha256: '0' against ", answer["problem"])


if __name__ == "__main__":
    REASON = reason_to_skip()
    if REASON:
        print(f"skipped: {REASON}")
        sys.exit(77)
    unittest.main()
