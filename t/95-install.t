#!/bin/sh
# SPDX-License-Identifier: ISC
#
# install and uninstall: DESTDIR, modes, a configuration that is not
# overwritten, and everything else taken away again.

cd "$(dirname "$0")/.." || exit 1
. t/house.sh

# target NAME: make it with DESTDIR.
target()
{
	make -f build.mk "$1" DESTDIR="$TMP/root" >"$TMP/out" 2>&1 ||
	    diag "$(cat "$TMP/out")"
}

# dir NAME: where that directory is now.
dir()
{
	echo "$TMP/root$(sed -n "s/^$1 = //p" config.mk)"
}

files()
{
	find "$TMP/root" -type f | sed "s|^$TMP/root||" | sort
}

config=$(dir SYSCONFDIR)/pydirector.xml
target install
for file in "$(dir SBINDIR)/pydirector" "$(dir LIBEXECDIR)/pydirector-helper"
do
	ok "${file##*/} is there and may run" test -x "$file"
done
for file in "$(dir MANDIR)/man8/pydirector.8" \
    "$(dir MANDIR)/man5/pydirector.conf.5" "$(dir DOCDIR)/README" \
    "$(dir EXAMPLEDIR)/inittab.sample" "$config"; do
	ok "${file##*/} is there" test -s "$file"
done
like "$(ls -l "$config")" '^-rw-r-----' "the configuration is not for all"
like "$(ls -l "$(dir MANDIR)/man8/pydirector.8")" '^-rw-r--r--' \
    "the pages are"
is "$(files | grep -c 'new$')" 0 "nothing is left over"

echo "mine" >"$config"
target install
is "$(cat "$config")" "mine" "a configuration is kept"
rm "$config"
ln -s nowhere "$config"
target install
ok "a link without its file, too" test -h "$config"

target uninstall
is "$(files)" "" "uninstall takes the files away"
ok "but not the configuration" test -h "$config"

for file in etc/pydirector.xml etc/sample-*.xml; do
	is "$(./pydirector -n "$file" 2>&1)" "$file: ok" "$file is valid"
done
done_testing
