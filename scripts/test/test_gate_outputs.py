#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The gate's judgement of guests' figures, and what it writes. No build is needed."""

import csv
import hashlib
import os
import sys
import tempfile
import types
import unittest
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from gate import baseline, counts, exact_command, kernels_command, verdict
from gate.policy import PATH, Policy
from gate.problem import worst


class LabTest(unittest.TestCase):
    """What is made of a guest's figures; guests themselves are in test_lab.sh."""

    TERMS = Policy().lab

    def kernels(self, head, n=20):
        base = [{"step up a f": 1000.0 + i % 3, "step up b g": 600.0 + i % 2} for i in range(n)]
        heads = [{what: value + i % 2 for what, value in head.items()} for i in range(n)]
        return {gate["gate"]: gate for gate in kernels_command.make_gates(base, heads, self.TERMS)}

    def test_steps_that_grew_and_shrank(self):
        gates = self.kernels({"step up a f": 2000.0, "step up b g": 600.0, "step up c h": 700.0})
        self.assertEqual(gates["step up a f"]["verdict"], "regression")
        self.assertAlmostEqual(gates["step up a f"]["ratio"], 2.0, places=2)
        self.assertEqual(gates["step up b g"]["verdict"], "pass")
        self.assertEqual(gates["step up c h"]["reason"], "only in the head kernel")
        gates = self.kernels({"step up a f": 700.0, "step up b g": 600.0})
        self.assertEqual(gates["step up a f"]["verdict"], "better")

    def test_what_tracing_costs_is_no_finding(self):
        gates = self.kernels({"step up a f": 1030.0, "step up b g": 630.0})
        self.assertEqual({gate["verdict"] for gate in gates.values()}, {"pass"})

    def test_few_seeds_are_no_verdict(self):
        gates = self.kernels({"step up a f": 2000.0, "step up b g": 600.0}, 19)
        self.assertEqual({gate["verdict"] for gate in gates.values()}, {"inconclusive"})
        self.assertAlmostEqual(gates["step up a f"]["ratio"], 2.0, places=2)

    def test_first_time_is_a_call_of_its_own(self):
        def call(name, thread, recorded, ns, status="ok"):
            return {"call": name, "thread": thread, "pass": recorded, "ns": ns, "status": status}
        tables = {"kpark.csv": [call("create", "kworker/1:0H", "first_online", "600"),
                                call("park", "cpuhp/1", "first_online", "100"),
                                call("park", "cpuhp/1", "kernel", "40"),
                                call("park", "cpuhp/2", "kernel", "60"),
                                call("park", "cpuhp/2", "kernel", "9999", "spoiled")],
                  "steps.csv": []}
        found = kernels_command.instructions(types.SimpleNamespace(table=tables.get, folder="r"), 2)
        self.assertEqual(found, {"call create kworker:0H, first online": 300.0,
                                 "call park cpuhp, first online": 50.0, "call park cpuhp": 25.0})
        self.assertEqual(kernels_command.absent_calls(([found], [found])),
                         ["no kernel call of unpark was seen"])

    def test_table_of_kernels_has_both_and_what_only_one_has(self):
        base = [{"a": 1.0, "b": 5.0}, {"a": 3.0, "b": 5.0}, {"a": 2.0}]
        head = [{"a": 4.0}, {"a": 6.0}, {"a": 5.0}]
        gates = kernels_command.make_gates(base, head, self.TERMS)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "kernels.csv")
            kernels_command.write_table(path, gates, (base, head), types.SimpleNamespace(
                base_kernel="6.1", head_kernel="6.12"))
            with open(path, encoding="utf-8", newline="") as file:
                rows = {(row["what"], row["side"]): row for row in csv.DictReader(file)}
        self.assertEqual(set(rows), {("a", "base"), ("a", "head"), ("b", "base")})
        row = rows["a", "head"]
        self.assertEqual([row["kernel"], row["seeds"], row["min_instructions"],
                          row["p50_instructions"], row["max_instructions"], row["ratio"]],
                         ["6.12", "3", "4.0", "5.0", "6.0", "2.5000"])
        self.assertEqual(rows["b", "base"]["seeds"], "2")

    def test_one_instruction_is_a_regression(self):
        base = {"park resume p10": 6833.0, "park resume p50": 6833.0}
        def words(head):
            return [g["verdict"] for g in exact_command.compare(base, head)]
        self.assertEqual(words(dict(base)), ["pass", "pass"])
        self.assertEqual(words({**base, "park resume p50": 6834.0}), ["pass", "regression"])
        self.assertEqual(words({**base, "park resume p10": 6832.0}), ["better", "pass"])
        self.assertEqual(words({"park resume p10": 6833.0}), ["pass", "error"])

    def test_table_of_another_kernel_libc_or_compiler(self):
        keys = {"kernel_sha256": "a", "libc": "glibc 2.36", "compiler": "gcc 12"}
        exact_command.check_keys(keys, dict(keys))
        for key in keys:
            with self.assertRaisesRegex(Exception, f"{key}: ") as caught:
                exact_command.check_keys(keys, {**keys, key: "other"})
            self.assertEqual(caught.exception.code, 4)

    def test_damaged_table_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "exact.json")
            for text in ("", "[]", '{"schema": "parkbench-exact/1", "keys": {}, "rows": {}}',
                         '{"schema": "parkbench-exact/1", "keys": {}, "rows": {"a": "x"}}'):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                with self.assertRaisesRegex(Exception, "damaged") as caught:
                    exact_command.load(path)
                self.assertEqual(caught.exception.code, 2)


