#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""parkbench report: known numbers come out, holes are shown, bad input is one line, same bytes."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
try:
    import matplotlib  # noqa: F401
except ImportError:
    print("python3-matplotlib is not installed: scripts/setup.sh --report")
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, SCRIPTS]

import numpy as np
from make_run import RunMaker
from report import answer, forest, series, stats, where
from report.run_reader import NEEDED, Run, read_csv
from report.style import significant, times

REPORT = os.path.join(SCRIPTS, "report.py")
FIGURES = ("machine", "where", "forest", "tail", "blast", "phases", "timeline", "scaling-threads",
           "scaling-cpus", "counters", "heatmap", "run-order", "crossover", "duty", "at-once")


def report(*arguments, seed="0"):
    return subprocess.run([REPORT, *arguments], capture_output=True, text=True,
                          env=dict(os.environ, PYTHONHASHSEED=seed), check=False)


def read(path, mode="r"):
    with open(path, mode) as file:
        return file.read()


def figure_rows(folder, key):
    with open(os.path.join(folder, key + ".csv"), newline="") as file:
        return list(csv.DictReader(file))


class Scratch(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.scratch)

    def place(self, name):
        return os.path.join(self.scratch, name)

    def make(self, name="run", **shape):
        return RunMaker(self.place(name), **shape).make()


