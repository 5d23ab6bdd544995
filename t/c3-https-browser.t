#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The page over HTTPS in a browser: one that was not told to trust the
# certificate refuses it; one that was logs in, makes changes and sees the page
# follow, without a complaint on the console.

. "$(dirname "$0")/https.sh"

chromium=
for program in chromium chromium-browser google-chrome chrome; do
	test -n "$chromium" || chromium=$(command -v $program)
done
test -n "$chromium" || need chromium
need python3

start_backend A
start_balancer <<END
<config>
  <service name="one">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="127.0.0.1:9"/>
    </group>
  </service>
  <admin>
    $HTTPS
  </admin>
</config>
END
https_ready

# The hash of the key that the browser is to trust.
trusted=$(openssl x509 -in "$CA" -noout -pubkey |
    openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary |
    openssl base64)

# browse NAME [OPTION] <<STEPS: what the steps print is in $browsed.
browse()
{
	browse_name=$1
	shift
	browsed=$(python3 "$T/browser.py" "$chromium" "$TMP/chromium" "$@" 2>&1)
	browse_status=$?
	test $browse_status -eq 0 && pass "$browse_name" ||
	    fail "$browse_name" "$browsed"
}

browse "who does not trust the certificate" <<END
go https://full:full@localhost:$port/running
print document.querySelectorAll("tbody tr").length
print document.body.textContent.includes("ERR_CERT_AUTHORITY_INVALID")
END
is "$(echo "$browsed" | tr '\n' '|')" "0|True|" "sees nothing"

browse "who does" "--ignore-certificate-errors-spki-list=$trusted" <<END
go https://full:full@localhost:$port/running
go https://localhost:$port/running
print location.protocol
print window.isSecureContext
print document.querySelectorAll("tbody tr").length
load a[href^="form?call=addHost"][href*="group=g"]
type #name new
type #ip 127.0.0.1:8
load form button
print document.querySelector(".message").textContent
print location.protocol
wait document.querySelector("tr[data-key=new]")
load tr[data-key=b] a[href^="form?call=drainHost"]
load form button
wait document.querySelector("tr[data-key=b]").className === "draining"
errors
END
is "$(echo "$browsed" | tr '\n' '|')" \
    "https:|True|2|OK host 'new': added|https:|none|" "uses it"
like "$(https full running.txt)" '^host new 127' "the host is there"
done_testing
