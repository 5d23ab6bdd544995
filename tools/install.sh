#!/bin/sh
# SPDX-License-Identifier: ISC
#
# install.sh [-f | -n] MODE DIRECTORY FILE ...: puts the files there, each at once
# (a program that runs keeps its old one). FILE can be FROM=NAME, when it has
# another name there. -n: only where none is yet. -f: text files, in which the
# default directories become those of this build: SBINDIR, SYSCONFDIR, MANDIR
# of the environment.
# install.sh -d DIRECTORY FILE ...: takes them away, and the directory when it
# has become empty.

set -eu

# name FILE: as it is called there.
name()
{
	case $1 in
	*=*)	echo "${1#*=}" ;;
	*)	echo "${1##*/}" ;;
	esac
}

fill()
{
	sed -e "s|/usr/local/sbin|$SBINDIR|g" \
	    -e "s|/usr/local/etc/pydirector|$SYSCONFDIR/pydirector|g" \
	    -e "s|/usr/local/etc\$|$SYSCONFDIR|" \
	    -e "s|/usr/local/share/man|$MANDIR|g" "$1"
}

if test "$1" = -d; then
	dir=$2
	shift 2
	for f; do
		to=$dir/$(name "$f")
		rm -f "$to"
		echo "removed $to"
	done
	rmdir "$dir" 2>/dev/null || :
	exit 0
fi
put=cat
keep=no
case $1 in
-n)	keep=yes; shift ;;
-f)	put=fill; shift ;;
esac
mode=$1
dir=$2
shift 2
mkdir -p "$dir"
for f; do
	to=$dir/$(name "$f")
	if test $keep = yes && { test -e "$to" || test -h "$to"; }; then
		echo "kept $to"
		continue
	fi
	rm -f "$to.new"
	$put "${f%%=*}" >"$to.new"
	chmod "$mode" "$to.new"
	mv -f "$to.new" "$to"
	echo "installed $to"
done
