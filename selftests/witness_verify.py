#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check a witness log with only hashlib: witness_verify.py [--key KEY]... [--rvm|--root|--proof] FILE|DIR

Prints the head of the log; for one in RVM's own format, its chain value.  Of a directory
that was recorded into: the heads of its logs, oldest first, each with its length; with
--root, the root of the tree of its seals.  With first keys, the signatures are checked too.  Of a proof: the root that it leads to, and the
record.
"""
import hashlib
import hmac
import os
import re
import struct
import sys

RECORD = 64
# Records of a segment that are one leaf of its tree.
LEAF = 16
SEAL, RECORDER = 0xB0, 0xB6
HAS_LINE = 4


class Signer:
    """Whose signature a record has: a key signs up to and with a seal, then its successor."""

    def __init__(self, key):
        self.key = key

    def ratchet(self):
        self.key = hmac.digest(self.key, b"rvm-witness-ratchet", "sha256")

    def signed(self, record):
        said = record[:19] + bytes(1) + record[20:52]
        return hmac.digest(self.key, said, "sha256")[:8] == record[52:60]

    def check(self, record, unseen=0):
        """Behind records that are not there the key is one that fits."""
        while not self.signed(record):
            if not unseen:
                sys.exit(f"record {struct.unpack_from('<Q', record)[0]} is not signed by its key")
            self.ratchet()
            unseen -= 1
        if record[16] == SEAL:
            self.ratchet()


def read_keys(paths):
    """By the ids of their logs."""
    keys = {}
    for path in paths:
        with open(path, encoding="ascii") as file:
            found = re.fullmatch("rvm-witness-key 1\nlog ([0-9a-f]{16})\nkey ([0-9a-f]{64})\n",
                                 file.read())
        if not found:
            sys.exit(f"{path}: not a key")
        keys[found[1]] = bytes.fromhex(found[2])
    return keys


def check_signed(data, keys):
    name = f"{struct.unpack_from('<Q', data, 24)[0]:016x}"
    if name not in keys:
        sys.exit("no key names this log")
    signer = Signer(keys[name])
    for record in records(data):
        signer.check(record)


def records(data):
    return [data[at:at + RECORD] for at in range(0, len(data), RECORD)]


def head(data):
    """SHA-256 of 64-byte blocks: bytes 0 to 47 of a record, aux of the one before, zeros."""
    aux, stream = bytes(8), hashlib.sha256()
    for record in records(data):
        stream.update(record[:48] + aux + bytes(8))
        aux = record[52:60]
    return stream.hexdigest()


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def tree_root(leaves):
    """RFC 9162, section 2.1.1, word by word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_root(leaves[:half]) + tree_root(leaves[half:])).digest()


def climb(leaf, index, leaves, path):
    """Section 2.1.1 again, along one leaf: each half that it is not in is in the path."""
    if leaves == 1:
        if path:
            sys.exit("a path is too long")
        return leaf
    if not path:
        sys.exit("a path is too short")
    half = 1 << (leaves - 1).bit_length() - 1
    if index < half:
        pair = climb(leaf, index, half, path[:-1]) + path[-1]
    else:
        pair = path[-1] + climb(leaf, index - half, leaves - half, path[:-1])
    return hashlib.sha256(b"\1" + pair).digest()


