# SPDX-License-Identifier: ISC
"""Few ports for many connections: control-ports.py GO CONNECTIONS.

Three servers behind one balancer, which has fewer local ports than connections
are made: towards two servers the system uses one port twice. Connects,
asks for each and prints and waits as control.py does."""

import os
import socket
import sys

import amp


def main():
    servers = [socket.create_server(("127.0.0.1", 0), backlog=100)
               for _ in range(3)]
    print("listening " + " ".join("127.0.0.1:%d" % s.getsockname()[1]
                                  for s in servers), flush=True)
    if not amp.wait_until(lambda: os.path.exists(sys.argv[1])):
        sys.exit("no %s" % sys.argv[1])
    host, port, path = open(sys.argv[1]).read().split()
    number = int(sys.argv[2])
    clients, whose, asked = [], {}, []
    for n in range(number):
        # The few ports are not for the clients.
        clients.append(socket.create_connection(
            (host, int(port)), amp.WAIT,
            ("127.0.0.1", 50000 + 10 * number + n)))
        clients[-1].sendall(b"%d\n" % n)    # it says who it is
        whose[n] = clients[-1].getsockname()
    for n in range(number):
        server = servers[n % 3]             # roundrobin
        server.settimeout(amp.WAIT)
        conn, peer = server.accept()
        conn.settimeout(amp.WAIT)
        me = int(conn.makefile().readline())
        asked.append((me, peer, conn))
    caller = amp.Caller(path)
    right, unknown, wrong, told = 0, 0, 0, 0
    for me, peer, conn in asked:
        text = [x.encode() for x in (peer[0], str(peer[1]))]
        mine = [x.encode() for x in (whose[me][0], str(whose[me][1]))]
        good = amp.answer(*mine)
        caller.say(amp.ask(*text))
        got = caller.hear(8)
        if got.startswith(b"\0\7_answer"[:8]):
            got += caller.hear(len(good) - 8)
            right += got == good
            wrong += got != good
        else:
            got += caller.hear(len(amp.UNKNOWN_PORT) - 8)
            unknown += got == amp.UNKNOWN_PORT
            wrong += got != amp.UNKNOWN_PORT
        question = amp.box(
            (b"_ask", b"1"), (b"_command", b"GetClientAddress"),
            (b"host", text[0]), (b"port", text[1]),
            (b"toPort", b"%d" % conn.getsockname()[1]))
        caller.say(question)
        told += caller.hear(len(good)) == good
    ports = len({peer[1] for _, peer, _ in asked})
    print("connections %d ports %d right %d unknown %d wrong %d with-port %d"
          % (number, ports, right, unknown, wrong, told), flush=True)
    print("over", flush=True)


main()
