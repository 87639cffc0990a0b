# SPDX-License-Identifier: MIT
"""A build as a live process: it measures one block for each byte that it is given."""

import os
import socket
import subprocess

from gate.problem import NOT_VALID, Problem

READY_S = 60
BLOCK_S = 60
LINE_BYTES = 1 << 16


class Live:
    """One `parkbench run --token-fd`. Speaks only when it holds the token."""

    def __init__(self, arm, program, selection, padding):
        ours, theirs = socket.socketpair()
        environment = dict(os.environ, PARKBENCH_PADDING="x" * padding)
        environment.pop("HWLOC_SYNTHETIC", None)
        self.arm = arm
        self.socket = ours
        self.rest = b""
        try:
            self.process = subprocess.Popen(
                [program, "run", *selection, "--token-fd", str(theirs.fileno())],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()], env=environment)
        except OSError as error:
            ours.close()
            raise Problem(f"cannot start the {arm} build {program}: {error.strerror}") from error
        finally:
            theirs.close()

    def read_series(self):
        """{name: number}, once it is ready."""
        series = {}
        while (words := self.read_words(READY_S)) != ["ready"]:
            if len(words) != 3 or words[0] != "series":
                raise Problem(f"the {self.arm} build says {' '.join(words)!r}: is it a parkbench?")
            series[words[2]] = int(words[1])
        return series

    def measure(self, number):
        """One block: {"cycles": 100.0, "quiesce_p50_ns": ...}."""
        try:
            self.socket.sendall(bytes([number]))
        except OSError:
            raise self.failure("died before a block") from None
        words = self.read_words(BLOCK_S)
        if words[:2] != ["series", str(number)] or len(words) % 2:
            raise Problem(f"the {self.arm} build answers {' '.join(words)!r}")
        return {words[i]: float(words[i + 1]) for i in range(2, len(words), 2)}

    def read_words(self, seconds):
        self.socket.settimeout(seconds)
        while b"\n" not in self.rest:
            try:
                more = self.socket.recv(LINE_BYTES)
            except TimeoutError:
                raise self.failure(f"has not answered for {seconds} s") from None
            except OSError:
                more = b""
            if not more:
                raise self.failure("ended")
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode("ascii", "replace").split()

    def failure(self, what):
        """The build's own last words, if it had any."""
        self.socket.close()
        try:
            said = self.process.communicate(timeout=5)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            said = self.process.communicate()[1]
        last = said.decode("utf-8", "replace").strip().splitlines()
        code = self.process.returncode
        # Its own refusal is a wrong command line or machine; all else spoils the run.
        return Problem(f"the {self.arm} build {what}, exit {code}"
                       + (f": {last[-1]}" if last else ""), 2 if code == 2 else NOT_VALID)

    def close(self):
        self.socket.close()
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
