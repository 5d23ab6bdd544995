# SPDX-License-Identifier: ISC
"""Attacks the handshakes of HTTPS: crawl.py HOST:PORT SECONDS.

For that long: clients that say nothing, clients whose handshake crawls (a byte
now and then), clients that begin a handshake and leave it, and two that make
one handshake after the other. Each place that is lost is taken anew. Prints

    cut FROM TO     seconds after which crawling clients were cut, when they
                    were not pushed out before
    handshakes N    made to the end

and ends with 0."""

import select
import socket
import ssl
import sys
import time

HOST, PORT = sys.argv[1].rsplit(":", 1)
AT = (HOST, int(PORT))
END = time.monotonic() + float(sys.argv[2])
SILENT, CRAWLING, LEFT = (int(n) for n in sys.argv[3].split(","))


def hello():
    """The first bytes of a handshake."""
    context = ssl.create_default_context()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


HELLO = hello()


class Client:
    """kind 0: silent, 1: crawls, 2: says hello and no more."""

    def __init__(self, kind):
        self.kind = kind
        self.open()

    def open(self):
        self.began = time.monotonic()
        self.sent = 0
        self.socket = socket.create_connection(AT, 10)
        self.socket.setblocking(False)
        if self.kind == 2:
            self.socket.send(HELLO)

    def step(self, cuts):
        """Sends one byte more; a connection that was cut is made anew."""
        try:
            if self.kind == 1:
                self.socket.send(HELLO[self.sent:self.sent + 1])
                self.sent += 1
            while self.socket.recv(65536):
                pass
        except BlockingIOError:
            return
        except OSError:
            pass
        if self.kind == 1:
            cuts.append(time.monotonic() - self.began)
        self.socket.close()
        self.open()


def shake(context):
    """One whole handshake; 1 when it came to its end."""
    try:
        with socket.create_connection(AT, 10) as s:
            with context.wrap_socket(s):
                return 1
    except OSError:
        return 0


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    clients = [Client(0) for i in range(SILENT)] + \
        [Client(1) for i in range(CRAWLING)] + \
        [Client(2) for i in range(LEFT)]
    cuts, made, at = [], 0, 0.0
    print("ready", flush=True)
    while time.monotonic() < END:
        if time.monotonic() >= at:
            at = time.monotonic() + 0.2
            for c in clients:
                c.step(cuts)
        if LEFT:
            made += shake(context)
        else:
            select.select([], [], [], 0.1)
    if cuts:
        print("cut %.1f %.1f" % (min(cuts), max(cuts)))
    print("handshakes", made)


main()
