#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Nothing typed at the prompt starts a program, and no name commands the
# terminal. libedit has a key, ESC x, that takes orders: `bind -v` would lead
# to an editor, and that to a shell.

. "$(dirname "$0")/console.sh"
need python3
grep -q '^#define HAVE_EDIT 1' "$BUILD/config.h" || {
	test "${CI:-}" != true || bail "built without libedit"
	skip_all "built without libedit"
}

start_balancer <<XML
<config>
  <service name="web"><listen ip="127.0.0.1:0"/>
    <group name="main" scheduler="roundr" enable="true">
      <host name="a" ip="127.0.0.1:9"/>
    </group>
  </service>
  <admin>$CONSOLE</admin>
</config>
XML
wait_log ' console .*: listening$' || bail "the console does not listen"

# What would run: it leaves a mark.
mkdir "$TMP/bin" "$TMP/home"
cat >"$TMP/bin/vi" <<END
#!/bin/sh
echo "\$0 \$*" >>"$TMP/mark"
END
chmod 755 "$TMP/bin/vi"
cp "$TMP/bin/vi" "$TMP/bin/ed"
printf 'bind -v\nbind ^T vi-histedit\nbind "^G" vi-histedit\n' \
    >"$TMP/home/.editrc"

# typed STEP...: a person whose editor and files are those.
typed()
{
	(
		PATH=$TMP/bin:$PATH EDITOR=$TMP/bin/vi VISUAL=$TMP/bin/vi
		HOME=$TMP/home EDITRC=$TMP/home/.editrc
		export PATH EDITOR VISUAL HOME EDITRC
		person "$@"
	)
}

# closed NAME STEP...: after them a command still works, and nothing has run.
closed()
{
	closed_name=$1
	shift
	ok "$closed_name: it goes on" typed prompt "$@" \
	    'send \x03\x03' prompt 'send \rwhoami\r' \
	    "wait $ME full console" prompt 'send \x04' 'end 0'
	is "$(cat "$TMP/mark" 2>/dev/null)" "" "$closed_name: nothing has run"
}

closed "ESC x" 'send \x1bxbind -v\r' prompt 'send \x1bv\x1b\x1bvv'
closed "ESC x, a key" 'send \x1bxbind ^T vi-histedit\r' prompt 'send abc\x14'
closed "ESC X, a key" 'send \x1bXbind ^T vi-histedit\r' prompt 'send abc\x14'
closed "META x" 'send \xf8bind ^T vi-histedit' 'send abc\x14'
closed "META X" 'send \xd8bind ^T vi-histedit' 'send abc\x14'
closed "META x in UTF-8" 'send \xc3\xb8bind ^T vi-histedit\r' prompt \
    'send abc\x14'
closed "META X in UTF-8" 'send \xc3\x98bind ^T vi-histedit\r' prompt \
    'send abc\x14'
closed "keys of a file" 'send abc\x14\x07'
closed "every control key" \
    'send a\x01\x02\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x13\x11\x14\x15\x16' \
    'send b\x17\x18\x19\x1b\x1b\x1c\x1d\x1e\x1f'
keys=$(awk 'BEGIN { for (i = 33; i < 127; i++) printf "\\x1b\\x%02x", i }')
closed "every key behind ESC" "send abc$keys"

# What a terminal sees of a name; C2 9B is a control character in UTF-8, and
# bytes that are no UTF-8 could be some in another encoding.
name=$(printf 'x\033[31m\007\302\233\377z')
ok "no escape sequence comes back" env LC_ALL=C python3 "$T/person.py" \
    "$BUILD/pydirectorctl" -s "$SOCKET" "show '$name'" -- \
    "wait no service 'x\?\[31m\?\?\?z'" 'end 1'
done_testing
