# SPDX-License-Identifier: MIT
"""Every number that a verdict depends on: one file, whose hash is in every report."""

import hashlib
import json
import os

from gate.problem import Problem
from gate.signedrank import least_pairs

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "policy.json")
SCHEMA = "parkbench-policy/1"


class Policy:
    def __init__(self, path=PATH):
        try:
            with open(path, "rb") as file:
                text = file.read()
            content = json.loads(text)
            self.timing, self.guards = content["timing"], content["guards"]
            self.counts, self.stored = content["counts"], content["stored"]
            self.simulate = content["simulate"]
        except OSError as error:
            raise Problem(f"policy {path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise Problem(f"policy {path} is damaged: {error!r}") from error
        if content.get("schema") != SCHEMA:
            raise Problem(f"policy {path} is not {SCHEMA}")
        self.path = path
        self.sha256 = hashlib.sha256(text).hexdigest()

    def check_plan(self, nr_gates):
        """A plan that can never reach its own levels is refused before anything is measured."""
        timing = self.timing
        looks = timing["looks_pairs"]
        for name in ("fail_levels", "pass_levels", "confirm_levels"):
            if len(timing[name]) != len(looks):
                raise Problem(f"policy {self.path}: {name} needs one level for each look")
        if looks != sorted(set(looks)):
            raise Problem(f"policy {self.path}: looks_pairs do not rise")
        needed = least_pairs(min(timing["fail_levels"]) / max(nr_gates, 1))
        if looks[0] < needed:
            raise Problem(f"with {nr_gates} gates a look needs {needed} pairs to be able to find"
                          f" anything, the first of the policy has {looks[0]}")
