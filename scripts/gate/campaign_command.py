# SPDX-License-Identifier: MIT
"""campaign: kernels or command lines that are booted in turn, by a person or a script of theirs."""

import os
import re
import shlex
import subprocess

from gate import fingerprint
from gate.campaign import Campaign, check_arms, this_machine, to_set
from gate.check_command import own_program
from gate.command_line import Parser, make_seed, split
from gate.compare_command import main as compare_runs
from gate.policy import PATH, Policy
from gate.problem import INCONCLUSIVE, NOT_COMPARABLE, NOT_VALID, Problem
from gate.ranksum import least_level
from gate.tables import Run

HELP = """\
usage: parkbench campaign new FILE --factor kernel|cmdline:KEY --arm A --arm B... -- SELECTION
       parkbench campaign next FILE             what to boot now, and what to type then
       parkbench campaign run FILE              the run of this boot, if it is the arm's turn
       parkbench campaign record FILE DIR       a run that was made otherwise
       parkbench campaign status FILE           all boots of the plan
       parkbench campaign compare FILE [...]    gate compare of all runs; [...] goes to it

For what needs a boot. FILE keeps the plan and what of it is done; it never boots a machine. Each
boot gives one run; arms take turns in an order drawn once, so that no arm has the better days.

  --arm VALUE      of kernel: as uname -r begins, 6.1 or 6.1.0-56; of cmdline:KEY the value,
                   'present' for a word without one, 'absent' for none. The first is the base
  --boots N        per arm                                          (9)
  --seed N         of the order                                     (random, kept)
  --head ARM       compare: against the first; needed with three arms or more
SELECTION          of 'parkbench run', the same in each boot

A run that differs from the ones before in more than the factor is refused at once. The verdict
comes when all are there: earlier ones would be many looks.

exit: of compare as 'gate compare', of run as 'parkbench run'; 0 done, 2 error,
      3 not all runs are there, 4 this boot or run is of no use for it, 5 run not valid
example: parkbench campaign new c.json --factor kernel --arm 6.1 --arm 6.12 -- --cpus 2-3
"""

BOOTS = 9


def main(words):
    if not words or {"-h", "--help"} & set(split(words)[0]):
        print(HELP, end="")
        return 0 if words else 2
    if words[0] not in STEPS:
        raise Problem(f"no campaign {words[0]}: there are {', '.join(STEPS)}")
    return STEPS[words[0]](words[1:])


def parser_of(name):
    parser = Parser(f"campaign {name}", "")
    parser.add_argument("file")
    return parser


def new(words):
    left, selection = split(words)
    parser = parser_of("new")
    parser.add_argument("--factor", required=True)
    parser.add_argument("--arm", action="append", default=[])
    parser.add_argument("--boots", type=int, default=BOOTS)
    parser.add_argument("--seed")
    options = parser.parse_args(left)
    check_arms(fingerprint.Factor.parse(options.factor), options.arm)
    stored = Policy(PATH).stored
    if options.boots < stored["units_per_side"]:
        raise Problem(f"--boots {options.boots}: a table needs at least {stored['units_per_side']}"
                      " of each arm")
    if "--out" in {word.split("=")[0] for word in selection}:
        raise Problem("--out is the campaign's: each boot's run has a folder of its own")
    if os.path.exists(options.file):
        raise Problem(f"{options.file} is there already: name another, or go on with campaign next")
    campaign = Campaign.create(options.file, options.factor, options.arm, options.boots,
                               make_seed(options.seed), selection)
    campaign.save()
    level = least_level(options.boots, options.boots)
    print(f"{len(campaign.slots)} boots, seed {campaign.seed}; {options.boots} of each arm can show"
          f" a regression among {int(stored['level'] / level)} gates")
    say_next(campaign)
    return 0


def say_next(campaign):
    slot = campaign.next_slot()
    if not slot:
        print(f"complete: parkbench campaign compare {shlex.quote(campaign.path)}")
        return
    release, command_line, boot_id = this_machine()
    arm = slot["arm"]
    print(f"boot {campaign.number(slot)} of {len(campaign.slots)}: {to_set(campaign.factor, arm)}"
          f" ({len(campaign.done(arm))} of {campaign.boots} of this arm are done)")
    is_used = boot_id in [one["boot_id"] for one in campaign.slots]
    if campaign.arm_of(release, command_line) == arm and not is_used:
        print("this machine is booted so")
    else:
        why = "this boot has had its run" if is_used else f"now it is {release}"
        print(f"reboot this machine by hand: {why}")
    print(f"then: parkbench campaign run {shlex.quote(campaign.path)}")


def next_one(words):
    say_next(Campaign.load(parser_of("next").parse_args(words).file))
    return 0


