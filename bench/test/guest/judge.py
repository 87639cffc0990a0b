# SPDX-License-Identifier: MIT
"""judge.py DIR - what the kernel pass must have shown, and the figures that it shows."""

import csv
import statistics
import sys


def read(name):
    with open(f"{sys.argv[1]}/{name}", newline="") as file:
        return list(csv.DictReader(file))


def text(name):
    with open(f"{sys.argv[1]}/{name}") as file:
        return file.read().strip()


def median(rows):
    values = [int(row["ns"]) for row in rows if row["ns"]]
    return f"{statistics.median(values) / 1000:.1f} us (n={len(values)})" if values else "none"


steps, calls, events = read("steps.csv"), read("kpark.csv"), read("events.csv")
traced = [e for e in events if e["trace"] != "off" and e["status"] == "ok"]
assert traced and not text("instances") and not text("probes")
assert all(row["status"] == "ok" for row in steps), {row["reason"] for row in steps}
assert all(row["status"] == "ok" for row in calls), {row["reason"] for row in calls}
parks = {(s["block"], s["seq"]) for s in steps if s["function"] == "smpboot_park_threads"}
unparks = {(s["block"], s["seq"]) for s in steps if s["function"] == "smpboot_unpark_threads"}
named = {(c["block"], c["seq"], c["call"]) for c in calls if c["thread"]}
for event in traced:
    key = event["block"], event["seq"]
    is_down = event["action"] == "offline"
    assert key in (parks if is_down else unparks), event
    if event["trace"] == "calls":
        assert (*key, "park" if is_down else "unpark") in named, event
for step in steps:
    assert step["state_name"] and step["function"], step
    assert step["is_rollback"] in ("0", ""), step
first = [c for c in calls if c["first_online"] == "1" and c["call"] == "create"]
assert {c["cpu"] for c in first} >= {"1", "2", "3"}, first
later = [c for c in calls if c["first_online"] == "0" and c["call"] == "create" and c["state"]]
assert not later, later

print("Linux", text("release"), "offlines and onlines traced:", len(traced), "steps:", len(steps),
      "calls:", len(calls))
for level in ("steps", "calls"):
    for function in ("smpboot_park_threads", "smpboot_unpark_threads", "takedown_cpu",
                     "sched_cpu_deactivate"):
        rows = [s for s in steps if s["function"] == function and s["trace"] == level and s["seq"]]
        print(f"  {level:6} {function:24} {median(rows)}")
for first in "10":
    rows = [s for s in steps if s["function"] == "smpboot_create_threads"
            and s["first_online"] == first]
    print(f"  first_online {first} smpboot_create_threads   {median(rows)}")
for call in ("park", "unpark", "create"):
    for thread in ("cpuhp/", "ksoftirqd/", "migration/", "kworker"):
        rows = [c for c in calls if c["call"] == call and c["thread"].startswith(thread)]
        print(f"  {call:6} {thread:12} {median(rows)}")
for level in ("off", "steps", "calls"):
    for action in ("offline", "online"):
        starts = sorted((int(e["block"]), int(e["seq"]), int(e["started_ns"]), e["action"])
                        for e in events if e["trace"] == level)
        spans = [b[2] - a[2] for a, b in zip(starts, starts[1:])
                 if a[0] == b[0] and a[3] == action]
        print(f"  trace {level:6} {action:8} start to next start {statistics.median(spans)/1000:.0f} us")
