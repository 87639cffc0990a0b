#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The gate finds defects that are really built in: a system call, and half as much time again.

How often it finds 5 and 10 % is for scripts/test/gate_campaign.sh: that takes a quiet machine. Here
the slowdown is so large that no noise can hide it, and looks are short.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]

from gate import policy, relink
from gate.builds import digest_of_code
from gate.problem import Problem
from inject import inject, with_defect

BUILD = os.environ["BUILD_DIR"]
PROGRAM = os.path.join(BUILD, "bench", "parkbench")


@unittest.skipUnless(relink.can_relink(BUILD), "not built with Ninja")
class InjectedTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="parkbench-test.")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.nr_runs = 0

    def build(self, patch, *flags):
        program = os.path.join(self.folder, patch)
        inject(BUILD, patch, program, flags)
        self.assertNotEqual(digest_of_code(program), digest_of_code(PROGRAM))
        return program

    def short_policy(self):
        """Two looks of few pairs: enough for what is far off."""
        with open(policy.PATH, encoding="utf-8") as file:
            content = json.load(file)
        content["timing"].update(looks_pairs=[14, 28], fail_levels=[0.001, 0.001],
                                 pass_levels=[0.005, 0.005], confirm_levels=[0.02, 0.02],
                                 block_ms=4)
        path = os.path.join(self.folder, "policy.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file)
        return path

    def gate(self, *words):
        self.nr_runs += 1
        out = os.path.join(self.folder, f"out{self.nr_runs}")
        ended = subprocess.run([os.path.join(os.path.dirname(HERE), "gate.py"), *words, "--out",
                                out], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               timeout=250, check=False)
        with open(os.path.join(out, "verdict.json"), encoding="utf-8") as file:
            return ended.returncode, json.load(file), ended.stdout

    def test_source_with_no_place_for_it_is_said(self):
        source = os.path.join(self.folder, "unpark.c")
        for text, times in (("int unpark(void);\n", 0), ("static int unpark(int a)\n{\n}\n" * 2, 2)):
            with open(source, "w", encoding="utf-8") as file:
                file.write(text)
            with self.assertRaisesRegex(Problem, f"{times} times, not once: nowhere"):
                with_defect(source, "defect.h")
        with self.assertRaisesRegex(Problem, "no defect nothing: there are delay, instr"):
            inject(BUILD, "nothing", os.path.join(self.folder, "nothing"))

    def test_syscall_is_found_without_any_timing(self):
        head = self.build("syscall")
        code, answer, said = self.gate("check", "--build", head)
        found = [g["gate"] for g in answer["gates"] if g["verdict"] == "regression"]
        if code == 4:
            self.skipTest(f"the checked-in counts are of another C library: {answer['problem']}")
        self.assertEqual(code, 1, said)
        self.assertIn("toggle/sleep/threads:1/park: syscall getppid", found)

    def test_slowdown_is_found_and_confirmed(self):
        head = self.build("delay", "-DINJECT_NS=60000")
        code, answer, said = self.gate("run", "--base", BUILD, "--head", head, "--policy",
                                       self.short_policy(), "--no-counts", "--seed", "3")
        self.assertEqual(code, 1, said)
        park, = [g for g in answer["gates"] if g["gate"].endswith("/park")]
        self.assertEqual(park["verdict"], "regression")
        self.assertTrue(park["confirmation"])
        self.assertGreater(park["floor_ratio"], 0)
        recreate, = [g for g in answer["gates"] if g["gate"].endswith("/recreate")]
        self.assertNotEqual(recreate["verdict"], "regression", said)

    def test_the_other_way_round_it_is_no_regression(self):
        base = self.build("delay", "-DINJECT_NS=60000")
        code, answer, said = self.gate("run", "--base", base, "--head", PROGRAM, "--policy",
                                       self.short_policy(), "--no-counts", "--seed", "4")
        park, = [g for g in answer["gates"] if g["gate"].endswith("/park")]
        self.assertLess(park["ratio"], 0.9)
        # So long a spin changes whom the scheduler lets go first, more so on a busy machine.
        if "behaviour" not in park:
            self.assertEqual((code, park["verdict"]), (0, "pass"), said)
        self.assertIn(park["verdict"], ("pass", "inconclusive"), said)


if __name__ == "__main__":
    unittest.main()
