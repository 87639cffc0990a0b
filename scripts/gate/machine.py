# SPDX-License-Identifier: MIT
"""What of this machine decides whether a run counts."""

import os

from gate.problem import NOT_VALID, Problem

ONLINE = "/sys/devices/system/cpu/online"
CLOCKSOURCE = "/sys/devices/system/clocksource/clocksource0/current_clocksource"


def read_line(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.readline().strip()
    except OSError:
        return None


def default_cpu():
    """The last one that we may use: the first has the interrupts."""
    return max(os.sched_getaffinity(0))


def cpu_ticks():
    """(stolen, all) of all CPUs since boot; None where there is no such file."""
    line = read_line("/proc/stat")
    fields = [int(word) for word in line.split()[1:9]] if line else []
    return (fields[7], sum(fields)) if len(fields) == 8 else None


def steal_pct(before, after):
    if not before or not after or after[1] <= before[1]:
        return 0.0
    return 100.0 * (after[0] - before[0]) / (after[1] - before[1])


def state():
    return {"cpus_online": read_line(ONLINE), "clocksource": read_line(CLOCKSOURCE),
            "cpus_allowed": sorted(os.sched_getaffinity(0))}


def check_guards(before, steal, guards):
    """A run on a machine that changed meanwhile, or whose CPUs were elsewhere, is no run."""
    after = state()
    for key, value in before.items():
        if after[key] != value:
            raise Problem(f"{key} changed during the run, from {value} to {after[key]}", NOT_VALID)
    disturbed = sum(share > guards["steal_pct_of_pair"] for share in steal)
    if steal and disturbed > guards["steal_share_of_pairs"] * len(steal):
        raise Problem(f"the hypervisor took more than {guards['steal_pct_of_pair']} % of the CPUs'"
                      f" time in {disturbed} of {len(steal)} pairs: try again when it is quieter",
                      NOT_VALID)


def notes():
    load = os.getloadavg()[0]
    per_cpu = load / (os.cpu_count() or 1)
    if per_cpu > 0.5:
        return [f"the machine is busy: load {load:.1f} on {os.cpu_count()} CPUs; pairs stay fair,"
                " but more of them may be needed"]
    return []
