# SPDX-License-Identifier: ISC
"""Asks a control socket once: ask.py SOCKET HOST:PORT. Prints the client's
`HOST PORT`, or the code of the error, or `refused`."""

import sys

import amp


def pairs(data):
    found = {}
    while len(data) > 4:
        n = data[0] << 8 | data[1]
        key, data = data[2:2 + n], data[2 + n:]
        n = data[0] << 8 | data[1]
        found[key.decode()], data = data[2:2 + n].decode(), data[2 + n:]
    return found


try:
    caller = amp.Caller(sys.argv[1])
    host, port = sys.argv[2].rsplit(":", 1)
    caller.say(amp.ask(host.encode(), port.encode()))
    caller.sock.shutdown(1)
    answer = pairs(caller.hear(10000))
    print(answer.get("_error_code") or answer["host"] + " " + answer["port"])
except OSError:
    print("refused")
