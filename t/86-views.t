#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The views of the web admin: each is there, has its type, and tells the same
# numbers as the others. Names and messages cannot break out of any.

. "$(dirname "$0")/web.sh"

start_backend A
start_backend R refuse
start_balancer <<END
<config>
  <!-- kept -->
  <service name="shop &lt;b&gt;&quot;">
    <listen ip="127.0.0.1:0"/>
    <group name="main group" scheduler="roundr" enable="true">
      <host name="a&amp;b%" ip="$A"/>
      <host name="gone" ip="$R"/>
      <host name="out" ip="127.0.0.1:9" adminDown="yes"/>
    </group>
    <group name="spare" scheduler="leastc">
      <host name="s" ip="127.0.0.1:10"/>
    </group>
  </service>
  <admin>
    $WEB
  </admin>
</config>
END
web_ready
front=$(sed -n 's/.* listener .* \([^ ]*\): listening$/\1/p' "$LOG")

client -n 6 "$front" get >/dev/null
wait_log ' host .*/gone: down: refused$'
ended()
{
	test "$(relays_ended)" -ge 6
}
ok "all relays end" wait_for 10 ended

is "$(web look running.txt)" "service shop%20<b>\" $front main%20group
group main%20group enabled
host a&b%25 $A 0 -
disabled gone $R refused -
disabled out 127.0.0.1:9 admin-down -
group spare inactive
host s 127.0.0.1:10 0 -" "running.txt"
is "$(web look status.txt)" "service: shop%20<b>\"
listen: $front roundr
host: $A 0
disabled: $R refused
disabled: 127.0.0.1:9 admin-down" "status.txt"

# number KEY: of the first host, in running.json.
number()
{
	web look running.json |
	    sed -n "s/.*\"name\": \"a&b%\".* \"$1\": \([0-9]*\).*/\1/p"
}

# sample NAME LABELS: its value.
sample()
{
	web look metrics |
	    grep -F "pydirector_host_$1{service=\"shop <b>\\\"\",group=\"main\
 group\",host=\"a&b%\"$2} " | sed 's/.*} //'
}

is "$(number total)" 6 "running.json counts the relays"
is "$(sample connections_total "")" 6 "metrics too"
is "$(number bytesIn)" "$(sample bytes_total ',direction="in"')" \
    "as many bytes in"
is "$(number bytesOut)" "$(sample bytes_total ',direction="out"')" \
    "as many bytes out"
like "$(number bytesOut)" '^[1-9]' "and there were some"
like "$(web look running)" '<td class="n">6</td>' "the page agrees"
like "$(web look running.json)" '"state": "down", "why": "refused"' \
    "a host that is down"

# type PATH
type_of()
{
	web look "$1" -o /dev/null -w '%{http_code} %{content_type}'
}

for path in '' running all configs calls; do
	is "$(type_of "$path")" "200 text/html; charset=utf-8" "type of /$path"
done
for path in running.txt status.txt config.obj rawConfig.obj; do
	is "$(type_of $path)" "200 text/plain; charset=utf-8" "type of $path"
done
for path in running.xml rawConfig.xml config.xml stored.xml rawStored.xml; do
	is "$(type_of $path)" "200 application/xml; charset=utf-8" \
	    "type of $path"
	is "$(web full $path | grep -c 'password="[^"]')" 2 "hashes in $path"
	is "$(web look $path | grep -c 'password="[^"]')" 0 \
	    "none for a readonly user"
	like "$(web full $path)" '<!-- kept -->' "with its comment"
	is "$(web look $path | grep -c '<!--')" 0 \
	    "which a readonly user does not see"
done
is "$(type_of running.json)" "200 application/json; charset=utf-8" \
    "type of running.json"
is "$(type_of metrics)" "200 text/plain; version=0.0.4; charset=utf-8" \
    "type of metrics"
like "$(web full config.obj)" 'user full' "users in config.obj"
is "$(web full config.obj | grep -c '\$')" 0 "and no hashes"

is "$(web look 'running?resultMessage=%3Cscript%3Ex%3C/script%3E%22' |
    grep -c '<script>x\|shop <b>')" 0 "nothing breaks out of the page"
like "$(web look 'running?resultMessage=%3Cscript%3Ex')" \
    '&lt;script&gt;x' "a message is shown"
is "$(web look running | grep -c 'form?call=')" 0 \
    "a readonly user sees no actions"
like "$(web full running)" 'form.call=delHost&amp;service=shop%20%3Cb%3E%22' \
    "a full one does"
like "$(web look running -D - -o /dev/null)" \
    "^Content-Security-Policy: default-src 'none'; script-src 'self'; " \
    "the policy of the page"
is "$(web_status look nothing)" 404 "no such page"
is "$(web_status look running -d x=1)" 405 "a page is not sent to"
is "$(web_status look running.txt --head)" 200 "HEAD of a view"

if command -v python3 >/dev/null 2>&1; then
	web look running.json >"$TMP/json"
	ok "running.json is JSON" python3 -m json.tool "$TMP/json"
	"$T/unit-status" json >"$TMP/json"
	ok "also with odd names" python3 -m json.tool "$TMP/json"
fi
if command -v promtool >/dev/null 2>&1; then
	web look metrics >"$TMP/metrics"
	ok "promtool likes the metrics" sh -c \
	    'promtool check metrics <"$1"' sh "$TMP/metrics"
	"$T/unit-status" metrics >"$TMP/metrics"
	ok "also with odd names" sh -c \
	    'promtool check metrics <"$1"' sh "$TMP/metrics"
elif test "${CI:-}" = true; then
	fail "promtool" "it is missing"
fi
done_testing
