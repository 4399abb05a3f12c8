#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check every include of the tree against the floors of rooms.list.

	scripts/rooms.py FILE...	sources and headers, relative to the tree's top

Prints each include that goes up or sideways, and each file that is in no room.
"""

import os
import re
import sys

LIST = "scripts/rooms.list"
# Where the build looks for "NAME" and for <linux/NAME>, after the file's own directory.
ROOTS = ["kmod", "user/lib", "user/rvmctl", "selftests", "selftests/unit"]
SYSTEM_ROOTS = ["kmod/include/uapi"]


def read_floors():
    """Path of a room or of a file in it: (floor, room)."""
    floors = {}
    for floor, line in enumerate(open(LIST)):
        for path in line.split("#")[0].split():
            if not os.path.exists(path):
                sys.exit(f"{LIST}:{floor + 1}: there is no {path}")
            floors[path] = floor, os.path.splitext(path)[0]
    return floors


def place_of(floors, path):
    return floors.get(path) or floors.get(os.path.dirname(path))


def find(path, name, system):
    """The file of the tree that an include means, or None."""
    roots = SYSTEM_ROOTS if system else [os.path.dirname(path)] + ROOTS
    for root in roots:
        found = os.path.normpath(os.path.join(root, name))
        if os.path.isfile(found):
            return found
    return None


def includes(path):
    for number, line in enumerate(open(path), 1):
        match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if match:
            yield number, find(path, match[2], match[1] == "<")


def main(paths):
    floors = read_floors()
    wrong = 0
    for path in paths:
        place = place_of(floors, path)
        if place is None:
            print(f"{path}: {os.path.dirname(path)} is not in {LIST}")
            wrong += 1
            continue
        for number, target in includes(path):
            there = target and place_of(floors, target)
            if there and there[1] != place[1] and there[0] >= place[0]:
                print(f"{path}:{number}: includes {target}, which is not below it")
                wrong += 1
    return wrong > 0


sys.exit(main(sys.argv[1:]))
