#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`run --token-fd`: a block per byte, answers on the same descriptor, and an end that is clean."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from gate import machine
from gate.live import Live
from gate.problem import NOT_VALID, Problem

PROGRAM = os.path.join(os.environ["BUILD_DIR"], "bench", "parkbench")
CPU = str(machine.default_cpu())
SELECTION = ["--workload", "toggle", "--duty", "sleep", "--contender", "park,empty",
             "--threads-per-cpu", "1,2", "--cpus", CPU, "--controller", CPU, "--cycles", "7",
             "--dwell-off", "0ns", "--dwell-on", "0ns", "--dither", "0ns"]


class TokenTest(unittest.TestCase):
    def start(self, *more):
        live = Live("base", PROGRAM, [*SELECTION, *more], 100)
        self.addCleanup(live.close)
        return live

    def test_series_are_named_and_numbered(self):
        series = self.start().read_series()
        self.assertEqual(set(series), {f"toggle/sleep/threads:{n}/{arm}"
                                       for n in (1, 2) for arm in ("park", "empty")})
        self.assertEqual(sorted(series.values()), [0, 1, 2, 3])

    def test_filter_leaves_numbers_alone(self):
        series = self.start("--benchmark_filter=threads:2/park").read_series()
        self.assertEqual(series, {"toggle/sleep/threads:2/park": 2})

    def test_one_block_per_token(self):
        live = self.start()
        series = live.read_series()
        for name in list(series) * 2:
            block = live.measure(series[name])
            self.assertEqual(block["cycles"], 7)
            self.assertGreater(block["block_ns"], 0)
            self.assertEqual("quiesce_p50_ns" in block, True)
            self.assertGreaterEqual(block["block_ns"], block["total_p50_ns"])

    def test_two_live_processes_take_turns(self):
        one, two = self.start(), self.start()
        number = one.read_series()["toggle/sleep/threads:1/park"]
        two.read_series()
        for live in (one, two, two, one):
            self.assertGreater(live.measure(number)["total_p50_ns"], 0)

    def test_end_of_file_is_the_end(self):
        live = self.start()
        live.read_series()
        live.close()
        self.assertEqual(live.process.returncode, 0)

    def test_terminate_ends_a_waiting_process(self):
        live = self.start()
        live.read_series()
        live.process.terminate()
        self.assertEqual(live.process.wait(timeout=30), -15)

    def test_unknown_series_is_refused(self):
        live = self.start()
        live.read_series()
        with self.assertRaisesRegex(Problem, "exit 2.*no series 9") as caught:
            live.measure(9)
        self.assertEqual(caught.exception.code, 2)

    def test_death_between_blocks_spoils_the_run(self):
        live = self.start()
        live.read_series()
        live.process.kill()
        live.process.wait()
        with self.assertRaises(Problem) as caught:
            live.measure(0)
        self.assertEqual(caught.exception.code, NOT_VALID)

    def test_bad_selection_is_the_builds_own_message(self):
        with self.assertRaisesRegex(Problem, "did you mean 'park'") as caught:
            Live("head", PROGRAM, ["--contender", "prak"], 0).read_series()
        self.assertEqual(caught.exception.code, 2)


if __name__ == "__main__":
    unittest.main()
