# SPDX-License-Identifier: MIT
"""Deterministic guests: instructions are the clock, so that a seed gives the same bytes anywhere."""

import hashlib
import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from gate.problem import NOT_VALID, SKIPPED, Problem
from gate.tables import Run

LAB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lab", "lab.py")
GUEST_S = 1200
NR_CPUS = 2


@dataclass(frozen=True)
class Guest:
    kernel: str
    seed: int
    program: str
    boot_cpus: int = NR_CPUS    # online at first; the others come for the first time in the run


def run_guest(guest, command, out):
    """What `parkbench run` left, as a Run; out also has lab.json."""
    # In the guest every build has the same name: it is part of what the kernel sees.
    named = os.path.join(out + ".program", "parkbench")
    os.makedirs(os.path.dirname(named))
    shutil.copy(guest.program, named)
    words = [LAB, "run", "--deterministic", "--seed", str(guest.seed), "--kernel", guest.kernel,
             "--cpus", str(NR_CPUS), "--boot-cpus", str(guest.boot_cpus), "--memory", "512M",
             "--program", named, "--timeout", str(GUEST_S), "--out", out,
             "--", "parkbench", "run", *command, "--out", "/out/run"]
    try:
        ended = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, check=False)
    finally:
        shutil.rmtree(os.path.dirname(named))
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or ["no reason given"]
        code = ended.returncode if ended.returncode in (2, SKIPPED) else NOT_VALID
        raise Problem(f"guest with kernel {guest.kernel}, seed {guest.seed}: exit {ended.returncode}:"
                      f" {said[-1]}", code)
    return Run(os.path.join(out, "run"))


def run_guests(jobs, nr_at_once):
    """[(Guest, command, out)] -> [Run], in order."""
    with ThreadPoolExecutor(nr_at_once) as pool:
        futures = [pool.submit(run_guest, *job) for job in jobs]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def facts_of(out):
    with open(os.path.join(out, "lab.json"), encoding="utf-8") as file:
        return json.load(file)


def own_sha256():
    """Of what the lab itself puts around and into a guest: it executes instructions, too."""
    digest = hashlib.sha256()
    for name in ("guest.py", "handback.c", "init"):
        with open(os.path.join(os.path.dirname(LAB), name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def ns_per_instruction(facts):
    """From QEMU's own words: -icount shift=N makes an instruction 2**N ns."""
    for word in facts["qemu_argv"]:
        if word.startswith("shift="):
            shift = word.split(",")[0].partition("=")[2]
            if shift.isdigit():
                return 1 << int(shift)
    raise Problem("the guest did not count instructions: no icount shift in lab.json", NOT_VALID)