class WholePage(unittest.TestCase):
    """One page of one whole run, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.mkdtemp()
        cls.run_dir = RunMaker(os.path.join(cls.scratch, "run"), 40).make()
        cls.inputs = (cls.run_dir, RunMaker(os.path.join(cls.scratch, "matrix")).make_matrix(),
                      RunMaker(os.path.join(cls.scratch, "limits")).make_limits())
        cls.done = report(*cls.inputs, "-o", os.path.join(cls.scratch, "a.html"))
        cls.page = read(os.path.join(cls.scratch, "a.html"))
        cls.folder = os.path.join(cls.scratch, "a-figures")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch)

    def test_every_figure_is_there_three_times(self):
        for key in FIGURES:
            self.assertIn(f'<figure id="{key}">', self.page)
            for kind in ("svg", "png", "csv"):
                self.assertGreater(os.path.getsize(f"{self.folder}/{key}.{kind}"), 50)

    def test_recreate_is_twice_park(self):
        self.assertIn("2.00 [2.00, 2.00] times as much", self.page)
        rows = [r for r in figure_rows(self.folder, "forest")
                if r["arm"] == "recreate" and r["what"] == "quiesce + resume"]
        self.assertEqual(len(rows), 2)
        for row in rows:
            # Whole nanoseconds are rounded.
            self.assertAlmostEqual(float(row["ratio"]), 2, delta=0.001)
            self.assertEqual(row["nr_pairs"], "6")

    def test_who_else_paid(self):
        rows = {(r["panel"], r["cpu"], r["bystander_cpu"]): float(r["median_worst_gap_ns"])
                for r in figure_rows(self.folder, "blast")}
        self.assertEqual(rows["park", "2", "1"], 2e6)
        # Below the threshold counts as the threshold.
        self.assertEqual(rows["park", "3", "1"], 5000)

    def test_steps_within_a_step_count_once(self):
        rows = {(r["arm"], r["part"]): float(r["mean_ns"])
                for r in figure_rows(self.folder, "where")}
        self.assertEqual(rows["park", where.HANDOVER], 1e6)
        self.assertEqual(rows["park", "sched:active"], 15e6)

    def test_waker_and_sleeper_as_hwloc_has_them(self):
        rows = figure_rows(self.folder, "heatmap")
        self.assertEqual([row["far_cpu"] for row in rows[:4]], ["0", "2", "1", "3"])
        found = {(r["case"], r["near_cpu"], r["far_cpu"]): float(r["ns"]) for r in rows}
        self.assertEqual(found["park", "1", "2"], 60000)

    def test_what_the_application_feels(self):
        rows = {r["arm"]: r for r in figure_rows(self.folder, "duty")}
        self.assertAlmostEqual(float(rows["recreate"]["ratio_to_park"]), 0.5)
        self.assertEqual(rows["recreate"]["wait_p99_ns"], "200000")

    def test_many_at_once(self):
        rows = {(r["what"], r["threads"]): float(r["ns"])
                for r in figure_rows(self.folder, "at-once")}
        self.assertEqual(rows["one by one", "64"], 2 * rows["in one call", "64"])
        # The floor is told of one switch.
        self.assertEqual(rows["N switches", "64"], 64000)
        self.assertIn("0.50 times the time of one by one", self.page)

    def test_nothing_is_fetched(self):
        bare = re.sub(r'xmlns(:\w+)?="[^"]*"|base64,[^"]*', "", self.page)
        found = re.search(r"https?:|//[a-z]|<script|<link[^>]*stylesheet|@import", bare)
        self.assertIsNone(found)
        for address in re.findall(r'(?:href|src)="([^"]*)"', bare):
            self.assertRegex(address, r"^(#|data:,$|data:image/png;$|a-figures/)")

    def test_identifiers_are_unique(self):
        found = re.findall(r'\bid="([^"]*)"', self.page)
        self.assertEqual(sorted(set(found)), sorted(found))
        for name in re.findall(r'(?:href="#|url\(#)([^")]*)', self.page):
            self.assertIn(name, found)

    def test_words_for_who_cannot_see(self):
        for key in FIGURES:
            alt = re.search(rf'id="{key}-alt">([^<]*)<', self.page)
            self.assertTrue(alt and len(alt.group(1)) > 20, key)
            self.assertIn(f'aria-labelledby="{key}-alt"', self.page)

    def test_captions_say_what_is_repeated(self):
        for key in ("forest", "tail", "scaling-threads", "scaling-cpus", "run-order", "crossover"):
            figure = self.page.split(f'<figure id="{key}">')[1].split("</figure>")[0]
            self.assertIn("unit of replication", figure, key)

    def test_where_the_results_went_is_not_told(self):
        self.assertIn("parkbench run --hotplug sysfs", self.page)
        self.assertNotIn("somewhere", self.page)

    def test_same_bytes(self):
        os.rename(self.folder, self.folder + ".first")
        report(*self.inputs, "-o", os.path.join(self.scratch, "a.html"), seed="12345")
        self.assertEqual(read(os.path.join(self.scratch, "a.html")), self.page)
        for name in os.listdir(self.folder):
            self.assertEqual(read(f"{self.folder}/{name}", "rb"),
                             read(f"{self.folder}.first/{name}", "rb"), name)

    def test_small_enough_to_mail(self):
        self.assertLess(len(self.page.encode()), 3 * 2 ** 20)


class Holes(Scratch):
    def test_missing_data_are_one_line_each(self):
        run = self.make()
        for name in ("steps", "kpark", "bystander", "memory", "counters", "summary"):
            os.remove(os.path.join(run, name + ".csv"))
        done = report(run, "-o", self.place("a.html"))
        self.assertEqual(done.returncode, 0, done.stderr)
        page = read(self.place("a.html"))
        for key, command in (("where", "--hotplug sysfs"), ("blast", "--bystanders"),
                             ("counters", "counting,syscalls"), ("heatmap", "parkbench limits --matrix"),
                             ("stack", "--stack-touch"), ("before-after", "BEFORE AFTER")):
            self.assertRegex(page, rf'<p class="missing" id="{key}">[^\n]*{command}')
        self.assertIn("steps.csv is missing, although the run wrote it", page)

    def test_one_arm_and_few_repetitions(self):
        run = self.make(repetitions=2)
        path = os.path.join(run, "samples.csv")
        lines = [line for line in read(path).splitlines(True) if ",recreate," not in line]
        with open(path, "w") as file:
            file.writelines(lines)
        done = report("--text", run)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("few samples: 2 repetitions", done.stdout)
        self.assertIn("another size", done.stdout)
        self.assertEqual(report(run).returncode, 0)

    def test_refused_steps_are_told_and_not_counted(self):
        run = self.make()
        path = os.path.join(run, "run.json")
        content = json.loads(read(path))
        content["counts"]["refused"] = 3
        content["exit_code"] = 5
        with open(path, "w") as file:
            json.dump(content, file)
        said = report("--text", run).stdout
        self.assertIn("3 of 10 steps were refused", said)
        self.assertIn("ended early", said)


class Knobs(Scratch):
    def test_one_arm_per_value(self):
        run = Run(self.make(knobs=("rcu_expedited=0", "rcu_expedited=1")))
        arms = [str(arm) for arm in series.arms(run.table("samples"))]
        self.assertEqual(arms[0], "park, rcu_expedited=0")
        self.assertEqual(len(arms), 6)
        done = report(run.path, "-o", self.place("k.html"))
        self.assertEqual(done.returncode, 0, done.stderr)
        panels = {row["panel"] for row in figure_rows(self.place("k-figures"), "blast")}
        self.assertIn("recreate, rcu_expedited=1", panels)
        rows = figure_rows(self.place("k-figures"), "knobs")
        self.assertEqual({(r["phase"], r["ratio"]) for r in rows}, {("offline", "0.25")})
        self.assertIn("rcu_expedited=1: offline takes 0.250 [0.200, 0.300] times",
                      read(self.place("k.html")))
        said = " ".join(report("--text", run.path).stdout.split())
        self.assertIn("With rcu_expedited=1: parking costs", said)


class Digits(unittest.TestCase):
    def test_three_of_them_also_where_rounding_adds_one(self):
        for value, text in ((0.9996, "1.00"), (0.99949, "0.999"), (9.996, "10.0"), (123.4, "123"),
                            (0.0123, "0.0123"), (0, "0"), (-0.9996, "-1.00")):
            self.assertEqual(significant(value), text)


class Sentences(unittest.TestCase):
    def test_an_interval_with_one_in_it_shows_nothing(self):
        self.assertIn("no difference was shown", answer.verdict(stats.Estimate(3, 0.9, 9, 6)))
        self.assertIn("nothing is shown", answer.verdict(stats.Estimate(3, n=2)))
        self.assertEqual(answer.verdict(stats.Estimate(2, 1.5, 2.5, 6)),
                         "2.00 [1.50, 2.50] times as much")
        self.assertIn("less", answer.verdict(stats.Estimate(0.5, 0.4, 0.6, 6)))

    def test_who_paid(self):
        self.assertIn("nobody else", answer.who_paid(stats.Estimate(1.5, 0.9, 2, 6)))
        self.assertIn("2.00 [1.50, 2.50] times as long",
                      answer.who_paid(stats.Estimate(2, 1.5, 2.5, 6)))


class Spinning(Scratch):
    REMARK = "(the controller spins for it: 12.0 µs of CPU per cycle)"

    def said(self, **shape):
        done = report("--text", self.make(**shape))
        self.assertEqual(done.returncode, 0, done.stderr)
        return " ".join(done.stdout.split())

    def test_what_it_burns_is_in_the_sentence(self):
        said = self.said(spun_ns=12000)
        self.assertRegex(said, re.escape("hotplug) " + self.REMARK) + ", tearing down")
        self.assertEqual(said.count(self.REMARK), 1)
        self.assertIn("less for park; how they compare without: --spin never", said)

    def test_without_spins_nothing_is_said(self):
        for name, spun_ns in (("never", 0), ("old", None)):
            said = self.said(name=name, spun_ns=spun_ns)
            self.assertIn("tearing down", said)
            self.assertNotIn("spin", said.replace("toggle, spin", ""))


class SeveralRuns(Scratch):
    def test_before_and_after(self):
        left, right = self.make("left"), self.make("right")
        done = report(left, right, "-o", self.place("two.html"))
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = figure_rows(self.place("two-figures"), "before-after")
        self.assertEqual({float(row["ratio"]) for row in rows}, {1.0})
        self.assertIn('<figure id="run2-tail">', read(self.place("two.html")))
        self.assertNotIn("The runs differ", read(self.place("two.html")))

    def test_stack_depth_over_runs(self):
        runs = [self.make("shallow"), self.make("deep")]
        path = os.path.join(runs[1], "run.json")
        content = json.loads(read(path))
        content["params"]["stack_touch_bytes"] = 262144
        with open(path, "w") as file:
            json.dump(content, file)
        self.assertEqual(report(*runs, "-o", self.place("s.html")).returncode, 0)
        rows = figure_rows(self.place("s-figures"), "stack")
        self.assertEqual({row["stack_touch_bytes"] for row in rows}, {"65536", "262144"})
        self.assertIn("The runs differ in stack_touch_bytes", read(self.place("s.html")))

    def test_what_a_guest_brought_back(self):
        self.make("lab/results/runs/one")
        self.assertEqual(report("--text", self.place("lab")).returncode, 0)


class BadInput(Scratch):
    def refused(self, *arguments, because):
        done = report(*arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertRegex(done.stderr, because)
        self.assertEqual(done.stdout, "")

    def change(self, run, name, function):
        path = os.path.join(run, name)
        content = function(read(path))
        with open(path, "w") as file:
            file.write(content)

    def test_no_run(self):
        self.refused(because="DIR")
        self.refused(self.place("nowhere"), because="is no directory")
        self.refused(self.scratch, because="has no run.json.*did not end")

    def test_only_a_matrix(self):
        self.refused(RunMaker(self.place("matrix")).make_matrix(), because="only limits")

    def test_another_schema(self):
        run = self.make()
        self.change(run, "run.json", lambda text: text.replace("run/1", "run/2"))
        self.refused(run, because="schema parkbench-run/2")

    def test_another_schema_of_columns(self):
        run = self.make()
        self.change(run, "samples.csv", lambda text: text.replace("\n1,", "\n2,"))
        self.refused(run, because="samples.csv has schema 2")

    def test_foreign_csv(self):
        run = self.make()
        self.change(run, "samples.csv", lambda text: "a,b\n1,2\n")
        self.refused(run, because="no samples.csv of parkbench: it has no column schema")

    def test_cut_off(self):
        run = self.make()
        self.change(run, "samples.csv", lambda text: text[:len(text) // 2])
        self.refused(run, because=r"line \d+ has \d+ fields, the header 33: was the file cut off")

    def test_cut_off_elsewhere_writes_nothing(self):
        run = self.make()
        self.change(run, "bystander.csv", lambda text: text[:-40])
        self.refused(run, "-o", self.place("a.html"), because="bystander.csv line")
        self.assertFalse(os.path.exists(self.place("a.html")))
        self.assertFalse(os.path.exists(self.place("a-figures")))

    def test_words_for_numbers(self):
        run = self.make()
        self.change(run, "samples.csv", lambda text: text.replace(",ok,", ",ok,", 1).replace(
            ",quiesce,", ",quiesce,x", 1))
        self.refused(run, because="is not CSV of parkbench: could not convert")

    def test_broken_json(self):
        run = self.make()
        self.change(run, "run.json", lambda text: text[:50])
        self.refused(run, because="run.json is not JSON")

    def test_nothing_measured(self):
        run = self.make()
        self.change(run, "samples.csv", lambda text: text.replace(",ok,", ",refused,"))
        self.refused(run, because="nothing was measured")

    def test_cannot_write(self):
        self.refused(self.make(), "-o", self.place("no/such/place.html"), because="cannot write")


class Statistics(unittest.TestCase):
    def test_median_interval(self):
        # 20 values: the 6th and the 15th, which cover with 95.9 %.
        found = stats.median(np.arange(1.0, 21))
        self.assertEqual((found.value, found.low, found.high, found.n), (10.5, 6, 15, 20))
        self.assertFalse(stats.median(np.arange(5.0)).has_interval)

    def test_ratio_interval(self):
        # Six pairs: the whole range covers with 96.9 %; five can not.
        left, right = np.array([1.0, 2, 3, 4, 5, 6]) * 2, np.array([1.0, 2, 3, 4, 5, 12])
        found = stats.ratio(left, right)
        self.assertAlmostEqual(found.value, 2)
        self.assertAlmostEqual(found.low, 1)
        self.assertFalse(stats.ratio(left[:5], right[:5]).has_interval)

    def test_curve_ends_before_the_last_ten(self):
        curve = stats.quantile_curve(np.arange(1000.0), np.arange(1000) // 100)
        self.assertAlmostEqual(10 ** -curve.x[-1], 0.01)
        self.assertEqual(curve.y[-1], 990)
        self.assertTrue((curve.low <= curve.y).all() and (curve.y <= curve.high).all())
        self.assertIsNone(stats.quantile_curve(np.arange(19.0), np.zeros(19)))


class Columns(unittest.TestCase):
    def test_the_program_writes_what_is_read(self):
        program = os.path.join(os.environ.get("BUILD_DIR", ""), "bench/parkbench")
        if not os.path.exists(program):
            self.skipTest("no program in BUILD_DIR")
        manual = subprocess.run([program, "list", "columns", "--markdown"], capture_output=True,
                                text=True, check=True).stdout
        for name, columns in NEEDED.items():
            if f"## {name}.csv" not in manual:
                continue
            section = manual.split(f"## {name}.csv")[1].split("\n## ")[0] + \
                manual.split("## samples.csv")[0]
            for column in columns:
                self.assertIn(f"| {column} |", section, name)

    def same_as_in_the_terminal(self, path, table):
        """Ratios, intervals and counts of the table that the run itself printed."""
        run, phase, nr_compared = Run(path), "", 0
        cell, arm = series.cells(run)[0], series.Arm("recreate", "")
        for line in table.splitlines():
            phase = line.split()[0] if line[:1].isalpha() and line.split() else phase
            found = re.search(r"recreate .*?([\d.]+ \[[\d.]+, [\d.]+\]) (\d+) pairs", line)
            if not found:
                continue
            # A total is of the whole cycle there, as the forest has it.
            mine = forest.total_ratio(run, cell, arm) if phase == "total" else series.paired(
                series.block_medians(run, cell, arm, phase),
                series.block_medians(run, cell, series.Arm("park", ""), phase))
            self.assertEqual((times(mine), str(mine.n)), found.groups(), line)
            nr_compared += 1
        self.assertGreaterEqual(nr_compared, 4, table)

    def test_a_run_of_the_program(self):
        program = os.path.join(os.environ.get("BUILD_DIR", ""), "bench/parkbench")
        if not os.path.exists(program):
            self.skipTest("no program in BUILD_DIR")
        with tempfile.TemporaryDirectory() as scratch:
            run = os.path.join(scratch, "run")
            said = subprocess.run([program, "run", "--contender", "park,recreate", "--duty", "sleep",
                            "--cycles", "10", "--repetitions", "6", "--passes", "timing",
                            "--threads-per-cpu", "1", "--out", run],
                           capture_output=True, text=True, check=False)
            if not os.path.exists(os.path.join(run, "run.json")):
                self.skipTest("parkbench run is not possible here")
            self.same_as_in_the_terminal(run, said.stdout)
            done = subprocess.run([program, "report", run], capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            page = read(os.path.join(run, "report.html"))
            self.assertIn('<figure id="machine">', page)
            self.assertIn("SIMULATED", page)


if __name__ == "__main__":
    unittest.main(verbosity=1)
