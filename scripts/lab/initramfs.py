# SPDX-License-Identifier: MIT
"""What the guest finds in its root: the same bytes for the same files, whoever packs them."""

import os
import re
import shutil
import stat
import subprocess

from problem import Missing, Problem

# As on Debian; whatever is put into one is in both.
LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
FOLDERS = ["dev", "etc", "lab", "out", "proc", "root", "run", "sys", "tmp", "var", "usr/bin",
           "usr/sbin", "usr/lib", "usr/lib64", "usr/local/bin"]
# The guest mounts something over these.
HIDDEN = ("dev", "proc", "sys", "run", "out")
TEXTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nlab:x:1000:1000:lab:/tmp:/bin/sh\n"
                  "nobody:x:65534:65534:nobody:/tmp:/bin/sh\n",
    "etc/group": "root:x:0:\nlab:x:1000:\nnogroup:x:65534:\n",
    "etc/hosts": "127.0.0.1 localhost lab\n",
    "etc/hostname": "lab\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
# Opened by the C library itself when a thread is cancelled, so no ldd shows it.
OPENED_LATER = ["/lib/x86_64-linux-gnu/libgcc_s.so.1"]
ELF = b"\x7fELF"


class Initramfs:
    def __init__(self):
        self.entries = {}  # path: (mode, content, device)
        for folder in FOLDERS:
            self.add_folder(folder)
        for name, target in LINKS.items():
            self.add_link(name, target)
        for name, text in TEXTS.items():
            self.add_bytes(name, text.encode())
        # The kernel opens it for the first process, before there is a devtmpfs.
        self.entries["dev/console"] = (stat.S_IFCHR | 0o600, b"", (5, 1))

    def add_folder(self, path):
        while path and path not in self.entries:
            self.entries[path] = (stat.S_IFDIR | 0o755, b"", (0, 0))
            path = os.path.dirname(path)

    def add_link(self, path, target):
        self.add_folder(os.path.dirname(path))
        self.entries.setdefault(path, (stat.S_IFLNK | 0o777, target.encode(), (0, 0)))

    def add_bytes(self, path, content, mode=0o644):
        path = real_place(path)
        self.add_folder(os.path.dirname(path))
        self.entries[path] = (stat.S_IFREG | mode, content, (0, 0))

    def add_busybox(self, path):
        self.add_file(path, "bin/busybox")
        done = subprocess.run([path, "--list-full"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"{path} --list-full failed: is it Debian's busybox-static?")
        for applet in done.stdout.split():
            self.add_link(real_place(applet), "/bin/busybox")

    def add_file(self, source, place):
        """With all that it needs to run: libraries, or the interpreter of a script."""
        try:
            with open(source, "rb") as file:
                content = file.read()
        except OSError as error:
            raise Problem(f"{source}: {error.strerror}") from error
        mode = 0o755 if os.access(source, os.X_OK) or content[:2] == b"#!" else 0o644
        self.add_bytes(place, content, mode)
        if content[:4] == ELF:
            self.add_libraries(source)
        elif content[:2] == b"#!":
            self.add_interpreter(content.split(b"\n")[0].decode("utf-8", "replace"))

    def add_tree(self, source, place):
        """A file, or a folder with all in it."""
        if real_place(place).split("/")[0] in HIDDEN:
            raise Problem(f"--file {place}: the guest has something of its own there")
        if not os.path.isdir(source):
            self.add_file(source, place)
            return
        self.add_folder(real_place(place))
        for name in sorted(os.listdir(source)):
            self.add_tree(os.path.join(source, name), os.path.join(place, name))

    def add_libraries(self, source):
        said = subprocess.run(["ldd", source], capture_output=True, text=True, check=False)
        missing = re.search(r"(\S+) => not found", said.stdout)
        if missing:
            raise Problem(f"{source} needs {missing.group(1)}, which is not on this machine")
        libraries = re.findall(r"(/\S+) \(0x", said.stdout)
        for library in libraries + (OPENED_LATER if libraries else []):
            if real_place(library) not in self.entries and os.path.isfile(library):
                with open(library, "rb") as file:
                    self.add_bytes(library, file.read(), 0o755)

    def add_interpreter(self, line):
        """#!/usr/bin/env bash brings bash; what busybox has, it has already."""
        for word in line[2:].split()[:2]:
            path = shutil.which(word)
            name = real_place(word if "/" in word else f"usr/bin/{word}")
            if path and name not in self.entries and not word.startswith("-"):
                self.add_file(path, name)

    def pack(self):
        """A cpio archive ("newc") without anybody's inodes, owners and times."""
        parts = [cpio_entry(number, path, *self.entries[path])
                 for number, path in enumerate(sorted(self.entries), 1)]
        parts.append(cpio_entry(0, "TRAILER!!!", 0, b"", (0, 0)))
        return b"".join(parts)


def real_place(path):
    """/bin/x and bin/x are usr/bin/x."""
    path = os.path.normpath(path).lstrip("/")
    first, _, rest = path.partition("/")
    return os.path.join(LINKS[first], rest) if first in LINKS and rest else path


def cpio_entry(number, path, mode, content, device):
    name = path.encode() + b"\0"
    fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name), 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    return padded(head) + padded(content)


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def static_busybox():
    for path in ("/bin/busybox", shutil.which("busybox")):
        if path and os.access(path, os.X_OK):
            ldd = subprocess.run(["ldd", path], capture_output=True, text=True, check=False)
            if "=>" not in ldd.stdout:
                return path
    raise Missing("no static busybox here: scripts/setup.sh --lab installs it")
