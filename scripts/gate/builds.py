# SPDX-License-Identifier: MIT
"""A build: where its program is, and whether two are the same code."""

import hashlib
import os
import re
import struct
import subprocess

from gate.problem import Problem

# Where a build says from which commit and folder it is, and the linker's own stamp.
STAMPS = (".note.gnu.build-id", "parkbench_stamp")
SHF_ALLOC = 2
SHT_NOBITS = 8


def program_of(build):
    """BUILD is the program, or a build directory with bench/parkbench in it."""
    path = os.path.join(build, "bench", "parkbench") if os.path.isdir(build) else build
    if not os.path.isfile(path):
        raise Problem(f"{build}: there is no parkbench: name the program or a build directory")
    if not os.access(path, os.X_OK):
        raise Problem(f"{path} cannot be executed")
    return os.path.abspath(path)


def sections(path):
    """(name, type, flags, bytes) of each section of a 64-bit ELF file of this byte order."""
    with open(path, "rb") as file:
        image = file.read()
    try:
        if image[:5] != b"\x7fELF\x02":
            raise ValueError
        table, = struct.unpack_from("=Q", image, 0x28)
        entry_bytes, nr, names_at = struct.unpack_from("=HHH", image, 0x3a)
        entries = [struct.unpack_from("=IIQQQQ", image, table + i * entry_bytes)
                   for i in range(nr)]
        names = image[entries[names_at][4]:][:entries[names_at][5]]
    except (struct.error, IndexError, ValueError):
        raise Problem(f"{path} is not a 64-bit ELF program of this machine") from None
    for name_at, kind, flags, address, offset, size in entries:
        name = names[name_at:names.index(b"\0", name_at)].decode("ascii", "replace")
        content = b"" if kind == SHT_NOBITS else image[offset:offset + size]
        yield name, flags, address, size, content


def digest_of_code(path):
    """Of everything that is in memory when it runs; debug information and stamps are not."""
    digest = hashlib.sha256()
    for name, flags, address, size, content in sections(path):
        if flags & SHF_ALLOC and name not in STAMPS:
            digest.update(f"{name} {address:x} {size:x} {flags:x}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def compilers(path):
    """What its objects say they were compiled by, as precise as the distribution is."""
    for name, *_, content in sections(path):
        if name == ".comment":
            words = {word for word in content.decode("utf-8", "replace").split("\0") if word}
            return "; ".join(sorted(words))
    return None


def library_hashes(path):
    """{name: sha256} of what the loader would take now; empty for a static program."""
    said = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    found = {}
    for library in re.findall(r"(/\S+) \(0x", said):
        with open(library, "rb") as file:
            found[os.path.basename(library)] = hashlib.sha256(file.read()).hexdigest()
    return found


def describe(build):
    program = program_of(build)
    with open(program, "rb") as file:
        whole = hashlib.sha256(file.read()).hexdigest()
    return {"program": program, "sha256": whole, "code_sha256": digest_of_code(program)}
