#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""parkbench gate: is this build slower than that one, the same, or is that not known?"""

import signal
import sys

sys.dont_write_bytecode = True

from gate import (campaign_command, check_command, compare_command, exact_command,
                  explain_command, run_command, simulate_command)
from gate.problem import ERROR, Problem

OVERVIEW = """\
usage: parkbench gate run --base BUILD --head BUILD   two builds in turn, on this machine, now
       parkbench gate check [--build BUILD]           exact counts against the checked-in ones
       parkbench gate promote [--build BUILD]         write these; never looser
       parkbench gate compare --base DIR... --head DIR...   stored runs, if they are comparable
       parkbench campaign new|next|run|record         the boots that such runs need, kept in a file
       parkbench gate exact --base BUILD --head BUILD  instructions per operation, in the lab
       parkbench gate explain DIR [GATE]              the arithmetic of a verdict, in sentences
       parkbench gate relink BUILD -o PROGRAM         the same code in another order
       parkbench gate simulate [FILE...]              false alarms and power on recorded noise

exit: 0 pass, 1 regression, 2 error, 3 inconclusive, 4 not comparable, 5 run not valid
example: parkbench gate run --base build-main --head build/release --out gate-report
"""

SUBCOMMANDS = {"run": run_command.main, "check": check_command.check,
               "promote": check_command.promote, "compare": compare_command.main,
               "explain": explain_command.main, "relink": explain_command.relink_main,
               "simulate": simulate_command.main, "exact": exact_command.main,
               "campaign": campaign_command.main}


def main(words):
    if not words or words[0] in ("-h", "--help", "help"):
        print(OVERVIEW, end="", file=sys.stdout if words else sys.stderr)
        return 0 if words else ERROR
    try:
        if words[0] not in SUBCOMMANDS:
            raise Problem(f"no subcommand {words[0]}: there are {', '.join(SUBCOMMANDS)}")
        return SUBCOMMANDS[words[0]](words[1:])
    except Problem as problem:
        # parkbench campaign is this script as well.
        name = "campaign" if words[0] == "campaign" else "gate"
        print(f"parkbench {name}: {problem}", file=sys.stderr)
        return problem.code
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
