# SPDX-License-Identifier: MIT
"""parkbench lab doctor: one line for each thing that a guest needs."""

import os
import shutil

import guest
import initramfs
import job
import kernels
from problem import EXIT_SKIPPED, Missing, Problem


def examine():
    checks = [("QEMU", guest.qemu_version), ("busybox", initramfs.static_busybox),
              ("handback", job.make_handback), ("kernel", examine_kernel),
              ("program", examine_program), ("kvm", examine_kvm)]
    is_whole = True
    for name, check in checks:
        try:
            print(f"{name:<9} {check()}")
        except Problem as problem:
            print(f"{name:<9} MISSING: {problem}")
            is_whole = False
    return 0 if is_whole else EXIT_SKIPPED


def examine_kernel():
    here = [kernels.release_of(kernel) for kernel in kernels.cached()]
    if here:
        return f"{', '.join(here)} in {kernels.cache_dir()}"
    offered = kernels.offered()
    if offered and shutil.which("dpkg-deb"):
        return f"{', '.join(offered.values())} from apt, downloaded at the first run"
    raise Missing("none cached and apt offers none: run apt-get update as root, or give --kernel"
                  " PATH")


def examine_program():
    return job.find_program(None) or "no parkbench is built: give --program, or build it first"


def examine_kvm():
    what = "can be opened" if os.access("/dev/kvm", os.R_OK | os.W_OK) else "cannot be opened"
    return f"/dev/kvm {what}; used only with --accel kvm"
