#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What somebody inside may send to the socket of --may-nest: nest_client.py CASE [ARG...]"""
import array
import os
import socket
import struct
import sys
import time

MAGIC = 0x72766d31
# struct winsize, struct termios of the C library.
HEAD = struct.Struct("=I4II8s60s")


def connect(blocking=True):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.setblocking(blocking)
    s.connect(os.environ["RVM_NEST"])
    s.setblocking(True)
    s.settimeout(20)
    return s


def strings(*texts):
    return b"".join(t.encode() + b"\0" for t in texts)


def request(argv=("true",), counts=None, magic=MAGIC, path="/usr/bin/true", grants=(), tail=b""):
    counts = counts or (len(grants), 0, len(argv), 0)
    head = HEAD.pack(magic, *counts, 0, bytes(8), bytes(60))
    return head + strings("", "/", path, *grants, *argv) + tail


def pipes():
    read, write = os.pipe()
    return [os.open("/usr/bin/true", os.O_PATH), read, write, write]


def send(s, data, fds):
    anc = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    s.sendmsg([data], anc)


def answer(s):
    """Kind and text of the last notice."""
    last = (0, -1, "closed")
    while True:
        try:
            got = s.recv(4096)
        except ConnectionResetError:
            continue
        if not got:
            return last
        kind, value = struct.unpack_from("=Ii", got)
        last = (kind, value, got[16:].split(b"\0")[0].decode())


def ask(data, fds):
    s = connect()
    try:
        send(s, data, fds)
    except BrokenPipeError:
        pass
    kind, value, text = answer(s)
    print(kind, value, text)


def wrong_descriptors():
    for path, flags in (("/etc/passwd", os.O_RDONLY), (".", os.O_RDONLY)):
        fds = pipes()
        fds[1] = os.open(path, flags)
        ask(request(), fds)
    fds = pipes()
    fds[2] = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).fileno()
    ask(request(), fds)


def cases():
    fds = pipes()
    return {
        "good": lambda: ask(request(), fds),
        "empty": lambda: ask(b"", fds),
        "short": lambda: ask(request()[:40], fds),
        "cut": lambda: ask(request()[:-3], fds),
        "long": lambda: ask(request() + b"x" * 10, fds),
        "huge": lambda: ask(request() + b"x" * 150000, fds),
        "counts": lambda: ask(request(counts=(0, 0, 0xffffffff, 1)), fds),
        "many": lambda: ask(request(counts=(0, 0, 4000, 4000)), fds),
        "grants": lambda: ask(request(grants=["x"] * 300), fds),
        "magic": lambda: ask(request(magic=1), fds),
        "no-argv": lambda: ask(request(argv=()), fds),
        "relative": lambda: ask(request(path="true"), fds),
        "no-fds": lambda: ask(request(), []),
        "many-fds": lambda: ask(request(), fds * 20),
        "wrong-fds": wrong_descriptors,
        "silent": silent,
        "other-sender": other_sender,
        "flood": flood,
    }


def silent():
    """Nothing is asked: the place is free again after a while."""
    print(*answer(connect()))


def other_sender():
    """A connection that was passed on."""
    s = connect()
    if not os.fork():
        send(s, request(), pipes())
        os._exit(0)
    os.wait()
    print(*answer(s))


def flood():
    """So many, as fast as it goes; a few at a time are looked at."""
    done = waiting = refused = 0
    kept = []
    end = time.time() + 60
    for _ in range(10000):
        try:
            s = connect(blocking=False)
        except BlockingIOError:
            waiting += 1
            continue
        except OSError:
            refused += 1
            continue
        try:
            send(s, request(), pipes_once)
            done += 1
        except OSError:
            refused += 1
        kept.append(s)
        if len(kept) > 100:
            kept.pop(0).close()
        if time.time() > end:
            break
    print("flood", done + waiting + refused)


pipes_once = pipes()

if __name__ == "__main__":
    cases()[sys.argv[1]]()
