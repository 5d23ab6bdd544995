#!/bin/sh
# SPDX-License-Identifier: ISC
#
# install.sh [-n] MODE DIRECTORY FILE ...: puts the files there, each at once
# (a program that runs keeps its old one); -n: only where none is yet.
# install.sh -d DIRECTORY FILE ...: takes them away, and the directory when it
# has become empty.

set -eu

if test "$1" = -d; then
	dir=$2
	shift 2
	for f; do
		rm -f "$dir/${f##*/}"
		echo "removed $dir/${f##*/}"
	done
	rmdir "$dir" 2>/dev/null || :
	exit 0
fi
keep=no
if test "$1" = -n; then
	keep=yes
	shift
fi
mode=$1
dir=$2
shift 2
mkdir -p "$dir"
for f; do
	to=$dir/${f##*/}
	if test $keep = yes && { test -e "$to" || test -h "$to"; }; then
		echo "kept $to"
		continue
	fi
	cp "$f" "$to.new"
	chmod "$mode" "$to.new"
	mv -f "$to.new" "$to"
	echo "installed $to"
done
