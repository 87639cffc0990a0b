# SPDX-License-Identifier: MIT
"""Runs QEMU and tells how the guest ended.

Success cannot be mistaken: only the guest's own last step makes QEMU exit with DONE, and by then
the first page of the window says stage=end and vouches for the archive behind it (handback.c).
A panic and a power-off both end QEMU with 0; the kernel's own line on the console tells them apart.
"""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from dataclasses import dataclass, field

from problem import EXIT_FAILED, EXIT_USAGE, Missing

QEMU = "qemu-system-x86_64"
DONE = 2 * 21 + 1      # DEBUG_VALUE of handback.c
PAGE_BYTES = 4096
POLL_S = 0.05
STOP_S = 5

PANIC = re.compile(rb"^\[ *\d+\.\d+\](?:\[[^]]*\])? Kernel panic - not syncing: ([^\r\n]*)", re.M)
# Said by QEMU for every CPU and every feature that no TCG guest has.
NOISE = "TCG doesn't support requested feature"
BASE_CMDLINE = ("console=ttyS0 loglevel=5 panic=-1 mitigations=off random.trust_cpu=on cryptomgr.notests"
                " watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=60")


@dataclass
class Spec:
    topology: object
    accel: str
    is_deterministic: bool
    seed: int
    cmdline: str
    timeout_s: float


@dataclass
class Ending:
    outcome: str   # exited, refused, panic, hang, powered_off, qemu_failed, killed, damaged
    code: int
    text: str = ""           # one line, but for exited
    stage: str = "boot"      # or command
    report: dict = field(default_factory=dict)
    archive: bytes = b""


def kernel_cmdline(spec):
    words = [BASE_CMDLINE]
    if spec.accel == "tcg":
        words.append("tsc=reliable clocksource=tsc")
    if spec.is_deterministic:
        # With icount the kernel hangs when it brings up CPUs itself; init does that instead.
        words.append("maxcpus=1 nokaslr norandmaps")
    elif spec.topology.boot_cpus < spec.topology.cpus:
        words.append(f"maxcpus={spec.topology.boot_cpus}")
    return " ".join(words + [spec.cmdline]).strip()


def window_bytes(topology):
    """/out is in the guest's memory, so its archive is no larger; a PCI BAR is a power of two."""
    return 1 << (topology.memory_mib * 1024 * 1024 - 1).bit_length()


def qemu_command(spec):
    """To be run in the folder that has the files named here."""
    if spec.accel == "kvm":
        machine = ["-accel", "kvm", "-cpu", "host"]
    elif spec.is_deterministic:
        # One ns is half an instruction; idle time is skipped; all that is random is seeded.
        machine = ["-accel", "tcg,thread=single", "-icount", "shift=1,sleep=off",
                   "-seed", str(spec.seed), "-rtc", "base=2020-01-01,clock=vm"]
    else:
        machine = ["-accel", "tcg,thread=multi"]
    if spec.accel == "tcg":
        # No AMD model has SMT in TCG.
        machine += ["-cpu", "Skylake-Server-v4"]
    command = [QEMU, "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
               "-monitor", "none", "-machine", "q35", *machine, *spec.topology.qemu_options(),
               "-kernel", "vmlinuz", "-initrd", "guest.cpio", "-append", kernel_cmdline(spec),
               "-device", "isa-debug-exit,iobase=0x501,iosize=1",
               "-object", "memory-backend-file,id=window,mem-path=window,share=on,"
                          f"size={window_bytes(spec.topology)}",
               "-device", "ivshmem-plain,memdev=window"]
    # The usual interrupts of the third port are the first one's: they would get lost.
    for index, name, place in ((0, "console.log", ""), (1, "stdout", ""),
                               (2, "stderr", ",iobase=0x3e8,irq=5")):
        command += ["-chardev", f"file,id=c{index},path={name}",
                    "-device", f"isa-serial,chardev=c{index},index={index}{place}"]
    return command


