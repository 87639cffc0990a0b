# SPDX-License-Identifier: MIT
"""JUnit XML: a suite per tier, a case per gate."""

import xml.etree.ElementTree as ET

# What is neither a pass nor a finding is skipped, with the reason; what spoils the run is an error.
ELEMENTS = {"regression": "failure", "not valid": "error", "error": "error",
            "inconclusive": "skipped", "not comparable": "skipped", "skipped": "skipped"}
TIERS = {"exact": "counts", "band": "counts"}


def render(verdict):
    root = ET.Element("testsuites", name="parkbench gate")
    tiers = {}
    for gate in verdict["gates"]:
        tiers.setdefault(TIERS.get(gate.get("tier"), "timing"), []).append(gate)
    for tier, gates in sorted(tiers.items()):
        add_suite(root, tier, gates, verdict)
    if verdict.get("problem"):
        suite = ET.SubElement(root, "testsuite", name="gate", tests="1", failures="0", errors="1",
                              skipped="0")
        case = ET.SubElement(suite, "testcase", classname="parkbench.gate", name=verdict["what"])
        ET.SubElement(case, "error", message=clean(verdict["problem"]), type=verdict["verdict"])
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def add_suite(root, tier, gates, verdict):
    kinds = [ELEMENTS.get(gate["verdict"]) for gate in gates]
    suite = ET.SubElement(root, "testsuite", name=f"gate.{tier}", tests=str(len(gates)),
                          failures=str(kinds.count("failure")), errors=str(kinds.count("error")),
                          skipped=str(kinds.count("skipped")), timestamp=verdict["utc"].rstrip("Z"))
    properties = ET.SubElement(suite, "properties")
    for key in ("policy_sha256", "seed", "class", "cpus"):
        if verdict.get(key) is not None:
            ET.SubElement(properties, "property", name=key, value=str(verdict[key]))
    for gate in gates:
        case = ET.SubElement(suite, "testcase", classname=f"parkbench.gate.{tier}",
                             name=clean(gate["gate"]), time="0")
        element = ELEMENTS.get(gate["verdict"])
        if element:
            ET.SubElement(case, element, message=clean(gate["reason"]), type=gate["verdict"])
        if "ratio" in gate:
            ET.SubElement(case, "system-out").text = (
                f"ratio {gate['ratio']:.6f} low {limit(gate['low'])} high {limit(gate['high'])}"
                f" pairs {gate.get('pairs', 0)}")


def limit(value):
    return "none" if value is None else f"{value:.6f}"


def clean(text):
    """XML has no place for control characters."""
    return "".join(c if c.isprintable() else " " for c in str(text))
