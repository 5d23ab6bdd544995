#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Requests one behind the other in a single record of TLS: what OpenSSL holds
# back is read in pieces, and each request gets its answer, whoever asks.

. "$(dirname "$0")/https.sh"

need python3

start_backend A
start_balancer <<EOF
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
    </group>
  </service>
  <admin>
    $HTTPS
  </admin>
</config>
EOF
https_ready

# pipeline WHO...: in that order, nobody or full; the last has a header that
# does not fit into one read. Prints the statuses.
pipeline()
{
	timeout 30 python3 - "$port" "$@" <<'EOF'
import base64, re, socket, ssl, sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
s = context.wrap_socket(socket.create_connection(
    ("127.0.0.1", int(sys.argv[1])), 10))
known = "Authorization: Basic %s\r\n" % \
    base64.b64encode(b"full:full").decode()
text = ""
for n, who in enumerate(sys.argv[2:], 3):
    text += "GET /running.txt HTTP/1.1\r\nHost: a\r\n"
    text += known if who == "full" else ""
    text += "X-Pad: %s\r\n" % ("x" * 9000) if n == len(sys.argv) else ""
    text += "\r\n"
assert len(text) < 16384
s.sendall(text.encode())
got, wanted = b"", len(sys.argv) - 2
try:
    while got.count(b"HTTP/1.1 ") < wanted:
        more = s.recv(65536)
        if not more:
            break
        got += more
except OSError:
    pass
print(*re.findall(r"HTTP/1\.1 (\d+)", got.decode()))
EOF
}

is "$(pipeline full)" 200 "one"
is "$(pipeline full full full)" "200 200 200" "three"
is "$(pipeline nobody full)" "401 200" "one who was nobody before"
is "$(pipeline nobody nobody full)" "401 401 200" "and twice nobody"
is "$(pipeline nobody nobody nobody nobody full)" "401 401 401 401 200" \
    "and more often"
is "$(https_status full running.txt)" 200 "the web still answers"
done_testing
