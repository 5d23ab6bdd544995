#!/bin/sh
# SPDX-License-Identifier: ISC
#
# setup.sh build|check|ci: installs what this machine lacks, with its own
# package manager, when run by root or with a sudo that asks nothing.
# Otherwise it prints the one command to type and fails, or goes on when
# only tests would miss something. Nothing lacking: quick and quiet.
#
# build: what building needs. check: also what `make check` cannot do without,
# and what some of its tests use. ci: everything that any test uses.

set -u
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/pkg/bin:/usr/sbin:/sbin
export PATH

cd "$(dirname "$0")/.." || exit 1

case ${1-} in
build | check | ci) mode=$1 ;;
*)
	echo "usage: setup.sh build|check|ci" >&2
	exit 2 ;;
esac

has()
{
	command -v "$1" >/dev/null 2>&1
}

# header FILE: in one of the usual places.
header()
{
	for root in /usr/include /usr/local/include /usr/pkg/include \
	    /opt/local/include /usr/include/*-linux-gnu; do
		test ! -f "$root/$1" || return 0
	done
	return 1
}

has_cc()
{
	has "${CC:-cc}" || has gcc || has clang || has c99
}

has_libc()
{
	header stdio.h
}

has_libxml2()
{
	pkg-config --exists libxml-2.0 2>/dev/null || has xml2-config ||
	    header libxml2/libxml/parser.h
}

# crypt(3) is in libc everywhere but on Linux.
has_crypt()
{
	test "$(uname -s)" != Linux || header crypt.h
}

has_libcurl()
{
	pkg-config --exists libcurl 2>/dev/null || has curl-config ||
	    header curl/curl.h
}

has_libssl()
{
	pkg-config --exists libssl 2>/dev/null || header openssl/ssl.h
}

has_libssh()
{
	pkg-config --exists libssh 2>/dev/null || header libssh/server.h
}

has_libedit()
{
	pkg-config --exists libedit 2>/dev/null || header histedit.h
}

has_libev()
{
	header ev.h
}

has_nginx_stream()
{
	has nginx || return
	nginx -V 2>&1 | grep -q -e '--with-stream ' && return
	test -f /usr/lib/nginx/modules/ngx_stream_module.so ||
	    test -f /usr/local/libexec/nginx/ngx_stream_module.so
}

has_twisted()
{
	for python in /usr/bin/python3 python3; do
		! $python -c 'import twisted' >/dev/null 2>&1 || return 0
	done
	return 1
}

# The runtime that clang needs for -fsanitize.
has_sanitizers()
{
	has clang && for f in $(clang -print-runtime-dir 2>/dev/null)/*asan* \
	    $(clang -print-resource-dir 2>/dev/null)/lib/*/*asan*; do
		test ! -f "$f" || return 0
	done
	return 1
}

has_chromium()
{
	has chromium || has chromium-browser || has chrome || has google-chrome
}

# Which column of tools/packages, and how to install.
if has apt-get; then
	column=4
	install="apt-get install -y --no-install-recommends"
elif has pkg_add && test "$(uname -s)" = OpenBSD; then
	column=6
	install="pkg_add -I"
elif has pkgin; then
	column=7
	install="pkgin -y install"
elif has pkg && test "$(uname -s)" = SunOS; then
	column=8
	install="pkg install --accept"
elif has pkg; then
	column=5
	install="pkg install -y"
else
	column=0
	install=
fi

# wanted MODE: 0 when this run's mode asks for a row of that mode.
wanted()
{
	test "$1" != '#' || return 1
	case $mode-$1 in
	build-build | check-build | check-check | ci-*) return 0 ;;
	*) return 1 ;;
	esac
}

# Sets lacks (names that must be there), misses (those of use), packages.
look()
{
	lacks= misses= packages=
	while read -r row_mode need test deb fbsd obsd pkgsrc sol; do
		wanted "$row_mode" || continue
		case $test in
		has:*) ! has "${test#has:}" || continue ;;
		*) ! $test || continue ;;
		esac
		name=${test#has[:_]}
		case $need in
		must) lacks="$lacks $name" ;;
		may)  misses="$misses $name" ;;
		esac
		case $column in
		4) new=$deb ;;
		5) new=$fbsd ;;
		6) new=$obsd ;;
		7) new=$pkgsrc ;;
		8) new=$sol ;;
		*) new=- ;;
		esac
		test "$new" = - ||
		    packages="$packages $(echo "$new" | tr , ' ')"
	done <tools/packages
}

# run COMMAND ...: as root, quietly; what it said is shown when it fails.
run()
{
	if ! $sudo env DEBIAN_FRONTEND=noninteractive \
	    ASSUME_ALWAYS_YES=yes "$@" >"$log" 2>&1 </dev/null; then
		tail -n 5 "$log" >&2
		return 1
	fi
}

# Words are split on purpose. One package that a release does not have must
# not keep the others away: then they are tried one by one.
install()
{
	if test "$column" = 4; then
		run $install $packages 2>/dev/null && return
		run apt-get update || return
	fi
	run $install $packages && return
	for one in $packages; do
		run $install "$one"
	done
}

look
test -n "$lacks$misses" || exit 0

sudo=
may=yes
if test "$(id -u)" != 0; then
	sudo="sudo -n"
	sudo -n true >/dev/null 2>&1 || may=no
fi
if test $may = yes && test -n "$packages"; then
	echo "setup: installing$packages"
	log=$(mktemp "${TMPDIR:-/tmp}/setup.XXXXXX") || exit 1
	trap 'rm -f "$log"' 0
	trap 'exit 1' 1 2 13 15
	install
	look
	# configure has to look again, at what is here now.
	rm -f config.mk
fi
if test -n "$lacks"; then
	echo "setup: missing:$lacks" >&2
	if test -n "$packages"; then
		echo "setup: as root, type: $install$packages" >&2
	else
		echo "setup: INSTALL tells what brings it" >&2
	fi
	exit 1
fi
test -n "$misses" || exit 0
# Continuous integration must not skip what it is there to run.
echo "setup: missing, so some tests skip:$misses"
test -z "$packages" || echo "setup: as root, type: $install$packages"
test "$mode" != ci
