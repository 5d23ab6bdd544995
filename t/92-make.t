#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The makefiles: no construct that some make lacks, and dependency lines that
# equal the #include lines of the files.

cd "$(dirname "$0")/.." || exit 1
. t/house.sh

dependencies()
{
	sed '1,/^# Dependencies/d' build.mk >"$TMP/told"
	sh tools/deps.sh >"$TMP/true"
	diff "$TMP/told" "$TMP/true"
}

clean "constructs" house_make Makefile build.mk
clean "dependency lines (sh tools/deps.sh -w mends them)" dependencies
ok "there are dependency lines" test "$(wc -l <"$TMP/true")" -gt 20
objects()
{
	for object in $(make -s -f build.mk floors | cut -s -d ' ' -f 2-); do
		echo "$object"
	done | sort >"$TMP/built"
	ls *.c | sed 's/c$/o/' | sort >"$TMP/here"
	# What configure may leave out.
	comm -13 "$TMP/built" "$TMP/here" |
	    if grep -q 'HAVE_TLS 1' config.h; then cat; else grep -v '^tls'; fi
}
clean "every source is on a floor" objects

root=$PWD
mkdir "$TMP/tree" "$TMP/tree/tools" && cd "$TMP/tree" || exit 1
cp "$root/tools/deps.sh" tools
printf '#include "b.h"\n' >a.h
: >b.h
printf '#include "config.h"\n#include <x.h>\n#include "a.h"\n' >a.c
printf 'x:\n# Dependencies\na.o: a.c a.h config.h\n' >build.mk
caught "a missing dependency" '^> a.o: a.c a.h b.h config.h$' dependencies
sh tools/deps.sh -w
clean "deps.sh -w mends it" dependencies

cat >bad.mk <<'EOF'
X := $(shell date)
ifdef X
endif
%.o: %.c
	cc -c $^
a: b
	cp $< $@
Y ?= 1
.if 1
.c.o:
	cc -c $<
EOF
caught "an assignment" 'bad.mk:1: not a plain' house_make bad.mk
caught "a function" 'bad.mk:1: a function' house_make bad.mk
caught "a conditional" 'bad.mk:2: a cond' house_make bad.mk
caught "a pattern rule" 'bad.mk:4: a pattern' house_make bad.mk
caught "all prerequisites" 'bad.mk:5: ' house_make bad.mk
caught "the first prerequisite" 'bad.mk:7: ' house_make bad.mk
caught "another assignment" 'bad.mk:8: ' house_make bad.mk
caught "a conditional of bmake" 'bad.mk:9: ' house_make bad.mk
ok "suffix rules may name the source" \
    test "$(house_make bad.mk | grep -c ':11:')" -eq 0
done_testing
