#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print which lines of the module the tests executed, and check a list of the others.

    report.py [--part] [--print] [--page FILE] TREE LIST COUNTERS
    report.py TREE LIST

TREE is where the counting module was built.  COUNTERS is the directory with what
rvm_coverage.ko kept, one file for each load of the module.  Without COUNTERS only one
thing is checked: each line of LIST is in TREE.  Exit 1 if less than 90 percent of the
lines were executed, if a line that was not executed is not in LIST, or if LIST has a
line that was executed or does not exist.

    --part   only the table: not all tests were run
    --print  only the lines that were not executed and are not in LIST, in its form
    --page   also write the table into FILE, between its two marks

LIST has groups.  A group begins with "FILE FUNCTION: REASON"; its lines are
indented and have the text of a line of that function.  A text that the function has
more than once is listed as often as it was not executed.  If REASON begins with
"sometimes ", chance decides, and a line only has to exist.
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
MARKS = "<!-- made by selftests/coverage/run.sh page -->", "<!-- end -->"
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


def make_table(lines):
    """Rows of (file, lines, covered); the last one is the total."""
    rows = []
    for file in sorted(lines):
        covered = sum(1 for count in lines[file].values() if count)
        rows.append((file, len(lines[file]), covered))
    rows.append(("total", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    return rows


def percent_of(row):
    """Of a row of the table."""
    return 100 * row[2] / row[1]


def print_table(rows):
    """For people."""
    print(f"{'file':<30} {'lines':>6} {'covered':>8} {'percent':>8}")
    for row in rows:
        print(f"{row[0]:<30} {row[1]:>6} {row[2]:>8} {percent_of(row):>8.1f}")


def reasons_of(path):
    """{reason: lines that have it}, in the order of the list."""
    reasons, reason = collections.Counter(), None
    for line in pathlib.Path(path).read_text().splitlines():
        head = HEAD.match(line)
        if head:
            reason = head["reason"]
        elif line[:1].isspace():
            reasons[reason] += 1
    return reasons


def write_page(path, rows, reasons):
    """Put the table and the reasons between the two marks."""
    text = pathlib.Path(path).read_text()
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    table = "\n| file | lines | executed | percent |\n|---|---|---|---|\n"
    for row in rows:
        table += f"| {row[0]} | {row[1]} | {row[2]} | {percent_of(row):.1f} |\n"
    table += "\n| why a line is not executed | lines |\n|---|---|\n"
    for reason, number in reasons.most_common():
        table += f"| {reason} | {number} |\n"
    pathlib.Path(path).write_text(before + MARKS[0] + "\n" + table + "\n" + MARKS[1] + after)


def function_at(text, number):
    """Its name: gcov knows none where a function was inlined into all that call it."""
    while number and not FUNCTION.match(text[number - 1]):
        number -= 1
    return FUNCTION.match(text[number - 1])["name"] if number else None


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


def check_sources(tree, listed):
    """Say what is listed and not there; true if all is."""
    there = collections.Counter()
    for file in {file for file, *_ in listed}:
        path = tree / file
        text = path.read_text().splitlines() if path.is_file() else []
        for number, line in enumerate(text, 1):
            there[file, function_at(text, number), line.strip()] += 1
    gone = listed - there
    if gone:
        print("In the list, but not in the sources:")
        print_list(gone, "?")
    return not gone


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
    parser.add_argument("--page")
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("list")
    parser.add_argument("counters", nargs="?")
    options = parser.parse_args()
    tree = options.tree.resolve()

    never, sometimes = read_list(options.list)
    if not options.counters:
        return 0 if check_sources(tree, never + sometimes) else 1
    files = read_counters(options.counters)
    write_data(files)
    lines = run_gcov(files, tree)
    if not lines:
        sys.exit("nothing was counted")
    found = find_lines(lines, tree, lambda count: not count)
    if options.print:
        print_list(found - never - sometimes, "?")
        return 0
    rows = make_table(lines)
    print_table(rows)
    if options.part:
        return 0
    if options.page:
        write_page(options.page, rows, reasons_of(options.list))
    good = compare(found, find_lines(lines, tree, lambda count: True), never, sometimes)
    listed = sum((never + sometimes).values())
    percent = percent_of(rows[-1])
    print(f"{percent:.1f} percent, at least {LEAST:.0f} wanted; {listed} lines listed")
    return 0 if good and percent >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
