#!/bin/sh
# SPDX-License-Identifier: ISC
#
# web.sh FILE...: prints the files as C texts, for web-files.h: an array of
# lines for each, ended by NULL, named after the file.

set -eu
LC_ALL=C
export LC_ALL

cat <<'END'
/* SPDX-License-Identifier: ISC
 *
 * The files of web/, written by tools/web.sh. */

END
for file; do
	name=$(basename "$file" | tr . _)
	echo "static const char *const web_$name[] = {"
	awk '
	# In lines of at most 72 columns.
	{
		out = "\t\""
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			if (c == "\t")
				c = "\\t"
			else if (c == "\"" || c == "\\")
				c = "\\" c
			if (length(out) > 60) {
				print out "\""
				out = "\t\""
			}
			out = out c
		}
		print out "\\n\","
	}' "$file"
	printf '\tNULL\n};\n'
done
