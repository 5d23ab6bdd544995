# SPDX-License-Identifier: ISC
"""The control socket asked by Twisted: control-twisted.py GO CONNECTIONS
SECONDS.

First the table of amp.py on a server of Twisted's own: what it says there is
what Twisted does. Then this program is the server behind the balancer and its
clients: each client connects through the balancer, the server asks by
Twisted's AMP who its peer is and tells the client, which knows better. Prints
and waits as control.py does."""

import os
import sys
import tempfile
import threading

from twisted.internet import defer, endpoints, protocol, reactor, task
from twisted.logger import globalLogBeginner
from twisted.protocols import amp as twisted_amp
from twisted.protocols import basic

import amp

HOST, PORT = b"127.0.0.1", b"51234"
WHOSE = (b"10.1.2.3", b"40000")


class Unknown(Exception):
    pass


class GetClientAddress(twisted_amp.Command):
    arguments = [(b"host", twisted_amp.String()),
                 (b"port", twisted_amp.Integer())]
    response = [(b"host", twisted_amp.String()),
                (b"port", twisted_amp.Integer())]
    errors = {Unknown: b"UNKNOWN_PORT"}


class Reference(twisted_amp.AMP):
    """What the original does, for one connection."""

    @GetClientAddress.responder
    def ask(self, host, port):
        if (host, port) != (HOST, int(PORT)):
            raise Unknown()
        return {"host": WHOSE[0], "port": int(WHOSE[1])}


def reference(path):
    """In a thread of its own: the table on Twisted's server."""
    probe = (amp.ask(HOST, PORT, b"probe"), amp.answer(*WHOSE, b"probe"))
    wrong = [row[0] for row in amp.rows(HOST, PORT, WHOSE, (HOST, b"1"))
             if row[-1] is not amp.OURS and amp.try_row(path, probe, row)]
    amp.told("Twisted's own server does what the table says",
             ", ".join(wrong))


class Server(protocol.Protocol):
    """Tells its peer who it is."""

    def connectionMade(self):
        peer = self.transport.getPeer()
        self.factory.peers.append((peer.host, peer.port))
        asked = self.factory.amp.callRemote(
            GetClientAddress, host=peer.host.encode(), port=peer.port)
        asked.addCallbacks(
            lambda a: b"%s %d" % (a["host"], a["port"]),
            lambda e: b"error " + e.type.__name__.encode())
        asked.addCallback(lambda line: self.transport.write(line + b"\r\n"))


class Client(basic.LineReceiver):
    def __init__(self):
        self.answer = defer.Deferred()

    def lineReceived(self, line):
        self.answer.callback(line.decode())

    def connectionLost(self, reason):
        if not self.answer.called:
            self.answer.callback("lost")


@defer.inlineCallbacks
def crowd(where, number):
    """That many clients at once; how many are told something else than who
    they are."""
    clients = []
    for _ in range(number):
        point = endpoints.TCP4ClientEndpoint(reactor, *where)
        clients.append(endpoints.connectProtocol(point, Client()))
    clients = yield defer.gatherResults(clients)
    said = []
    for client in clients:
        line = yield client.answer
        me = client.transport.getHost()
        if line != "%s %d" % (me.host, me.port):
            said.append(line)
    for client in clients:
        client.transport.loseConnection()
    defer.returnValue(said)


@defer.inlineCallbacks
def nobody(caller, peers):
    """How many of these connections, which have ended, are still known."""
    known = 0
    for host, port in peers:
        try:
            yield caller.callRemote(GetClientAddress, host=host.encode(),
                                    port=port)
            known += 1
        except Unknown:
            pass
    defer.returnValue(known)


@defer.inlineCallbacks
def ask_live(server, number, seconds):
    while not os.path.exists(sys.argv[1]):
        yield task.deferLater(reactor, 0.02, lambda: None)
    host, port, path = open(sys.argv[1]).read().split()
    point = endpoints.UNIXClientEndpoint(reactor, path)
    server.amp = yield endpoints.connectProtocol(point, twisted_amp.AMP())
    end = reactor.seconds() + seconds
    said, rounds = [], 0
    while rounds < 2 or reactor.seconds() < end:
        said += yield crowd((host, int(port)), number)
        rounds += 1
    amp.told("every answer is right", ", ".join(sorted(set(said))))
    print("asked %d, wrong %d" % (number * rounds, len(said)), flush=True)
    strangers = len(server.peers) - number * rounds
    amp.told("as many connections to the server as clients",
             strangers and "%d more" % strangers)
    known, peers = 1, server.peers[-number:]
    end = reactor.seconds() + amp.WAIT
    while known and reactor.seconds() < end:
        known = yield nobody(server.amp, peers)
    amp.told("what has ended is nobody's", known and "%d known" % known)
    try:
        yield server.amp.callRemote(GetClientAddress, host=b"", port=-1)
    except Unknown:
        amp.told("Twisted keeps its one connection", None)


@defer.inlineCallbacks
def main():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "amp")
        factory = protocol.Factory.forProtocol(Reference)
        port = yield endpoints.UNIXServerEndpoint(reactor, path).listen(
            factory)
        done = defer.Deferred()
        threading.Thread(target=lambda: (
            reference(path),
            reactor.callFromThread(done.callback, None))).start()
        server = protocol.Factory.forProtocol(Server)
        server.peers = []
        here = yield endpoints.TCP4ServerEndpoint(
            reactor, 0, interface="127.0.0.1", backlog=1000).listen(server)
        print("listening 127.0.0.1:%d" % here.getHost().port, flush=True)
        yield done
        yield defer.maybeDeferred(port.stopListening)
        yield ask_live(server, int(sys.argv[2]), float(sys.argv[3]))


def failed(why):
    print(why, flush=True)
    amp.told("the script", "failed")


globalLogBeginner.beginLoggingTo([], redirectStandardIO=False)
reactor.callLater(4 * amp.WAIT, reactor.stop)
reactor.callWhenRunning(
    lambda: main().addErrback(failed).addBoth(lambda _: reactor.stop()))
reactor.run()
print("over", flush=True)