def run_one(words):
    campaign = Campaign.load(parser_of("run").parse_args(words).file)
    program = own_program()
    slot = campaign.next_slot()
    if not slot:
        raise Problem(f"all {len(campaign.slots)} runs are there: campaign compare")
    release, command_line, boot_id = this_machine()
    campaign.check_boot_is_new(boot_id)
    if campaign.arm_of(release, command_line) != slot["arm"]:
        raise Problem(f"it is the turn of {to_set(campaign.factor, slot['arm'])}; this is {release},"
                      f" {command_line}", NOT_COMPARABLE)
    folder = free_folder(campaign, slot)
    ended = subprocess.run([program, "run", *campaign.selection, "--out", folder], check=False)
    if ended.returncode:
        print(f"not recorded: parkbench run ended with {ended.returncode}; its turn is still to"
              " come")
        return ended.returncode if ended.returncode > 0 else NOT_VALID
    return add(campaign, folder)


def free_folder(campaign, slot):
    """c.json has its runs in c.runs; one that failed stays where it is."""
    stem = os.path.splitext(os.path.abspath(campaign.path))[0]
    arm = re.sub(r"[^A-Za-z0-9._-]", "_", slot["arm"])
    name = os.path.join(f"{stem}.runs", f"{campaign.number(slot):02}-{arm}")
    tries = (f"{name}{suffix}" for suffix in ("", *(f"-again{i}" for i in range(1, 1000))))
    folder = next(path for path in tries if not os.path.exists(path))
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
    except OSError as error:
        raise Problem(f"{os.path.dirname(folder)}: {error.strerror}") from error
    return folder


def record(words):
    parser = parser_of("record")
    parser.add_argument("run")
    options = parser.parse_args(words)
    return add(Campaign.load(options.file), options.run)


def add(campaign, folder):
    run = Run(folder)
    run.check_valid()
    boot_id = run.before.get("boot_id")
    campaign.check_boot_is_new(boot_id)
    release = run.soft.get("kernel_release") or run.hard.get("kernel")
    arm = campaign.arm_of(release, run.before.get("kernel_command_line"))
    if arm is None:
        raise Problem(f"{folder} is of none of the arms ({', '.join(campaign.arms)}): its kernel"
                      f" was {release}", NOT_COMPARABLE)
    check_fits(campaign, run, arm)
    slot = campaign.next_slot(arm)
    if not slot:
        raise Problem(f"{folder} is one more than the {campaign.boots} that were planned of arm"
                      f" {arm}", NOT_COMPARABLE)
    if slot is not campaign.next_slot():
        print(f"out of turn: arm {campaign.next_slot()['arm']} was next")
    slot.update(run=campaign.kept(folder), boot_id=boot_id)
    campaign.save()
    print(f"recorded: boot {campaign.number(slot)} of {len(campaign.slots)}, arm {arm}")
    say_next(campaign)
    return 0


def check_fits(campaign, run, arm):
    """Found out after the first boot that it spoils, not after the last."""
    for slot in campaign.done():
        factor = campaign.factor
        found = fingerprint.unmeant(Run(campaign.folder_of(slot)), run, factor,
                                    may_differ=slot["arm"] != arm)
        if found:
            raise Problem(f"not comparable with {slot['run']}: {fingerprint.shown(found)}",
                          NOT_COMPARABLE)


def status(words):
    campaign = Campaign.load(parser_of("status").parse_args(words).file)
    print(f"factor {campaign.factor.text}, {len(campaign.done())} of {len(campaign.slots)} boots"
          f" done; parkbench run {shlex.join(campaign.selection)}")
    for number, slot in enumerate(campaign.slots, 1):
        print(f"  {number:3}  {slot['arm']:12}  {slot['run'] or '-'}")
    say_next(campaign)
    return 0


def compare(words):
    parser = parser_of("compare")
    parser.add_argument("--head")
    options, more = parser.parse_known_args(words)
    campaign = Campaign.load(options.file)
    base, *others = campaign.arms
    if options.head is None and len(others) > 1:
        raise Problem(f"--head ARM: which of {', '.join(others)} against {base}?")
    head = options.head if options.head is not None else others[0]
    if head not in others:
        raise Problem(f"--head {head}: there are {', '.join(others)}")
    nr_done, nr_all = len(campaign.done()), len(campaign.slots)
    if nr_done < nr_all:
        raise Problem(f"{nr_done} of {nr_all} runs are there: a verdict before the last would be one"
                      " of many looks; gate compare makes a table of any", INCONCLUSIVE)
    return compare_runs(["--factor", campaign.factor.text,
                         "--base", *map(campaign.folder_of, campaign.done(base)),
                         "--head", *map(campaign.folder_of, campaign.done(head)), *more])


STEPS = {"new": new, "next": next_one, "run": run_one, "record": record, "status": status,
         "compare": compare}
