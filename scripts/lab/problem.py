# SPDX-License-Identifier: MIT
"""What goes wrong, with the exit code that says so. The message is one line."""

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_SKIPPED = 77


class Problem(Exception):
    def __init__(self, message, code=EXIT_USAGE):
        super().__init__(message)
        self.code = code


class Missing(Problem):
    """This machine lacks something that could be installed."""

    def __init__(self, message):
        super().__init__(message, EXIT_SKIPPED)
