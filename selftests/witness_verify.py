#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check a witness log with only hashlib: witness_verify.py [--rvm] FILE

Prints the head of the log; for one in RVM's own format, its chain value.
"""
import hashlib
import struct
import sys

RECORD = 64


def records(data):
    return [data[at:at + RECORD] for at in range(0, len(data), RECORD)]


def head(data):
    """SHA-256 of 64-byte blocks: bytes 0 to 47 of a record, aux of the one before, zeros."""
    aux, stream = bytes(8), hashlib.sha256()
    for record in records(data):
        stream.update(record[:48] + aux + bytes(8))
        aux = record[52:60]
    return stream.hexdigest()


def fold(value):
    return (value >> 32 ^ value) & 0xFFFFFFFF


def rvm_head(data):
    """c(i+1) = XOR of the four words of SHA-256(c(i), i); each record has both, folded."""
    chain = 0
    for i, record in enumerate(records(data)):
        words = struct.unpack("<4Q", hashlib.sha256(struct.pack("<QQ", chain, i)).digest())
        after = words[0] ^ words[1] ^ words[2] ^ words[3]
        found = struct.unpack_from("<Q", record)[0], *struct.unpack_from("<II", record, 44)
        if found != (i, fold(chain), fold(after)):
            sys.exit(f"record {i} does not continue the chain")
        chain = after
    return f"{chain:016x}"


if __name__ == "__main__":
    with open(sys.argv[-1], "rb") as log:
        print((rvm_head if "--rvm" in sys.argv else head)(log.read()))
