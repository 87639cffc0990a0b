# SPDX-License-Identifier: MIT
"""A campaign: runs of arms that each need a boot, in an order drawn once, kept in one JSON file.

The file is all there is to it: whoever comes back after a boot reads from it what is next. It is on
the disk before a command ends, as a reboot is what comes next.
"""

import json
import os
import random
import re

from gate import fingerprint
from gate.problem import NOT_COMPARABLE, Problem

SCHEMA = "parkbench-campaign/1"
ABSENT, PRESENT = "absent", "present"
BOOT_ID = "/proc/sys/kernel/random/boot_id"
CMDLINE = "/proc/cmdline"


class Campaign:
    def __init__(self, path, content):
        self.path = path
        self.factor = fingerprint.Factor.parse(content["factor"])
        self.arms = content["arms"]
        self.boots = content["boots"]
        self.seed = content["seed"]
        self.selection = content["selection"]
        self.slots = content["slots"]    # [{"arm", "run", "boot_id"}]; no run: to be done

    @staticmethod
    def create(path, factor, arms, boots, seed, selection):
        order = draw(arms, boots, seed)
        return Campaign(path, {"factor": factor, "arms": arms, "boots": boots, "seed": seed,
                               "selection": selection,
                               "slots": [{"arm": arm, "run": None, "boot_id": None}
                                         for arm in order]})

    @staticmethod
    def load(path):
        try:
            with open(path, encoding="utf-8") as file:
                content = json.load(file)
            if content["schema"] != SCHEMA:
                raise ValueError(f"not {SCHEMA}")
            campaign = Campaign(path, content)
            for slot in campaign.slots:
                if slot["arm"] not in campaign.arms or (slot["run"] and not slot["boot_id"]):
                    raise ValueError(f"no such slot: {slot}")
            return campaign
        except OSError as error:
            raise Problem(f"{path}: {error.strerror}; campaign new makes one") from error
        except (ValueError, KeyError, TypeError) as error:
            raise Problem(f"{path} is damaged: {error!r}") from error

    def save(self):
        content = {"schema": SCHEMA, "factor": self.factor.text, "arms": self.arms,
                   "boots": self.boots, "seed": self.seed, "selection": self.selection,
                   "slots": self.slots}
        temporary = f"{self.path}.{os.getpid()}"
        folder = os.path.dirname(os.path.abspath(self.path))
        try:
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(opened)
            os.close(opened)
        except OSError as error:
            raise Problem(f"{self.path}: {error.strerror}") from error

    def folder_of(self, slot):
        """Paths are kept as seen from the campaign's file: both may move together."""
        return os.path.join(os.path.dirname(os.path.abspath(self.path)), slot["run"])

    def kept(self, folder):
        return os.path.relpath(folder, os.path.dirname(os.path.abspath(self.path)))

    def done(self, arm=None):
        return [slot for slot in self.slots if slot["run"] and arm in (None, slot["arm"])]

    def next_slot(self, arm=None):
        """The first that is open, None if there is none."""
        return next((slot for slot in self.slots
                     if not slot["run"] and arm in (None, slot["arm"])), None)

    def number(self, slot):
        """1, 2, ...: where it stands, not what it equals."""
        return next(i for i, one in enumerate(self.slots, 1) if one is slot)

    def arm_of(self, release, command_line):
        """Which arm a machine like this is; None: none of them."""
        return next((arm for arm in self.arms
                     if is_arm(self.factor, arm, release, command_line)), None)

    def check_boot_is_new(self, boot_id):
        if not boot_id:
            raise Problem("no boot_id, so it is not known which boot it is", NOT_COMPARABLE)
        for slot in self.slots:
            if slot["boot_id"] == boot_id:
                raise Problem(f"this boot has had its run, {slot['run']}: boot again, also into the"
                              " same", NOT_COMPARABLE)


def draw(arms, boots, seed):
    """Each round has all arms, in random order: what drifts with time meets all alike."""
    rng = random.Random(seed)
    order = []
    for _ in range(boots):
        round_of = list(arms)
        rng.shuffle(round_of)
        order += round_of
    return order


def is_arm(factor, arm, release, command_line):
    if not factor.parameter:
        return is_release(release, arm)
    value = fingerprint.parameters(command_line).get(factor.parameter)
    return value == {ABSENT: None, PRESENT: ""}.get(arm, arm)


def is_release(release, arm):
    """6.1 is 6.1.90 and 6.1-rc2, not 6.12."""
    return re.match(rf"{re.escape(arm)}(?![0-9])", release or "") is not None


def check_arms(factor, arms):
    if not factor.needs_boot:
        raise Problem(f"--factor {factor.text} needs no boot: parkbench run --knob has it as an arm"
                      " of one run")
    if len(arms) < 2:
        raise Problem("give at least two arms: --arm VALUE --arm VALUE")
    for i, arm in enumerate(arms):
        for other in arms[:i]:
            if arm == other:
                raise Problem(f"--arm {arm} is there twice")
            if not factor.parameter and (is_release(arm, other) or is_release(other, arm)):
                raise Problem(f"--arm {other} and --arm {arm}: a kernel could be both; say more of"
                              " the release")


def to_set(factor, arm):
    """What whoever boots has to see to."""
    if not factor.parameter:
        return f"a kernel {arm}"
    if arm == ABSENT:
        return f"the kernel without {factor.parameter} on its command line"
    value = "" if arm == PRESENT else f"={arm}"
    return f"the kernel with {factor.parameter}{value} on its command line"


def this_machine():
    """(release, command line, boot id)."""
    lines = []
    for path in (CMDLINE, BOOT_ID):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                lines.append(file.read().strip())
        except OSError:
            lines.append("")
    return os.uname().release, *lines
