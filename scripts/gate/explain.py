# SPDX-License-Identifier: MIT
"""The arithmetic of a verdict, in sentences."""

from gate.markdown import time


def sentences(verdict, name=None):
    gates = [g for g in verdict["gates"] if name is None or name in g["gate"]]
    if verdict.get("problem"):
        yield f"There is no verdict: {verdict['problem']}."
    if verdict.get("identical"):
        yield ("Both programs hold the same code and data; what differs is the stamp of where they"
               " were built. Identical code cannot be slower.")
    for gate in gates:
        yield from (timed(gate) if "ratio" in gate else counted(gate))
    yield (f"Of {verdict['planned']} planned gates {verdict['compared']} were compared; the worst"
           f" of them decides: {verdict['verdict']}, exit {verdict['exit_code']}.")


def counted(gate):
    yield f"{gate['gate']}: {gate['verdict']}, {gate['reason']}."


def timed(gate):
    yield (f"{gate['gate']}, {gate['metric']}: base took {time(gate['base_ns'])}; one pair of"
           f" launches varies by {gate['spread_pct']:.1f} %." if "spread_pct" in gate else
           f"{gate['gate']}, {gate['metric']}: base took {time(gate['base_ns'])}.")
    for look in gate.get("looks", []):
        yield "  " + of_look(look)
    for look in gate.get("confirmation", []):
        yield "  Once more with fresh processes: " + of_look(look)
    if gate.get("floor_ratio"):
        yield (f"  Base in another object order ran at {gate['floor_ratio']:.3f} of base: no effect"
               " below that is a finding.")
    if gate.get("behaviour"):
        yield f"  Behaviour changed: {gate['behaviour']}."
    yield f"  So: {gate['verdict']}, {gate['reason']}."


def of_look(look):
    text = f"after {look['n']} pairs head / base was {look['estimate']:.4f}; "
    if look["low"] is None:
        text += "too few pairs for a lower bound"
    else:
        side = "above" if look["low"] > look["margin"] else "not above"
        text += (f"it is at least {look['low']:.4f} (error {look['fail_level']:.2g}), {side} the"
                 f" margin {look['margin']:.4f}")
    if look["high"] is not None:
        text += f", and at most {look['high']:.4f} (error {look['pass_level']:.2g})"
    return text + "."
