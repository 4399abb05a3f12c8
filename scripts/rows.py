#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check rows.list and escapes.list in Documentation/design, and make rows.md and
escapes.md from them: each row must have a verdict and a test, or a reason; each
hook and each test that it names must exist.

    scripts/rows.py           check, and write the pages
    scripts/rows.py --tests   print what a row may name as a test
    scripts/rows.py --check   check, print a diff and exit 1 if a page differs
"""

import difflib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DESIGN = ROOT / "Documentation/design"
HOOKS = ("bpf/*.bpf.c", r'^SEC\("lsm[.s]*/([a-z_]+)"')
# The kinds of tests, the files that have them, and how these write them.  Those of the
# harness go by the names of their fixtures.
TESTS = [
    ("probe", "selftests/probe/*.c", r'^\t\{ "[^"]*", "([^"]*)", [a-z_0-9]*, [A-Z]* \},$'),
    ("escape", "selftests/escape/*.c", r'^\t\{ "([^"]*)", [a-z_0-9]*(?:, .*)? \},$'),
    (None, "selftests/**/*_test.c", r"^TEST_F[A-Z_]*\(([a-z_]+), ([a-z_0-9]+)"),
    ("unit", "selftests/unit/*_test.c", r"^\sRUN\(([a-z_0-9]+)\);$"),
    ("shell", "selftests/*.sh", r"^\s*(?:check|refused|denied|subtests) ([a-z_0-9]+) "),
]
HEADS = {
    "rows": """\
# Rows

For readers who want to know whether a way to act on somebody else is judged. This page does
not say how a hook is asked ([hooks](hooks.md)). `scripts/rows.py` makes it from `rows.list`.
The static checks fail if a row has no verdict, or names a hook or a test that does not exist.

*all seven*: only the root token covers it, and no mode relaxes it. *not stoppable*: no hook
sees it. Tests are rows of `selftests/probe/*.c` (*probe*) and `selftests/escape/*.c`
(*escape*), named tests of other programs (*race*, *nest*, *netlink*, ...) and of the shell
tests (*shell*).
""",
    "escapes": """\
# Escapes

For readers who want to know which ways out were tried, and whether the tests would notice if
one opened. This page does not list every way to act on somebody else: [rows](rows.md) does.
`scripts/rows.py` makes it from `escapes.list`.

