# SPDX-License-Identifier: MIT
"""The guest's CPUs, nodes and memory: checked against each other, and as QEMU wants them."""

import re
from dataclasses import dataclass

from problem import Problem

MAX_CPUS = 255         # more need an IOMMU in the guest
MIN_MIB = 160          # kernel, page tables, initramfs: less ends in a panic of its own
MIN_MIB_PER_CPU = 10
UNITS_MIB = {"M": 1, "G": 1024}


@dataclass(frozen=True)
class Topology:
    cpus: int
    sockets: int
    dies: int
    cores: int
    threads: int
    numa: int
    distance: int
    memory_mib: int
    boot_cpus: int

    @property
    def smp(self):
        return (f"{self.cpus},sockets={self.sockets},dies={self.dies},cores={self.cores},"
                f"threads={self.threads}")

    def qemu_options(self):
        options = ["-smp", self.smp, "-m", f"{self.memory_mib}M"]
        share = self.cpus // self.numa
        for node in range(self.numa):
            first = node * share
            options += [
                "-object", f"memory-backend-ram,id=m{node},size={self.memory_mib // self.numa}M",
                "-numa", f"node,nodeid={node},cpus={first}-{first + share - 1},memdev=m{node}"]
        for a in range(self.numa):
            for b in range(a + 1, self.numa):
                options += ["-numa", f"dist,src={a},dst={b},val={self.distance}"]
        return options


def make_topology(options):
    """Of the parsed options; what was not said follows from what was."""
    cores = options.cores
    per_core = options.sockets * options.dies * options.threads
    if options.cpus is None:
        options.cpus = per_core * (cores or 1)
    if cores is None:
        cores = max(options.cpus // per_core, 1)
    if cores * per_core != options.cpus:
        raise Problem(f"--cpus {options.cpus} is not {options.sockets} sockets x {options.dies} dies"
                      f" x {cores} cores x {options.threads} threads = {cores * per_core}: change"
                      " one of them")
    if options.cpus > MAX_CPUS:
        raise Problem(f"--cpus {options.cpus}: {MAX_CPUS} are the most that a guest can have")
    check_nodes(options)
    boot_cpus = options.boot_cpus or options.cpus
    if boot_cpus > options.cpus:
        raise Problem(f"--boot-cpus {boot_cpus}: the guest has {options.cpus} CPUs")
    return Topology(options.cpus, options.sockets, options.dies, cores, options.threads,
                    options.numa, options.distance, make_memory(options), boot_cpus)


def check_nodes(options):
    numa, sockets = options.numa, options.sockets
    if numa > 1 and sockets % numa and numa % sockets:
        raise Problem(f"--numa {numa} does not go with --sockets {sockets}: one must be a multiple"
                      " of the other")
    if options.cpus % (numa * options.threads):
        raise Problem(f"--numa {numa}: {options.cpus // options.threads} cores cannot be dealt to"
                      f" {numa} nodes in equal parts")
    if not 11 <= options.distance <= 254:
        raise Problem(f"--distance {options.distance}: 11 to 254, a node to itself is 10")


def make_memory(options):
    match = re.fullmatch(r"(\d+)([MG])", options.memory)
    if not match:
        raise Problem(f"--memory {options.memory}: a number with M or G, for example 1G")
    mib = int(match.group(1)) * UNITS_MIB[match.group(2)]
    least = MIN_MIB + MIN_MIB_PER_CPU * options.cpus
    if mib < least:
        raise Problem(f"--memory {options.memory}: too little for {options.cpus} CPUs, {least}M is"
                      " the least")
    available = available_mib()
    if mib > available:
        raise Problem(f"--memory {options.memory}: this machine has {available}M available")
    return mib - mib % options.numa


def available_mib():
    with open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    return 0
