# SPDX-License-Identifier: ISC
#
# notify-listen.py PATH: a service manager's ears: prints what comes to the
# datagram socket PATH (`@`: an abstract name), a line for each line, with the
# process that sent it where the system tells.
import os
import socket
import struct
import sys

path = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if hasattr(socket, "SO_PASSCRED"):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind("\0" + path[1:] if path.startswith("@") else path)
print("listening", flush=True)
while True:
    data, ancillary, flags, peer = s.recvmsg(65536, 1024)
    pid = 0
    for level, kind, value in ancillary:
        if kind == getattr(socket, "SCM_CREDENTIALS", -1):
            pid = struct.unpack("iii", value[:12])[0]
    for line in data.decode().split("\n"):
        print(pid, line, flush=True)
