#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Which of a log's keys are in the module's memory: kernel_key.py KEY SEALS

Prints for the first key itself and for the key of each epoch up to that behind SEALS seals
whether it is there, as the module keeps it: 1 or 0.  As root, with /proc/kcore.
"""
import hmac
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from witness_forge import BEGIN, compress, ratchet  # noqa: E402

PT_LOAD = 1


def sections():
    """Address and end of what the module writes to."""
    found = []
    folder = "/sys/module/rvm/sections"
    for name in (".data", ".bss"):
        with open(f"{folder}/{name}", encoding="ascii") as file:
            found.append(int(file.read(), 16))
    return found


def read_kernel(address, size):
    with open("/proc/kcore", "rb", buffering=0) as core:
        header = core.read(64)
        offset, = struct.unpack_from("<Q", header, 32)
        entry, count = struct.unpack_from("<HH", header, 54)
        core.seek(offset)
        table = core.read(entry * count)
        for at in range(0, len(table), entry):
            kind, _, where, virtual, _, length = struct.unpack_from("<IIQQQQ", table, at)
            if kind == PT_LOAD and virtual <= address < virtual + length:
                core.seek(where + address - virtual)
                return core.read(size)
    sys.exit("the module's memory cannot be read")


def states(key):
    """What HMAC starts from: the states after the two pads."""
    inner = compress(BEGIN, bytes(byte ^ 0x36 for byte in key.ljust(64, b"\0")))
    outer = compress(BEGIN, bytes(byte ^ 0x5C for byte in key.ljust(64, b"\0")))
    return struct.pack("<8I", *inner), struct.pack("<8I", *outer)


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        key = bytes.fromhex(file.read().split()[-1])
    memory = b"".join(read_kernel(address, 64 << 10) for address in sections())
    there = [key in memory]
    for _ in range(int(sys.argv[2]) + 1):
        there.append(key in memory or any(state in memory for state in states(key)))
        key = ratchet(key)
    print(*map(int, there))


if __name__ == "__main__":
    main()
