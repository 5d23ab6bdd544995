#!/bin/sh
# SPDX-License-Identifier: ISC
#
# README and INSTALL, where they can be held against what is there: the
# configuration, the targets, the variables, the pages; and what is no error
# but seldom meant.

. "$(dirname "$0")/lib.sh"

cd "$T/.." || exit 1

# The configuration of README: refused until the hash is there.
sed -n '/<pdconfig>/,/<\/pdconfig>/p' README >"$TMP/readme.xml"
like "$("$BUILD/pydirector" -n "$TMP/readme.xml" 2>&1)" \
    "password of length 4: .*as pydirector -P prints it" "HASH is told to be one"
hash=$(printf 'secret\nsecret\n' | "$BUILD/pydirector" -P 2>/dev/null |
    tail -n 1)
sed "s|HASH|$hash|" "$TMP/readme.xml" >"$TMP/hash.xml"
is "$("$BUILD/pydirector" -n "$TMP/hash.xml" 2>&1)" "$TMP/hash.xml: ok" \
    "with what -P prints it is good"
start_backend A
start_backend B
sed -e 's/\*:8080/127.0.0.1:0/' -e 's/:7001/:0/' \
    -e "s/10.0.0.1:80/$A/" -e "s/10.0.0.2:80/$B/" "$TMP/hash.xml" \
    >"$TMP/run.xml"
start_balancer <"$TMP/run.xml"
is "$(client "$(addr_of web)" get | names)" A "and serves"
stop_balancer

words()
{
	tr -s ' \t' '\n\n' | grep -v '^$' | sort -u
}
target_known()
{
	grep -E -q "^([a-z-]+ )*$1( [a-z-]+)*:" Makefile
}
for target in $(grep -E -h -o '(`|^	)make [a-z][a-z-]*' README INSTALL |
    sed 's/.*make //' | sort -u); do
	ok "make $target" target_known "$target"
done
for variable in $(sed -n 's/^   \([A-Z][A-Z0-9_ ]*\)\(	.*\)*$/\1/p' INSTALL |
    words); do
	ok "configure knows $variable" grep -q -w "$variable" configure
done
for name in $(grep -o 'EXTRA=[a-z"][a-z -]*' INSTALL | sed 's/.*=//' |
    tr -d '"' | words); do
	ok "EXTRA=$name" make -s -f build.mk install-extra \
	    DESTDIR="$TMP/root" EXTRA="$name"
done
for page in $(sed -n 's/^  \(pydirector[a-z.-]*\)(\([0-9]\)).*/\1.\2/p' README)
do
	ok "page $page" test -s "man/$page"
done
for page in man/*.[0-9]; do
	page=${page##*/}
	ok "README knows $page" grep -q -F "${page%.*}(${page##*.})" README
done
for file in $(sed -n 's/^	cp \([a-z-]*\.xml\) .*/\1/p' INSTALL); do
	ok "INSTALL: $file" grep -q "etc/$file" build.mk
done

# No error, and seldom meant.
sed -e '/<user /d' "$TMP/readme.xml" >"$TMP/nobody.xml"
is "$("$BUILD/pydirector" -n "$TMP/nobody.xml" 2>&1 >/dev/null)" \
    "$TMP/nobody.xml: web: there is no user: nobody can log in" \
    "a web page that nobody can open"

# hinted NAME TEXT ELEMENTS: good, and told.
hinted()
{
	cat >"$TMP/hint.xml" <<-END
	<config>
	  <service name="s"><listen ip="127.0.0.1:0"/>
	    <group name="g" scheduler="rand"><host ip="127.0.0.1:9"/></group>
	  </service>
	  $3
	</config>
	END
	is "$("$BUILD/pydirector" -n "$TMP/hint.xml" 2>&1 | sort)" \
	    "$(printf '%s\n' "$TMP/hint.xml: $2" "$TMP/hint.xml: ok" |
	    sort)" "$1"
}
nowhere="directory $TMP/nowhere: No such file or directory"
hinted "a boolean in other words" "line 5: connlog: start 'ja' counts as no: \
expected yes or no" "<connlog syslog='daemon' start='ja'/>"
hinted "no directory for a log" "logging: $nowhere" \
    "<logging file='$TMP/nowhere/log'/>"
hinted "nor for a socket" "control: $nowhere" \
    "<control socket='$TMP/nowhere/socket'/>"
hinted "nor for a host key" "ssh: hostKey: $nowhere" "<admin>
<ssh listen='127.0.0.1:0' enable='yes' hostKey='$TMP/nowhere/key'/>
<user name='u' password='abJnggxhB/yWI' access='full'/></admin>"
hinted "a certificate that is not there" "web: certificate $TMP/none.crt: \
No such file or directory" "<admin>
<web listen='127.0.0.1:0' enable='yes' secure='yes' certificate='none.crt'/>
<user name='u' password='abJnggxhB/yWI' access='full'/></admin>"

# What a start has to say.
cannot()
{
	is "$(timeout 20 "$BUILD/pydirector" -d "$TMP/hint.xml" 2>&1 |
	    sed -n 's/^pydirector: //p')" "$2" "$1"
}
hinted "a socket in no directory" "console: $nowhere" \
    "<admin><console socket='$TMP/nowhere/s'/></admin>"
cannot "it cannot be made" "console unix:$TMP/nowhere/s: not listening: No \
such file or directory: its directory is missing"
sed '/<admin>/d; s/127.0.0.1:0/192.0.2.254:0/' "$TMP/hint.xml" >"$TMP/other"
mv "$TMP/other" "$TMP/hint.xml"
cannot "an address of another machine" "listener s 192.0.2.254:0: not \
listening: Cannot assign requested address: it is none of this machine's"
done_testing
