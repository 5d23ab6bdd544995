#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The page in a browser: log in, add a host, switch a group, drain, weigh,
# save, see the page change by itself, no complaint on the console; all of it
# again without a script, and on a phone.

. "$(dirname "$0")/web.sh"

chromium=
for program in chromium chromium-browser google-chrome chrome; do
	test -n "$chromium" || chromium=$(command -v $program)
done
test -n "$chromium" || need chromium
need python3

start_backend A
start_balancer <<END
<config>
  <service name="web &amp; more">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="127.0.0.1:9"/>
    </group>
    <group name="spare" scheduler="leastc">
      <host name="s" ip="$A"/>
    </group>
  </service>
  <admin>
    $WEB
  </admin>
</config>
END
web_ready

# browse NAME <<STEPS: does them; what they print is in $browsed.
browse()
{
	browsed=$(python3 "$T/browser.py" "$chromium" "$TMP/chromium" 2>&1)
	browse_status=$?
	test $browse_status -eq 0 && pass "$1" || fail "$1" "$browsed"
}

page="http://$web_at/running"

# row HOST: its row of the page, for a step.
row()
{
	echo 'document.querySelector("tr[data-key='"$1"']")'
}

browse "log in, and every action" <<END
go http://full:full@$web_at/running
go $page
print document.querySelectorAll("tbody tr").length
load a[href^="form?call=addHost"][href*="group=g"]
type #name new
type #ip 127.0.0.1:8
load form button
print document.querySelector(".message").textContent
wait $(row new)
load tr[data-key=b] a[href^="form?call=drainHost"]
load form button
wait $(row b).className === "draining"
load tr[data-key=new] a[href^="form?call=setWeight"]
type #weight 7
load form button
wait $(row new).cells[10].textContent === "7"
load a[href^="form?call=enableGroup"]
load form button
print document.querySelector(".enabled").parentNode.textContent
load a[href^="form?call=save"]
load form button
print document.querySelector(".message").className
errors
END
is "$(echo "$browsed" | tr '\n' '|')" \
"3|OK host 'new': added|spare enabled|message good|none|" \
    "what was seen"
like "$(web full running.txt)" '^group spare enabled' "the group is switched"
like "$(cat "$TMP/pydirector.xml")" 'name="new" ip="127.0.0.1:8" weight="7"' \
    "the file has it"

# The page is open while others make changes: it follows, and what has the
# focus keeps it.
mkfifo "$TMP/steps"
python3 "$T/browser.py" "$chromium" "$TMP/chromium" <"$TMP/steps" \
    >"$TMP/browsed" 2>&1 &
browser_pid=$!
test_pids="$test_pids $browser_pid"
exec 5>"$TMP/steps"
cat >&5 <<END
go http://full:full@$web_at/running
print document.querySelector("tr[data-key=a] a[href*=delHost]").focus()
print document.querySelector("#as-of time").textContent
END
ok "the page is open" wait_for 30 grep -q '^20..-' "$TMP/browsed"
web full 'hostAdminDown?service=web+%26+more&group=g&name=a' >/dev/null
web full 'delHost?service=web+%26+more&group=g&name=new' >/dev/null
web full 'newGroup?service=web+%26+more&group=third&scheduler=rand' >/dev/null
cat >&5 <<END
wait $(row a).className === "admin-down"
wait !$(row new)
wait document.querySelectorAll("h3").length === 3
print document.activeElement.getAttribute("aria-label")
print document.getElementById("stale").textContent === ""
click #top input
errors
END
exec 5>&-
end_client $browser_pid
is "$? $(tail -n 3 "$TMP/browsed" | tr '\n' '|')" \
    "0 Remove a|True|none|" "it follows, and the focus stays"

browse "the page without a script" <<END
script no
go http://full:full@$web_at/running
print document.querySelectorAll("tbody tr").length
print document.querySelector("svg polyline") !== null
load tr[data-key=a] a[href^="form?call=hostAdminUp"]
load form button
print $(row a).className
go $page?refresh=yes
wait document.querySelector("meta[http-equiv=refresh]")
errors
END
is "$(echo "$browsed" | tr '\n' '|')" "3|True|up|none|" "what was seen"

browse "on a phone" <<END
size 360 740
go http://look:look@$web_at/running
print document.documentElement.scrollWidth <= 360
print document.querySelectorAll("a[href^=form]").length
errors
END
is "$(echo "$browsed" | tr '\n' '|')" "True|0|none|" \
    "nothing wider than the screen, nothing to do for a readonly user"
done_testing
