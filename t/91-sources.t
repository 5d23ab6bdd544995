#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The form of the sources: licence, lengths, order of headers, shell syntax.

cd "$(dirname "$0")/.." || exit 1
. t/house.sh

sources=$(ls *.c *.h compat/*.c compat/*.h probe/*.c t/*.c t/*.h \
    examples/*.c |
    grep -v '^config.h$')
code=$(ls *.c compat/*.c t/*.c)
scripts=$(ls configure .ci/run tools/*.sh t/*.sh t/*.t)

ok "the sources are here" test "$(echo $code | wc -w)" -gt 20
clean "licence" house_licence $sources $scripts Makefile build.mk
clean "file length" house_file_length $sources $scripts build.mk
clean "function length" house_function_length $code
clean "columns" house_columns $sources
clean "order of headers" house_includes $code
clean "words" house_words $sources
clean "shell syntax" house_syntax $scripts
ok "configure has at most 250 lines" test "$(wc -l <configure)" -le 250

cd "$TMP" || exit 1
awk 'BEGIN {
	print "int\nlong_one(void)\n{"
	for (i = 0; i < 79; i++)
		print "\twork();"
	print "}\nint\nshort_one(void)\n{"
	for (i = 0; i < 78; i++)
		print "\twork();"
	print "}"
	for (i = 0; i < 600; i++)
		print ""
}' >long.c
caught "a long function" 'long.c: long_one: 81 lines' \
    house_function_length long.c
ok "80 lines are allowed" test "$(house_function_length long.c | wc -l)" -eq 1
caught "a long file" 'long.c: 76[0-9] lines' house_file_length long.c
caught "no licence" 'long.c: no SPDX' house_licence long.c
printf '\t\t\t\t\t\t\t\t\t\tx\nint x; \n' >wide.c
caught "a wide line" 'wide.c:1: 81 columns' house_columns wide.c
caught "blanks" 'wide.c:2: blanks' house_columns wide.c
printf '#include <a.h>\n#include "b.h"\n#include <c.h>\n' >order.c
caught "config.h late" 'order.c: config.h is not' house_includes order.c
caught "a system header late" 'order.c: <c.h> behind' house_includes order.c
printf '/* %s */\n#if 0\n#endif\n#ifdef __linux__\ntypedef struct x y;\n' \
    TO''DO >words.c
caught "put off" 'words.c:1' house_words words.c
caught "switched off" 'words.c:2' house_words words.c
caught "a system" 'words.c:4' house_words words.c
caught "a typedef" 'words.c:5' house_words words.c
printf 'if true; then\n' >broken.sh
caught "a broken script" '[Ss]yntax' house_syntax broken.sh
printf 'f()\n{\n\tlocal x\n}\n' >local.sh
caught "a bashism" 'local.sh:3' house_syntax local.sh
done_testing
