# SPDX-License-Identifier: MIT
"""gate simulate: what this policy would do on recorded noise, as a table."""

import glob
import os

from gate import simulate
from gate.command_line import Parser, make_seed
from gate.policy import PATH, Policy
from gate.problem import Problem

NOISE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "noise")

HELP = """\
usage: parkbench gate simulate [FILE...] [OPTIONS]

False alarms and power of the policy on recorded noise: FILE is the pairs.csv of a 'gate run
--measure-identical' (all that come with the source). Each row is --runs gates with a true effect;
the interval is Clopper and Pearson's.

  --runs N           per row (400)           --effects 0,5,7,10   in per cent
  --series TEXT      only series whose name has TEXT in it, as threads:1/park
  --seed N           (1)                     --policy FILE        another policy

example: parkbench gate simulate --runs 2000 --effects 0,3,5,10
"""


def main(words):
    if {"-h", "--help"} & set(words):
        print(HELP, end="")
        return 0
    parser = Parser("simulate")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--effects", default="0,5,7,10")
    parser.add_argument("--series", default="")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--policy")
    options = parser.parse_args(words)
    try:
        effects = [float(word) / 100 for word in options.effects.split(",")]
    except ValueError:
        raise Problem(f"--effects {options.effects}: give numbers, in per cent") from None
    if options.runs < 1 or min(effects) <= -1:
        raise Problem("--runs has to be at least 1, --effects above -100")
    policy = Policy(options.policy or PATH)
    files = options.files or sorted(glob.glob(os.path.join(NOISE, "*.csv")))
    if not files:
        raise Problem("no recordings: name a pairs.csv")
    seed = make_seed(options.seed)
    recordings = [(path, select(simulate.read_noise(path), options.series, policy))
                  for path in files]
    if not any(noises for _, noises in recordings):
        raise Problem(f"no series has {options.series} in its name: nothing to simulate")
    print(f"policy {policy.sha256[:12]}, seed {seed}, level of the first of"
          f" {policy.simulate['gates']} gates")
    for recording in recordings:
        show(recording, effects, options.runs, policy, seed)
    return 0


def select(noises, text, policy):
    return {key: noise for key, noise in noises.items()
            if key[1] == policy.timing["gated_phase"] and text in key[0]}


def show(recording, effects, nr_runs, policy, seed):
    path, noises = recording
    for (series, phase), noise in sorted(noises.items()):
        print(f"\n{os.path.basename(path)}: {series} {phase}, {len(noise)} pairs")
        print("  effect    FAIL [95 % interval]        PASS  inconclusive   pairs")
        for row in simulate.table(noise, effects, nr_runs, policy, seed):
            low, high = row["interval"]
            print(f"  {100 * row['effect']:+5.1f} %  {share(row['fail'], row)}"
                  f" [{100 * low:6.2f}, {100 * high:6.2f}]  {share(row['pass'], row)}"
                  f"  {share(row['inconclusive'], row):>12}  {row['pairs']:6.0f}")


def share(count, row):
    return f"{100 * count / row['runs']:6.2f} %"
