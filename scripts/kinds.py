#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check Documentation/design/kinds.list against the code, and make kinds.md from it: each
kind of record has an emitter, or says what it waits for; each emitter in the module has a
line with what its fields mean, and a test that names the kind.

    scripts/kinds.py           check, and write the page
    scripts/kinds.py --tests   print the tests of each kind
    scripts/kinds.py --check   check, print a diff and exit 1 if the page differs
"""

import difflib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
UAPI = ROOT / "kmod/include/uapi/linux/rvm_record.h"
LIST = ROOT / "Documentation/design/kinds.list"
PAGE = ROOT / "Documentation/design/kinds.md"
KIND = re.compile(r"\bRVM_KIND_([A-Z0-9_]+)\b")
# Comparisons make nothing, and the names are not records.
READS = re.compile(r"[!=<>]= *$")
NAMES = "kmod/lib/log/record.c"
# One of three, by the tier.
TIERS = ("PROOF_VERIFIED_P1", "PROOF_VERIFIED_P2", "PROOF_VERIFIED_P3")
# Tests that name the kind that they look for: rows of a program, checks of a shell test,
# functions of one that look at that byte of a record, and whole programs.
ROWS = ("selftests/full/*.c",
        re.compile(r'^\t\{ "([a-z_0-9]+)",\s*(?:RVM_CMD_\w+|0),\s*RVM_KIND_([A-Z0-9_]+),', re.M))
CHECKS = ("selftests/*.sh",
          re.compile(r"^\s*check ([a-z_0-9]+) has_record [\"']0x([0-9a-f]{2}) ", re.M))
FUNCTIONS = re.compile(r"^([a-z_0-9]+)\(\) {$(.*?)^}$", re.M | re.S)
BYTE = re.compile(r"\[16\] == 0x([0-9a-fA-F]{2})")
PROGRAMS = "selftests/*_test.c"
HEAD = """\
# Kinds of records

For readers who want to know what the witness log says, and who makes it say that. This page
does not say how a record is laid out ([interface](../userspace-api/rvm.md)).
`scripts/kinds.py` makes it from `kinds.list`, which has what the fields mean, from the header
`rvm_record.h`, which has the kinds, from the code of the module, which makes the records, and
from the tests that look for them. The static checks fail if a kind has neither an emitter nor
a reason, or if an emitter has no line or no test.

