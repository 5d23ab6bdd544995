#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The web admin over HTTPS, asked by curl: a certificate that was made on first
# use is verified; TLS 1.2 and 1.3, nothing older; requests of every size; a
# client that speaks plain HTTP is told so.

. "$(dirname "$0")/https.sh"

# Enough for an answer that no socket holds.
groups()
{
	g=0
	while test $g -lt 8; do
		g=$((g + 1)) h=0
		echo "<group name=\"g$g\" scheduler=\"roundr\">"
		while test $h -lt 400; do
			h=$((h + 1))
			echo "<host ip=\"127.0.$g.1:$h\"/>"
		done
		echo "</group>"
	done
}

start_backend A
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
    </group>
    $(groups)
  </service>
  <admin>
    $HTTPS
  </admin>
</config>
END
https_ready

is "$(ls -l "$TMP/admin.key" | cut -c 1-10)" "-rw-------" \
    "the key is nobody else's"
ok "the log has the fingerprint" logged \
    "certificate made: $TMP/admin.crt: SHA-256 $(print_of "$CA")\$"
is "$(served_print)" "$(print_of "$CA")" "it is the one that is shown"
for name in localhost 127.0.0.1; do
	url=https://$name:$port
	is "$(https_status full running.txt)" 200 "verified as $name"
done
url=https://127.0.0.1:$port
curl -s -m 20 --cacert "$CA" -o /dev/null \
    --resolve "example.org:$port:127.0.0.1" "https://example.org:$port/"
is $? 60 "it is for no other name"

is "$(https_status full running.txt --tlsv1.3)" 200 "TLS 1.3"
is "$(https_status full running.txt --tls-max 1.2)" 200 "TLS 1.2"
https full running.txt --tlsv1.0 --tls-max 1.1 \
    --ciphers 'DEFAULT@SECLEVEL=0' >"$TMP/old"
is "$? $(cat "$TMP/old")" "35 " "no TLS 1.1"

is "$(https look running.txt)" "$(https full running.txt)" "a readonly user"
is "$(https_status look 'retryHost?service=web&group=g&name=a')" 403 \
    "who may not make calls"
is "$(curl -s -m 20 --cacert "$CA" -o /dev/null -w '%{http_code}' \
    -u full:wrong "$url/running.txt")" 401 "a wrong password"
expect_log ' auth: user full: refused: '

is "$(curl -s -m 20 --cacert "$CA" -u full:full -w '%{num_connects} ' \
    -o /dev/null "$url/running.txt" -o /dev/null "$url/status.txt" \
    -o /dev/null "$url/running.json")" "1 0 0 " "one connection for three"
for pace in "" "--limit-rate 3M"; do
	https full running.json $pace >"$TMP/json"
	is "$? $(grep -o '"address":' "$TMP/json" | wc -l | tr -d ' ')" \
	    "0 3201" "a big answer${pace:+, slowly}"
done
is "$(tail -c 2 "$TMP/json")" "}" "its end"
within "$(wc -c <"$TMP/json")" 600000 9000000 "it is big"

# A form of 60 KB, which waits to be asked for.
head -c 60000 /dev/zero | tr '\0' x >"$TMP/form"
is "$(https_status full retryHost -H 'Expect: 100-continue' \
    -d service=web -d group=g -d name=a --data-urlencode x@"$TMP/form")" 200 \
    "a big form"
is "$(https full 'setWeight?service=web&group=g&name=a&weight=3' \
    -o /dev/null -H 'Accept: text/html' -w '%{http_code} %{redirect_url}' |
    sed -e 's/?.*//' -e 's/full:full@//')" "303 $url/running" "a browser is led back, over HTTPS"
https full running.txt -I >"$TMP/head"
like "$(tr -d '\r' <"$TMP/head")" '^X-Frame-Options: DENY$' \
    "the headers of every answer"
is "$(grep -i -c '^Strict-Transport-Security' "$TMP/head")" 0 \
    "none of them binds the browser for other ports"

# Plain HTTP.
for method in GET POST OPTIONS DELETE; do
	curl -s -m 20 -i -X $method "http://127.0.0.1:$port/" |
	    tr -d '\r' >"$TMP/plain"
	is "$(sed -n -e 1p -e '$p' "$TMP/plain")" "HTTP/1.1 400 Bad Request
400 Bad Request: this port speaks HTTPS" "plain HTTP: $method"
done
is "$(grep -c '^Strict' "$TMP/plain")" 0 "without a promise"
is "$(curl -s -m 20 -o /dev/null -w '%{http_code}' \
    --data-binary @"$TMP/json" "http://127.0.0.1:$port/")" 400 \
    "also when there is more to come"
is "$(https_status full running.txt)" 200 "HTTPS goes on"
is "$(client "$(addr_of web)" get | names)" A "and so does traffic"

# Used again.
before=$(print_of "$CA")
cp "$TMP/pydirector.xml" "$TMP/again.xml"
start_balancer <"$TMP/again.xml"
https_ready
is "$(served_print)" "$before" "the next start has the same certificate"
ok "it was read" logged "certificate read: $TMP/admin.crt: SHA-256 $before\$"

start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
  <admin>
    $(echo "$HTTPS" | sed "s|listen=\"[^\"]*\"|listen=\"unix:$TMP/web\"|")
  </admin>
</config>
END
wait_log ' certificate read: '
is "$(curl -s -m 20 --cacert "$CA" -u full:full --unix-socket "$TMP/web" \
    -o /dev/null -w '%{http_code}' https://localhost/running.txt)" 200 \
    "over a UNIX socket"
test "$balancer_fds" = unknown || balancer_fds=$(count_fds)
done_testing
