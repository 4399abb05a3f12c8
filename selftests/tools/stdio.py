# SPDX-License-Identifier: GPL-2.0-only
#
#	stdio.py SCENE COMMAND...
#
# Run a command whose standard descriptors are a socket that is read slowly, or a terminal
# with somebody at it, and print what came out.

import os
import pty
import select
import signal
import socket
import subprocess
import sys
import termios
import time

PATIENCE = float(os.environ.get("RVM_PATIENCE", "1"))


def read_all(fd, seen=b"", until=None, size=65536, pause=0.0, seconds=40):
    """What comes from fd until its end, or until it says something."""
    end = time.monotonic() + seconds * PATIENCE
    while until is None or until not in seen:
        if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
            raise SystemExit(f"nothing more comes after {seen!r}")
        try:
            data = os.read(fd, size)
        except OSError:
            break
        if not data:
            break
        seen += data
        time.sleep(pause)
    return seen


def on_socket(command):
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    theirs.close()
    return process, ours


def slow_socket(command):
    """Count what a reader gets that is busy with each part."""
    process, ours = on_socket(command)
    data = read_all(ours.fileno(), pause=0.1)
    print(len(data), process.wait())


def socket_text(command):
    process, ours = on_socket(command)
    sys.stdout.buffer.write(read_all(ours.fileno()))
    process.wait()


def stalled_socket(command):
    """Nobody reads, and somebody asks for the end."""
    process, ours = on_socket(command)
    time.sleep(3)
    print("ended before" if process.poll() is not None else "waits")
    process.send_signal(signal.SIGTERM)
    print(process.wait(8 * PATIENCE))
    ours.close()


def on_terminal(command):
    pid, fd = pty.fork()
    if not pid:
        os.execvp(command[0], command)
    return pid, fd


def slow_terminal(command):
    """Count the lines on a terminal that takes a part at a time."""
    pid, fd = on_terminal(command)
    time.sleep(1)
    data = read_all(fd, size=4096, pause=0.03)
    print(len(data.split()), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def at_terminal(command):
    """What a shell does with a line, and what is on the terminal; KEYS are typed at "ready"."""
    pid, fd = on_terminal(["bash", "-c", command[0]])
    seen = b""
    if len(command) > 1:
        seen = read_all(fd, until=b"ready")
        time.sleep(1)
        os.write(fd, command[1].encode().decode("unicode_escape").encode())
    seen = read_all(fd, seen)
    # The modes that it is left with.
    flags = termios.tcgetattr(fd)
    os.waitpid(pid, 0)
    sane = flags[1] & termios.OPOST and flags[3] & termios.ICANON and flags[3] & termios.ECHO
    print(seen, "sane" if sane else "raw")


SCENES = {
    "slow-socket": slow_socket,
    "socket": socket_text,
    "stalled-socket": stalled_socket,
    "slow-terminal": slow_terminal,
    "terminal": at_terminal,
}

SCENES[sys.argv[1]](sys.argv[2:])
