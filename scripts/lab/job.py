# SPDX-License-Identifier: MIT
"""One `lab run`: packs the guest, boots it, and puts what comes back where it belongs."""

import hashlib
import io
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

import guest
import initramfs
import kernels
import topology
from problem import Missing, Problem

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OURS = ("console.log", "lab.json")


def run(options, command):
    shape = topology.make_topology(options)
    version = guest.qemu_version()
    out = make_out(options.out)
    spec = guest.Spec(shape, options.accel, options.deterministic,
                      1 if options.seed is None else options.seed,
                      options.cmdline, options.timeout)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        with tempfile.TemporaryDirectory(prefix="parkbench-lab.") as folder:
            kernel = kernels.find(options.kernel)
            facts = {"schema": "parkbench-lab/1", "command": command, "qemu_version": version,
                     "qemu_argv": guest.qemu_command(spec), **describe(spec, options.cgroup)}
            facts["kernel"] = {"version": kernel.version, "sha256": kernel.sha256}
            facts["initramfs_sha256"] = furnish(folder, kernel, options, command, shape.memory_mib)
            if out:
                os.symlink(os.path.join(out, "console.log"), os.path.join(folder, "console.log"))
            begin = time.monotonic()
            ending = guest.boot(spec, folder)
            if not spec.is_deterministic:
                facts["wall_s"] = round(time.monotonic() - begin, 3)
            return conclude(ending, facts, out, folder)
    except Interrupted as cause:
        number = cause.args[0]
        raise Problem(f"stopped by {signal.Signals(number).name}; the guest is gone",
                      128 + number) from cause
    except OSError as error:
        place = error.filename or f"{out or 'no --out'} or {tempfile.gettempdir()}"
        raise Problem(f"{place}: {error.strerror}") from error
    finally:
        if out and not os.listdir(out):
            os.rmdir(out)


class Interrupted(Exception):
    pass


def interrupt(number, _frame):
    raise Interrupted(number)


def make_out(path):
    if not path:
        return None
    path = os.path.abspath(path)
    try:
        os.makedirs(path, exist_ok=True)
        if os.listdir(path):
            raise Problem(f"--out {path} is not empty: name another")
    except OSError as error:
        raise Problem(f"--out {path}: {error.strerror}") from error
    return path


def describe(spec, cgroup):
    shape = spec.topology
    return {
        "topology": {**vars(shape)},
        "accel": spec.accel,
        "cgroup": cgroup,
        "deterministic": spec.is_deterministic,
        "seed": spec.seed if spec.is_deterministic else None,
    }


def furnish(folder, kernel, options, command, memory_mib):
    """Kernel and initramfs into @folder; the digest of the latter."""
    os.symlink(os.path.abspath(kernel.path), os.path.join(folder, "vmlinuz"))
    root = initramfs.Initramfs()
    root.add_file(os.path.join(HERE, "init"), "init")
    root.add_file(make_handback(), "lab/handback")
    root.add_bytes("lab/settings", settings(options, command).encode())
    if os.path.isfile("/etc/os-release"):
        root.add_file("/etc/os-release", "etc/os-release")
    program = find_program(options.program)
    if program:
        root.add_file(program, os.path.join("/usr/bin", os.path.basename(program)))
    for word in options.file:
        source, _, place = word.partition(":")
        root.add_tree(source, place or os.path.abspath(source))
    root.add_busybox(initramfs.static_busybox())
    packed = root.pack()
    if len(packed) * 3 > memory_mib << 20:
        raise Problem(f"--memory {options.memory} is too little: the files for the guest alone"
                      f" have {len(packed) >> 20}M")
    with open(os.path.join(folder, "guest.cpio"), "wb") as file:
        file.write(packed)
    return hashlib.sha256(packed).hexdigest()


def settings(options, command):
    online = options.boot_cpus or options.cpus
    return f"cgroup={options.cgroup} online={online}\nset -- {shlex.join(command)}\n"


def find_program(wanted):
    """The parkbench that called, or the one built here; None if there is none yet."""
    if wanted:
        return wanted
    candidates = [os.environ.get("PARKBENCH_PROGRAM")]
    candidates += [os.path.join(ROOT, "build", preset, "bench", "parkbench")
                   for preset in ("release", "dev")]
    return next((path for path in candidates if path and os.path.isfile(path)), None)


def make_handback():
    """The guest's last step, static, compiled once."""
    source = os.path.join(HERE, "handback.c")
    with open(source, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    binary = os.path.join(kernels.cache_dir(), f"handback-{digest[:16]}")
    if os.path.isfile(binary):
        return binary
    compiler = shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc")
    if not compiler:
        raise Missing("no C compiler here: scripts/setup.sh installs it")
    os.makedirs(kernels.cache_dir(), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kernels.cache_dir()) as scratch:
        made = os.path.join(scratch, "handback")
        done = subprocess.run([compiler, "-std=gnu11", "-O2", "-s", "-static", "-o", made, source],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"{compiler} cannot make a static program:"
                          f" {(done.stderr.splitlines() or ['no reason given'])[-1]}")
        os.rename(made, binary)
    return binary


def conclude(ending, facts, out, folder):
    facts["outcome"] = ending.outcome
    facts["stage"] = ending.stage
    facts["exit_code"] = ending.code if ending.outcome == "exited" else None
    facts["reason"] = ending.text or None
    facts["guest"] = {"boot_s": ending.report.get("boot_s"),
                      "left_running": ending.report.get("left", "").split()}
    if out and ending.archive:
        unpack(ending.archive, out)
    if out:
        with open(os.path.join(out, "lab.json"), "w", encoding="utf-8") as file:
            file.write(json.dumps(facts, indent=2) + "\n")
    if ending.report.get("free_kib") == "0":
        note("/out in the guest was full: give it more --memory")
    if ending.outcome == "refused":
        note(ending.text)
    elif ending.outcome != "exited":
        note(f"{ending.text}; its console: {out + '/console.log' if out else keep(folder)}")
    return ending.code


def keep(folder):
    """Without --out, what a failure leaves behind is still worth a look."""
    handle, path = tempfile.mkstemp(prefix="parkbench-lab-console.", suffix=".log")
    os.close(handle)
    shutil.copyfile(os.path.join(folder, "console.log"), path)
    return path


def note(text):
    print(f"parkbench lab: {text}", file=sys.stderr, flush=True)


def unpack(archive, out):
    """Files, folders and links; nothing that points out of @out can be written through."""
    links = []
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            path = os.path.normpath(member.name)
            if path.startswith(("/", "..")) or path == ".":
                continue
            if path in OURS:
                note(f"the guest's own {path} is here as {path}.guest")
                path += ".guest"
            place = os.path.join(out, path)
            if member.isdir():
                os.makedirs(place, exist_ok=True)
            elif member.isfile():
                os.makedirs(os.path.dirname(place), exist_ok=True)
                with open(place, "wb") as file:
                    shutil.copyfileobj(tar.extractfile(member), file)
                os.chmod(place, member.mode & 0o777 | 0o600)
                os.utime(place, (member.mtime, member.mtime))
            elif member.issym():
                links.append((member.linkname, place))
            else:
                note(f"{path} is no file, folder or symbolic link: left behind")
    for target, place in links:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.symlink(target, place)
