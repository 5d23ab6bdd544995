#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Prints the dependency lines of build.mk, one for each C file: the headers of
# ours that it includes, directly or not. -w writes them into build.mk.

set -eu
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/.."

# Prints `FILE HEADER` for each include in quotes.
includes()
{
	for f in *.h compat/*.h t/*.h *.c compat/*.c t/*.c; do
		test -f "$f" || continue
		echo "$f"
		sed -n 's/^#[ 	]*include[ 	]*"\([^"]*\)".*/\1/p' "$f" |
		    while read -r header; do
			test -f "t/$header" && test "${f#t/}" != "$f" &&
			    header=t/$header
			echo "$f $header"
		done
	done
}

deps()
{
	includes | awk '
	function closure(f,    list, n, i) {
		n = split(direct[f], list, " ")
		for (i = 1; i <= n; i++)
			if (!(list[i] in seen)) {
				seen[list[i]] = 1
				closure(list[i])
			}
	}
	NF == 1 && /\.c$/ { sources[++nsources] = $1 }
	NF == 2 { direct[$1] = direct[$1] " " $2 }
	END {
		for (s = 1; s <= nsources; s++) {
			split("", seen)
			closure(sources[s])
			for (header in seen)
				print sources[s], header
			print sources[s]
		}
	}' | sort | awk '
	NF == 1 {
		if (line != "")
			print line
		line = $1
		sub(/\.c$/, ".o: ", line)
		line = line $1
	}
	NF == 2 { line = line " " $2 }
	END { if (line != "") print line }'
}

if test "${1-}" != -w; then
	deps
	exit 0
fi
sed '/^# Dependencies/q' build.mk >build.mk.new
deps >>build.mk.new
mv build.mk.new build.mk
