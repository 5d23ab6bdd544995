# SPDX-License-Identifier: ISC
"""Attacks the web admin: attack.py HOST:PORT USER PASSWORD [CONNECTIONS].

Everything that a stranger, a lured browser or a broken program may send:
forged requests, markup, split headers, too much, too slow, nonsense, and at
last so many connections (10000, or what descriptors allow) at once. Every
answer is read strictly: one with a header that is not ours, or with one twice,
is a fault wherever it turns up. Prints `ok NAME` or `not_ok NAME: WHY` for
each check; ends with 0 when it came to the end."""

import base64
import errno
import html.parser
import json
import os
import random
import re
import resource
import socket
import struct
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree

PATIENCE = int(os.environ.get("PYDIRECTOR_PATIENCE", "1"))
WAIT = 15 * PATIENCE        # seconds for any answer
HEAD_WAIT = 10              # seconds that the server gives a head
DRIBBLERS = 20
HEADERS = {
    "date", "content-type", "content-length", "connection", "cache-control",
    "content-security-policy", "cross-origin-opener-policy",
    "cross-origin-resource-policy", "referrer-policy",
    "x-content-type-options", "x-frame-options"}
SOME = {401: {"www-authenticate"}, 503: {"retry-after"}, 405: {"allow"},
        303: {"location"}}
NAMES = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)", "&lt;b&gt;", "]]>", "--><svg onload=alert(1)>",
    "</title></style><script>", "a\\\"b", "%3Cscript%3E", "javascript:alert(1)",
    "\u2028\u202e\u00e9"]

HOST, PORT = sys.argv[1].rsplit(":", 1)
AT = (HOST, int(PORT))
LOGIN = "Authorization: Basic %s\r\n" % base64.b64encode(
    ("%s:%s" % (sys.argv[2], sys.argv[3])).encode()).decode()


class Fault(Exception):
    pass


def check(name, function, *args):
    try:
        function(*args)
    except (Fault, OSError, ValueError, SyntaxError) as e:
        print("not_ok %s: %s" % (name, " ".join(repr(e).split())[:500]))
    else:
        print("ok", name)
    sys.stdout.flush()


