# SPDX-License-Identifier: MIT
"""Where a stored baseline comes from: too long ago, or from a line of commits that is not ours.

Both are said and refuse nothing: the machine may be as it was, and a branch may be what is meant.
Counts that the code alone decides have no age.
"""

import datetime
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DIRTY = "-dirty"
GIT_S = 20


def of_run(run):
    return {"commit": run.before.get("commit"), "utc": run.facts.get("start_utc")}


def notes(base, head, days_max, now=None, repository=ROOT):
    """Warnings about base, seen from head; each an origin as of_run() gives it."""
    return [note for note in (age(base.get("utc"), days_max, now),
                              ancestry(base.get("commit"), head.get("commit"), repository))
            if note]


def age(utc, days_max, now=None):
    if not utc or days_max is None:
        return None
    try:
        then = datetime.datetime.fromisoformat(utc.replace("Z", "+00:00"))
    except ValueError:
        return f"the baseline's time is not to be read: {utc!r}"
    if then.tzinfo is None:
        then = then.replace(tzinfo=datetime.timezone.utc)
    days = ((now or datetime.datetime.now(datetime.timezone.utc)) - then).days
    if days > days_max:
        return f"the baseline is {days} days old, more than {days_max}: measure it anew"
    return None


def ancestry(base, head, repository=ROOT):
    """None where base is head or one of its ancestors."""
    if not base or not head or "unknown" in (base, head):
        return None
    if base.endswith(DIRTY) and base != head:
        return f"the baseline is of {base}, so nobody can say what it was built from"
    base, head = base.removesuffix(DIRTY), head.removesuffix(DIRTY)
    if base == head:
        return None
    try:
        code = subprocess.run(["git", "-C", repository, "merge-base", "--is-ancestor", base, head],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=GIT_S,
                              check=False).returncode
    except (OSError, subprocess.TimeoutExpired):
        return None
    if code == 0:
        return None
    if code == 1:
        return (f"the baseline's commit {base} is no ancestor of {head}: what differs may be what"
                " other commits did")
    return f"whether {base} is an ancestor of {head} is not known: not both are in this repository"
