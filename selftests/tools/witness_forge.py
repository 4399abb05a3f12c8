#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What root can do to an exported log: witness_forge.py IN OUT SEQUENCE KEY

Changes the actor of a record and computes the chain again from there.  Root has the key that
the kernel signs with now, and signs with that; the keys before it are gone.  KEY is the file
with the first key: the key of now is computed from it, as nobody can read the kernel's.
"""
import hashlib
import hmac
import struct
import sys

RECORD, SEAL = 64, 0xB0


def rotated(x, n):
    return (x >> n | x << 32 - n) & 0xFFFFFFFF


def primes(n):
    found = []
    number = 2
    while len(found) < n:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def root_bits(number, power):
    """The first 32 bits behind the point of a square or a cube root."""
    low, high = 0, number << 32
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle ** power <= number << 32 * power else (low, middle)
    return low & 0xFFFFFFFF


BEGIN = [root_bits(prime, 2) for prime in primes(8)]
ROUND = [root_bits(prime, 3) for prime in primes(64)]


def compress(state, block):
    """FIPS 180-4, 6.2.2: hashlib does not show its state."""
    w = list(struct.unpack(">16I", block))
    for i in range(16, 64):
        s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3
        s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10
        w.append(w[i - 16] + s0 + w[i - 7] + s1 & 0xFFFFFFFF)
    a, b, c, d, e, f, g, h = state
    for i in range(64):
        t1 = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + (e & f ^ ~e & g) + \
            ROUND[i] + w[i]
        t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = t1 + t2 & 0xFFFFFFFF, a, b, c, d + t1 & 0xFFFFFFFF, e, f, g
    return [old + new & 0xFFFFFFFF for old, new in zip(state, (a, b, c, d, e, f, g, h))]


def fold(state):
    value = 0
    for word in state:
        value ^= word
    return value


def ratchet(key):
    return hmac.digest(key, b"rvm-witness-ratchet", "sha256")


def forge(data, sequence, first_key):
    log = [bytearray(data[at:at + RECORD]) for at in range(0, len(data), RECORD)]
    key = first_key
    for _ in range(sum(record[16] == SEAL for record in log)):
        key = ratchet(key)
    state, aux = BEGIN, bytes(8)
    log[sequence][20] ^= 1
    for i, record in enumerate(log):
        if i >= sequence:
            struct.pack_into("<I", record, 44, fold(state) if i else 0)
        state = compress(state, bytes(record[:48]) + aux + bytes(8))
        if i >= sequence:
            struct.pack_into("<I", record, 48, fold(state))
            record[52:60] = hmac.digest(key, bytes(record[:52]), "sha256")[:8]
        aux = bytes(record[52:60])
    return b"".join(log)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        whole = file.read()
    with open(sys.argv[4], encoding="ascii") as file:
        first = bytes.fromhex(file.read().split()[-1])
    with open(sys.argv[2], "wb") as file:
        file.write(forge(whole, int(sys.argv[3]), first))
