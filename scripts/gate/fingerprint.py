# SPDX-License-Identifier: MIT
"""May these runs be compared? Hard keys refuse, soft keys warn, what is meant to differ may.

A factor names what is meant to differ: `kernel`, `cmdline:KEY`, `knob:PATH`. It has to differ, and
nothing else that is hard may.
"""

import os
import shlex
from dataclasses import dataclass, field

from gate.problem import NOT_COMPARABLE, Problem

# Of "params": the rest (seed, repetitions, paths) makes no other experiment.
HARD_PARAMS = ("hotplug", "hotplug_kind", "cycles", "dwell_off_ns", "dwell_on_ns", "dither_ns",
               "max_off", "controller_cpu", "controller_wait", "stack_bytes", "stack_touch_bytes",
               "data_touch_bytes", "fifo_priority", "is_idle_held", "spin_ns",
               "pacing", "load")

KERNEL_KEYS = {"kernel", "kernel_release"}
# A parameter of the command line shows up in these facts as well.
CMDLINE_KEYS = {"isolcpus": {"isolated"}, "nohz_full": {"nohz_full"}, "nosmt": {"smt_active",
                "topology", "nr_online"}, "mitigations": {"mitigations"}, "preempt": {"preempt"},
                "maxcpus": {"nr_online"}, "clocksource": {"clocksource"},
                "rcu_nocbs": {"rcu_nocbs"}}
# The facts whose file is not called like them.
KNOB_KEYS = {"current_clocksource": "clocksource", "scaling_governor": "cpufreq_governor",
             "boost": "turbo", "no_turbo": "turbo", "control": "smt_control"}
# Said by the loader, not by who boots.
IGNORED_PARAMETERS = ("BOOT_IMAGE", "initrd", "root")


@dataclass
class Factor:
    text: str
    needs_boot: bool
    keys: set = field(default_factory=set)     # facts that may differ
    parameter: str = None                      # of the kernel's command line

    @staticmethod
    def parse(text):
        kind, _, name = text.partition(":")
        if text == "kernel":
            return Factor(text, True, set(KERNEL_KEYS))
        if kind == "cmdline" and name:
            return Factor(text, True, set(CMDLINE_KEYS.get(name, {name})), name)
        if kind == "knob" and name:
            base = os.path.basename(name)
            return Factor(text, False, {KNOB_KEYS.get(base, base)})
        raise Problem(f"--factor {text}: give kernel, cmdline:KEY or knob:PATH")


def facts(run, factor):
    """{key: value} of all that may not differ, and of all that should not."""
    hard = dict(run.hard)
    params = run.needed("params")
    hard.update({f"params.{key}": params.get(key) for key in HARD_PARAMS})
    if factor and factor.parameter:
        for key, value in parameters(run.before.get("kernel_command_line")).items():
            hard[f"cmdline:{key}"] = value
    return hard, dict(run.soft)


def parameters(command_line):
    found = {}
    for word in shlex.split(command_line or ""):
        key, _, value = word.partition("=")
        if key not in IGNORED_PARAMETERS:
            found[key] = f"{found[key]} {value}" if key in found else value
    return found


def differences(one, other):
    """[(key, value of one, value of the other)], by name."""
    return [(key, one.get(key), other.get(key)) for key in sorted(set(one) | set(other))
            if one.get(key) != other.get(key)]


def shown(found):
    return "; ".join(f"{key}: {one!r} against {other!r}" for key, one, other in found)


def check(base, head, factor):
    """(notes, refusal): notes about soft keys; refusal is None or the hard keys by name."""
    allowed = set(factor.keys) if factor else set()
    if factor and factor.parameter:
        allowed.add(f"cmdline:{factor.parameter}")
    refused, notes, meant = [], [], []
    first = {id(run): facts(run, factor) for run in (*base, *head)}
    for side, runs in (("base", base), ("head", head)):
        for run in runs[1:]:
            found = differences(first[id(runs[0])][0], first[id(run)][0])
            if found:
                refused.append(f"within {side}, {run.folder}: {shown(found)}")
    hard = differences(first[id(base[0])][0], first[id(head[0])][0])
    soft = differences(first[id(base[0])][1], first[id(head[0])][1])
    meant = [key for key, *_ in hard + soft if key in allowed]
    others = [entry for entry in hard if entry[0] not in allowed]
    if others:
        refused.append(shown(others))
    notes = [f"differs, compared all the same: {shown([entry])}" for entry in soft
             if entry[0] not in allowed]
    if factor and not meant:
        refused.append(f"--factor {factor.text} does not differ between the two sides")
    return notes, " | ".join(refused) or None


def unmeant(one, other, factor, may_differ):
    """Hard differences of two runs, but for those of the factor where it may differ."""
    allowed = set(factor.keys) | {f"cmdline:{factor.parameter}"} if may_differ else set()
    found = differences(facts(one, factor)[0], facts(other, factor)[0])
    return [entry for entry in found if entry[0] not in allowed]


def refuse(refusal):
    raise Problem(f"not comparable: {refusal}", NOT_COMPARABLE)
