#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""parkbench campaign: whose turn it is, what is taken and refused, and that nothing is forgotten."""

import json
import os
import subprocess
import sys
import unittest
from collections import Counter

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]

from gate import campaign as plan
from gate import fingerprint, machine
from gate.problem import Problem
import test_gate_stored as stored

RELEASE = os.uname().release


def campaign(*words):
    """(exit code, all that was said)."""
    ended = subprocess.run([stored.PROGRAM, "campaign", *words], stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False, timeout=200)
    return ended.returncode, ended.stdout


class PlanTest(unittest.TestCase):
    def test_each_round_has_all_arms(self):
        order = plan.draw(["a", "b", "c"], 40, 7)
        rounds = [order[i:i + 3] for i in range(0, len(order), 3)]
        self.assertTrue(all(sorted(one) == ["a", "b", "c"] for one in rounds))
        self.assertEqual(Counter(one[0] for one in rounds).keys(), {"a", "b", "c"})
        self.assertEqual(order, plan.draw(["a", "b", "c"], 40, 7))
        self.assertNotEqual(order, plan.draw(["a", "b", "c"], 40, 8))

    def test_kernel_arm_is_a_release_or_how_it_begins(self):
        factor = fingerprint.Factor.parse("kernel")
        for release, arm, is_it in (("6.1.90", "6.1", True), ("6.1-rc2", "6.1", True),
                                    ("6.12.3", "6.1", False), ("16.1.0", "6.1", False),
                                    ("6.1.0-56-cloud", "6.1.0-56", True), ("", "6.1", False),
                                    ("6.1.0-56-cloud", "6.1.0-5", False), ("6x1", "6.1", False)):
            self.assertEqual(plan.is_arm(factor, arm, release, ""), is_it, (release, arm))

    def test_cmdline_arm(self):
        factor = fingerprint.Factor.parse("cmdline:nohz_full")
        for line, arm, is_it in (("quiet nohz_full=2,3", "2,3", True), ("nohz_full=2", "2,3", False),
                                 ("quiet", "absent", True), ("nohz_full=2", "absent", False),
                                 ("nohz_full", "present", True), ("quiet", "present", False)):
            self.assertEqual(plan.is_arm(factor, arm, "6.1", line), is_it, (line, arm))

    def test_arms_that_cannot_be_told_apart(self):
        kernel = fingerprint.Factor.parse("kernel")
        for factor, arms, why in ((kernel, ["6.1"], "at least two"),
                                  (kernel, ["6.1", "6.1"], "twice"),
                                  (kernel, ["6.1", "6.1.0-56"], "could be both"),
                                  (fingerprint.Factor.parse("knob:/sys/x"), ["0", "1"], "no boot")):
            with self.assertRaisesRegex(Problem, why):
                plan.check_arms(factor, arms)
        plan.check_arms(kernel, ["6.1", "6.12"])


