# SPDX-License-Identifier: MIT
"""Exit codes, and what goes wrong with one of them. The message is one line."""

PASS = 0
REGRESSION = 1
ERROR = 2
INCONCLUSIVE = 3
NOT_COMPARABLE = 4
NOT_VALID = 5
SKIPPED = 77

NAMES = {PASS: "pass", REGRESSION: "regression", ERROR: "error", INCONCLUSIVE: "inconclusive",
         NOT_COMPARABLE: "not comparable", NOT_VALID: "not valid", SKIPPED: "skipped"}

# Where several apply, the first of these.
PRECEDENCE = (ERROR, NOT_VALID, NOT_COMPARABLE, REGRESSION, INCONCLUSIVE, PASS)


class Problem(Exception):
    def __init__(self, message, code=ERROR):
        super().__init__(message)
        self.code = code


def worst(codes):
    """The exit code of many; none at all is an error, never a pass."""
    codes = set(codes)
    return next((code for code in PRECEDENCE if code in codes), ERROR)
