#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print the Landlock rules that come nearest to tables: one for each file, directory,
program and TCP port that a row names.  Landlock has no patterns and no addresses: a rule
covers all that is below the directory in which the pattern begins, or the port of all
machines.

    landlock_rules.py WORKSPACE BASE_DIR BASE,... TABLE
"""

import json
import os
import shutil
import sys


def beneath(kind, path, workspace):
    """The directory or file that a row is about."""
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


def split(resource):
    """Kind and object of kind:object or kind(object)."""
    return resource.split(":", 1) if ":" in resource else resource[:-1].split("(", 1)


def read_rows(names):
    """Kind, object and rights of each row."""
    for name in names:
        with open(name, encoding="utf-8") as file:
            for row in json.load(file):
                yield *split(row["resource"]), row["rights"]


def print_path(path, rights):
    if "WRITE" in rights:
        print("rw", path)
    if "EXECUTE" in rights or "WRITE" not in rights:
        print("rx" if "EXECUTE" in rights else "r", path)


def print_port(port, rights):
    if "WRITE" in rights:
        print("listen", port)
    if "EXECUTE" in rights:
        print("connect", port)


def main():
    workspace, folder, bases, table = sys.argv[1:]
    names = [os.path.join(folder, base + ".json") for base in bases.split(",")] + [table]
    paths, ports = {}, {}
    for kind, what, rights in read_rows(names):
        if kind == "tcp":
            ports.setdefault(what.rsplit(":", 1)[1], set()).update(rights)
        elif path := beneath(kind, what, workspace):
            paths.setdefault(path, set()).update(rights)
    for path, rights in sorted(paths.items()):
        print_path(path, rights)
    for port, rights in sorted(ports.items()):
        print_port(port, rights)


if __name__ == "__main__":
    main()
