#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print the Landlock rules that come nearest to tables: one for each file, directory
and program that a row names.  Landlock has no patterns: a rule covers all that is below
the directory in which the pattern begins.

    landlock_rules.py WORKSPACE BASE_DIR BASE,... TABLE
"""

import json
import os
import shutil
import sys


def beneath(resource, workspace):
    """The directory or file that a row is about."""
    kind, path = resource.split(":", 1) if ":" in resource else resource[:-1].split("(", 1)
    if kind in ("exec", "run") and not path.startswith("/"):
        return shutil.which(path.split()[0])
    if path.startswith("//"):
        path = path[1:]
    path = os.path.join(workspace, os.path.expanduser(path))
    fixed = []
    for name in path.split("/"):
        if any(c in name for c in "*?["):
            break
        fixed.append(name)
    return os.path.realpath("/".join(fixed) or "/")


def main():
    workspace, folder, bases, table = sys.argv[1:]
    names = [os.path.join(folder, base + ".json") for base in bases.split(",")] + [table]
    rules = {}
    for name in names:
        with open(name, encoding="utf-8") as file:
            rows = json.load(file)
        for row in rows:
            path = beneath(row["resource"], workspace)
            if path:
                rules.setdefault(path, set()).update(row["rights"])
    for path, rights in sorted(rules.items()):
        if "WRITE" in rights:
            print("rw", path)
        if "EXECUTE" in rights or "WRITE" not in rights:
            print("rx" if "EXECUTE" in rights else "r", path)


if __name__ == "__main__":
    main()