def check_proof(text):
    """The record, and the root of all seals that it leads to."""
    lines = text.splitlines()
    fields = {key: [line[3 + len(key):] for line in lines if line.startswith(f"# {key} ")]
              for key in ("sequence", "leaf", "leaves", "records", "path", "seal", "seals",
                          "seal-path")}
    sequence, leaf, leaves, seal, seals = (
        int(fields[key][0]) for key in ("sequence", "leaf", "leaves", "seal", "seals"))
    text = "".join(line[2:] + "\n" for line in lines if line.startswith("| "))
    said = dict(line[2:].split(" ", 1) for line in text.splitlines() if line.startswith("# "))
    data = bytes.fromhex(fields["records"][0])
    place = sequence - int(said["first"])
    if not 0 <= place < int(said["records"]) or leaf != place // LEAF or \
            leaves != -(-int(said["records"]) // LEAF) or leaf >= leaves or seal >= seals:
        sys.exit("the record is in another leaf")
    record = data[place % LEAF * RECORD:][:RECORD]
    if struct.unpack_from("<Q", record)[0] != sequence:
        sys.exit("the record is not in its leaf")
    root = climb(leaf_hash(data), leaf, leaves, [bytes.fromhex(x) for x in fields["path"]])
    if root.hex() != said["root"]:
        sys.exit("the record does not lead to its seal")
    root = climb(leaf_hash(text.encode()), seal, seals,
                 [bytes.fromhex(x) for x in fields["seal-path"]])
    return f"{root.hex()} {record.hex()}"


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


class Segment:
    """The files of one segment, and what its .seal or .open says."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.log, self.first = (int(part) for part in name.split("-"))
        self.sealed = os.path.exists(os.path.join(folder, name + ".seal"))
        self.text = self.read(".seal" if self.sealed else ".open")
        lines = self.text.decode().splitlines()
        self.fields = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# "))
        self.sums = {line[66:]: line[:64] for line in lines if not line.startswith("#")}

    def read(self, part):
        with open(os.path.join(self.folder, self.name + part), "rb") as file:
            return file.read()

    def fail(self, why):
        sys.exit(f"{self.name}: {why}")

    def check_text(self, before):
        own = self.text.rindex(b"# sum ")
        if hashlib.sha256(self.text[:own]).hexdigest() != self.fields["sum"]:
            self.fail("its text is not what its sum says")
        if (int(self.fields["log"]), int(self.fields["first"])) != (self.log, self.first):
            self.fail("is of another segment")
        if not self.sealed:
            return
        wanted = {self.name + part: hashlib.sha256(self.read(part)).hexdigest()
                  for part in (".records", ".lines", ".index")}
        if before:
            wanted[before.name + ".seal"] = hashlib.sha256(before.text).hexdigest()
        if self.sums != wanted:
            self.fail("its digests are not those of its files and of the seal before")
        data = self.read(".records")
        leaves = [leaf_hash(data[at:at + LEAF * RECORD])
                  for at in range(0, len(data), LEAF * RECORD)]
        if tree_root(leaves).hex() != self.fields["root"]:
            self.fail("its root is not that of its records")


class Log:
    """One log, segment by segment."""

    def __init__(self, first, keys):
        key = keys.pop(first.fields["id"], None)
        self.signer, self.unseen = key and Signer(key), first.first
        self.id, self.aux = first.fields["id"], bytes.fromhex(first.fields["aux"])
        self.length = first.first
        # Only the first state of all can be put into hashlib.
        self.stream = None if first.first else hashlib.sha256()
        self.begin_stretch(not first.first)
        self.links, self.gap = [], False

    def begin_stretch(self, whole):
        self.stretch, self.lines, self.whole = hashlib.sha256(), 0, whole

    def add_line(self, segment, line, record):
        self.stretch.update(line + b"\n")
        self.lines += 1
        if not line:
            self.whole = False
        if record[16] == RECORDER and record[36] == 1:
            found = re.search(rb" previous=([0-9a-f]{64}) length=(\d+)", line)
            self.links.append((found[1].decode(), int(found[2])) if found else None)

    def check_seal(self, segment, record):
        target, count = record[24:32], struct.unpack_from("<I", record, 40)[0]
        if self.whole and (target != self.stretch.digest()[:8] or count != self.lines):
            segment.fail(f"the lines before record {self.length} do not fit its seal")
        self.begin_stretch(True)

    def add(self, segment):
        lost = segment.first - self.length
        if lost:
            if lost != int(segment.fields["lost-before"]):
                segment.fail("the segment before it is missing")
            self.gap, self.unseen = True, lost
            self.stream, self.aux = None, bytes.fromhex(segment.fields["aux"])
            self.length = segment.first
            self.begin_stretch(False)
        lines = segment.read(".lines").split(b"\n")[::-1]
        if lines.pop(0):
            segment.fail("ends within a line")
        for record in records(segment.read(".records")):
            sequence, = struct.unpack_from("<Q", record)
            if len(record) != RECORD or sequence != self.length:
                segment.fail(f"record {self.length} is not there")
            if self.stream:
                self.stream.update(record[:48] + self.aux + bytes(8))
            if self.signer:
                self.signer.check(record, self.unseen)
                self.unseen = 0
            self.aux = record[52:60]
            if record[18] & HAS_LINE:
                if not lines:
                    segment.fail(f"record {sequence} has no line")
                self.add_line(segment, lines.pop(), record)
            if record[16] == SEAL:
                self.check_seal(segment, record)
            self.length += 1
        if lines:
            segment.fail("has more lines than records with one")
        self.end = self.stream.hexdigest() if self.stream else segment.fields.get("head")
        if segment.sealed and (self.end, self.length) != (
                segment.fields["head"], segment.first + int(segment.fields["records"])):
            segment.fail("its head or its length is not what its seal says")


def segment_names(folder, parts="seal|open"):
    return sorted({name[:27] for name in os.listdir(folder)
                   if re.fullmatch(rf"\d{{6}}-\d{{20}}\.({parts})", name)})


def seals_root(folder, most):
    """Of the first seals, or of all."""
    return tree_root([leaf_hash(Segment(folder, name).text)
                      for name in segment_names(folder, "seal")[:most]]).hex()


def check_folder(folder, keys):
    keys = dict(keys)
    logs, before = [], None
    for segment in (Segment(folder, name) for name in segment_names(folder)):
        segment.check_text(before)
        if not logs or segment.log != before.log:
            if segment.log != len(logs) + 1:
                segment.fail("the log before it is missing")
            logs.append(Log(segment, keys))
        elif segment.fields["id"] != logs[-1].id:
            segment.fail("has the id of another log")
        logs[-1].add(segment)
        before = segment
    for older, newer in zip(logs, logs[1:]):
        if newer.links and not newer.gap and (older.end, older.length) not in newer.links:
            sys.exit(f"log {newer.id} does not name the log before it")
    if keys:
        sys.exit(f"log {min(keys)} of a key is not there")
    return [f"{log.end} {log.length}" for log in logs]


if __name__ == "__main__":
    where = sys.argv[-1]
    given = read_keys(sys.argv[i + 1] for i, word in enumerate(sys.argv) if word == "--key")
    if os.path.isdir(where) and "--root" in sys.argv:
        most = int(sys.argv[sys.argv.index("--segments") + 1]) if "--segments" in sys.argv else None
        print(seals_root(where, most))
    elif "--proof" in sys.argv:
        with open(where, encoding="ascii") as file:
            print(check_proof(file.read()))
    elif os.path.isdir(where):
        print("\n".join(check_folder(where, given)))
    else:
        with open(where, "rb") as file:
            whole = file.read()
        if given:
            check_signed(whole, given)
        print((rvm_head if "--rvm" in sys.argv else head)(whole))
