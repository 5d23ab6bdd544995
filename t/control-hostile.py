# SPDX-License-Identifier: ISC
"""Attacks the control socket: control-hostile.py SOCKET SECONDS.

Half boxes, floods that nobody reads, nonsense, 200 callers at once. Prints
`ok NAME` or `not_ok NAME: WHY`."""

import os
import random
import socket
import sys
import threading
import time

import amp

CALLERS = 200
LARGE = amp.box((b"_ask", b"x" * 1000), (b"_command", b"\0" * 2900))
END = time.monotonic() + float(sys.argv[2])


def connect(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(0.2)
    try:
        sock.connect(path)
        return sock
    except OSError:
        sock.close()
        return None


def flood(path):
    """Asks for long answers and reads none."""
    sent = 0
    while time.monotonic() < END:
        time.sleep(0.001)
        sock = connect(path)
        while sock and time.monotonic() < END:
            try:
                sent += sock.send(LARGE * 16)
            except socket.timeout:
                continue
            except OSError:
                break
        if sock:
            sock.close()
    return sent


def churn(path):
    """Connects, says something, leaves."""
    good = amp.ask(b"127.0.0.1", b"1")
    while time.monotonic() < END:
        time.sleep(0.001)       # to leave a processor for the traffic
        sock = connect(path)
        if not sock:
            continue
        bytes_ = random.choice([
            good[:random.randrange(len(good))], good * 50,
            os.urandom(random.randrange(1, 5000)), b"\0\0", b"",
            b"\0\4_ask\xff\xff", b"\0\1k\0\0" * 1000, b"GET / HTTP/1.1\r\n"])
        try:
            sock.sendall(bytes_)
            if random.random() < 0.5:
                sock.shutdown(socket.SHUT_WR)
                sock.recv(100)
        except OSError:
            pass
        sock.close()


def crowd(path):
    """Holds as many connections as it gets, each with half a box."""
    held = []
    most = 0
    while time.monotonic() < END:
        time.sleep(0.001)
        sock = connect(path)
        if sock:
            try:
                sock.send(b"\0\4_a")
            except OSError:
                pass
            held.append(sock)
        most = max(most, len(held))
        if len(held) >= CALLERS:
            held.pop(random.randrange(len(held))).close()
    for sock in held:
        sock.close()
    return most


def main():
    path = sys.argv[1]
    results = {}
    threads = [threading.Thread(
        target=lambda f=f, n=n: results.__setitem__(n, f(path)))
        for n, f in enumerate([crowd, flood, flood, churn, churn])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    amp.told("many callers at once",
             results[0] < CALLERS and "%d of them" % results[0])
    wanted = amp.UNKNOWN_PORT

    def answered():
        try:
            caller = amp.Caller(path)
            caller.say(amp.ask(b"127.0.0.1", b"1"))
            return caller.hear(len(wanted)) == wanted
        except OSError:
            return False

    amp.told("then it is answered", not amp.wait_until(answered) and "no")
    print("flooded %d bytes" % (results[1] + results[2]), flush=True)


main()
