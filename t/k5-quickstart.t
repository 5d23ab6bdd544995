#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Each quickstart configuration is valid as it is, and serves when only the
# addresses in it are others: ports of the kernel's choice, local hosts.

. "$(dirname "$0")/lib.sh"

start_backend A -q
start_backend B -q
start_backend P -p
start_backend Q -p

# here FILE: with addresses of this test. Hosts of groups that send a PROXY
# header are two of the backends, the rest the other two.
here()
{
	awk -v a="$A $B" -v p="$P $Q" -v tmp="$TMP" '
	/<listen / { sub(/ip="[^"]*"/, "ip=\"127.0.0.1:0\"") }
	/<web / { sub(/listen="[^"]*"/, "listen=\"127.0.0.1:0\"") }
	/<allow / { sub(/10\.0\.0\.0/, "127.0.0.0") }
	/<group / { n = split(/sendProxy/ ? p : a, to, " "); i = 0 }
	/<host / { sub(/ip="[^"]*"/, "ip=\"" to[i++ % n + 1] "\"") }
	{ sub(/\/var\/run/, tmp); print }' "$1"
}

# serves NAME SERVICE...: a client gets an answer from each.
serves()
{
	file=$T/../etc/quickstart-$1.xml
	is "$("$BUILD/pydirector" -n "$file" 2>&1)" "$file: ok" "$1: valid"
	is "$(sed -n 's/.*<service name="\([^"]*\)".*/\1/p' "$file" |
	    tr '\n' ' ')" "$2 " "$1: the services"
	here "$file" >"$TMP/here"
	start_balancer <"$TMP/here"
	for service in $2; do
		like "$(client "$(addr_of "$service")" get)" '^[ABPQ] ' \
		    "$1: $service serves"
	done
}

serves web "https http"
like "$(cat "$P_log" "$Q_log" |
    grep -c '^proxy [0-9]* .*127\.0\.0\.1')" '^[1-9]' \
    "web: the host is told who the client is"
like "$(grep -c ' web 127.* listening$' "$LOG")" 1 "web: the page is there"
serves mail "smtp submission imaps"
serves ldap "ldap ldaps"
serves database "write read"
is "$("$BUILD/pydirectorctl" -s "$TMP/pydirector.sock" enableGroup write \
    second 2>&1)" "service 'write': group 'second' is enabled" "database: another primary"
like "$(client "$(addr_of write)" get)" '^[AB] ' "database: it serves"
stop_balancer

# The hash that stands in the file opens no door, and its place is found.
is "$(grep -c 'password="\$6\$put\$your_own_hash_here"' \
    "$T/../etc/quickstart-web.xml")" 1 "the place of the hash"
hash=$(printf 'secret\nsecret\n' | "$BUILD/pydirector" -P 2>/dev/null |
    tail -n 1)
sed "s|password=\"[^\"]*\"|password=\"$hash\"|" \
    "$T/../etc/quickstart-web.xml" >"$TMP/with.xml"
is "$("$BUILD/pydirector" -n "$TMP/with.xml" 2>&1)" "$TMP/with.xml: ok" \
    "valid with what pydirector -P prints"
if command -v curl >/dev/null 2>&1; then
	here "$TMP/with.xml" >"$TMP/here"
	start_balancer <"$TMP/here"
	page=$(sed -n 's/.* web \(127[^ ]*\): listening$/\1/p' "$LOG")
	is "$(curl -s -m 10 -o /dev/null -w '%{http_code}' \
	    -u admin:secret "http://$page/running.txt")" 200 \
	    "the user gets in"
	# The helper for passwords keeps one.
	test "$balancer_fds" = unknown || balancer_fds=$(count_fds)
fi
done_testing
