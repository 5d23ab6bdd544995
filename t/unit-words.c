/* SPDX-License-Identifier: ISC
 *
 * words.c: lines taken apart as a shell would, the last word of one that is
 * still being typed, and words put together again. path.c: where a path begins.
 * Prints TAP. */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "path.h"
#include "words.h"
#include "t/tap.h"

/* The words of a line in brackets, or why not. */
static const char *
split(const char *line)
{
	static char out[4096];
	struct word words[WORDS_MAX];
	char *text = strdup(line);
	const char *why = NULL;
	size_t len = 0;
	int i, n;

	if (text == NULL)
		abort();
	n = words_split(text, words, &why);
	out[0] = '\0';
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "[%s]",
		    words[i].text);
	free(text);
	return n == -1 ? why : out;
}

static void
test_split(void)
{
	char many[1000] = "";
	size_t i;

	is(split(""), "", "nothing");
	is(split(" \t "), "", "blanks");
	is(split("a"), "[a]", "one");
	is(split("  a\tb  c "), "[a][b][c]", "several");
	is(split("'a b' c"), "[a b][c]", "single quotes");
	is(split("\"a b\" c"), "[a b][c]", "double quotes");
	is(split("a' 'b\" \"c"), "[a b c]", "in the middle of a word");
	is(split("'' \"\""), "[][]", "empty words");
	is(split("a\\ b"), "[a b]", "a backslash");
	is(split("\\'\\\"\\\\"), "['\"\\]", "before what it is for");
	is(split("\\n"), "[n]", "before anything");
	is(split("'a\\'b"), "[a\\b]", "none in single quotes");
	is(split("\"a\\\"b\""), "[a\"b]", "one in double quotes");
	is(split("'\"' \"'\""), "[\"][']", "one quote in the other");
	is(split("name='x y' z"), "[name=x y][z]", "a name");
	is(split("'a"), "a quote is not closed", "an open quote");
	is(split("a \""), "a quote is not closed", "the other");
	is(split("a\\"), "a backslash at the end", "an open backslash");
	for (i = 0; i < WORDS_MAX; i++)
		strcat(many, "a ");
	ok(split(many)[0] == '[', "as many as there may be");
	strcat(many, "a");
	is(split(many), "too many words", "one too many");
}

static size_t
last(const char *line)
{
	return words_last(line, strlen(line));
}

static void
test_last(void)
{
	ok(last("") == 0, "the last word of nothing");
	ok(last("abc") == 0, "of one");
	ok(last("abc ") == 4, "of one and a blank");
	ok(last("abc  d") == 5, "of two");
	ok(last("a 'b c") == 2, "of an open quote");
	ok(last("a \"b c") == 2, "of the other");
	ok(last("a 'b c' ") == 8, "of a closed one");
	ok(last("a b\\ c") == 2, "of a blank behind a backslash");
	ok(last("a b\\") == 2, "of a backslash at the end");
	ok(last("a '\\' b") == 6, "of a backslash in single quotes");
	ok(words_last("abc def", 5) == 4, "of a part of a line");
}

/* The name that a word gives a value to. */
static const char *
name_of(const char *text)
{
	static char out[100];
	char copy[100];
	struct word w;

	snprintf(copy, sizeof(copy), "%s", text);
	words_open(copy, &w);
	snprintf(out, sizeof(out), "%.*s", (int)words_name(&w), w.text);
	return out;
}

static void
test_name(void)
{
	is(name_of("name=x"), "name", "a name");
	is(name_of("name="), "name", "without a value");
	is(name_of("name='x y'"), "name", "with a quote behind it");
	is(name_of("name=x=y"), "name", "the first one");
	is(name_of("name"), "", "no `=`");
	is(name_of("=x"), "", "no name");
	is(name_of("na-me=x"), "", "not letters alone");
	is(name_of("'name=x'"), "", "in quotes");
	is(name_of("name\\=x"), "", "behind a backslash");
	is(name_of("n'a'me=x"), "", "a quote in the name");
	is(name_of("\"name\"=x"), "", "a name in quotes");
}

/* A text quoted and split again is one word, the text. */
static void
back(const char *text, int name, const char *quoted)
{
	struct buf b;
	char all[100];

	buf_init(&b, 1000);
	words_quote(&b, text, name);
	is(b.data, quoted, "quoted");
	snprintf(all, sizeof(all), "[%s]", text);
	is(split(b.data), all, "and back");
	buf_done(&b);
}

static void
test_quote(void)
{
	back("abc", 0, "abc");
	back("", 0, "''");
	back("a b", 0, "a\\ b");
	back("a\tb'\"\\", 0, "a\\\tb\\'\\\"\\\\");
	back("a=b", 0, "a\\=b");
	back("a=b=c d", 1, "a=b\\=c\\ d");
	back("m\303\274ll", 0, "m\303\274ll");
}

static void
beside(const char *of, const char *file, const char *wanted)
{
	char *path = path_beside(of, file);

	is(path, wanted, file);
	free(path);
}

static void
test_path(void)
{
	beside("/etc/lb.xml", "key", "/etc/key");
	beside("/etc/lb.xml", "tls/key", "/etc/tls/key");
	beside("/lb.xml", "key", "/key");
	beside("/etc/lb.xml", "/var/key", "/var/key");
	beside("lb.xml", "key", "key");
	beside(NULL, "key", "key");
}

int
main(void)
{
	test_path();
	test_split();
	test_last();
	test_name();
	test_quote();
	return tap_end();
}
