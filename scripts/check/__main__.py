#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""check ROOT: print one line per finding. check.sh calls this and judges."""

import sys

import layers
import shape
import words
from house import Tree


def main():
    tree = Tree(sys.argv[1])
    rules = layers.RULES + shape.RULES + words.RULES
    findings = sorted({finding for rule in rules for finding in rule(tree)})
    for finding in findings:
        print(finding)


if __name__ == "__main__":
    main()
