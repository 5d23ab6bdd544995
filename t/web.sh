# SPDX-License-Identifier: ISC
#
# What the tests of the web admin share, on top of lib.sh: two users, and curl
# as one of them.
#
#	. "$(dirname "$0")/web.sh"
#	start_balancer <<END
#	<config> ... <admin>$WEB</admin> </config>
#	END
#	web_ready
#	is "$(web full running.txt)" "..." "running.txt"

. "$(dirname "$0")/lib.sh"

need curl

# hash PASSWORD
hash()
{
	printf '%s\n%s\n' "$1" "$1" | "$BUILD/pydirector" -P 2>/dev/null |
	    tail -n 1
}

WEB="<web listen=\"127.0.0.1:0\" enable=\"true\" refresh=\"1\"/>
<user name=\"full\" password=\"$(hash full)\" access=\"full\"/>
<user name=\"look\" password=\"$(hash look)\" access=\"readonly\"/>"

# web_ready: waits for the web, sets $web_at, its address. The helper for
# passwords, once started, keeps one descriptor.
web_ready()
{
	wait_log ' web .*: listening$' || bail "the web does not listen"
	web_at=$(sed -n 's/^[^ ]* [a-z]* web \([^ ]*\): listening$/\1/p' \
	    "$LOG" | tail -n 1)
	test "$(web_status full running.txt)" = 200 ||
	    bail "the web does not answer"
	test "$balancer_fds" = unknown || balancer_fds=$(count_fds)
}

# web USER PATH [CURL-OPTION...]: what the web answers. The password of a user
# is the name.
web()
{
	web_user=$1 web_path=$2
	shift 2
	curl -s -m 20 -u "$web_user:$web_user" "$@" "http://$web_at/$web_path"
}

# web_status USER PATH [CURL-OPTION...]: the status alone.
web_status()
{
	web "$@" -o "$TMP/web.body" -w '%{http_code}'
}

# web_says USER PATH [CURL-OPTION...]: status and text in one line.
web_says()
{
	web "$@" -w '%{http_code}' -o "$TMP/web.body"
	echo " $(cat "$TMP/web.body")"
}
