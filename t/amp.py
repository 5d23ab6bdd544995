# SPDX-License-Identifier: ISC
"""AMP in raw bytes, for the tests of the control socket: boxes, and a table of
what is sent, what comes back and whether the connection stays. Each row has
been tried on Twisted's own server too; those where we differ by intention are
marked OURS."""

import os
import socket
import struct
import time

PATIENCE = int(os.environ.get("PYDIRECTOR_PATIENCE", "1"))
WAIT = 15 * PATIENCE        # seconds for any answer


def box(*pairs):
    return b"".join(struct.pack(">H", len(x)) + x
                    for pair in pairs for x in pair) + b"\0\0"


def ask(host, port, tag=b"1", command=b"GetClientAddress"):
    return box((b"_ask", tag), (b"_command", command), (b"host", host),
               (b"port", port))


def answer(host, port, tag=b"1"):
    return box((b"_answer", tag), (b"host", host), (b"port", port))


def error(code, text=b"", tag=b"1"):
    return box((b"_error", tag), (b"_error_code", code),
               (b"_error_description", text))


UNKNOWN_PORT = error(b"UNKNOWN_PORT")
UNKNOWN = error(b"UNKNOWN", b"Unknown Error")
OPEN, CLOSED = "open", "closed"
OURS = "ours"


def unhandled(name):
    return error(b"UNHANDLED", b"Unhandled Command: " + name)