*Tests* are rows of `selftests/full/*.c` (*full*), checks of the shell tests (*shell*), and other
programs in `selftests/` (*program*). A row of *full* compares actor, target, operation, and
whether there is the hash of a token.
"""
TITLES = "kind | emitter | actor | target | capability_hash | payload | tests"


def read_kinds():
    """Code and description of each kind, in order."""
    text = UAPI.read_text()
    said = dict(re.findall(r"^ \* @RVM_KIND_([A-Z0-9_]+): (.+)$", text, re.M))
    codes = re.findall(r"^\tRVM_KIND_([A-Z0-9_]+) = (0x[0-9a-f]{2}),", text, re.M)
    return {name: (int(code, 16), said.get(name, "")) for name, code in codes}


def emitters_of(path):
    """Pairs of a kind and the function whose code makes a record of it."""
    function = ""
    for line in path.read_text().splitlines():
        if match := re.match(r"[a-z].*?([a-z_0-9]+)\(", line):
            function = match[1]
        for match in KIND.finditer(line):
            if READS.search(line[:match.start()]) or re.match(r"\s*[!=]=", line[match.end():]):
                continue
            rest = line[match.end():]
            names = TIERS if match[1] == TIERS[0] and rest.lstrip().startswith("+") else (match[1],)
            yield from ((name, function) for name in names)


def read_emitters():
    found = set()
    for path in sorted((ROOT / "kmod").rglob("*.c")):
        name = str(path.relative_to(ROOT))
        if name != NAMES and not name.endswith(".mod.c"):
            found |= {(kind, f"{name}:{function}") for kind, function in emitters_of(path)}
    return found


def read_tests(kinds):
    """Pairs of a kind and a test."""
    by_code = {code: name for name, (code, _) in kinds.items()}
    tests = set()
    for path in ROOT.glob(ROWS[0]):
        tests |= {(found, f"full:{name}") for name, found in ROWS[1].findall(path.read_text())}
    for path in ROOT.glob(CHECKS[0]):
        tests |= {(by_code.get(int(code, 16)), f"shell:{name}")
                  for name, code in CHECKS[1].findall(path.read_text())}
        tests |= {(by_code.get(int(code, 16)), f"shell:{name}")
                  for name, body in FUNCTIONS.findall(path.read_text())
                  for code in BYTE.findall(body)}
    for path in ROOT.glob(PROGRAMS):
        tests |= {(kind, f"program:{path.stem}") for kind in KIND.findall(path.read_text())}
    return tests


class Line:
    """KINDS | emitters | actor | target | capability_hash | payload | tests
    KINDS | waits | reason"""

    def __init__(self, text):
        fields = [field.strip() for field in text.split("|")]
        self.kinds, self.emitters = fields[0].split(), fields[1].split()
        self.waits = self.emitters == ["waits"]
        self.fields = fields[2:6]
        self.tests = fields[6].split() if len(fields) > 6 else []
        self.whole = len(fields) == (3 if self.waits else 7) and all(fields)


def faults_of(lines, kinds, emitters, tests):
    said = {(kind, where) for line in lines if not line.waits for kind in line.kinds
            for where in line.emitters}
    waiting = [kind for line in lines for kind in line.kinds if line.waits]
    emitted = {kind for kind, _ in emitters}
    yield from (f"{' '.join(line.kinds)}: a field is missing" for line in lines if not line.whole)
    yield from (f"{kind}: there is no such kind" for line in lines for kind in line.kinds
                if kind not in kinds)
    yield from (f"{kind}: {where} makes it, and has no line" for kind, where in
                sorted(emitters - said))
    yield from (f"{kind}: {where} does not make it" for kind, where in sorted(said - emitters))
    yield from (f"{kind}: nothing makes it, and no line says what it waits for"
                for kind in kinds if kind not in emitted and kind not in waiting)
    yield from (f"{kind}: it waits, but is made" for kind in waiting if kind in emitted)
    for line in lines:
        for kind in line.kinds if not line.waits else ():
            if not any((kind, test) in tests for test in line.tests):
                yield f"{kind}: no test of {line.emitters[0]} names it"
        for test in line.tests:
            if not any((kind, test) in tests for kind in line.kinds):
                yield f"{' '.join(line.kinds)}: there is no test {test} that names it"


def shown(line, kind, tests):
    """Of its tests those that name this kind."""
    names = [test for test in line.tests if (kind, test) in tests]
    return "; ".join("*{}*: {}".format(*test.split(":")) for test in names)


def rows_of(line, kinds, tests):
    for kind in line.kinds:
        code, text = kinds[kind]
        first = f"`0x{code:02x}` {text}"
        if line.waits:
            yield code, f"| {first} | {line.fields[0]} |"
        else:
            pairs = (where.split(":") for where in line.emitters)
            where = ", ".join(f"`{function}()` in `{path}`" for path, function in pairs)
            yield code, (f"| {first} | {where} | " + " | ".join(line.fields) +
                         f" | {shown(line, kind, tests)} |")


def table(titles, rows):
    head = f"| {titles} |\n|{re.sub('[^|]+', '---', titles)}|\n"
    return head + "\n".join(text for _, text in sorted(rows, key=lambda row: row[0])) + "\n"


def make_page(lines, kinds, tests):
    made = [row for line in lines if not line.waits for row in rows_of(line, kinds, tests)]
    waits = [row for line in lines if line.waits for row in rows_of(line, kinds, tests)]
    return (f"{HEAD}\n## Made\n\n{table(TITLES, made)}\n## Not made\n\n"
            f"{table('kind | why', waits)}")


def main(option):
    kinds = read_kinds()
    emitters, tests = read_emitters(), read_tests(kinds)
    if option == "--tests":
        print("\n".join(f"{kind} {test}" for kind, test in sorted(tests)))
        return 0
    lines = [Line(text) for text in LIST.read_text().splitlines() if text and text[0] != "#"]
    if faults := list(faults_of(lines, kinds, emitters, tests)):
        print("\n".join(f"kinds.list: {fault}" for fault in faults))
        return 1
    page = make_page(lines, kinds, tests)
    if option != "--check":
        PAGE.write_text(page)
    elif page != PAGE.read_text():
        print("\n".join(difflib.unified_diff(PAGE.read_text().splitlines(), page.splitlines(),
                                             lineterm="")))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main("".join(sys.argv[1:])))