class CampaignTest(stored.Stored):
    def made(self, *arms, boots=5, more=()):
        path = os.path.join(self.folder, "c.json")
        words = [word for arm in arms for word in ("--arm", arm)]
        code, said = campaign("new", path, "--factor", "kernel", *words, "--boots", str(boots),
                              "--seed", "3", *more)
        self.assertEqual(code, 0, said)
        return path

    def of_boot(self, release, number, change=None):
        """A run of another kernel and boot."""
        def other(facts):
            facts["fingerprint"]["hard"]["kernel"] = release
            facts["fingerprint"]["soft"]["kernel_release"] = release
            facts["environment"]["before"]["boot_id"] = f"boot-{number}"
            facts["start_utc"] = f"2026-01-01T00:{number:02}:00Z"
            if change:
                change(facts)
        return self.copy(other)

    def test_from_new_to_compare(self):
        path = self.made("7.1", "7.2")
        with open(path, encoding="utf-8") as file:
            order = [slot["arm"] for slot in json.load(file)["slots"]]
        for number, arm in enumerate(order):
            code, said = campaign("next", path)
            self.assertIn(f"boot {number + 1} of 10: a kernel {arm} ", said)
            self.assertIn("reboot this machine by hand", said)
            code, said = campaign("compare", path)
            self.assertEqual(code, 3, said)
            self.assertIn(f"{number} of 10 runs are there", said)
            code, said = campaign("record", path, self.of_boot(f"{arm}.4", number))
            self.assertEqual(code, 0, said)
            self.assertNotIn("out of turn", said)
        self.assertIn("complete: ", said)
        self.assertIn("10 of 10 boots done", campaign("status", path)[1])
        out = self.out()
        code, said = campaign("compare", path, "--out", out)
        self.assertEqual((code, self.verdict(out)["units"]), (0, [5, 5]), said)
        self.assertEqual(self.verdict(out)["factor"], "kernel")
        code, said = campaign("record", path, self.of_boot("7.1.4", 50))
        self.assertEqual(code, 4, said)
        self.assertIn("one more than the 5", said)

    def test_what_is_of_no_use_is_refused_and_not_kept(self):
        path = self.made("7.1", "7.2")
        def busier(facts):
            facts["fingerprint"]["hard"]["hz"] = 1000
        def failed(facts):
            facts["exit_code"] = 1
        self.assertEqual(campaign("record", path, self.of_boot("7.1.4", 1))[0], 0)
        with open(path, encoding="utf-8") as file:
            before = file.read()
        for run, wanted, why in ((self.of_boot("7.2.1", 1), 4, "this boot has had its run"),
                                 (self.of_boot("7.1.5", 2), 4, "kernel_release|kernel: "),
                                 (self.of_boot("7.3.1", 3), 4, "of none of the arms"),
                                 (self.of_boot("7.2.1", 4, busier), 4, "hz: "),
                                 (self.of_boot("7.2.1", 5, failed), 5, "exit 1"),
                                 (self.folder, 2, "no run.json")):
            code, said = campaign("record", path, run)
            self.assertEqual((code, said.count("\n")), (wanted, 1), said)
            self.assertRegex(said, why)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), before)
        # What only the factor tells apart is welcome.
        self.assertEqual(campaign("record", path, self.of_boot("7.2.1", 6))[0], 0)

    def test_out_of_turn_is_taken_and_said(self):
        path = self.made("7.1", "7.2")
        with open(path, encoding="utf-8") as file:
            first = json.load(file)["slots"][0]["arm"]
        other, = {"7.1", "7.2"} - {first}
        code, said = campaign("record", path, self.of_boot(f"{other}.4", 1))
        self.assertEqual(code, 0, said)
        self.assertIn(f"out of turn: arm {first} was next", said)
        self.assertIn("boot 1 of 10", campaign("next", path)[1])

    def test_run_of_this_boot(self):
        cpu = str(machine.default_cpu())
        path = self.made(RELEASE, "9.99", more=(
            "--", "--cpus", cpu, "--controller", cpu, "--contender", "park", "--duty", "sleep",
            "--cycles", "5", "--repetitions", "1", "--warmup", "0", "--passes", "timing"))
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        content["slots"].sort(key=lambda slot: slot["arm"] != "9.99")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file)
        code, said = campaign("run", path)
        self.assertEqual(code, 4, said)
        self.assertIn(f"turn of a kernel 9.99; this is {RELEASE}", said)
        content["slots"].reverse()
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file)
        code, said = campaign("run", path)
        self.assertEqual(code, 0, said)
        self.assertIn(f"recorded: boot 1 of 10, arm {RELEASE}", said)
        self.assertTrue(os.path.isfile(os.path.join(self.folder, "c.runs", f"01-{RELEASE}",
                                                    "run.json")))
        code, said = campaign("run", path)
        self.assertEqual(code, 4, said)
        self.assertIn("this boot has had its run", said)

    def test_run_that_fails_keeps_its_turn(self):
        path = self.made(RELEASE, "9.99", more=("--", "--workload", "nonsense"))
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        content["slots"].sort(key=lambda slot: slot["arm"] == "9.99")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file)
        code, said = campaign("run", path)
        self.assertEqual(code, 2, said)
        self.assertIn("its turn is still to come", said)
        self.assertIn("boot 1 of 10", campaign("next", path)[1])

    def test_usage(self):
        path = self.made("7.1", "7.2", "7.3")
        damaged = os.path.join(self.folder, "damaged.json")
        with open(damaged, "w", encoding="utf-8") as file:
            file.write('{"schema": "parkbench-campaign/1"}')
        arms = ("--arm", "7.1", "--arm", "7.2")
        for words in (("bootnow",), ("next",), ("next", damaged), ("next", "/nowhere/c.json"),
                      ("compare", path), ("compare", path, "--head", "7.1"),
                      ("new", path, "--factor", "kernel", *arms),
                      ("new", path + "2", "--factor", "kernel", *arms, "--boots", "4"),
                      ("new", path + "2", "--factor", "nonsense", *arms),
                      ("new", path + "2", "--factor", "kernel", *arms, "--", "--out", "x"),
                      ("new", "/nowhere/c.json", "--factor", "kernel", *arms)):
            code, said = campaign(*words)
            self.assertEqual((code, said.count("\n")), (2, 1), f"{words}: {said}")
            self.assertTrue(said.startswith("parkbench campaign: "), said)

    def test_help(self):
        code, said = campaign("--help")
        self.assertEqual(code, 0)
        self.assertLessEqual(said.count("\n"), 40)
        self.assertLessEqual(max(map(len, said.splitlines())), 100)
        self.assertIn("\nexample: parkbench campaign", said)


if __name__ == "__main__":
    unittest.main()
