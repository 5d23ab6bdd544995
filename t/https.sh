# SPDX-License-Identifier: ISC
#
# What the tests of HTTPS share, on top of web.sh: the web admin with secure,
# and curl that verifies its certificate.
#
#	. "$(dirname "$0")/https.sh"
#	start_balancer <<END
#	<config> ... <admin>$HTTPS</admin> </config>
#	END
#	https_ready
#	is "$(https full running.txt)" "..." "running.txt"

. "$(dirname "$0")/web.sh"

grep -q 'HAVE_TLS 1' "$T/../config.h" || {
	test "${CI:-}" != true || bail "built without OpenSSL"
	skip_all "built without OpenSSL"
}
need openssl

# With more attributes in $1.
https_element()
{
	echo "$WEB" | sed "s|<web |<web secure=\"true\" ${1:-} |"
}

HTTPS=$(https_element)
CA=$TMP/admin.crt

# https_ready: waits for the web, sets $web_at, its address, $port and $url.
https_ready()
{
	wait_log ' web .*: certificate [a-z]*: ' || bail "the web does not start"
	web_at=$(sed -n 's/^[^ ]* [a-z]* web \([^ ]*\): listening$/\1/p' \
	    "$LOG" | tail -n 1)
	port=$(port_of "$web_at")
	url=https://127.0.0.1:$port
	test "$(https_status full running.txt)" = 200 ||
	    bail "the web does not answer"
	test "$balancer_fds" = unknown || balancer_fds=$(count_fds)
}

# https USER PATH [CURL-OPTION...]: what the web answers, its certificate
# verified against $CA.
https()
{
	https_user=$1 https_path=$2
	shift 2
	curl -s -m 20 --cacert "$CA" -u "$https_user:$https_user" "$@" \
	    "$url/$https_path"
}

https_status()
{
	https "$@" -o "$TMP/web.body" -w '%{http_code}'
}

# print_of FILE: the fingerprint of a certificate.
print_of()
{
	openssl x509 -in "$1" -noout -fingerprint -sha256 | sed 's/.*=//'
}

# served_print [NAME]: that of the certificate which the web shows.
served_print()
{
	openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null |
	    openssl x509 -noout -fingerprint -sha256 | sed 's/.*=//'
}
