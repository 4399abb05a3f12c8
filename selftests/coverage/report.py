#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What a suite executed of the module: a table, and the check of a list.

    report.py [--part] [--print] TREE COUNTERS LIST

TREE is where the counting module was built, COUNTERS the folder with what
rvm_coverage.ko kept, a file for each time that the module was loaded.  Exit 1 if
less than 90 percent of the lines were executed, if a line that was not is not in
LIST, or if LIST has a line that was executed or is gone.

    --part   only the table: not all tests were run
    --print  only the lines that were not executed, in the form of LIST

LIST has groups.  A group begins with "FILE FUNCTION: REASON"; its lines are
indented and have the text of a line of that function.  A text that stands in the
function more than once is listed as often as it was not executed.  If REASON
begins with "sometimes ", a line only has to be there: chance decides.
"""

import argparse
import collections
import json
import pathlib
import re
import struct
import subprocess
import sys

LEAST = 90.0
DATA_MAGIC = 0x67636461
TAG_FUNCTION = 0x01000000
TAG_ARCS = 0x01A10000
FUNCTION = re.compile(r"^[A-Za-z_][^(]*?(?P<name>\w+)\(")
HEAD = re.compile(r"^(?P<file>\S+) (?P<function>\w+): (?P<reason>\S.*)$")


def read_counters(folder):
    """{(name, version, stamp, sum): {(ident, line_sum, graph_sum): [count]}}, summed."""
    files = {}
    for path in sorted(pathlib.Path(folder).iterdir()):
        functions = None
        for line in path.read_text().splitlines():
            kind, *words = line.split(" ")
            if kind == "file":
                numbers = tuple(map(int, words[:3]))
                functions = files.setdefault((words[3], *numbers), {})
                continue
            key, counts = tuple(map(int, words[:3])), list(map(int, words[3:]))
            before = functions.get(key, [0] * len(counts))
            functions[key] = [a + b for a, b in zip(before, counts, strict=True)]
    return files


def write_data(files):
    """Write what a program in userspace would have written at its end, for gcov."""
    for (name, version, stamp, total), functions in files.items():
        data = struct.pack("<4I", DATA_MAGIC, version, stamp, total)
        for key, counts in functions.items():
            data += struct.pack("<5I", TAG_FUNCTION, 12, *key)
            data += struct.pack("<2I", TAG_ARCS, 8 * len(counts))
            data += struct.pack(f"<{len(counts)}q", *counts)
        pathlib.Path(name).write_bytes(data)


def run_gcov(files, tree):
    """{file: {line number: executions}}, of the sources of the module."""
    lines = collections.defaultdict(collections.Counter)
    for name, *_ in files:
        out = subprocess.run(
            ["gcov", "--json-format", "--stdout", name],
            cwd=tree, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ).stdout
        for source in json.loads(out)["files"]:
            path = pathlib.Path(tree, source["file"])
            if path.suffix != ".c" or tree not in path.parents:
                continue
            for line in source["lines"]:
                lines[str(path.relative_to(tree))][line["line_number"]] += line["count"]
    return lines


def print_table(lines):
    """The table; returns the percentage of all."""
    rows = []
    for file in sorted(lines):
        covered = sum(1 for count in lines[file].values() if count)
        rows.append((file, len(lines[file]), covered))
    rows.append(("total", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    print(f"{'file':<30} {'lines':>6} {'covered':>8} {'percent':>8}")
    for file, number, covered in rows:
        print(f"{file:<30} {number:>6} {covered:>8} {100 * covered / number:>8.1f}")
    return 100 * rows[-1][2] / rows[-1][1]


def function_at(text, number):
    """Its name: gcov knows none where a function was inlined into all that call it."""
    while number and not FUNCTION.match(text[number - 1]):
        number -= 1
    return FUNCTION.match(text[number - 1])["name"]


def find_lines(lines, tree, wanted):
    """A counter of (file, function, text), in the order of the sources: of those
    whose number of executions @wanted takes."""
    found = collections.Counter()
    for file in sorted(lines):
        text = (tree / file).read_text().splitlines()
        for number, count in sorted(lines[file].items()):
            if wanted(count):
                found[file, function_at(text, number), text[number - 1].strip()] += 1
    return found


def read_list(path):
    """Two counters as that of find_lines: never and sometimes executed."""
    never, sometimes = collections.Counter(), collections.Counter()
    group = None
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            if not group:
                sys.exit(f"{path}:{number}: a line of no group")
            listed = sometimes if group["reason"].startswith("sometimes ") else never
            listed[group["file"], group["function"], line.strip()] += 1
            continue
        group = HEAD.match(line)
        if not group:
            sys.exit(f"{path}:{number}: not FILE FUNCTION: REASON")
    return never, sometimes


def print_list(found, reason):
    """Print in the form of the list."""
    last = None
    for (file, function, text), count in found.items():
        if last != (file, function):
            print(f"{file} {function}: {reason}")
            last = (file, function)
        for _ in range(count):
            print(f"\t{text}")


def compare(found, every, never, sometimes):
    """Say what differs; true if nothing does."""
    # What may be missing takes nothing from what has to be.
    missing = found - never - sometimes
    stale = (never - found) + (sometimes - every)
    if missing:
        print("Not executed, and not in the list:")
        print_list(missing, "?")
    if stale:
        print("In the list, but executed or gone:")
        print_list(stale, "?")
    return not missing and not stale


def main():
    """See the top."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", action="store_true")
    parser.add_argument("--print", action="store_true")
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("counters")
    parser.add_argument("list")
    options = parser.parse_args()
    tree = options.tree.resolve()

    files = read_counters(options.counters)
    write_data(files)
    lines = run_gcov(files, tree)
    if not lines:
        sys.exit("nothing was counted")
    found = find_lines(lines, tree, lambda count: not count)
    if options.print:
        print_list(found, "?")
        return 0
    percent = print_table(lines)
    if options.part:
        return 0
    never, sometimes = read_list(options.list)
    good = compare(found, find_lines(lines, tree, lambda count: True), never, sometimes)
    listed = sum((never + sometimes).values())
    print(f"{percent:.1f} percent, at least {LEAST:.0f} wanted; {listed} lines listed")
    return 0 if good and percent >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