class BandTest(unittest.TestCase):
    def test_only_above_in_every_pass_is_a_regression(self):
        for values, word in (([11.0, 12.0, 10.1], "regression"), ([11.0, 10.0], "pass"),
                             ([7.0], "pass"), ([5.0], "pass"), ([4.9, 3.0], "better"),
                             ([4.9, 11.0], "pass")):
            self.assertEqual(baseline.of_band("a: b", [5.0, 10.0], values)["verdict"], word, values)


class OutputTest(unittest.TestCase):
    POLICY = Policy()

    def test_no_gate_at_all_is_an_error(self):
        answer = verdict.make("run", [], self.POLICY)
        self.assertEqual((answer["exit_code"], answer["verdict"]), (2, "error"))
        only_skipped = [{"gate": "a", "verdict": "skipped", "reason": "x"}]
        self.assertEqual(verdict.make("run", only_skipped, self.POLICY)["exit_code"], 2)

    def test_precedence(self):
        self.assertEqual([worst(c) for c in ((0, 3), (3, 1), (1, 4), (4, 5), (5, 2), (0,), ())],
                         [3, 1, 4, 5, 2, 0, 2])

    def test_everything_can_be_rendered(self):
        gates = [{"gate": f"<a>|{word}\n\x01", "verdict": word, "base": 1, "head": None,
                  "reason": "be|cause\n<&>", "tier": "exact"} for word in verdict.CODES]
        gates += [{"gate": "t", "verdict": "inconclusive", "ratio": 1.0, "low": None, "high": None,
                   "base_ns": 12.0, "head_ns": 12.0, "reason": "few"}]
        answer = verdict.make("run", gates, self.POLICY)
        with tempfile.TemporaryDirectory() as folder:
            verdict.write(folder, answer)
            root = ET.parse(os.path.join(folder, "junit.xml")).getroot()
            self.assertEqual(len(list(root.iter("testcase"))), len(gates))
            self.assertEqual(sorted(os.listdir(folder)),
                             ["junit.xml", "report.md", "verdict.json"])

    def test_page_fits_into_a_comment(self):
        gates = [{"gate": "x" * 60 + str(i), "verdict": "regression", "base": 1, "head": 2,
                  "reason": "y" * 100, "tier": "exact"} for i in range(2000)]
        text = verdict.markdown.render(verdict.make("run", gates, self.POLICY))
        self.assertLess(len(text.encode()), 65536)
        self.assertIn("REGRESSION (2000 of 2000)", text)

    def test_policy_file_is_in_the_verdict(self):
        with open(PATH, "rb") as file:
            self.assertEqual(verdict.make("run", [], self.POLICY)["policy_sha256"],
                             hashlib.sha256(file.read()).hexdigest())



class CountsTest(unittest.TestCase):
    """Counts of two builds."""

    SERIES = "toggle/sleep/threads:4/park"

    def counted(self, clones=2, alive=4, left_out=(), lost=0):
        found = [counts.Count(self.SERIES, "transitions not seen", "of all", counts.EXACT, lost),
                 counts.Count(self.SERIES, "syscall futex", "per cycle", counts.BAND, 8.0),
                 counts.Count(self.SERIES, counts.AWAY, "threads", counts.EXACT, alive)]
        if clones:
            found.append(counts.Count(self.SERIES, "syscall clone3", "per cycle", counts.EXACT,
                                      clones))
        return {count.key: count for count in found if count.table not in left_out}

    def judge(self, base, head):
        gates = list(counts.compare(base, head))
        return {gate["gate"]: gate for gate in gates}, verdict.make("run", gates, Policy())

    def test_the_same_is_a_pass(self):
        gates, answer = self.judge(self.counted(), self.counted())
        self.assertEqual({gate["verdict"] for gate in gates.values()}, {"pass"})
        self.assertEqual(answer["exit_code"], 0)

    def test_what_one_build_lacks_is_not_valid(self):
        for table in counts.COMPARED:
            for arm in ("base", "head"):
                sides = {"base": self.counted(), "head": self.counted()}
                sides[arm] = self.counted(left_out=(table,))
                gates, answer = self.judge(sides["base"], sides["head"])
                self.assertEqual(answer["exit_code"], 5)
                self.assertIn(self.SERIES, gates[f"{table} of {arm}"]["reason"])
                self.assertNotIn("better", [gate["verdict"] for gate in gates.values()])
        gates, answer = self.judge(self.counted(), {})
        self.assertEqual(answer["exit_code"], 5)
        self.assertEqual(set(gates), {f"{table} of head" for table in counts.COMPARED})

    def test_what_both_lack_is_told(self):
        gates, answer = self.judge(*[self.counted(left_out=("syscalls.csv",))] * 2)
        self.assertEqual(gates["syscalls.csv"]["verdict"], "skipped")
        self.assertEqual(answer["exit_code"], 0)

    def test_fewer_calls_are_better_and_more_are_not(self):
        key = f"{self.SERIES}: syscall clone3"
        for was, now, word in ((2, 1, "better"), (2, 0, "better"), (0, 2, "regression")):
            gates, _ = self.judge(self.counted(was), self.counted(now))
            self.assertEqual(gates[key]["verdict"], word)
        gates, _ = self.judge(self.counted(lost=1), self.counted())
        self.assertEqual(gates[f"{self.SERIES}: transitions not seen"]["verdict"], "better")
        gates, _ = self.judge(self.counted(), self.counted(lost=1))
        self.assertEqual(gates[f"{self.SERIES}: transitions not seen"]["verdict"], "regression")

    def test_another_number_of_threads_is_a_regression(self):
        for now in (0, 3, 5):
            gates, answer = self.judge(self.counted(), self.counted(alive=now))
            self.assertEqual(gates[f"{self.SERIES}: {counts.AWAY}"]["verdict"], "regression")
            self.assertEqual(answer["exit_code"], 1)


if __name__ == "__main__":
    unittest.main()