def qemu_version():
    if not shutil.which(QEMU):
        raise Missing(f"no {QEMU} here: scripts/setup.sh --lab installs it")
    done = subprocess.run([QEMU, "--version"], capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout:
        raise Missing(f"{QEMU} --version failed: {(done.stderr.splitlines() or ['silently'])[0]}")
    return done.stdout.splitlines()[0]


def die_with_parent():
    """In the child: no QEMU outlives a lab that was killed."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Stream:
    """What the guest writes to one of its ports, handed on as it comes."""

    def __init__(self, path, sink):
        open(path, "wb").close()
        self.file = open(path, "rb")
        self.sink = sink

    def pump(self):
        text = self.file.read()
        if not text or self.sink is None:
            return
        try:
            self.sink.write(text)
            self.sink.flush()
        except OSError:
            self.sink = None  # nobody listens any more; the guest need not care

    def close(self):
        self.pump()
        self.file.close()


def boot(spec, folder):
    """Run the guest whose files are in @folder, to its end or to the timeout."""
    with open(os.path.join(folder, "window"), "wb") as window:
        window.truncate(window_bytes(spec.topology))
    streams = [Stream(os.path.join(folder, "stdout"), sys.stdout.buffer),
               Stream(os.path.join(folder, "stderr"), sys.stderr.buffer)]
    with open(os.path.join(folder, "qemu.log"), "wb") as log:
        process = subprocess.Popen(qemu_command(spec), cwd=folder, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, start_new_session=True,
                                   preexec_fn=die_with_parent)
    try:
        is_over = wait(process, spec.timeout_s, streams)
    finally:
        stop(process)
        for stream in streams:
            stream.close()
    return judge(spec, folder, process.returncode, is_over)


def wait(process, timeout_s, streams):
    """True if the guest ended by itself."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            process.wait(POLL_S)
            return True
        except subprocess.TimeoutExpired:
            for stream in streams:
                stream.pump()
    return process.poll() is not None


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def judge(spec, folder, status, is_over):
    report = read_report(folder)
    stage = "boot" if report.get("stage") is None else "command"
    while_what = "while it booted" if stage == "boot" else "while the command ran"
    if is_over and status == DONE and report.get("stage") == "end":
        return judge_report(folder, report)
    if not is_over:
        what = "had not booted" if stage == "boot" else "was still running the command"
        return Ending("hang", EXIT_FAILED,
                      f"the guest {what} after {spec.timeout_s:g} s (--timeout)", stage, report)
    if status < 0:
        name = signal.Signals(-status).name
        # Its memory for the guest is a file there.
        hint = f" (is {tempfile.gettempdir()} full?)" if name == "SIGBUS" else ""
        return Ending("killed", EXIT_FAILED, f"QEMU was killed by {name} {while_what}{hint}", stage,
                      report)
    panic = find_panic(folder)
    if status == 0 and panic:
        return Ending("panic", EXIT_FAILED,
                      f"the guest's kernel panicked {while_what}: {panic}", stage, report)
    if status == 0:
        return Ending("powered_off", EXIT_FAILED,
                      f"the guest powered off or rebooted {while_what}", stage, report)
    return Ending("qemu_failed", EXIT_USAGE if stage == "boot" else EXIT_FAILED,
                  f"QEMU gave up with status {status}: {last_words(folder)}", stage, report)


def judge_report(folder, report):
    if "refused" in report:
        return Ending("refused", EXIT_USAGE, report["refused"], "boot", report)
    archive = read_archive(folder, report)
    if archive is None:
        return Ending("damaged", EXIT_FAILED, "the results came back damaged", "command", report)
    return Ending("exited", int(report["exit"]), "", "command", report, archive)


def read_report(folder):
    with open(os.path.join(folder, "window"), "rb") as window:
        page = window.read(PAGE_BYTES).split(b"\0")[0].decode("utf-8", "replace")
    return dict(line.split("=", 1) for line in page.splitlines() if "=" in line)


def read_archive(folder, report):
    """None if it is not what the guest vouched for; tar ends with two empty blocks."""
    if not report.get("bytes") or not report.get("exit", "").isdigit():
        return None
    with open(os.path.join(folder, "window"), "rb") as window:
        window.seek(PAGE_BYTES)
        archive = window.read(int(report["bytes"]))
    is_whole = archive.endswith(b"\0" * 1024) and f"{zlib.crc32(archive):08x}" == report["crc32"]
    return archive if is_whole else None


def find_panic(folder):
    with open(os.path.join(folder, "console.log"), "rb") as console:
        match = PANIC.search(console.read())
    return match.group(1).decode("ascii", "replace").strip() if match else None


def last_words(folder):
    with open(os.path.join(folder, "qemu.log"), encoding="utf-8", errors="replace") as log:
        lines = [line.strip() for line in log if line.strip() and NOISE not in line]
    return lines[-1] if lines else "it did not say why"
