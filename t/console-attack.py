# SPDX-License-Identifier: ISC
"""Everything that the command socket can be sent: console-attack.py PATH.
Prints `ok NAME` or `not ok NAME: WHY` for each."""

import random
import select
import socket
import sys
import time

PATH = sys.argv[1]
LINE = 64 * 1024
WAIT = 20


def connect():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(WAIT)
    s.connect(PATH)
    return s


def answer(f):
    """Code and text of one answer, or None: the end."""
    head = f.readline()
    if not head:
        return None
    code, length = head.split()
    text = f.read(int(length))
    assert len(text) == int(length), "cut off"
    return int(code), text


def ask(line, s=None):
    s = s or connect()
    s.sendall(line + b"\n")
    return answer(s.makefile("rb"))


def rest(s):
    """All answers until the end; a reset behind them is one."""
    out = b""
    try:
        while True:
            more = s.recv(65536)
            if not more:
                break
            out += more
    except ConnectionResetError:
        pass
    return out


def longest():
    code, text = ask(b"show " + b"x" * (LINE - 5))
    assert code == 400 and text.startswith(b"no service 'xxx"), text[:80]


def too_long():
    s = connect()
    s.sendall(b"x" * (LINE + 1) + b"\n")
    got = rest(s)
    assert got == b"400 21\nthe line is too long\n", got[:80]


def no_newline():
    s = connect()
    try:
        for _ in range(200):
            s.sendall(b"y" * LINE)
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert b"too long" in rest(s)


def many_words():
    code, text = ask(b"show " + b"a " * 30000)
    assert code == 400 and b"too many words" in text


def quotes():
    for line in (b"'" * 60001, b'"' * 60001, b"\\" * 60001, b"'\\" * 30000):
        code, text = ask(line)
        assert code in (400, 404), text
        code, text = ask(b"complete " + line)
        assert code == 200


def bytes_of_chance():
    r = random.Random(4)
    for _ in range(200):
        line = bytes(r.randrange(256) for _ in range(r.randrange(1, 300)))
        line = line.replace(b"\n", b"").replace(b"\3", b"")
        code, text = ask(line)
        assert code in (200, 400, 404), (code, line)


def pipelined():
    s = connect()
    f = s.makefile("rb")
    for _ in range(20):
        s.sendall(b"whoami\nno\n" * 200)
        for _ in range(200):
            assert answer(f)[0] == 200
            assert answer(f)[0] == 404


def never_reading():
    """Takes no answer until all is asked; then they are all there."""
    s = connect()
    s.setblocking(False)
    line, sent = b"running.json\n", 0
    quiet = time.monotonic() + 2
    while sent < 100000 * len(line) and time.monotonic() < quiet:
        try:
            # Whole lines: where it stops is the balancer's business.
            at = sent % len(line)
            sent += s.send((line * 100)[at:])
            quiet = time.monotonic() + 1
        except BlockingIOError:
            time.sleep(0.01)
    assert sent < 100000 * len(line), "everything was taken"
    s.setblocking(True)
    s.settimeout(WAIT)
    f = s.makefile("rb")
    for _ in range(sent // len(line)):
        code, text = answer(f)
        assert code == 200 and text.startswith(b"{") and \
            text.endswith(b"}\n")


def gone_halfway():
    for _ in range(50):
        s = connect()
        s.sendall(b"running.json\nrunning.json\nwho")
        s.close()
        s = connect()
        s.sendall(b"metrics\n" * 20)
        s.recv(10)
        s.close()


def half_closed():
    s = connect()
    s.sendall(b"whoami\nwhoami\nwho")
    s.shutdown(socket.SHUT_WR)
    assert rest(s).count(b" full console\n") == 2


def crowd():
    """Who is too many is told so; the others are not disturbed."""
    mine = connect()
    assert ask(b"whoami", mine)[0] == 200
    many = [connect() for _ in range(500)]
    told, until = 0, time.monotonic() + WAIT
    while told < 437 and time.monotonic() < until:
        ready = select.select(many, [], [], 0.5)[0]
        for s in ready:
            assert s.recv(100).startswith(b"500 ")
            many.remove(s)
            told += 1
    assert 430 <= told < 450, told
    assert ask(b"whoami", mine)[0] == 200
    for s in many:
        s.close()
    until = time.monotonic() + WAIT
    while ask(b"whoami")[0] != 200:
        assert time.monotonic() < until
        time.sleep(0.05)


def breaks():
    s = connect()
    s.sendall(b"\3" * 100000 + b"whoami\n")
    assert answer(s.makefile("rb"))[0] == 200


good = True
for test in (longest, too_long, no_newline, many_words, quotes,
             bytes_of_chance, pipelined, never_reading, gone_halfway,
             half_closed, crowd, breaks):
    name = test.__name__.replace("_", " ")
    try:
        test()
        print("ok", name)
    except Exception as why:
        print("not ok %s: %r" % (name, why))
        good = False
sys.exit(not good)
