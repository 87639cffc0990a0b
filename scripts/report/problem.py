# SPDX-License-Identifier: MIT
"""What a user can put right: one line, and the exit code of usage."""

EXIT_USAGE = 2


class Problem(Exception):
    """What is wrong and what to do, in one line."""
