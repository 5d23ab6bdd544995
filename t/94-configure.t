#!/bin/sh
# SPDX-License-Identifier: ISC
#
# configure in a copy of its own: what it writes, what it refuses, and what it
# says when a package is missing.

cd "$(dirname "$0")/.." || exit 1
. t/house.sh

mkdir "$TMP/copy" "$TMP/copy/tools"
cp -R configure probe "$TMP/copy"
cp tools/packages tools/missing.sh "$TMP/copy/tools"
cd "$TMP/copy" || exit 1
CC=$(sed -n 's/^CC = //p' "$T/../config.mk")
export CC
unset CFLAGS CPPFLAGS LDFLAGS

# configure [ARGUMENT ...]: all it says, then its status.
configure()
{
	sh ./configure "$@" 2>&1 </dev/null
	echo "status $?"
}

# macro NAME: its value in config.mk.
macro()
{
	sed -n "s/^$1 = //p" config.mk
}

text=$(configure PREFIX=/opt/pd MANDIR=/opt/man "CFLAGS=-O0 -DX=1")
like "$text" '^status 0$' "it configures"
like "$text" '^HAVE_ACCEPT4: [01]$' "it tells what it finds"
is "$(macro SBINDIR) $(macro SYSCONFDIR) $(macro MANDIR)" \
    "/opt/pd/sbin /opt/pd/etc /opt/man" "directories follow PREFIX"
is "$(macro CFLAGS)" "-O0 -DX=1" "CFLAGS arrive"
ok "a path in config.h" \
    grep -x '#define CONFIG_SYSCONFDIR "/opt/pd/etc"' config.h
is "$(sed -n 's/^#define HAVE_[A-Z0-9_]* //p' config.h | grep -v '^[01]$')" \
    "" "every HAVE_ is 0 or 1"
ok "nothing is left over" test -z "$(ls -d config.tmp.* 2>/dev/null)"

# In the same second a new file would not show: the inode does.
inode()
{
	ls -i config.h | sed 's/^ *//; s/ .*//'
}
before=$(inode)
cp config.mk first.mk
sh config.status >/dev/null 2>&1
ok "config.status: the same again" cmp config.mk first.mk
is "$(inode)" "$before" "config.h stays when nothing has changed"

is "$(configure PREFIX=/usr >/dev/null; macro SYSCONFDIR)" "/etc" \
    "PREFIX=/usr means /etc"

cp config.mk last.mk
like "$(configure COLOUR=red)" '^status 2$' "an unknown variable is refused"
like "$(configure --prefix=/usr)" '^status 2$' "an option is refused"
like "$(configure PREFIX=here)" 'not an absolute path' "a relative directory"
like "$(configure 'PREFIX=/a"b')" 'misread' "a path that C would misread"
like "$(configure CC=false)" 'config.log says why' "a compiler that is none"

# A compiler that knows neither package.
cat >without <<'EOF'
#!/bin/sh
case "$*" in
*probe/"$MISSING".c*) exit 1 ;;
esac
exec $REAL_CC "$@"
EOF
chmod +x without
REAL_CC=$CC
export REAL_CC MISSING
MISSING=xml
text=$(configure CC=./without)
like "$text" '^status 1$' "without libxml2 it fails"
for words in 'libxml2 is missing' 'Debian .*apt-get install libxml2-dev' \
    'FreeBSD .*pkg install libxml2' 'OpenBSD .*pkg_add libxml' \
    'pkgsrc .*pkgin install libxml2' 'Solaris .*pkg install library/libxml2'
do
	like "$text" "$words" "it says: $words"
done
ok "and changes nothing" cmp config.mk last.mk
MISSING=crypt
text=$(configure CC=./without)
like "$text" 'crypt.* is missing' "without crypt it says so"
like "$text" 'OpenBSD *part of the system' "where nothing needs installing"
MISSING=curl
text=$(configure CC=./without)
like "$text" '^status 0$' "without libcurl it goes on"
is "$(macro LOAD)" "" "and leaves the load client out"
MISSING=getentropy
configure CC=./without >/dev/null
like "$(macro COMPAT)" 'compat/getentropy.o' "a missing function comes from compat"

# Each package in its other ways.
MISSING=none
configure CC=./without PKG_CONFIG=false >"$TMP/text"
if command -v xml2-config >/dev/null 2>&1; then
	ok "without pkg-config" grep 'libxml-2.0: by xml2-config' "$TMP/text"
fi
text=$(configure CC=./without PKG_CONFIG=false XML2_CONFIG=false)
like "$text" 'libxml-2.0: (plain -lxml2|.*-lxml2)' "by plain -l"
done_testing
