#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# test_csv_loads.sh python|r|gnuplot [RESULTS] - the CSV of a run loads there without special options.
# Without RESULTS a small run is made with BUILD_DIR's parkbench.
set -euo pipefail

reader=${1:?python, r or gnuplot}
results=${2:-}
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
manifest=$scratch/manifest

skip_without() {
    command -v "$1" >/dev/null || {
        echo "skipped: no $1 here (scripts/setup.sh --readers)"
        exit 77
    }
}

make_results() {
    results=$scratch/results
    "${BUILD_DIR:?names a built tree}/bench/parkbench" run --workload toggle --duty sleep \
        --contender park,recreate,empty --cycles 4 --repetitions 3 --warmup 1 --out "$results" \
        >"$scratch/run.log" 2>&1 || {
        echo "FAILED: parkbench run: exit $?"
        cat "$scratch/run.log"
        exit 1
    }
}

# What the file says by the letter of RFC 4180: file, rows, column, name, how many numbers in it.
# Only columns that hold numbers and blanks are listed.
read_with_python() {
    python3 - "$results" <<'PYTHON'
import csv
import pathlib
import re
import sys

paths = sorted(pathlib.Path(sys.argv[1]).glob("*.csv"))
assert paths, "no CSV at all"
for path in paths:
    with open(path, newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert len(set(header)) == len(header), f"{path.name}: two columns of one name"
    for name in header:
        assert re.fullmatch("[a-z][a-z0-9_]*", name), f"{path.name}: column {name!r}"
    for number, row in enumerate(rows, 2):
        assert len(row) == len(header), f"{path.name}: record {number} has {len(row)} fields"
    for index, name in enumerate(header):
        cells = [row[index] for row in rows if row[index] != ""]
        if cells and all(re.fullmatch(r"-?\d+(\.\d+)?(e[-+]?\d+)?", cell) for cell in cells):
            print(path.name, len(rows), index + 1, name, len(cells), sep="\t")
PYTHON
}

read_with_r() {
    Rscript --vanilla - "$results" "$manifest" <<'R'
arguments <- commandArgs(trailingOnly = TRUE)
wanted <- read.delim(arguments[2], header = FALSE,
                     col.names = c("file", "rows", "index", "name", "numbers"))
for (file in unique(wanted$file)) {
    seen <- read.csv(file.path(arguments[1], file))
    for (i in which(wanted$file == file)) {
        column <- seen[[wanted$index[i]]]
        stopifnot(nrow(seen) == wanted$rows[i],
                  names(seen)[wanted$index[i]] == wanted$name[i],
                  is.numeric(column),
                  sum(!is.na(column)) == wanted$numbers[i])
    }
}
R
}

# Every column of numbers, by its name, as a table: as many points as there are numbers.
read_with_gnuplot() {
    local file rows index name numbers points
    while IFS=$'\t' read -r file rows index name numbers; do
        points=$(gnuplot -e "set datafile separator comma; set table; \
            plot '$results/$file' using 0:'$name' with points" 2>&1 | grep -c ' i$' || true)
        if [[ $points != "$numbers" ]]; then
            echo "$file: gnuplot sees $points of $numbers numbers in column $index, $name ($rows rows)"
            return 1
        fi
    done <"$manifest"
}

case $reader in
python) ;;
r) skip_without Rscript ;;
gnuplot) skip_without gnuplot ;;
*)
    echo "unknown reader $reader" >&2
    exit 2
    ;;
esac
[[ -n $results ]] || make_results
read_with_python >"$manifest"
grep -q '^samples\.csv' "$manifest" || {
    echo 'FAILED: no numbers in samples.csv'
    exit 1
}
[[ $reader == python ]] || "read_with_$reader"
