#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Each errno of the table in userspace-api/rvm.md was met, with a text.

The programs that ran before have noted their errors in the file that $RVM_REFUSALS
names: a byte for each command and errno.  Prints KTAP.
"""

import errno
import os
import re
import sys

# Cannot be caused on a kernel without fault injection: no memory; memory that was written
# to by somebody else; a revocation that is under way at that very moment.
NOT_MET = {"ENOMEM", "EUCLEAN", "EKEYREVOKED"}


def read_commands(root):
    """Numbers of the commands by name, from the header."""
    with open(root + "/kmod/include/uapi/linux/rvm.h", encoding="utf-8") as header:
        names = re.findall(r"^\tRVM_CMD_([A-Z_]+)(?: = 1)?,$", header.read(), re.M)
    return {name.lower().replace("_", "-"): i + 1 for i, name in enumerate(names)}


def operations(cell, commands):
    """What a cell of the first column names: several that all count, or any one."""
    cell = cell.removesuffix(" dump")
    if cell.startswith("all") or cell == "dumps":
        return [sorted(commands)]
    names = [name.strip() for name in cell.split(",")]
    head = names[0].split("-")[0]
    return [[head + name if name.startswith("-") else name] for name in names]


def read_table(root, commands):
    """(operations, errno) of each row; an empty first cell repeats the one above."""
    with open(root + "/Documentation/userspace-api/rvm.md", encoding="utf-8") as page:
        section = page.read().split("### Errors")[1].split("\n## ")[0]
    wanted, cell = [], ""
    for line in section.splitlines():
        cells = [part.strip() for part in line.strip().strip("|").split("|")]
        if len(cells) != 3 or cells[0] in ("operation", "---"):
            continue
        cell = cells[0] or cell
        for name in re.findall(r"\bE[A-Z0-9]+\b", cells[1]):
            wanted += [(ops, name) for ops in operations(cell, commands)]
    return wanted


def main():
    noted = os.environ.get("RVM_REFUSALS", "")
    root = os.environ["RVM_ROOT"]
    if not noted or not os.path.exists(noted):
        print("1..0 # SKIP no test noted what it was refused")
        return 4
    with open(noted, "rb") as file:
        met = file.read()
    commands = read_commands(root)
    wanted = [row for row in read_table(root, commands) if row[1] not in NOT_MET]
    print(f"TAP version 13\n1..{len(wanted)}")
    failed = 0
    for number, (ops, name) in enumerate(wanted, 1):
        good = any(met[commands[op] * 256 + getattr(errno, name)] for op in ops)
        what = ops[0] if len(ops) == 1 else "any"
        print(f"{'ok' if good else 'not ok'} {number} {what}_{name}")
        failed += not good
    return 1 if failed or not wanted else 0


sys.exit(main())
