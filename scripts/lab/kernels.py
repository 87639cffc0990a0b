# SPDX-License-Identifier: MIT
"""Kernels for guests: Debian's cloud kernels, downloaded but not installed, or any bzImage."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from problem import Missing, Problem

DEFAULT = "6.1"
SERIES = ("6.1", "6.12")  # what Debian 12 has
DOWNLOAD_S = 300


@dataclass(frozen=True)
class Kernel:
    path: str
    version: str

    @property
    def sha256(self):
        with open(self.path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()


def cache_dir():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "parkbench", "lab")


def find(wanted):
    """The kernel named by path, by series (6.1) or by release (6.1.0-47-cloud-amd64)."""
    if "/" in wanted:
        return Kernel(wanted, read_version(wanted))
    if not re.fullmatch(r"\d+\.\d+(\.\d\S*)?", wanted):
        raise Problem(f"--kernel {wanted}: a series ({', '.join(SERIES)}), a release"
                      " (6.1.0-56-cloud-amd64) or a path with a slash in it")
    here = [kernel for kernel in cached() if belongs(release_of(kernel), wanted)]
    return here[-1] if here else fetch(wanted)


def belongs(release, wanted):
    return release == wanted or release.startswith(wanted + ".")


def cached():
    """Oldest first."""
    folder = os.path.join(cache_dir(), "kernels")
    names = os.listdir(folder) if os.path.isdir(folder) else []
    paths = [os.path.join(folder, name, "vmlinuz") for name in sorted(names, key=age)]
    return [Kernel(path, read_version(path)) for path in paths if os.path.isfile(path)]


def release_of(kernel):
    return os.path.basename(os.path.dirname(kernel.path))


def age(name):
    return [int(part) if part.isdigit() else 0 for part in re.split(r"\D+", name)]


def read_version(path):
    """Of a bzImage, as Documentation/arch/x86/boot.rst has it."""
    try:
        with open(path, "rb") as file:
            head = file.read(0x10000)
    except OSError as error:
        raise Problem(f"--kernel {path}: {error.strerror}") from error
    if head[0x202:0x206] != b"HdrS":
        raise Problem(f"--kernel {path}: no kernel image (bzImage)")
    start = int.from_bytes(head[0x20e:0x210], "little") + 0x200
    return head[start:].split(b"\0")[0].decode("ascii", "replace")


def offered():
    """{series: release} of what apt has today."""
    releases = {}
    for series in SERIES:
        for meta in (f"linux-image-{series}-cloud-amd64", "linux-image-cloud-amd64"):
            release = depends_on(meta)
            if release and belongs(release, series):
                releases.setdefault(series, release)
    return releases


def depends_on(meta):
    if not shutil.which("apt-cache"):
        return None
    said = subprocess.run(["apt-cache", "depends", meta], capture_output=True, text=True,
                          check=False).stdout
    match = re.search(r"Depends: linux-image-(\d\S*)", said)
    return match.group(1) if match else None


def fetch(wanted):
    """Download and unpack into the cache, whole or not at all."""
    release = offered().get(wanted, wanted)
    if not re.match(r"\d+\.\d+\.\d", release):
        raise Missing(f"apt offers no kernel {wanted}: run apt-get update as root, or give"
                      " --kernel PATH")
    place = os.path.join(cache_dir(), "kernels", release)
    if os.path.isfile(os.path.join(place, "vmlinuz")):
        return Kernel(os.path.join(place, "vmlinuz"), read_version(os.path.join(place, "vmlinuz")))
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_dir()) as scratch:
            download(f"linux-image-{release}", release, scratch)
            replace(os.path.join(scratch, "kernel"), place)
    except OSError as error:
        raise Problem(f"cannot store a kernel in {cache_dir()}: {error.strerror}") from error
    path = os.path.join(place, "vmlinuz")
    return Kernel(path, read_version(path))


def download(package, release, scratch):
    """Leaves vmlinuz and config in @scratch/kernel."""
    run(["apt-get", "download", "-q", package], scratch)
    archives = [name for name in os.listdir(scratch) if name.endswith(".deb")]
    if not archives:
        raise Missing(f"apt-get did not download {package}")
    run(["dpkg-deb", "-x", archives[0], "unpacked"], scratch)
    os.mkdir(os.path.join(scratch, "kernel"))
    for name in ("vmlinuz", "config"):
        shutil.copyfile(os.path.join(scratch, "unpacked", "boot", f"{name}-{release}"),
                        os.path.join(scratch, "kernel", name))


def replace(made, place):
    try:
        os.rename(made, place)
    except OSError:
        # Somebody else was faster.
        if not os.path.isfile(os.path.join(place, "vmlinuz")):
            raise


def run(command, folder):
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False,
                              timeout=DOWNLOAD_S, stdin=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise Missing(f"no {command[0]} here: give --kernel PATH") from error
    except subprocess.TimeoutExpired as error:
        raise Missing(f"{' '.join(command)} took more than {DOWNLOAD_S} s") from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("E:")]
        raise Missing(f"{' '.join(command)} failed: {(said or ['no reason given'])[0]}")
