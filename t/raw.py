# SPDX-License-Identifier: ISC
"""Sends standard input to a UNIX socket, raw.py PATH, closes that half, and
writes what comes back."""

import socket
import sys

s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.settimeout(20)
s.sendall(sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
while True:
    more = s.recv(65536)
    if not more:
        break
    sys.stdout.buffer.write(more)
    sys.stdout.buffer.flush()
