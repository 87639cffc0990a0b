#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The gate on what is stored: damage, other machines, factors, baselines; and its usage."""

import copy
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import gate as gate_package
from gate import baseline, machine, relink

PROGRAM = os.path.join(os.environ["BUILD_DIR"], "bench", "parkbench")
GATE = os.path.join(os.path.dirname(gate_package.__file__), os.pardir, "gate.py")


def gate(*words, program=True):
    """(exit code, all that was said)."""
    environment = dict(os.environ, PARKBENCH_PROGRAM=PROGRAM)
    if not program:
        del environment["PARKBENCH_PROGRAM"]
    ended = subprocess.run([GATE, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, env=environment, check=False, timeout=200)
    return ended.returncode, ended.stdout


class Stored(unittest.TestCase):
    """Works on copies of one short run that was really made."""

    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.mkdtemp(prefix="parkbench-test.")
        cls.addClassCleanup(shutil.rmtree, cls.room)
        cls.stored = os.path.join(cls.room, "run")
        cpu = str(machine.default_cpu())
        subprocess.run(
            [PROGRAM, "run", "--workload", "toggle", "--duty", "sleep", "--contender",
             "park,recreate,rebind", "--threads-per-cpu", "1,4", "--cpus", cpu, "--controller", cpu,
             "--cycles", "60", "--repetitions", "2", "--warmup", "0", "--dwell-off", "0ns",
             "--dwell-on", "0ns", "--dither", "0ns", "--passes", "timing,counting,syscalls,memory",
             "--out", cls.stored], stdout=subprocess.DEVNULL, check=True, timeout=120)

    def setUp(self):
        self.nr_made = 0
        self.folder = tempfile.mkdtemp(dir=self.room)

    def copy(self, change=None, tables=None):
        """Another run: @change gets run.json's content, @tables {name: function of its text}."""
        self.nr_made += 1
        folder = os.path.join(self.folder, f"run{self.nr_made}")
        shutil.copytree(self.stored, folder)
        path = os.path.join(folder, "run.json")
        with open(path, encoding="utf-8") as file:
            facts = json.load(file)
        for name, function in (tables or {}).items():
            table = os.path.join(folder, name)
            with open(table, encoding="utf-8", newline="") as file:
                text = function(file.read())
            with open(table, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            entry, = [e for e in facts["files"] if e["name"] == name]
            entry.update(bytes=len(text.encode()),
                         sha256=hashlib.sha256(text.encode()).hexdigest())
        if change:
            change(facts)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(facts, file)
        return folder

    def out(self):
        return tempfile.mkdtemp(dir=self.folder)

    def verdict(self, folder):
        with open(os.path.join(folder, "verdict.json"), encoding="utf-8") as file:
            return json.load(file)


def scaled(factor):
    """summary.csv with every median times @factor."""
    def change(text):
        lines = text.split("\n")
        names = lines[0].split(",")
        at, which = names.index("value"), names.index("statistic")
        kept = [lines[0]]
        for line in lines[1:]:
            # One field is quoted; it is in front of both.
            cells = line.rsplit(",", len(names) - which)
            if len(cells) > 1 and cells[1] == "p50" and cells[at - which + 1]:
                cells[at - which + 1] = repr(float(cells[at - which + 1]) * factor)
            kept.append(",".join(cells))
        return "\n".join(kept)
    return change


class CountsTest(Stored):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.baseline = os.path.join(cls.room, "counts.json")
        code, said = gate("promote", "--baseline", cls.baseline, "--allow-dirty")
        if code:
            raise AssertionError(said)

    def promoted(self):
        return shutil.copy(self.baseline, os.path.join(self.folder, "counts.json"))

    def test_own_build_is_as_checked_in(self):
        out = self.out()
        code, said = gate("check", "--baseline", self.promoted(), "--out", out)
        answer = self.verdict(out)
        self.assertGreater(answer["compared"], 40)
        # What else the machine does now and did not when it was promoted may show in a band.
        self.assertEqual([g["gate"] for g in answer["gates"]
                          if g["verdict"] == "regression" and g["tier"] != "band"], [], said)
        self.assertEqual(code, 1 if answer["regressions"] else 0, said)

    def test_syscall_more_is_a_regression(self):
        def injected(text):
            line, = [l for l in text.split("\n") if ",1,park," in l and ",total,gettid," in l]
            return text + line.replace(",gettid,", ",getppid,") + "\n"
        out = self.out()
        folder = self.copy(tables={"syscalls.csv": injected})
        code, said = gate("check", "--run", folder, "--baseline", self.promoted(), "--out", out)
        self.assertEqual(code, 1, said)
        self.assertIn("threads:1/park: syscall getppid", said)
        failed = {case.get("name"): failure.get("message")
                  for case in ET.parse(os.path.join(out, "junit.xml")).getroot().iter("testcase")
                  for failure in case.iter("failure")}
        # A stored run is one pass: what else the machine does may push switches out of a band.
        found, = [name for name in failed if "above the band" not in failed[name]]
        self.assertIn("threads:1/park: syscall getppid", found)
        self.assertIn("not in the baseline", failed[found])

    def test_leaked_thread_is_a_regression(self):
        def leaked(text):
            self.assertIn(",4,recreate,", text)
            lines = text.split("\n")
            at = lines[0].split(",").index("nr_alive")
            for i, line in enumerate(lines):
                if ",4,recreate," in line:
                    cells = line.split(",")
                    cells[at] = "1"
                    lines[i] = ",".join(cells)
            return "\n".join(lines)
        folder = self.copy(tables={"memory.csv": leaked})
        code, said = gate("check", "--run", folder, "--baseline", self.promoted(), "--out",
                          self.out())
        self.assertEqual(code, 1, said)
        self.assertIn("threads:4/recreate: threads while away", said)

    def test_transition_that_was_not_seen(self):
        folder = self.copy(tables={"events.csv": lambda t: t.replace(",,ok,,", ",,refused,EBUSY,",
                                                                      1)})
        code, said = gate("check", "--run", folder, "--baseline", self.promoted(), "--out",
                          self.out())
        self.assertEqual(code, 1, said)
        self.assertIn("transitions not seen", said)

    def test_baseline_of_another_libc(self):
        path = self.promoted()
        with open(path, encoding="utf-8") as file:
            text = file.read().replace("glibc", "musl")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        code, said = gate("check", "--baseline", path, "--out", self.out())
        self.assertEqual(code, 4, said)
        self.assertIn("libc: musl", said)

    def test_baseline_that_is_none(self):
        path = os.path.join(self.folder, "broken.json")
        for text in ("", "{", "[]", '{"schema": "parkbench-counts/1", "rows": []}',
                     '{"schema": "x", "applies_to": {}, "rows": []}'):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            code, said = gate("check", "--baseline", path, "--out", self.out())
            self.assertEqual(code, 2, text + said)

    def test_baseline_says_where_it_is_from(self):
        path = self.promoted()
        before = baseline.load(path)
        self.assertTrue(before.origin["commit"])
        baseline.write(path, before._replace(origin={"commit": "123456789abc"}))
        out = self.out()
        gate("check", "--run", self.copy(), "--baseline", path, "--out", out)
        note, = self.verdict(out)["notes"]
        self.assertIn("123456789abc", note)

    def test_promote_never_loosens(self):
        path = self.promoted()
        checked_in = baseline.load(path)
        rows = checked_in.rows
        tight = copy.deepcopy(rows)
        key = next(k for k in rows if k.endswith("park: syscall sched_setaffinity"))
        tight[key]["exact"] -= 1
        baseline.write(path, checked_in._replace(rows=tight))
        code, said = gate("promote", "--baseline", path, "--allow-dirty")
        self.assertEqual(code, 2, said)
        self.assertIn(f"{key}: 0 would become 1", said)
        self.assertEqual(baseline.load(path).rows, tight)

    def test_promote_tightens_and_adds(self):
        path = self.promoted()
        checked_in = baseline.load(path)
        rows = checked_in.rows
        loose = copy.deepcopy(rows)
        key = next(k for k in rows if k.endswith("park: syscall sched_setaffinity"))
        loose[key]["exact"] += 5
        del loose[next(k for k in rows if k.endswith("threads while away"))]
        baseline.write(path, checked_in._replace(rows=loose))
        code, said = gate("promote", "--baseline", path, "--allow-dirty")
        self.assertEqual(code, 0, said)
        self.assertIn("2 new or tighter", said)
        self.assertEqual(baseline.load(path).rows, rows | {k: r for k, r in loose.items()
                                                         if "band" in r})

    def test_row_that_is_gone_is_not_promoted(self):
        with self.assertRaisesRegex(Exception, "a: b is gone"):
            baseline.tightened({"a: b": {"exact": 0}}, {})


class CompareTest(Stored):
    def sides(self, factor=1.0, change=None, n=5):
        """n runs each, in turn; head's medians times @factor."""
        base, head = [], []
        for i in range(2 * n):
            side, scale = ((base, 1.0), (head, factor))[i % 2]
            side.append(self.copy(self.at(i, change if i % 2 else None),
                                  {"summary.csv": scaled(scale * (1 + i * 1e-5))}))
        return ["--base", *base, "--head", *head]

    @staticmethod
    def at(i, change):
        def both(facts):
            facts["start_utc"] = f"2026-01-01T00:{i:02}:00Z"
            facts["environment"]["before"]["boot_id"] = f"boot-{i}"
            if change:
                change(facts)
        return both

    def compare(self, words, *more):
        out = self.out()
        code, said = gate("compare", *words, *more, "--out", out)
        return code, said, self.verdict(out)

    def test_the_same_passes(self):
        code, said, answer = self.compare(self.sides())
        self.assertEqual(code, 0, said)
        self.assertGreater(answer["planned"], 10)

    def test_far_slower_is_found_where_the_level_can_be_reached(self):
        code, said, answer = self.compare(self.sides(2.0, n=9))
        self.assertEqual(code, 1, said)
        slower = [g for g in answer["gates"] if g["verdict"] == "regression"]
        self.assertEqual(len(slower), answer["planned"])
        self.assertAlmostEqual(slower[0]["ratio"], 2.0, places=3)

    def test_level_that_cannot_be_reached_is_said(self):
        code, said, answer = self.compare(self.sides(2.0))
        self.assertEqual(code, 3, said)
        self.assertIn("cannot reach the level", said)

    def test_two_runs_are_too_few(self):
        code, said, answer = self.compare([self.copy(), self.copy()])
        self.assertEqual(code, 3, said)
        self.assertIn("a table needs 5", said)

    def test_one_side_before_the_other_is_no_verdict(self):
        words = self.sides(2.0, n=9)
        runs = sorted((w for w in words if not w.startswith("--")),
                      key=lambda w: int(w.rsplit("run", 1)[1]))
        code, said, _ = self.compare(["--base", *runs[:9], "--head", *runs[9:]])
        self.assertEqual(code, 3, said)
        self.assertIn("ran before", said)

    def test_another_machine_is_refused_by_name(self):
        def other(facts):
            facts["fingerprint"]["hard"].update(cpu="AuthenticAMD/25/1/1", nr_online=256)
        code, said, answer = self.compare([self.copy(), self.copy(other)])
        self.assertEqual(code, 4, said)
        self.assertIn("cpu: ", said)
        self.assertIn("AuthenticAMD/25/1/1", said)
        self.assertIn("nr_online: ", said)
        self.assertEqual(answer["compared"], 0)

    def test_advisory_makes_a_table_and_no_verdict(self):
        def other(facts):
            facts["fingerprint"]["hard"]["hz"] = 1000
        words = self.sides(2.0, other, 9)
        code, said, answer = self.compare(words, "--on-mismatch", "advisory")
        self.assertEqual(code, 3, said)
        self.assertTrue(all(g["verdict"] == "inconclusive" for g in answer["gates"]))
        self.assertAlmostEqual(answer["gates"][0]["ratio"], 2.0, places=3)

    def test_other_experiment_is_refused(self):
        def other(facts):
            facts["params"]["dwell_off_ns"] = 500000
        code, said, _ = self.compare([self.copy(), self.copy(other)])
        self.assertEqual(code, 4, said)
        self.assertIn("params.dwell_off_ns", said)

    def test_soft_key_is_a_note(self):
        def other(facts):
            facts["fingerprint"]["soft"]["microcode"] = "0xbad"
        code, said, answer = self.compare(self.sides(1.0, other))
        self.assertEqual(code, 0, said)
        self.assertIn("microcode", answer["notes"][0])

    def test_old_baseline_and_other_commits_are_notes(self):
        self.assertIn("days old, more than 30", self.at_commit(None)["notes"][0])
        old, other = self.at_commit("123456789abc")["notes"]
        self.assertIn("days old", old)
        self.assertIn("123456789abc", other)

    def at_commit(self, commit):
        """5 runs each; those of base began long ago, and are of that commit."""
        base, head = [], []
        for i in range(10):
            def change(facts, i=i):
                facts["start_utc"] = f"2020-01-01T00:{i:02}:00Z"
                facts["environment"]["before"]["boot_id"] = f"boot-{i}"
                if commit and not i % 2:
                    facts["environment"]["before"]["commit"] = commit
            (head if i % 2 else base).append(self.copy(change))
        return self.compare(["--base", *base, "--head", *head])[2]

    def test_factor_kernel_counts_boots(self):
        def other(facts):
            facts["fingerprint"]["hard"]["kernel"] = "7.99"
            facts["fingerprint"]["soft"]["kernel_release"] = "7.99.1"
        words = self.sides(1.0, other)
        self.assertEqual(self.compare(words)[0], 4)
        code, said, answer = self.compare(words, "--factor", "kernel")
        self.assertEqual((code, answer["unit"]), (0, "boot"), said)

    def test_runs_of_one_boot_are_one_unit(self):
        def other(facts):
            facts["fingerprint"]["hard"]["kernel"] = "7.99"
            facts["environment"]["before"]["boot_id"] = "the only one"
        code, said, answer = self.compare(self.sides(1.0, other), "--factor", "kernel")
        self.assertEqual(code, 3, said)
        self.assertEqual(answer["units"], [5, 1])

    def test_factor_forgives_nothing_else(self):
        def other(facts):
            facts["fingerprint"]["hard"].update(kernel="7.99", hz=1000)
        code, said, _ = self.compare(self.sides(1.0, other), "--factor", "kernel")
        self.assertEqual(code, 4, said)
        self.assertIn("hz: ", said)
        self.assertNotIn("kernel: ", said.split("reproduce")[0].split("hz: ")[1])

    def test_factor_that_does_not_differ(self):
        code, said, _ = self.compare(self.sides(), "--factor", "knob:/sys/kernel/rcu_expedited")
        self.assertEqual(code, 4, said)
        self.assertIn("does not differ", said)

    def test_factor_cmdline(self):
        def line(text):
            def other(facts):
                facts["environment"]["before"]["kernel_command_line"] = text
            return other
        before = "root=/dev/x quiet"
        with open(os.path.join(self.stored, "run.json"), encoding="utf-8") as file:
            before = json.load(file)["environment"]["before"]["kernel_command_line"]
        words = self.sides(1.0, line(before + " skew_tick=1"))
        code, said, _ = self.compare(words, "--factor", "cmdline:skew_tick")
        self.assertEqual(code, 0, said)
        words = self.sides(1.0, line(before + " skew_tick=1 threadirqs"))
        code, said, _ = self.compare(words, "--factor", "cmdline:skew_tick")
        self.assertEqual(code, 4, said)
        self.assertIn("cmdline:threadirqs", said)

    def test_damage_is_an_error(self):
        def cut(name):
            folder = self.copy()
            path = os.path.join(folder, name)
            with open(path, "r+b") as file:
                file.truncate(os.path.getsize(path) // 2)
            return folder
        empty = tempfile.mkdtemp(dir=self.folder)
        for folder, said_of_it in (
                (cut("summary.csv"), "cut off"), (cut("run.json"), "damaged"),
                (empty, "no run.json"), (os.path.join(self.folder, "nowhere"), "no run.json"),
                (self.copy(tables={"summary.csv": lambda t: t[:len(t) // 2]}), "fields"),
                (self.copy(tables={"summary.csv": lambda t: ""}), "damaged"),
                (self.copy(tables={"summary.csv": lambda t: t.split("\n")[0] + "\n"}),
                 "nothing would be compared"),
                (self.copy(lambda f: f["files"].clear()), "lists no summary.csv")):
            code, said, answer = self.compare([self.copy(), folder])
            self.assertEqual(code, 2, said)
            self.assertIn(said_of_it, said)
            self.assertEqual(answer["compared"], 0)

    def test_run_that_failed_is_not_valid(self):
        code, said, _ = self.compare([self.copy(), self.copy(lambda f: f.update(exit_code=1))])
        self.assertEqual(code, 5, said)


class UsageTest(Stored):
    def test_one_line_and_exit_2(self):
        for words in (("runn",), ("run",), ("run", "--base", PROGRAM), ("compare",),
                      ("compare", self.stored), ("compare", self.stored, self.stored, self.stored),
                      ("compare", "--base", self.stored, "--head", self.stored),
                      ("check", "--nonsense"), ("explain",), ("explain", self.folder),
                      ("run", "--base", PROGRAM, "--head", "/nowhere"),
                      ("run", "--base", PROGRAM, "--head", GATE),
                      ("run", "--base", PROGRAM, "--head", PROGRAM, "--seed", "x"),
                      ("run", "--base", PROGRAM, "--head", PROGRAM, "--", "--hotplug", "sysfs"),
                      ("run", "--base", PROGRAM, "--head", PROGRAM, "--out", self.stored),
                      ("run", "--base", PROGRAM, "--head", PROGRAM, "--policy", GATE),
                      ("relink", "/nowhere", "-o", "/nowhere/x"),
                      ("exact",), ("exact", "--base", "/nowhere"),
                      ("run", "--base-kernel", "6.1"),
                      ("run", "--base-kernel", "6.1", "--head-kernel", "6.1", "--seeds", "0"),
                      ("simulate", "/nowhere"), ("simulate", GATE), ("simulate", "--runs", "0")):
            code, said = gate(*words)
            self.assertEqual(code, 2, f"{words}: {said}")
            self.assertEqual(said.count("\n"), 1, f"{words}: {said}")

    def test_help_fits_a_screen_and_has_an_example(self):
        for words in ((), ("run",), ("check",), ("promote",), ("compare",), ("explain",),
                      ("relink",), ("simulate",), ("exact",)):
            code, said = gate(*words, "--help")
            self.assertEqual(code, 0)
            self.assertLessEqual(said.count("\n"), 40)
            self.assertLessEqual(max(map(len, said.splitlines())), 100)
            self.assertIn("\nexample: parkbench gate", said)

    def test_build_that_ends_early_leaves_a_report(self):
        out = self.out()
        code, said = gate("run", "--base", PROGRAM, "--head", "/bin/true", "--no-counts", "--out",
                          out)
        self.assertEqual(code, 5, said)
        self.assertIn("the head build", self.verdict(out)["problem"])
        self.assertTrue(os.path.getsize(os.path.join(out, "report.md")))
        error, = ET.parse(os.path.join(out, "junit.xml")).getroot().iter("error")
        self.assertIn("the head build", error.get("message"))

    def test_same_code_is_recognised(self):
        out = self.out()
        stripped = os.path.join(self.folder, "stripped")
        subprocess.run(["strip", "-o", stripped, PROGRAM], check=True)
        code, said = gate("run", "--base", PROGRAM, "--head", stripped, "--out", out)
        self.assertEqual(code, 0, said)
        self.assertTrue(self.verdict(out)["identical"])

    @unittest.skipUnless(relink.can_relink(os.environ["BUILD_DIR"]), "not built with Ninja")
    def test_other_order_is_other_code_that_works(self):
        other = os.path.join(self.folder, "relinked")
        code, said = gate("relink", os.environ["BUILD_DIR"], "-o", other, "--seed", "5")
        self.assertEqual(code, 0, said)
        from gate.builds import digest_of_code
        self.assertNotEqual(digest_of_code(other), digest_of_code(PROGRAM))
        self.assertEqual(subprocess.run([other, "--version"], check=False).returncode, 0)


if __name__ == "__main__":
    unittest.main()
