# SPDX-License-Identifier: ISC
#
# Traffic beside something else: what happens to it, how long it takes. On top
# of web.sh:
#
#	beside calm sleep 2	a control run
#	beside storm COMMAND...	the same beside the command
#	as_calm storm "NAME"	latency is about that of the control run
#
# $traffic is the address of a service with an HTTP backend.

test -x "$T/load" || {
	test "${CI:-}" != true || bail "t/load was not built"
	skip_all "t/load was not built: no libcurl"
}

# beside NAME COMMAND...: requests as long as the command runs, its output in
# $TMP/NAME.out, the traffic's results in $TMP/NAME.load. They come in short
# bursts, not one behind the other: a client that waits while everything stands
# still would count that once, however long it is.
beside()
{
	beside_name=$1
	shift
	rm -f "$TMP/over"
	: >"$TMP/$beside_name.load"
	{
		"$@" >"$TMP/$beside_name.out" 2>&1
		: >"$TMP/over"
	} &
	beside_pid=$!
	test_pids="$test_pids $beside_pid"
	until test -e "$TMP/over"; do
		"$T/load" -n 60 -c 6 "http://$traffic/" \
		    >>"$TMP/$beside_name.load"
		sleep $nap
	done
	end_client $beside_pid
}

# none_lost NAME WHAT: no request has failed.
none_lost()
{
	like "$(cat "$TMP/$1.load")" '^requests ' "there was traffic"
	is "$(grep '^requests' "$TMP/$1.load" | grep -v ' failed 0 ')" "" "$2"
}

# latency NAME QUANTILE: of each burst that quantile; of these the one that
# nine of ten bursts keep to.
latency()
{
	sed -n "s/^latency.* $2 \([0-9.]*\).*/\1/p" "$TMP/$1.load" | sort -n |
	    awk '{ t[NR] = $1 } END { print t[int((NR * 9 + 9) / 10)] }'
}

# slower NAME: prints in what the latency is out of bounds: four times as long
# and some milliseconds, which a second busy process on the same core costs;
# and no request stood for two seconds.
slower()
{
	for slower_q in "p50 10" "p99 30"; do
		echo "${slower_q#* } $(latency calm "${slower_q% *}")" \
		    "$(latency "$1" "${slower_q% *}") ${slower_q% *}"
	done | awk -v k="$PATIENCE" '$3 > (4 * $2 + $1) * k {
		print $4 ": " $3 " ms, in the control run " $2 " ms"
	}'
	sed -n 's/^latency.* max //p' "$TMP/$1.load" |
	    awk -v k="$PATIENCE" '$1 > 2000 * k { print "max: " $1 " ms" }'
}

# as_calm NAME WHAT
as_calm()
{
	diag "p50 $(latency calm p50), then $(latency "$1" p50) ms;" \
	    "p99 $(latency calm p99), then $(latency "$1" p99) ms"
	is "$(slower "$1")" "" "$2"
}
