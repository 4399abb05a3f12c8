#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Listen, say "ready", and answer a byte with a byte.

    server.py ADDRESS PORT [CLIENTS]     ends after so many; 0 for never
"""

import itertools
import socket
import sys

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((sys.argv[1], int(sys.argv[2])))
listener.listen()
print("ready", flush=True)
clients = int(sys.argv[3]) if len(sys.argv) > 3 else 0
for _ in range(clients) if clients else itertools.count():
    with listener.accept()[0] as client:
        if client.recv(1):
            client.sendall(b"y")
