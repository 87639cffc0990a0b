# SPDX-License-Identifier: MIT
"""A run directory as tables: checked when opened, read once, column by column."""

import csv
import itertools
import json
import operator
import os

import numpy as np

from .problem import Problem

RUN_SCHEMA = "parkbench-run/1"
CSV_SCHEMA = "1"
ROWS_AT_ONCE = 65536

# Everything else is text. Empty cells of these are NaN.
NUMBERS = {
    "cell", "threads_per_cpu", "stack_bytes", "stack_touch_bytes", "data_touch_bytes",
    "controller_cpu", "block", "repetition", "warmup", "seq", "lane", "cpu", "real_cpu",
    "bystander_cpu", "is_tried", "nr_cycles", "per_cycle", "value", "ci_low", "ci_high",
    "ci_level", "n", "nr_threads", "nr_alive", "anonymous_bytes", "kernel_stack_bytes", "depth",
    "runs_on", "result", "is_rollback", "state", "nr_steps", "nr_done", "is_multi", "ns",
    "near_cpu", "far_cpu", "nr_wrong_cpu", "nr_affinity_lost", "first_online", "done_per_s",
    "nr_items", "nr_items_missed",
}

# What each file must have to be one of ours, beyond the columns that every one has.
NEEDED = {
    "samples": ("cell", "workload", "duty", "threads_per_cpu", "arm", "block", "repetition",
                "warmup", "seq", "started_ns", "real_cpu", "action", "phase", "ns", "status"),
    "summary": ("cell", "arm", "phase", "statistic", "value", "ci_low", "ci_high", "n", "status"),
    "steps": ("cell", "arm", "block", "warmup", "seq", "cpu", "state_name", "depth", "ns"),
    "kpark": ("cell", "arm", "block", "warmup", "call", "thread", "ns"),
    "bystander": ("cell", "arm", "block", "warmup", "real_cpu", "bystander_cpu", "kind", "action",
                  "worst_gap_ns", "status"),
    "counters": ("cell", "arm", "phase", "event", "per_cycle", "status"),
    "syscalls": ("cell", "arm", "phase", "syscall", "per_cycle"),
    "memory": ("cell", "arm", "nr_threads", "anonymous_bytes", "kernel_stack_bytes"),
    "blocks": ("cell", "arm", "block", "pass", "begin_ns"),
}
NEEDED_OF_ALL = ("schema", "hotplug_kind", "hotplug")
# Those of `parkbench limits`, which has no hotplug.
NEEDED_ALONE = {
    "limits": ("schema", "suite", "case", "role", "near_cpu", "far_cpu", "distance", "nr_threads",
               "statistic", "value", "ci_low", "ci_high", "n"),
}


def is_number(name):
    return name in NUMBERS or name.endswith("_ns")


class Words:
    """A text column: few different words, many rows."""

    def __init__(self, codes, words):
        self.codes = codes
        self.words = words

    def __len__(self):
        return len(self.codes)

    def equals(self, word):
        if word not in self.words:
            return np.zeros(len(self.codes), bool)
        return self.codes == self.words.index(word)

    def take(self, mask):
        return Words(self.codes[mask], self.words)

    def present(self):
        """The words that occur, in the order in which they first do."""
        codes, first = np.unique(self.codes, return_index=True)
        return [self.words[codes[i]] for i in np.argsort(first)]

    def at(self, index):
        return self.words[self.codes[index]]


class Table:
    """Columns by name: float arrays or Words, all of one length."""

    def __init__(self, columns):
        self.columns = columns
        self.firsts = {}    # series.firsts() remembers here

    def __len__(self):
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def __contains__(self, name):
        return name in self.columns

    def __getitem__(self, name):
        return self.columns[name]

    def is_(self, **wanted):
        """Which rows have all of these values."""
        mask = np.ones(len(self), bool)
        for name, value in wanted.items():
            column = self.columns[name.rstrip("_")]
            mask &= column.equals(value) if isinstance(column, Words) else column == value
        return mask

    def where(self, mask=None, **wanted):
        mask = self.is_(**wanted) if mask is None else mask
        return Table({name: column.take(mask) if isinstance(column, Words) else column[mask]
                      for name, column in self.columns.items()})

    def rows(self):
        """Small tables only."""
        for i in range(len(self)):
            yield {name: column.at(i) if isinstance(column, Words) else column[i]
                   for name, column in self.columns.items()}


