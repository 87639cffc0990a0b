#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A baseline that is old, or of another line of commits, is said to be. No build is needed."""

import datetime
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from gate import origin

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)


class AgeTest(unittest.TestCase):
    def test_limit(self):
        self.assertIsNone(origin.age("2026-01-30T12:00:00Z", 30, NOW))
        self.assertIn("31 days old, more than 30", origin.age("2026-01-28T23:59:59Z", 30, NOW))

    def test_what_has_no_age(self):
        self.assertIsNone(origin.age("2020-01-01T00:00:00Z", None, NOW))
        self.assertIsNone(origin.age(None, 30, NOW))
        self.assertIn("not to be read: 'soon'", origin.age("soon", 30, NOW))


class AncestryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="parkbench-test.")
        cls.addClassCleanup(subprocess.run, ["rm", "-rf", cls.folder], check=True)
        cls.git("init", "--quiet", "--initial-branch", "trunk")
        cls.first, cls.second = cls.commit("first"), cls.commit("second")
        cls.git("checkout", "--quiet", "-b", "other", cls.first)
        cls.other = cls.commit("other")

    @classmethod
    def git(cls, *words):
        return subprocess.run(["git", "-C", cls.folder, "-c", "user.name=a", "-c", "user.email=a@b",
                               *words], check=True, capture_output=True, text=True).stdout.strip()

    @classmethod
    def commit(cls, text):
        cls.git("commit", "--quiet", "--allow-empty", "-m", text)
        return cls.git("rev-parse", "--short=12", "HEAD")

    def said(self, base, head):
        return origin.ancestry(base, head, self.folder)

    def test_itself_and_what_was_before(self):
        for base, head in ((self.first, self.first), (self.first, self.second),
                           (self.first, f"{self.second}-dirty"), (self.first, self.other)):
            self.assertIsNone(self.said(base, head))

    def test_another_branch_and_what_came_after(self):
        for base, head in ((self.other, self.second), (self.second, self.first)):
            self.assertIn(f"commit {base} is no ancestor of {head}", self.said(base, head))

    def test_commit_of_elsewhere(self):
        self.assertIn("is not known", self.said("123456789abc", self.first))

    def test_build_of_what_was_not_committed(self):
        dirty = f"{self.first}-dirty"
        self.assertIn("nobody can say", self.said(dirty, self.second))
        self.assertIsNone(self.said(dirty, dirty))

    def test_nothing_to_say_where_nothing_is_known(self):
        for base, head in ((None, self.first), ("unknown", self.first), (self.first, None)):
            self.assertIsNone(self.said(base, head))

    def test_both_warnings(self):
        found = origin.notes({"commit": self.other, "utc": "2026-01-01T00:00:00Z"},
                             {"commit": self.second}, 30, NOW, self.folder)
        self.assertEqual(len(found), 2)
        self.assertIn("days old", found[0])
        self.assertIn(self.other, found[1])


if __name__ == "__main__":
    unittest.main()
