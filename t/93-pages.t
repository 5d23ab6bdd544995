#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The pages against the code: options, reasons, elements and attributes.
# Their form is mandoc's business.

cd "$(dirname "$0")/.." || exit 1
. t/house.sh

# letters: sorted, one a line.
letters()
{
	sed 's/./&\
/g' | grep '[A-Za-z]' | sort
}

# Options of the getopt string, and those that have an item of their own.
options()
{
	sed -n 's/.*getopt([^"]*"\([^"]*\)".*/\1/p' "$1" | letters >"$TMP/a"
	sed -n 's/^\.It Fl \([A-Za-z]\).*/\1/p' "$2" | sort -u >"$TMP/b"
	test -s "$TMP/a" || echo "no options in $1"
	diff "$TMP/a" "$TMP/b"
}

# Texts that a function returns, and the items of the page.
reasons()
{
	sed -n '/^why_word(/,/^}/s/.*return "\([a-z-]*\)";/\1/p' "$1" |
	    sort -u | grep -v '^-$' >"$TMP/words"
	test -s "$TMP/words" || echo "no words in $1"
	while read -r word; do
		sed -n 's/^\.It//p' "$2" | grep -w -e "$word" >/dev/null ||
		    echo "$2: no item $word"
	done <"$TMP/words"
}

# Elements and attributes of the tables are all told.
tables()
{
	sed -n -e 's/.*\[CONF_[A-Z]*\][^"]*"\([A-Za-z]*\)".*/\1/p' \
	    -e 's/.*{ CONF_[A-Z]*, "\([A-Za-z]*\)".*/\1/p' "$1" |
	    sort -u >"$TMP/words"
	test -s "$TMP/words" || echo "no tables in $1"
	while read -r word; do
		grep -w -e "$word" "$2" >/dev/null || echo "$2: no $word"
	done <"$TMP/words"
}

# Commands of the table, views of the web, and the items of the page.
calls()
{
	sed -n -e 's/^	{ "\([A-Za-z]*\)", .*, [RW],$/\1/p' \
	    -e 's/^	{ "\([A-Za-z.][A-Za-z.]*\)",.*TYPE_.*/\1/p' "$1" "$2" |
	    sort -u >"$TMP/words"
	test "$(wc -l <"$TMP/words")" -gt 1 || echo "no tables in $1, $2"
	while read -r word; do
		sed -n 's/^\.It//p' "$3" | grep -w -e "$word" >/dev/null ||
		    echo "$3: no item $word"
	done <"$TMP/words"
}

pages()
{
	for page; do
		mandoc -Tlint -Wwarning "$page"
	done
}

clean "options" options pydirector.c man/pydirector.8
clean "options of pydirectorctl" options pydirectorctl.c man/pydirectorctl.8
clean "reasons" reasons model.c man/pydirector.8
clean "elements and attributes" tables conf-attr.c man/pydirector.conf.5
cat view.c admin.c >"$TMP/views.c"
clean "calls and views" calls command.c "$TMP/views.c" man/pydirector-admin.7
for page in pydirector.8 pydirector.conf.5 pydirector-admin.7 \
    pydirector-sched.7 pydirector-internals.7; do
	ok "$page is there" test -s "man/$page"
done

cd "$TMP" || exit 1
echo 'while ((c = getopt(argc, argv, "dl:")) != -1)' >p.c
printf '.It Fl d\n.It Fl x\n' >p.8
caught "an option untold" '^< l' options p.c p.8
caught "an option that is not" '^> x' options p.c p.8
printf 'why_word(enum why why)\n{\n\t\treturn "refused";\n}\n' >m.c
caught "a reason untold" 'no item refused' reasons m.c p.8
printf '\t{ CONF_HOST, "weight", 1 },\n\t[CONF_HOST] = { "host" }\n' >c.c
caught "an attribute untold" 'no weight' tables c.c p.8
caught "an element untold" 'no host' tables c.c p.8
printf '\t{ "addHost", HOST " weight", W,\n' >d.c
printf '\t{ "running.txt",\tTYPE_TEXT, NULL, status_running_txt },\n' >a.c
caught "a call untold" 'no item addHost' calls d.c a.c p.8
caught "a view untold" 'no item running.txt' calls d.c a.c p.8

if command -v mandoc >/dev/null 2>&1; then
	printf '.Dd x\n.Dt P 8\n.Sh NAME\n.Xx\n' >bad.8
	caught "a page that is not clean" 'bad.8' pages bad.8
	cd "$T/.." || exit 1
	clean "form" pages man/*.[0-9]
elif test "${CI:-}" = true; then
	fail "form" "mandoc is missing"
else
	pass "form # SKIP mandoc is missing"
fi
done_testing
