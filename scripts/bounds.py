#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare the numbers in documents with the constants of the code.

    scripts/bounds.py      compare what scripts/bounds.list names
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAME = re.compile(r"\b[A-Z][A-Z0-9_]+\b")


def read_constants():
    """The text of each constant; of a name that two files define, none."""
    constants = {}
    for folder in ("kmod", "user"):
        for path in sorted((ROOT / folder).rglob("*.[ch]")):
            for name, value in re.findall(
                r"^#define ([A-Z][A-Z0-9_]+) +([^\n\\]+?)(?: */\*.*)?$", path.read_text(), re.M
            ):
                constants.setdefault(name, set()).add(value)
    return {name: values.pop() for name, values in constants.items() if len(values) == 1}


def value_of(text, constants):
    """Constants are made of numbers and of others."""
    number = NAME.sub(lambda match: f"({value_of(constants[match[0]], constants)})", text)
    return eval(number.replace("/", "//"), {"__builtins__": {}})


def fault_of(line, constants):
    expression, document, text = line.split("\t")
    try:
        value = value_of(expression, constants)
    except KeyError as name:
        return f"scripts/bounds.list: {name} is no constant, or several"
    page = " ".join((ROOT / document).read_text().split())
    said = text.strip().format(value)
    if value is False or said not in page:
        return f"{document}: should say '{said}', where {expression} is {value}"
    return None


def main():
    constants = read_constants()
    lines = (ROOT / "scripts/bounds.list").read_text().splitlines()
    faults = [fault_of(line, constants) for line in lines if line and line[0] != "#"]
    for fault in filter(None, faults):
        print(fault)
    return 1 if any(faults) else 0


if __name__ == "__main__":
    sys.exit(main())
