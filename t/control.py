# SPDX-License-Identifier: ISC
"""Asks the control socket: control.py GO ADDRESS.

It is the server behind the balancer and its client too. It prints `listening
ADDR:PORT`, waits for the file GO, which says `HOST PORT SOCKET`, the
balancer's address and the path of its control socket, and then tries
everything: `ok NAME` or `not_ok NAME: WHY` for each, at last `over`."""

import os
import socket
import sys

import amp


def listen(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.socket(family)
    server.settimeout(amp.WAIT)
    server.bind((address, 0))
    server.listen(10)
    name = server.getsockname()
    print("listening %s:%d" % ("[%s]" % address if ":" in address else
                               address, name[1]), flush=True)
    return server


def split_tests(path, probe, sent, wanted):
    for step in (1, 2, 3, 7):
        row = ("", sent, wanted, amp.OPEN)
        amp.told("in pieces of %d" % step,
                 amp.try_row(path, probe, row, step))
    caller = amp.Caller(path)
    caller.say(sent)
    caller.sock.shutdown(socket.SHUT_WR)
    got = caller.hear(len(wanted) + 1)
    amp.told("who closes its half is answered",
             got != wanted and repr(got))
    caller.close()


def main():
    server = listen(sys.argv[2])
    if not amp.wait_until(lambda: os.path.exists(sys.argv[1])):
        sys.exit("no %s" % sys.argv[1])
    host, port, path = open(sys.argv[1]).read().split()
    client = socket.create_connection((host, int(port)), amp.WAIT)
    conn, peer = server.accept()
    mine = client.getsockname()
    text = [x.encode() for x in (peer[0], str(peer[1]))]
    whose = [x.encode() for x in (mine[0], str(mine[1]))]
    to = [x.encode() for x in (sys.argv[2], str(server.getsockname()[1]))]
    probe = (amp.ask(*text, b"probe"), amp.answer(*whose, b"probe"))
    for row in amp.rows(*text, whose, to):
        amp.told(row[0], amp.try_row(path, probe, row))
    split_tests(path, probe, amp.ask(*text) * 3, amp.answer(*whose) * 3)
    caller = amp.Caller(path)
    client.close()
    conn.close()

    def gone():
        caller.say(amp.ask(*text))
        return caller.hear(len(amp.UNKNOWN_PORT)) == amp.UNKNOWN_PORT

    # What is left of an answer would be in the way: a new caller each time.
    def gone_for_new():
        nonlocal caller
        caller = amp.Caller(path)
        return gone()

    amp.told("after the end it is nobody's",
             not amp.wait_until(gone_for_new) and "still known")
    print("over", flush=True)


main()
