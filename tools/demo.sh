#!/bin/sh
# SPDX-License-Identifier: ISC
#
# make demo: three small backends and the balancer with its web page, on ports
# of the kernel's choice; requests spread over them, then one backend fewer,
# then a host taken out by a web call. On a terminal
# everything stays up until interrupted. Cleans up however it ends.

set -u
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/.." || exit 1
dir=$(mktemp -d "${TMPDIR:-/tmp}/pydirector-demo.XXXXXX") || exit 1
pids=

finish()
{
	trap '' 1 2 13 15
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	wait
	rm -rf "$dir"
}

die()
{
	echo "demo: $*" >&2
	test ! -s "$dir/log" || tail -n 5 "$dir/log" >&2
	exit 1
}

# listening FILE: waits for the line in FILE and prints the address in it.
listening()
{
	tries=0
	while test $tries -lt 100; do
		address=$(sed -n "$2" "$1" | head -n 1)
		if test -n "$address"; then
			echo "$address"
			return 0
		fi
		sleep 0.1 2>/dev/null || sleep 1
		tries=$((tries + 1))
	done
	return 1
}

# request: prints the name that the backend gives itself.
request()
{
	if command -v curl >/dev/null 2>&1; then
		curl -s -m 10 "http://$front/"
	else
		t/client "$front" get
	fi | sed 's/ .*//'
}

# requests N: makes them, prints who answered how many; fails when one got no
# answer.
requests()
{
	: >"$dir/answers"
	n=0
	while test $n -lt "$1"; do
		name=$(request)
		echo "${name:-nobody}" >>"$dir/answers"
		n=$((n + 1))
	done
	sort "$dir/answers" | uniq -c | while read -r count name; do
		echo "    $name answered $count"
	done
	! grep -q nobody "$dir/answers"
}

trap finish 0
trap 'exit 1' 1 2 13 15

echo "Three backends, each answering with its name:"
hosts=
for name in anna bert cleo; do
	t/backend -n $name -q >"$dir/$name" 2>&1 &
	pid=$!
	pids="$pids $pid"
	address=$(listening "$dir/$name" 's/^listening //p') ||
	    die "$name does not come up"
	echo "    $name $address, process $pid"
	hosts="$hosts
			<host name=\"$name\" ip=\"$address\"/>"
	victim=$pid
done

# A password that nobody else knows: the page can change everything.
password=$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')
hash=$(echo "$password" | ./pydirector -P) || die "no password hash"
(umask 077 && cat >"$dir/demo.xml") <<EOF
<pdconfig>
	<service name="demo">
		<listen ip="127.0.0.1:0"/>
		<group name="main" scheduler="roundrobin">$hosts
		</group>
		<enable group="main"/>
	</service>
	<admin>
		<web listen="127.0.0.1:0" enable="yes" refresh="2"/>
		<user name="demo" password="$hash" access="full"/>
	</admin>
</pdconfig>
EOF
./pydirector -d "$dir/demo.xml" >"$dir/out" 2>"$dir/log" &
balancer=$!
pids="$balancer $pids"
front=$(listening "$dir/log" 's/.* listener demo \(.*\): listening.*/\1/p') ||
    die "the balancer does not come up"
web=$(listening "$dir/log" 's/.* web \(.*\): listening.*/\1/p') ||
    die "the web page does not come up"
echo
echo "The balancer in front of them on $front. Twelve requests:"
requests 12 || die "a request got no answer"

kill "$victim"
wait "$victim" 2>/dev/null
echo
echo "Backend cleo ended. Twelve more, and every one is answered:"
requests 12 || die "a request got no answer"
echo
echo "What the balancer has to say about it:"
sed -n 's/^[^ ]* \([a-z]* host .*\)/    \1/p' "$dir/log"

if command -v curl >/dev/null 2>&1; then
	echo
	echo "A web call takes cleo out of the configuration:"
	answer=$(printf 'user = "demo:%s"\n' "$password" | curl -s -m 20 -K - \
	    "http://$web/delHost?service=demo&group=main&name=cleo")
	echo "    $answer"
	case $answer in
	OK*) ;;
	*)	die "the call was not obeyed" ;;
	esac
fi

cat <<EOF

What to try next:
    ./configure && make && make install   installs it (INSTALL)
    ./pydirector -n FILE                  checks a configuration
    ./pydirector -d FILE                  runs it in the foreground
The configuration used here:

EOF
cat "$dir/demo.xml"

if test -t 0 && test -t 1; then
	echo
	echo "It stays up until you interrupt it: curl http://$front/"
	echo "Its page is http://demo:$password@$web/"
	echo "The log is $dir/log."
	wait "$balancer"
fi
