#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The global names of the installed archive all begin with pydirector_, and
# those without an i_ behind it are in the header; a program may have names of
# its own that are ours inside.

cd "$(dirname "$0")/.." || exit 1
. t/library.sh
command -v objcopy >/dev/null 2>&1 || need objcopy
install_library

names()
{
	nm -P -g "$ROOT$(setting LIBDIR)/libpydirector.a" 2>/dev/null |
	    awk '$2 ~ /^[ABCDGRSTVW]$/ { sub(/^_/, "", $1); print $1 }' |
	    sort -u
}

# Sanitizers have names of their own for each object.
names | grep -v -e '^__[ao][ds]' >"$TMP/names"
ok "there are names" test "$(wc -l <"$TMP/names")" -gt 300
is "$(grep -v '^pydirector_' "$TMP/names")" "" "all begin with pydirector_"
grep -v '^pydirector_i_' "$TMP/names" >"$TMP/public"
grep -o 'pydirector_[a-z_]*(' pydirector.h | tr -d '(' |
    grep -v '_fn$' | sort -u >"$TMP/told"
is "$(diff "$TMP/public" "$TMP/told")" "" "the public ones are the header's"
is "$(nm -P -g libpydirector.a | grep -c '^pydirector_i_')" 0 \
    "the tree's own archive is as it was"

cat >"$TMP/clash.c" <<'EOF'
#include <pydirector.h>

int log_line(void), model_new(void), loop_init, net_read, command_run;

int
log_line(void)
{
	return 0;
}

int
model_new(void)
{
	return log_line();
}

int
main(void)
{
	struct pydirector *d = pydirector_new(0, 0, PYDIRECTOR_ERR);
	int result = pydirector_add_service(d, "web", "127.0.0.1:0");

	result |= pydirector_start(d) | model_new() | loop_init | net_read;
	pydirector_free(d);
	return result | command_run;
}
EOF
ok "names of its own" build "$TMP/clash" "$TMP/clash.c" pydirector
ok "are in nobody's way" "$TMP/clash"

for page in $(cat "$TMP/told"); do
	grep -q "^\\.F[no] $page\\( \\|\$\\)" man/pydirector.3 || echo "$page"
done >"$TMP/missing"
is "$(cat "$TMP/missing")" "" "the page has every function"
done_testing
