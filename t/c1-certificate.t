#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Certificates that somebody else has made: a chain is served whole, a renewed
# pair is taken up by a reload although the configuration is the same, a broken
# one is refused and the old one stays in use. At the start a pair that cannot
# be used keeps the web down, never makes it plain, and holds no traffic up.

. "$(dirname "$0")/https.sh"

# issue NAME SIGNER EXTENSIONS: NAME.crt and NAME.key, signed by SIGNER's.
issue()
{
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$TMP/$1.key" -out "$TMP/$1.csr" -subj "/CN=$1" \
	    2>/dev/null &&
	    printf '%s\n' "$3" >"$TMP/ext" &&
	    openssl x509 -req -in "$TMP/$1.csr" -days 30 -CA "$TMP/$2.crt" \
	    -CAkey "$TMP/$2.key" -CAcreateserial -extfile "$TMP/ext" \
	    -out "$TMP/$1.crt" 2>/dev/null || bail "openssl cannot issue $1"
}

# use NAME: the pair that the configuration names, with its chain; put there
# as programs that renew certificates do.
use()
{
	cat "$TMP/$1.crt" "$TMP/middle.crt" >"$TMP/new"
	mv "$TMP/new" "$TMP/tls/lb.pem"
	cp "$TMP/$1.key" "$TMP/new"
	mv "$TMP/new" "$TMP/tls/lb.key"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
    -keyout "$TMP/root.key" -out "$TMP/root.crt" -subj /CN=root 2>/dev/null ||
    bail "openssl cannot make a root"
issue middle root 'basicConstraints=critical,CA:TRUE'
issue one middle 'subjectAltName=IP:127.0.0.1'
issue two middle 'subjectAltName=IP:127.0.0.1'
CA=$TMP/root.crt
mkdir "$TMP/tls"
use one

# configuration ATTRIBUTES: of the web.
configuration()
{
	cat <<END
<config>
  <service name="one">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <admin>
    $(https_element "$1")
  </admin>
</config>
END
}

start_backend A
configuration 'certificate="tls/lb.pem" key="tls/lb.key"' >"$TMP/given.xml"
start_balancer <"$TMP/given.xml"
https_ready
is "$(served_print)" "$(print_of "$TMP/one.crt")" \
    "the given certificate, beside the configuration, with its chain"
ok "the log tells it" logged \
    "certificate read: $TMP/tls/lb.pem: SHA-256 $(print_of "$TMP/one.crt")"
ok "none is made" test ! -e "$TMP/admin.crt"

# A connection that is open meanwhile.
mkfifo "$TMP/talk"
openssl s_client -quiet -connect "127.0.0.1:$port" <"$TMP/talk" \
    >"$TMP/talked" 2>/dev/null &
talker=$!
test_pids="$test_pids $talker"
exec 7>"$TMP/talk"
ask="GET /running.txt HTTP/1.1${NL}Host: a${NL}Authorization: Basic \
$(printf full:full | base64)$NL"
printf '%s\n' "$ask" >&7
ok "a connection" wait_for 10 grep -q '^service one' "$TMP/talked"

use two
like "$(https full reload)" '^OK reloaded, 0 changes' "a reload"
is "$(served_print)" "$(print_of "$TMP/two.crt")" "has the new certificate"
ok "the log tells it too" logged \
    "certificate read: $TMP/tls/lb.pem: SHA-256 $(print_of "$TMP/two.crt")"
is "$(https_status full running.txt)" 200 "which works"
printf '%s\n' "$ask" >&7
ok "who was connected stays so" \
    wait_for 10 more_lines 1 '^service one' "$TMP/talked"
exec 7>&-
end_client_now $talker

# Broken in every way: the old one stays.
cp "$TMP/one.key" "$TMP/tls/lb.key"
like "$(https full reload -w '%{http_code}')" \
    'NOT OK .*tls/lb.key: not the key of .*tls/lb.pem' "another's key"
is "$(served_print)" "$(print_of "$TMP/two.crt")" "the old one stays"
cp "$TMP/two.key" "$TMP/tls/lb.key"
: >"$TMP/tls/lb.pem"
like "$(https full reload)" 'NOT OK .*tls/lb.pem: empty' "no certificate"
rm "$TMP/tls/lb.pem"
before=$(count_log 'lb.pem: No such file')
expect_log 'lb.pem: No such file'
kill -HUP "$PYD"
ok "by a signal: the log says so" \
    wait_for 10 more_lines "$before" 'lb.pem: No such file' "$LOG"
is "$(served_print)" "$(print_of "$TMP/two.crt")" "the old one stays"
is "$(https_status full running.txt)" 200 "and works"
use one
kill -HUP "$PYD"
one=$(print_of "$TMP/one.crt")
served_one()
{
	test "$(served_print)" = "$one"
}
ok "mended: a signal takes it up" wait_for 10 served_one
allow_log 'tls/lb\.'

# An old one works, and is told.
openssl x509 -req -in "$TMP/one.csr" -days -1 -signkey "$TMP/one.key" \
    -out "$TMP/tls/lb.pem" 2>/dev/null || bail "openssl makes no old one"
like "$(https full reload)" '^OK ' "a reload"
is "$(served_print)" "$(print_of "$TMP/tls/lb.pem")" "an old one is used"
expect_log 'tls/lb.pem: certificate: it has expired'
chmod 644 "$TMP/tls/lb.key"
use two
chmod 644 "$TMP/tls/lb.key"
is "$(curl -s -m 20 -k -u full:full "$url/reload")" "OK reloaded, 0 changes" \
    "a key that others may read is used"
expect_log 'tls/lb.pem: key: others may read it'
chmod 600 "$TMP/tls/lb.key"

# Live: another pair by a call, to plain HTTP and back.
cp "$TMP/one.crt" "$TMP/tls/other.crt"
like "$(https full 'set?attr=web.certificate&value=tls/other.crt')" \
    'NOT OK .*not the key of' "a call with the wrong certificate"
allow_log 'not the key of'
is "$(served_print)" "$(print_of "$TMP/two.crt")" "the old one stays"
like "$(https full 'set?attr=web.secure&value=no')" '^OK ' \
    "to plain HTTP: the answer comes"
is "$(web_status full running.txt)" 200 "plain"
like "$(web full 'set?attr=web.secure&value=yes')" '^OK ' "and back"
is "$(served_print)" "$(print_of "$TMP/two.crt")" "with the same certificate"
like "$(https full 'set?attr=web.enable&value=no')" '^OK ' \
    "the call that stops the web is answered"
curl -s -m 20 -k -o /dev/null "$url/"
is $? 7 "by nobody else"

# At the start.
cp "$TMP/one.key" "$TMP/tls/lb.key"
start_balancer <"$TMP/given.xml"
ok "an error at the start" wait_log \
    ' err web 127.0.0.1:0: not started: .*lb.key: not the key of '
expect_log 'not the key of'
is "$(client "$(addr_of one)" get | names)" A "traffic all the same"
is "$(count_log ' web .*: listening$')" 0 "nothing plain in its place"
use one
kill -HUP "$PYD"
https_ready
is "$(served_print)" "$one" "mended: a reload starts the web"

echo junk >"$TMP/admin.crt"
configuration '' >"$TMP/own.xml"
start_balancer <"$TMP/own.xml"
ok "one of the two alone" wait_log \
    ' err web 127.0.0.1:0: not started: .*admin.key: No such file'
expect_log 'admin.key: No such file'
ok "what to do is told" logged 'put the key of .*admin.crt there, or remove'
ok "nothing is made beside it" test ! -e "$TMP/admin.key"

# As a stop between the two files leaves it, or somebody who brings a key.
mv "$TMP/one.key" "$TMP/admin.key"
rm "$TMP/admin.crt"
CA=$TMP/admin.crt
kill -HUP "$PYD"
https_ready
is "$(served_print)" "$(print_of "$TMP/admin.crt")" \
    "a key alone gets a certificate"
is "$(openssl x509 -in "$TMP/admin.crt" -noout -pubkey)" \
    "$(openssl pkey -in "$TMP/admin.key" -pubout)" "its own"
done_testing