Each row of `selftests/escape/*.c` (*escape*) is an attack with the powers of root inside a
partition, and its twin, the harmless thing that looks most like it. The attack must be denied
and recorded, the twin must work. *Guards* are those of `selftests/mutations.list`: they were
removed one at a time to see a test of the row fail (`selftests/mutate.sh`). A guard stands in
brackets if `selftests/data/mutations.txt` does not show that. Other kinds of tests are as in
[rows](rows.md).
""",
}
TITLES = {
    "rows": "row | way | hooks | right | tests | left open, or why there is no test",
    "escapes": "row | way out | hooks | denied | tests | guards | what is left",
}


def find(files, pattern):
    for path in ROOT.glob(files):
        yield from re.findall(pattern, path.read_text(), re.M)


def read_tests():
    """What a row may name as a test: "probe:NAME", "race:NAME", ..."""
    tests = set()
    for kind, files, pattern in TESTS:
        tests |= {f"{kind}:{name}" if kind else ":".join(name) for name in find(files, pattern)}
    return tests


def lines_of(path):
    return [line for line in path.read_text().splitlines() if line and line[0] != "#"]


def read_guards():
    """The guards that each test fails without, in brackets if no run has shown it."""
    shown, guards = set(), {}
    for line in lines_of(ROOT / "selftests/data/mutations.txt"):
        if line.startswith("ok "):
            shown.add((line[5:39].rstrip(), line[40:100].rstrip()))
    for line in lines_of(ROOT / "selftests/mutations.list"):
        name, _, _, tests, _ = line.split(" | ")
        for test in tests.split("; "):
            guard = name if (name, test) in shown else f"({name})"
            guards.setdefault(test.replace("twin:", "escape:"), []).append(guard)
    return guards


class Row:
    """id | way | hooks | right, or verdict | tests | reason, or what is left"""

    def __init__(self, line, kinds):
        fields = re.split(" *[|] ", re.sub(r" *\|$", " | ", line))
        self.count = len(fields)
        self.id, self.way, hooks, self.right, tests, self.rest = (fields + [""] * 6)[:6]
        self.hooks = [] if hooks == "-" else hooks.split()
        # A name may have "; " itself: a test begins where a kind follows.
        self.tests = re.split(rf"; (?=(?:{kinds}):)", tests) if tests else []

    def guards(self, guards):
        """Those that some test of the row needs, each once."""
        return list(dict.fromkeys(guard for test in self.tests for guard in guards.get(test, [])))

    def faults(self, kind, known, guards):
        hooks, tests = known
        if self.count != 6:
            return [f"{self.count} fields, not 6"]
        faults = [f"no program is on the hook {hook}" for hook in self.hooks if hook not in hooks]
        faults += [f'there is no test "{test}"' for test in self.tests if test not in tests]
        if not self.way or not self.right:
            faults.append("no way or no verdict")
        if not self.tests and not self.rest:
            faults.append("neither a test nor a reason")
        if kind == "escapes" and not self.guards(guards) and not self.rest:
            faults.append("no guard is listed for its tests, and no reason")
        return faults

    def markdown(self, kind, guards):
        hooks = ", ".join(f"`{hook}`" for hook in self.hooks) or "none"
        tests = "; ".join("*{}*: {}".format(*test.split(":", 1)) for test in self.tests)
        cells = [self.id, self.way, hooks, self.right, tests]
        cells += [", ".join(self.guards(guards))] if kind == "escapes" else []
        text = " | ".join(cell.replace("|", "\\|") for cell in cells + [self.rest])
        return re.sub("  +", " ", f"| {text} |")


def check_page(kind, rows, known, guards):
    """Rows are numbered from 1 within their letter."""
    faults, numbers = [], {}
    for row in rows:
        letter = row.id[:1]
        numbers[letter] = numbers.get(letter, 0) + 1
        if row.id != f"{letter}{numbers[letter]}":
            faults.append(f"{row.id}: is there twice, or out of order")
        faults += [f"{row.id}: {fault}" for fault in row.faults(kind, known, guards)]
    if kind == "rows":
        unnamed = known[0].difference(*(row.hooks for row in rows))
        faults += [f"no row names the hook {hook}" for hook in sorted(unnamed)]
    return [f"{kind}.list: {fault}" for fault in faults]


def make_page(kind, parts, guards):
    page = HEADS[kind]
    for part in parts:
        if isinstance(part, Row):
            page += part.markdown(kind, guards) + "\n"
        else:
            lines = re.sub("[^|]+", "---", TITLES[kind])
            page += f"\n## {part}\n\n| {TITLES[kind]} |\n|{lines}|\n"
    return page


def read_list(kind, tests):
    """The rows, and the titles between them."""
    kinds = "|".join({test.split(":")[0] for test in tests})
    for line in lines_of(DESIGN / f"{kind}.list"):
        yield line[3:] if line.startswith("== ") else Row(line, kinds)


def print_difference(old, new):
    difference = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="")
    print("\n".join(difference))


def main(option):
    known, guards = (set(find(*HOOKS)), read_tests()), read_guards()
    if option == "--tests":
        print("\n".join(sorted(known[1])))
        return 0
    status = 0
    for kind in ("rows", "escapes"):
        parts = list(read_list(kind, known[1]))
        rows = [part for part in parts if isinstance(part, Row)]
        path, page = DESIGN / f"{kind}.md", make_page(kind, parts, guards)
        if faults := check_page(kind, rows, known, guards):
            print("\n".join(faults))
            status = 1
        elif option != "--check":
            path.write_text(page)
        elif page != path.read_text():
            print_difference(path.read_text(), page)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main("".join(sys.argv[1:])))
