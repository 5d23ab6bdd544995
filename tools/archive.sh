#!/bin/sh
# SPDX-License-Identifier: ISC
#
# archive.sh FROM TO: a copy of a library whose global symbols all begin with
# pydirector_, so that they meet nobody else's. Its members stay apart: a
# program links what it calls. Without an objcopy that can do that the copy is
# as it was, and says so.

set -eu
LC_ALL=C
export LC_ALL

from=$1
to=$2
cp "$from" "$to.new"
nm -P -g "$from" 2>/dev/null |
    awk '$2 ~ /^[ABCDGRSTVW]$/ && $1 !~ /^_?pydirector_/ {
	print $1, "pydirector_i_" $1
}' | sort -u >"$to.symbols"
if test ! -s "$to.symbols" ||
    ! ${OBJCOPY:-objcopy} --redefine-syms="$to.symbols" "$to.new" 2>/dev/null
then
	echo "archive: no objcopy that renames: internal names stay visible" >&2
	cp "$from" "$to.new"
fi
rm -f "$to.symbols"
mv -f "$to.new" "$to"
