# SPDX-License-Identifier: MIT
"""Run directories as they are on disk. What is damaged is an error, never an empty table."""

import csv
import hashlib
import json
import os

from gate.problem import NOT_VALID, Problem

RUN_SCHEMA = "parkbench-run/1"
TABLE_SCHEMA = "1"


class Run:
    """One finished run: run.json, and its tables on demand."""

    def __init__(self, folder):
        self.folder = folder
        path = os.path.join(folder, "run.json")
        try:
            with open(path, encoding="utf-8") as file:
                self.facts = json.load(file)
        except FileNotFoundError:
            raise Problem(f"{folder}: no run.json: it is no run, or one that did not end") from None
        except OSError as error:
            raise Problem(f"{path}: {error.strerror}") from error
        except ValueError as error:
            raise Problem(f"{path} is damaged: {error}") from error
        if not isinstance(self.facts, dict) or self.facts.get("schema") != RUN_SCHEMA:
            raise Problem(f"{path} is not {RUN_SCHEMA}")
        self.hard = self.needed("fingerprint", "hard")
        self.soft = self.needed("fingerprint", "soft")
        self.before = self.needed("environment", "before")

    def needed(self, *keys):
        value = self.facts
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, dict):
            raise Problem(f"{self.folder}/run.json is damaged: no {'.'.join(keys)}")
        return value

    def check_valid(self):
        code = self.facts.get("exit_code")
        if code != 0:
            raise Problem(f"{self.folder}: the run ended with exit {code}", NOT_VALID)

    def table(self, name):
        """Rows as dicts. The file must be the one that run.json was written for."""
        path = os.path.join(self.folder, name)
        stamp = {entry.get("name"): entry for entry in self.facts.get("files", [])}.get(name)
        if not stamp:
            raise Problem(f"{self.folder}/run.json lists no {name}")
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError as error:
            raise Problem(f"{path}: {error.strerror}") from error
        if len(content) != stamp.get("bytes"):
            raise Problem(f"{path} has {len(content)} bytes, run.json says {stamp.get('bytes')}:"
                          " it is cut off or was changed")
        if hashlib.sha256(content).hexdigest() != stamp.get("sha256"):
            raise Problem(f"{path} was changed after the run: another sha256 than in run.json")
        return parse(path, content)


def parse(path, content):
    try:
        lines = content.decode("utf-8").splitlines(keepends=True)
        header, *rows = csv.reader(lines, strict=True)
    except (ValueError, csv.Error) as error:
        raise Problem(f"{path} is damaged: {error}") from error
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise Problem(f"{path}: record {number} has {len(row)} fields, the header"
                          f" {len(header)}")
    table = [dict(zip(header, row)) for row in rows]
    if any(row.get("schema") != TABLE_SCHEMA for row in table):
        raise Problem(f"{path}: another schema than {TABLE_SCHEMA}: use the gate of that version")
    return table


def series_name(row):
    return f"{row['workload']}/{row['duty']}/threads:{row['threads_per_cpu']}/{row['arm']}"
