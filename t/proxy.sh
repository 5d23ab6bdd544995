# SPDX-License-Identifier: ISC
#
# PROXY headers in hex, for the client's hex and crumbs. Sourced.

# hex TEXT: as printf(1) has it.
hex()
{
	printf "$1" | od -A n -t x1 | tr -d ' \n'
}

# v1 TEXT: `PROXY TEXT` and the end of the line.
v1()
{
	hex "PROXY $1\r\n"
}

# v2 COMMAND FAMILY HEX: a block of version 2 with its length.
v2()
{
	printf '0d0a0d0a000d0a515549540a%s%s%04x%s' "$1" "$2" \
	    $((${#3} / 2)) "$3"
}

# zeros N: that many bytes.
zeros()
{
	printf "%0$(($1 * 2))d" 0
}

# Other software. A place is a port that `backend refuse` keeps for it.

# start_haproxy <<CONFIGURATION: its log is in $TMP/haproxy.log.
start_haproxy()
{
	cat >"$TMP/haproxy.cfg"
	haproxy -db -f "$TMP/haproxy.cfg" >"$TMP/haproxy.log" 2>&1 &
	test_pids="$test_pids $!"
}

# start_nginx <<STREAM: what is in its stream section; its logs are $TMP/nginx
# (errors) and $TMP/nginx.access.
start_nginx()
{
	mkdir "$TMP/nginx.d"
	{
		for module in /usr/lib/nginx/modules /usr/lib64/nginx/modules \
		    /usr/local/libexec/nginx; do
			test ! -f "$module/ngx_stream_module.so" ||
			    echo "load_module $module/ngx_stream_module.so;"
		done
		echo "daemon off; master_process off; pid $TMP/nginx.d/pid;"
		echo "error_log $TMP/nginx info;"
		echo "events { worker_connections 64; } stream {"
		echo "log_format told '\$remote_addr \$proxy_protocol_addr"
		echo "\$proxy_protocol_port';"
		echo "access_log $TMP/nginx.access told;"
		cat
		echo "}"
	} >"$TMP/nginx.conf"
	nginx -t -p "$TMP/nginx.d" -e "$TMP/nginx.start" \
	    -c "$TMP/nginx.conf" >"$TMP/nginx.out" 2>&1 || {
		test "${CI:-}" != true || bail "$(cat "$TMP/nginx.out")"
		skip_all "nginx does not take its stream section"
	}
	nginx -p "$TMP/nginx.d" -e "$TMP/nginx.start" -c "$TMP/nginx.conf" \
	    >"$TMP/nginx.out" 2>&1 &
	test_pids="$test_pids $!"
}

# answers ADDR: somebody listens there.
answers()
{
	"$T/client" "$1" close
}