class Answer:
    """An answer taken off the front of what came; None: there is none."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def text(self):
        return self.body.decode()


def head_of(data):
    lines = data.decode("ascii").split("\r\n")
    m = re.fullmatch(r"HTTP/1\.1 ([1-5][0-9][0-9]) [A-Za-z' -]+", lines[0])
    if m is None:
        raise Fault("no status: %r" % lines[0])
    headers = {}
    for line in lines[1:]:
        m2 = re.fullmatch(r"([A-Za-z-]+): ([ -~]*)", line)
        if m2 is None or m2.group(1).lower() in headers:
            raise Fault("a bad header: %r" % line)
        headers[m2.group(1).lower()] = m2.group(2)
    status = int(m.group(1))
    if set(headers) != HEADERS | SOME.get(status, set()):
        raise Fault("%d: headers: %s" % (status, sorted(headers)))
    if headers["x-content-type-options"] != "nosniff" or \
            headers["x-frame-options"] != "DENY" or \
            headers["cache-control"] != "no-store" or \
            "default-src 'none'" not in headers["content-security-policy"]:
        raise Fault("%d: not safe: %s" % (status, headers))
    return status, headers


def take(data, bodies):
    """All answers in a text, which has to be whole."""
    answers = []
    while data:
        if data.startswith(b"HTTP/1.1 100 Continue\r\n\r\n"):
            data = data[25:]
            continue
        head, end, data = data.partition(b"\r\n\r\n")
        if not end:
            raise Fault("half a head: %r" % head)
        status, headers = head_of(head)
        n = int(headers["content-length"]) if bodies else 0
        if len(data) < n:
            raise Fault("half a body: %d of %d" % (len(data), n))
        answers.append(Answer(status, headers, data[:n]))
        data = data[n:]
    return answers


def connect():
    s = socket.create_connection(AT, WAIT)
    s.settimeout(WAIT)
    return s


def raw(data, half=False):
    """Sends, and reads until the server closes. A reset ends it as well: who
    sends more than is read may meet one."""
    got = b""
    with connect() as s:
        try:
            s.sendall(data)
            if half:
                s.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        except OSError as e:
            if e.errno != errno.ENOTCONN:
                raise
        try:
            while True:
                more = s.recv(65536)
                if not more:
                    break
                got += more
        except ConnectionResetError:
            pass
    return got


def request(path, headers="", method="GET", body=None, last=True, login=LOGIN):
    text = "%s /%s HTTP/1.1\r\nHost: %s\r\n%s%s" % (
        method, path, sys.argv[1], login, headers)
    if last:
        text += "Connection: close\r\n"
    if body is not None:
        text += "Content-Type: application/x-www-form-urlencoded\r\n" \
            "Content-Length: %d\r\n" % len(body)
    return (text + "\r\n" + (body or "")).encode()


def ask(path, *args, **more):
    answers = take(raw(request(path, *args, **more)), True)
    if len(answers) != 1:
        raise Fault("%s: %d answers" % (path, len(answers)))
    return answers[0]


def statuses(wanted, data, half=False):
    """What is sent is answered with these, and the connection closed."""
    got = [a.status for a in take(raw(data, half), True)]
    if got != wanted:
        raise Fault("answers %s" % got)


def quote(text):
    return urllib.parse.quote(text, safe="")


# Forged.

def running():
    return ask("running.xml").text()


def forged():
    calls = re.findall(r"(?m)^(?:OK )?\s*([a-zA-Z]+)\b", ask("help").text())
    for needed in "addHost", "shutdown", "save", "delUser":
        if needed not in calls:
            raise Fault("no call %s: %s" % (needed, calls))
    args = "?service=web&group=g&name=a&ip=127.0.0.1:1&weight=2&force=yes"
    before = running()
    own = "Origin: http://%s\r\n" % sys.argv[1]
    for call in calls:
        for method, headers in (
                ("GET", "Origin: http://evil.example\r\n"),
                ("GET", "Origin: null\r\n"),
                ("GET", "Referer: http://evil.example/x\r\n"),
                ("GET", "Sec-Fetch-Site: cross-site\r\n"),
                ("GET", "Sec-Fetch-Site: same-site\r\n"),
                ("POST", "Sec-Fetch-Site: same-origin\r\n"),
                ("POST", own), ("POST", "Accept: text/html\r\n")):
            a = ask(call + args, headers, method,
                    "token=0" if method == "POST" else None)
            if a.status != 403:
                raise Fault("%s %s %s: %d" % (method, call, headers, a.status))
    if running() != before:
        raise Fault("something has changed")


# Markup.

class Page(html.parser.HTMLParser):
    """A page has no element and no attribute that runs a foreign text."""

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name.startswith("on") or name == "style" or \
                    (value or "").strip().lower().startswith("javascript:") \
                    and name in ("href", "src", "action", "formaction"):
                raise Fault("<%s %s=%r>" % (tag, name, value))
            if tag == "script" and name == "src" and value != "script.js" and \
                    value != "/script.js":
                raise Fault("a script: %r" % value)
        if tag == "script" and "src" not in dict(attrs) or \
                tag in ("img", "iframe", "object", "embed"):
            raise Fault("<%s %s>" % (tag, attrs))


def html_is_safe(path):
    a = ask(path, "Accept: text/html\r\n")
    if a.status == 303:
        html_is_safe(a.headers["location"].lstrip("/"))
    elif a.headers["content-type"].startswith("text/html"):
        page = Page()
        page.feed(a.text())
        page.close()
    elif not a.headers["content-type"].startswith("text/plain"):
        raise Fault("%s: %s" % (path, a.headers["content-type"]))


def host_call(call, name):
    return "%s?service=web&group=g&name=%s&ip=127.0.0.1:%d" % (
        call, quote(name), 10 + NAMES.index(name))


def markup():
    taken = []
    for name in NAMES:
        status = ask(host_call("addHost", name)).status
        if status not in (200, 400):
            raise Fault("addHost %s: %d" % (name, status))
        if status == 200:
            taken.append(name)
    if NAMES[0] not in taken or NAMES[1] not in taken:
        raise Fault("only taken: %s" % taken)
    for path in "", "running", "all", "configs", "calls":
        html_is_safe(path)
    for name in NAMES:
        html_is_safe("running?resultMessage=" + quote("NOT OK " + name))
        html_is_safe("form?call=" + quote(name))
        html_is_safe("form?call=setWeight&service=%s&name=%s&weight=%s" % (
            (quote(name),) * 3))
        html_is_safe(quote(name))
        html_is_safe("delHost?service=web&group=%s&name=x" % quote(name))
    shown_as_data(taken)
    for name in taken:
        if ask(host_call("delHost", name)).status != 200:
            raise Fault("it stays: " + name)


def shown_as_data(names):
    hosts = json.loads(ask("running.json").text())
    hosts = hosts["services"][0]["groups"][0]["hosts"]
    if [h["name"] for h in hosts][-len(names):] != names:
        raise Fault("running.json: %s" % hosts)
    root = xml.etree.ElementTree.fromstring(running())
    hosts = [h.get("name") for h in root.iter("host")]
    if [n for n in names if n not in hosts]:
        raise Fault("running.xml: %s" % hosts)
    label = r'[a-z]+="(?:[^"\\\n]|\\[\\"n])*"'
    line = r"[a-z_]+(?:\{%s(?:,%s)*\})? [0-9.e+-]+" % (label, label)
    for text in ask("metrics").text().rstrip("\n").split("\n"):
        if not text.startswith("#") and not re.fullmatch(line, text):
            raise Fault("metrics: " + text)
    text = ask("running.txt").text()
    hosts = [l.split(" ")[1] for l in text.split("\n")
             if re.fullmatch(r"(?:host|disabled) \S+ \S+ \S+ \S+", l)]
    hosts = [urllib.parse.unquote(h) for h in hosts]
    if [n for n in names if n not in hosts]:
        raise Fault("running.txt: " + text)


# Split headers: that no answer has a foreign header is checked by head_of().

def split():
    for evil in ("%0d%0aX-Evil:%20yes", "%0aX-Evil:%20yes", "%0dX-Evil: yes",
                 "%0d%0a%0d%0aHTTP/1.1%20200%20OK%0d%0a%0d%0a",
                 "%e5%98%8a%e5%98%8dX-Evil:%20yes"):
        evil = evil.replace(" ", "%20")
        for path in (evil, "x" + evil, "running?resultMessage=" + evil,
                     "form?call=addHost&name=" + evil,
                     "delHost?service=%s&group=g&name=%s" % (evil, evil),
                     "addHost?service=web&group=g&ip=127.0.0.1:1&name=x" + evil,
                     "addHost?service=web&group=g&name=y&ip=" + evil,
                     "newService?listen=127.0.0.1:0&service=s" + evil,
                     "running.txt?a%s=b" % evil):
            for accept in "", "Accept: text/html\r\n":
                ask(path, accept)
    for element in xml.etree.ElementTree.fromstring(running()).iter():
        for value in element.attrib.values():
            if re.search("[\r\n]", value):
                raise Fault("a line end was let in: %r" % value)
    # These hold no line end, only letters whose last bytes look like one.
    name = quote("\u560a\u560dX-Evil: yes")
    for path in ("delHost?service=web&group=g&name=x" + name,
                 "delService?service=s" + name):
        if ask(path).status != 200:
            raise Fault("it stays: " + path)
    login = "full\r\n2026-01-31T00:00:00Z err forged: line\r\n:x"
    login = base64.b64encode(login.encode()).decode()
    a = ask("running.txt", login="Authorization: Basic %s\r\n" % login)
    if a.status != 401:
        raise Fault("a user with lines: %d" % a.status)


# Too much.

def oversize():
    start = "GET /running.txt HTTP/1.1\r\nHost: x\r\n"
    many = "".join("X-%d: y\r\n" % i for i in range(200))
    for name, wanted, data in (
            ("a line", 414, start.replace("running", "a" * 9000) + "\r\n"),
            ("an endless line", 414, "GET /" + "a" * 20000),
            ("a header", 431, start + "X: %s\r\n\r\n" % ("a" * 17000)),
            ("headers", 431, start + many + "\r\n"),
            ("endless headers", 431, start + "X: yyyyyyyyyyyy\r\n" * 2000),
            ("a body", 413, start.replace("GET", "POST") +
             "Content-Length: 70000\r\n\r\n" + "a" * 70000),
            ("a body to come", 413, start.replace("GET", "POST") +
             "Content-Length: 70000\r\nExpect: 100-continue\r\n\r\n"),
            ("a long length", 413, start.replace("GET", "POST") +
             "Content-Length: %s\r\n\r\n" % ("9" * 400)),
            ("no length", 411, start.replace("GET", "POST") + "\r\n")):
        got = raw(data.encode())
        # What was sent and never read may turn the end into a reset.
        if not got and len(data) > 65536:
            continue
        answers = [a.status for a in take(got, True)]
        if answers != [wanted]:
            raise Fault("%s: %s" % (name, answers))
    args = "&".join("a%d=b" % i for i in range(65))
    for path, body in ("save?" + args, None), ("save", args):
        a = ask(path, "", "POST" if body else "GET", body)
        if a.status != 400:
            raise Fault("arguments: %d" % a.status)
    for text in "full", "", "\0" * 9, ":" * 300, "a" * 300 + ":" + "b" * 6000:
        text = base64.b64encode(text.encode()).decode()
        a = ask("running.txt", login="Authorization: Basic %s\r\n" % text)
        if a.status != 401:
            raise Fault("a user: %d" % a.status)


# Not HTTP.

def broken():
    start = b"GET /running.txt HTTP/1.1\r\nHost: x\r\n"
    for wanted, data in (
            (400, b"GET\r\n\r\n"), (400, b"GET /\r\n\r\n"),
            (400, b"GET / HTTP/1.1\r\n\r\n"), (400, start + b"Host: y\r\n\r\n"),
            (400, b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, b"GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, start + b"X: a\0b\r\n\r\n"),
            (400, start + b"X: a\rb\r\n\r\n"),
            (400, start + b"X : y\r\n\r\n"),
            (400, start + b"X: y\r\n z\r\n\r\n"),
            (400, start + b": y\r\n\r\n"), (400, start + b"nonsense\r\n\r\n"),
            (400, start + b"Content-Length: -1\r\n\r\n"),
            (400, start + b"Content-Length: 1, 1\r\n\r\na"),
            (400, start + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
            (400, start + b"Content-Length: 1\r\n"
             b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            (411, start + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            (405, b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n"),
            (505, b"GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
            (400, b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\n\n" + b"\0" * 50),
            (400, b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), (400, b"\0" * 100 + b"\n\n"),
            (400, request("save", "", "POST", "a=%00")),
            (400, request("save", "", "POST", "a=\0"))):
        try:
            statuses([wanted], data)
        except Fault as e:
            raise Fault("%r: %s" % (data, e))


def pipelined():
    good = request("running.txt", last=False)
    end = request("status.txt")
    statuses([200] * 41, good * 40 + end)
    statuses([200, 400], good + b"nonsense\r\n\r\n" + end)
    statuses([200, 414], good + b"a" * 20000)
    statuses([200], good + end[:-5], True)
    statuses([200], request("running.txt", last=False) + b"\r\n" * 20, True)
    # A request within a body is a body.
    inner = "GET /shutdown HTTP/1.1\r\nHost: x\r\n%s\r\n" % LOGIN
    statuses([200, 200], request("help", "", "POST", inner, last=False) + end)
    statuses([200], end + good * 10)
    # In bits, and with the ends of lines apart.
    with connect() as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(end), 7):
            s.sendall(end[i:i + 7])
        data = b""
        while more := s.recv(65536):
            data += more
        if [a.status for a in take(data, True)] != [200]:
            raise Fault("in bits: %r" % data)


def nonsense(rnd, n):
    """Random bytes, and requests with some bytes changed."""
    good = request("running?resultMessage=%41", login="") * 2
    for _ in range(n):
        if rnd.random() < 0.5:
            data = rnd.randbytes(rnd.randrange(1, 3000))
        else:
            data = bytearray(good)
            for _ in range(rnd.randrange(1, 5)):
                data[rnd.randrange(len(data))] = rnd.choice(
                    b"\0\r\n :%&=?/\x7f\xff" + rnd.randbytes(4))
        for a in take(raw(bytes(data), True), b"HEAD" not in data):
            if a.status == 500:
                raise Fault("500 for %r" % data)


# Slow.

class Slow(threading.Thread):
    """Heads a byte at a time, on many connections: each is told 408, or
    closed, when its time is over, not later."""

    def __init__(self):
        super().__init__(daemon=True)
        self.late, self.odd = 0, []
        self.conns = [connect() for _ in range(DRIBBLERS)]
        self.began = time.monotonic()

    def run(self):
        text = b"GET / HTTP/1.1\r\nX: " + b"a" * 10000
        left, at = list(self.conns), 0
        while left:
            for s in list(left):
                if not self.step(s, text[at:at + 1]):
                    left.remove(s)
            at += 1
            if time.monotonic() - self.began > HEAD_WAIT + WAIT:
                self.late = len(left)
                return
            time.sleep(0.2)

    def step(self, s, byte):
        """False: the server has ended it."""
        try:
            s.sendall(byte)
            s.settimeout(0)
            got = s.recv(4096)
        except BlockingIOError:
            return True
        except OSError:
            got = b""
        finally:
            s.settimeout(WAIT)
        early = time.monotonic() - self.began < HEAD_WAIT - 1
        if early or b" 408 " not in got[:20]:
            self.odd.append(got[:20])
        return False


def slow_end(slow):
    slow.join()
    for s in slow.conns:
        s.close()
    if slow.late:
        raise Fault("%d are still connected" % slow.late)
    if slow.odd:
        raise Fault("%d odd ends: %s" % (len(slow.odd), slow.odd[0]))


def unread():
    """Clients that ask for much and read nothing."""
    conns = []
    for _ in range(20):
        s = connect()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.settimeout(0)
        try:
            s.send(request("running", last=False) * 30)
        except BlockingIOError:
            pass
        conns.append(s)
    return conns


# Many.

def most(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > wanted + 200:
        hard = wanted + 200
    if hard > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(wanted, max(hard, soft) - 200)


def many(n):
    conns = []
    for i in range(n):
        s = connect()
        try:
            s.sendall((b"", b"GET / HT", b"\0", b"GET / HTTP/1.1\r\n")[i % 4])
        except OSError:
            pass                # sent away already
        conns.append(s)
    a = ask("running.txt")
    if a.status != 200:
        raise Fault("a user beside %d connections: %d" % (n, a.status))
    for i, s in enumerate(conns):
        if i % 2:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         struct.pack("ii", 1, 0))
        s.close()


def main():
    rnd = random.Random(1)
    n = most(int(sys.argv[4]) if len(sys.argv) > 4 else 10000)
    slow = Slow()
    slow.start()
    held = unread()
    check("forged requests", forged)
    check("markup in names and messages", markup)
    check("split headers", split)
    check("more than is allowed", oversize)
    check("what is no HTTP", broken)
    check("pipelines", pipelined)
    check("random bytes", nonsense, rnd, 200)
    while slow.is_alive():
        nonsense(rnd, 10)
        time.sleep(0.1)
    check("slow heads", slow_end, slow)
    check("%d connections at once" % n, many, n)
    for s in held:
        s.close()
    check("a user afterwards", running)


main()