class Column:
    """Takes cells as text, chunk by chunk."""

    def __init__(self, name):
        self.is_number = is_number(name)
        self.parts = []
        self.codes = {}

    def add(self, cells):
        # Few different ones: each is looked at once. A set's order changes from run to run, and
        # done() sorts the codes.
        different = set(cells)
        if self.is_number:
            known = {cell: float(cell or "nan") for cell in different}
        else:
            for cell in different:
                self.codes.setdefault(cell, len(self.codes))
            known = self.codes
        kind = float if self.is_number else np.int32
        if len(different) == 1:
            self.parts.append(np.full(len(cells), known[cells[0]], dtype=kind))
        else:
            self.parts.append(np.fromiter(map(known.__getitem__, cells), kind, len(cells)))

    def done(self):
        kind = float if self.is_number else np.int32
        whole = np.concatenate(self.parts) if self.parts else np.zeros(0, kind)
        if self.is_number:
            return whole
        words = sorted(self.codes)
        place = {word: i for i, word in enumerate(words)}
        order = np.array([place[word] for word in self.codes], dtype=np.int32)
        return Words(order[whole] if len(whole) else whole, words)


def read_csv(path, wanted=None):
    """The columns @wanted (all) of a CSV file of ours as a Table."""
    kind = os.path.splitext(os.path.basename(path))[0]
    try:
        with open(path, newline="", encoding="utf-8") as file:
            return read_rows(path, kind, csv.reader(file), wanted)
    except OSError as error:
        raise Problem(f"cannot read {path}: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError, ValueError) as error:
        raise Problem(f"{path} is not CSV of parkbench: {error}") from error


def read_rows(path, kind, reader, wanted):
    header = next(reader, None)
    check_header(path, kind, header)
    names = [name for name in header if wanted is None or name in wanted]
    # Of one column itemgetter() would give no tuple.
    pick = operator.itemgetter(*(header.index(name) for name in names + names[:1]))
    columns = [Column(name) for name in names]
    line = 1
    while chunk := list(itertools.islice(reader, ROWS_AT_ONCE)):
        check_chunk(path, header, chunk, line)
        for column, cells in zip(columns, zip(*map(pick, chunk))):
            column.add(cells)
        line += len(chunk)
    return Table({name: column.done() for name, column in zip(names, columns)})


def check_header(path, kind, header):
    if not header:
        raise Problem(f"{path} is empty: was the run cut off?")
    for name in NEEDED_ALONE.get(kind) or NEEDED_OF_ALL + NEEDED.get(kind, ()):
        if name not in header:
            raise Problem(f"{path} is no {kind}.csv of parkbench: it has no column {name}")


def check_chunk(path, header, chunk, line):
    if any(len(row) != len(header) for row in chunk):
        bad = next(i for i, row in enumerate(chunk) if len(row) != len(header))
        raise Problem(f"{path} line {line + bad + 1} has {len(chunk[bad])} fields, the header "
                      f"{len(header)}: was the file cut off?")
    schema = header.index("schema")
    if chunk[0][schema] != CSV_SCHEMA:
        raise Problem(f"{path} has schema {chunk[0][schema][:20]}, this program reads "
                      f"{CSV_SCHEMA}: use the parkbench that made it")


def read_limits(path):
    """(table, command) of `parkbench limits` in @path; None: that is not of it."""
    file = os.path.join(path, "limits.csv")
    if not os.path.exists(file) or os.path.exists(os.path.join(path, "samples.csv")):
        return None
    command = command_of(read_run_json(path))
    return read_csv(file), command


def join(tables):
    """Rows of all @tables, columns that they have in common; None of none."""
    tables = list(tables)
    if not tables:
        return None
    names = [name for name in tables[0].columns if all(name in table for table in tables)]
    return Table({name: join_columns([table[name] for table in tables]) for name in names})


def join_columns(columns):
    if not isinstance(columns[0], Words):
        return np.concatenate(columns)
    words = sorted({word for column in columns for word in column.words})
    places = [np.array([words.index(word) for word in column.words], np.int32)
              for column in columns]
    return Words(np.concatenate([place[column.codes] if len(column) else column.codes
                                 for place, column in zip(places, columns)]), words)


class Run:
    """One run directory; @limits: of the same machine, or None."""

    def __init__(self, path, limits=None, limits_command=""):
        self.path = path
        self.json = read_run_json(path)
        self.tables = {}
        self.limits = limits
        self.limits_command = limits_command
        self.name = os.path.basename(os.path.abspath(path))
        samples = self.table("samples")
        if samples is None:
            raise Problem(f"{path} has no samples.csv: only a whole run directory can be reported")
        if not (samples.is_(status="ok") & ~np.isnan(samples["ns"])).any():
            raise Problem(f"nothing was measured in {path}: no step of it was finished")

    def table(self, name):
        """The file @name.csv, or None where the run has none. Warm-up rows are left out."""
        if name not in self.tables:
            path = os.path.join(self.path, f"{name}.csv")
            table = read_csv(path, WANTED.get(name)) if os.path.exists(path) else None
            if table is not None and "warmup" in table:
                table = table.where(table["warmup"] == 0)
            if table is not None and "arm" in table and "knob" not in table:
                table.columns["knob"] = Words(np.zeros(len(table), np.int32), [""])
            self.tables[name] = table
        return self.tables[name]

    def has(self, name):
        table = self.table(name)
        return table is not None and len(table) > 0

    def param(self, name, default=None):
        value = self.json.get("params", {}).get(name)
        return default if value is None else value

    def fact(self, name):
        return self.json.get("environment", {}).get("before", {}).get(name)

    @property
    def kind(self):
        """`simulated`, `cpuset` or `real`."""
        return self.table("samples")["hotplug_kind"].at(0)

    @property
    def command(self):
        return command_of(self.json)


# A million samples: what is not drawn is not kept.
WANTED = {"samples": {
    "hotplug_kind", "cell", "workload", "duty", "threads_per_cpu", "arm",
    "knob", "stack_touch_bytes", "block", "repetition", "warmup", "seq", "started_ns", "real_cpu",
    "action", "phase", "ns", "status"}}


def command_of(run_json):
    """Without where the results went: that is no part of what was measured."""
    words = list(run_json.get("argv", ["?"]))
    if "--out" in words:
        del words[words.index("--out"):words.index("--out") + 2]
    words = [word for word in words if not word.startswith("--out=")]
    return "parkbench " + " ".join(quote(word) for word in words)


def quote(word):
    plain = word and all(c.isalnum() or c in "-_=,./:@%+" for c in word)
    return word if plain else "'" + word.replace("'", "'\\''") + "'"


def read_run_json(path):
    if not os.path.isdir(path):
        raise Problem(f"{path} is no directory: name the directory of a run")
    file = os.path.join(path, "run.json")
    try:
        with open(file, encoding="utf-8") as stream:
            run = json.load(stream)
    except FileNotFoundError:
        raise Problem(f"{path} has no run.json, which comes last: it is no run, or one that did "
                      "not end") from None
    except OSError as error:
        raise Problem(f"cannot read {file}: {error.strerror}") from error
    except ValueError as error:
        raise Problem(f"{file} is not JSON: {error}") from error
    schema = run.get("schema") if isinstance(run, dict) else None
    if schema != RUN_SCHEMA:
        raise Problem(f"{file} has schema {str(schema)[:40]}, this program reads {RUN_SCHEMA}: "
                      "use the parkbench that made it")
    return run
