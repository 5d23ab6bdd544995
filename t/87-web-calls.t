#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Calls by the web: who gets which answer, and who is not believed. Their
# arguments are the business of other tests.

. "$(dirname "$0")/web.sh"

start_backend A
start_balancer <<END
<config>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="127.0.0.1:9"/>
    </group>
  </service>
  <admin>
    $WEB
  </admin>
</config>
END
web_ready
expect_log ' auth: user full: refused: '
out='hostAdminDown?service=web&group=g&name=b'
back='hostAdminUp?service=web&group=g&name=b'

# state: of host b, which must be what the last call made it.
state()
{
	web look running.txt | sed -n 's/^\([a-z]*\) b .*/\1/p'
}

# refused STATUS WHAT ARGUMENT...: the call is refused and does nothing.
refused()
{
	refused_status=$1 refused_what=$2
	shift 2
	like "$(web_says "$@")" "^$refused_status NOT OK " "$refused_what"
	is "$(state)" host "and nothing happens"
}

like "$(web_says full "$out")" '^200 OK .' "GET by a script"
is "$(state)" disabled "it happens"
like "$(web_says full "$back" -d '')" '^200 OK .' "POST by a script"
is "$(state)" host "it happens"
like "$(web_says full hostAdminDown -d 'SERVICE=web&Group=g&name=b&x=y')" \
    '^200 OK .' "arguments in the form, names without case, one unknown"
is "$(state)" disabled "it happens"
web full "$back" >/dev/null

refused 403 "readonly access" look "$out"
refused 400 "a missing argument" full 'hostAdminDown?service=web&group=g'
refused 400 "no such host" full 'hostAdminDown?service=web&group=g&name=c'
is "$(web_status full "$out" --head)" 405 "HEAD of a call"
is "$(state)" host "and nothing happens"
is "$(web_status full noCall)" 404 "no such call"
is "$(curl -s -o /dev/null -w '%{http_code}' "http://$web_at/$out")" 401 \
    "nobody"
is "$(curl -s -o /dev/null -w '%{http_code}' -u full:wrong \
    "http://$web_at/$out")" 401 "a wrong password"

refused 403 "Origin of another site" full "$out" -H 'Origin: http://evil'
refused 403 "Origin of nobody" full "$out" -H 'Origin: null'
refused 403 "Origin on another port" full "$out" -H 'Origin: http://127.0.0.1'
refused 403 "Sec-Fetch-Site: cross-site" full "$out" \
    -H 'Sec-Fetch-Site: cross-site'
refused 403 "Sec-Fetch-Site: same-site" full "$out" \
    -H 'Sec-Fetch-Site: same-site'
refused 403 "Referer of another site" full "$out" \
    -e "http://$web_at.evil.example/"
refused 403 "Referer with us in the path" full "$out" \
    -e "http://evil.example/http://$web_at/"
refused 403 "a browser's GET that nothing speaks for" full "$out" \
    -A 'Mozilla/5.0 (X11)'
refused 403 "POST with our Origin and no token" full "$out" -d '' \
    -H "Origin: http://$web_at"
refused 403 "POST of a browser and a wrong token" full "$out" \
    -H 'Accept: text/html' -d token=0123456789abcdef0123456789abcdef
is "$(web_status full 'setWeight?service=s&group=nowhere' \
    -A 'Mozilla/5.0 (X11)' -H 'Sec-Fetch-Site: none')" 400 \
    "a browser's GET from the address line is looked at"
is "$(web_status full 'form?call=save' -e http://evil.example/)" 403 \
    "another site does not lead to a form"

# token USER: as the form of a call carries it.
token()
{
	web "$1" 'form?call=help' |
	    sed -n 's/.*name="token" value="\([0-9a-f]*\)".*/\1/p'
}
like "$(token full)" '^[0-9a-f]{32}$' "a form has a token"
refused 403 "the token of another user" full "$out" \
    -H "Origin: http://$web_at" -d "token=$(token look)"
like "$(web_says full "$out" -d "token=$(token full)" \
    -H "Origin: http://$web_at" -e "http://$web_at/form" \
    -H 'Sec-Fetch-Site: same-origin')" '^200 OK' "POST with a token"
is "$(state)" disabled "it happens"

# redirect ARGUMENT...: where a browser is led.
redirect()
{
	web "$@" -H 'Accept: text/html,*/*;q=0.8' -D - -o "$TMP/web.body" |
	    tr -d '\r' | sed -n -e '1s/^[^ ]* \([0-9]*\).*/\1/p' \
	    -e 's/^[Ll]ocation: //p'
}
like "$(redirect full "$back")" \
    '^/running[?]resultMessage=OK%20[A-Za-z0-9%._~-]*$' \
    "a browser is led back"
is "$(redirect full "$back" | sed 1q)" 303 "by 303"
is "$(cat "$TMP/web.body")" OK "with the body OK"
like "$(redirect full 'delHost?service=x%0d%0aX:y&group=g&name=b')" \
    '^/running[?]resultMessage=NOT%20OK%20.' "also when it fails"
is "$(cat "$TMP/web.body")" "NOT OK" "with the body NOT OK"
is "$(state)" host "it happened"

# The forms.
form=$(web full 'form?call=addHost&service=web&group=%3Cg%3E&weight=%22')
like "$form" '<form method="post" action="addHost">' "a form"
like "$form" 'name="group"[^>]* required value="&lt;g&gt;">' \
    "fields are filled in"
like "$form" 'name="weight"[^>]*[^d] value="&quot;">' "an optional one"
like "$form" 'name="ip"[^>]* required value="">' "an empty one"
like "$(web_says full addHost -H "Origin: http://$web_at" -d \
    "token=$(token full)&service=web&group=g&name=n&ip=127.0.0.1:8&weight=")" \
    '^200 OK' "an optional field may stay empty"
like "$(web_says full addHost -H "Origin: http://$web_at" -d \
    "token=$(token full)&service=web&group=g&name=&ip=127.0.0.1:7&weight=")" \
    '^400 NOT OK' "a needed one may not"
is "$(web_status look 'form?call=save')" 403 "no form for a readonly user"
is "$(web_status full 'form?call=none')" 404 "no such form"
like "$(web_says look help)" '^200 OK .' "help, for all"
done_testing