def rows(host, port, client, to):
    """host, port: of a live connection as its server sees it; client: whose
    it is; to: where that server is."""
    yes = answer(*client)
    bare = ((b"_command", b"GetClientAddress"), (b"host", host),
            (b"port", port))
    tag = (b"_ask", b"1")
    good = ask(host, port)
    far = b"1" if port != b"1" else b"2"

    def about(**more):
        return box(tag, *bare, *((k.encode(), v) for k, v in more.items()))

    def filled(size):
        rest = size - len(good) - 2 - 1 - 2
        return box(tag, *bare, (b"x", b"x" * rest))

    table = [
        ("a question", good, yes, OPEN),
        ("keys in another order", box(*bare[::-1], tag), yes, OPEN),
        ("of a key that comes twice the last counts",
         box(tag, (b"port", b"x"), (b"_command", b"Foo"), *bare), yes, OPEN),
        ("unknown keys", box((b"a", b"b"), tag, *bare), yes,
         OPEN),
        ("no tag: not answered", box(*bare), b"", OPEN),
        ("no tag: an error ends the connection",
         box(bare[0], bare[1], (b"port", far)), b"", CLOSED),
        ("no tag: an unknown command too", box((b"_command", b"Foo")), b"",
         CLOSED),
        ("an empty tag", ask(host, port, b""), answer(*client, b""), OPEN),
        ("a long tag of any bytes", ask(host, port, b"\0\xff" * 500),
         answer(*client, b"\0\xff" * 500), OPEN),
        ("another port", ask(host, far), UNKNOWN_PORT, OPEN),
        ("another address", ask(b"203.0.113.9", port), UNKNOWN_PORT, OPEN),
        ("no host", box(tag, bare[0], bare[2]), UNKNOWN, CLOSED),
        ("no port", box(tag, bare[0], bare[1]), UNKNOWN, CLOSED),
        ("port -1", ask(host, b"-1"), UNKNOWN_PORT, OPEN),
        ("port of 20 digits", ask(host, b"1" * 20), UNKNOWN_PORT, OPEN),
        ("port 65536 higher", ask(host, b"%d" % (int(port) + 65536)),
         UNKNOWN_PORT, OPEN),
        ("unknown command", ask(host, port, b"1", b"Foo"),
         unhandled(b"b'Foo'"), OPEN),
        ("empty command", ask(host, port, b"1", b""), unhandled(b"b''"),
         OPEN),
        ("command with quotes and control bytes",
         ask(host, port, b"1", b"F'o\n\0"), unhandled(b"b\"F'o\\n\\x00\""),
         OPEN),
        ("command in small letters",
         ask(host, port, b"1", b"getclientaddress"),
         unhandled(b"b'getclientaddress'"), OPEN),
        ("command that is not ASCII", ask(host, port, b"1", b"F\xc3"),
         unhandled(b"b'F\\xc3'"), OPEN, OURS),
        ("empty box", b"\0\0", b"", CLOSED),
        ("box without command", box(tag, bare[1]), b"", CLOSED),
        ("answer to nothing", box((b"_answer", b"1"), *bare), b"", CLOSED),
        ("error of nothing", box((b"_error", b"1"), *bare), b"", CLOSED),
        ("key of 256 bytes", b"\1\0" + b"k" * 256, b"", CLOSED),
        ("HTTP", b"GET / HTTP/1.1\r\n\r\n", b"", CLOSED),
        ("three at once", good + ask(host, far) + good,
         yes + UNKNOWN_PORT + yes, OPEN),
        ("an unknown command between",
         good + ask(host, port, b"1", b"Foo") + good,
         yes + unhandled(b"b'Foo'") + yes, OPEN),
        ("the last one is wrong", good + ask(host, b"x"), yes + UNKNOWN,
         CLOSED),
        ("3000 bytes of host", ask(b"1" * 3000, port), UNKNOWN_PORT, OPEN),
        ("the largest box", filled(4096), yes, OPEN),
        ("one byte larger", filled(4097), b"", CLOSED, OURS),
        ("a value of 65535 bytes", ask(b"h" * 65535, port), b"", CLOSED,
         OURS),
        ("its server by address and port",
         about(toHost=to[0], toPort=to[1]), yes, OPEN),
        ("its server by port", about(toPort=to[1]), yes, OPEN),
        ("another server's port", about(toPort=far), UNKNOWN_PORT, OPEN,
         OURS),
        ("another server's address", about(toHost=b"203.0.113.9"),
         UNKNOWN_PORT, OPEN, OURS),
        ("a server's port that is none", about(toPort=b""), UNKNOWN, CLOSED,
         OURS),
    ]
    for text in (b" %s ", b"+%s", b"00%s", b"\t%s\r\n"):
        table.append(("port %r" % (text % b"N"), ask(host, text % port), yes,
                      OPEN))
    table.append(("port with an underscore",
                  ask(host, port[:1] + b"_" + port[1:]), yes, OPEN))
    for text in (b"0xC822", b"", b" ", b"+", b"5.0", b"1 2", b"5__1"):
        table.append(("port %r" % text, ask(host, text), UNKNOWN, CLOSED))
    for text in (b"localhost", b"", b"*", host + b"x", b"[" + host + b"]",
                 host + b"\0", b"\xff", b"/", b"0.0.0.0", b"::"):
        table.append(("host %r" % text, ask(text, port), UNKNOWN_PORT, OPEN))
    if b":" not in host:
        for text in (b"::ffff:" + host, b"0:0:0:0:0:FFFF:" + host):
            table.append(("host %r" % text, ask(text, port), yes, OPEN, OURS))
    else:
        table.append(("host spelled out", ask(b"0:0:0::0:1", port), yes, OPEN,
                      OURS))
    return table


class Caller:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(WAIT)
        self.sock.connect(path)

    def say(self, data, step=0):
        try:
            for i in range(0, len(data), step or len(data)):
                self.sock.sendall(data[i:i + (step or len(data))])
        except OSError:
            pass            # closed meanwhile: what was answered counts

    def hear(self, size):
        data = b""
        try:
            while len(data) < size:
                more = self.sock.recv(size - len(data))
                if not more:
                    break
                data += more
        except ConnectionResetError:
            pass
        return data

    def close(self):
        self.sock.close()


def try_row(path, probe, row, step=0):
    """What is wrong with a row, or None. probe: a question and its answer,
    which show that the connection is still open and nothing else came."""
    _, sent, wanted, then = row[:4]
    caller = Caller(path)
    caller.say(sent, step)
    if then is OPEN:
        caller.say(probe[0])
        wanted += probe[1]
    got = caller.hear(len(wanted) + (1 if then is CLOSED else 0))
    caller.close()
    return None if got == wanted else "%r instead of %r" % (got, wanted)


def wait_until(what, seconds=WAIT):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def told(name, wrong):
    name = name.replace("\\", "/")     # echo may take it for an escape
    print("ok " + name if not wrong else "not_ok %s: %s" % (name, wrong),
          flush=True)
