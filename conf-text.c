/* SPDX-License-Identifier: ISC
 *
 * The text of a configuration: where its elements and attributes stand, and
 * changes to it. A save changes single bytes of the text and leaves all others
 * as they are, so that comments, quotes and layout stay. The text has been
 * read by conf_parse: it is well-formed, has no DOCTYPE, and outside of notes
 * it has known elements alone. What would be a fault there ends the reading
 * here; no offset is ever outside of the text. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf-text.h"

static struct text_node *element(struct text *, struct text_node *,
	    enum conf_kind, unsigned);

static char
at(const struct text *t, unsigned pos)
{
	return pos < t->len ? t->data[pos] : '\0';
}

static int
blank(char c)
{
	return c == ' ' || c == '\t';
}

static int
space(char c)
{
	return blank(c) || c == '\n' || c == '\r';
}

static int
starts(const struct text *t, unsigned pos, const char *word)
{
	size_t len = strlen(word);

	return t->len - pos >= len && memcmp(t->data + pos, word, len) == 0;
}

/* The place behind the next word, or the end. */
static unsigned
behind(const struct text *t, unsigned pos, const char *word)
{
	for (; pos < t->len; pos++)
		if (starts(t, pos, word))
			return pos + (unsigned)strlen(word);
	return t->len;
}

/* At a `<`: the place behind a comment, a CDATA section or a processing
 * instruction; pos itself: it is a tag. */
static unsigned
skip_markup(const struct text *t, unsigned pos)
{
	if (starts(t, pos, "<!--"))
		return behind(t, pos + 4, "-->");
	if (starts(t, pos, "<![CDATA["))
		return behind(t, pos, "]]>");
	if (starts(t, pos, "<?"))
		return behind(t, pos, "?>");
	return pos;
}

/* The place of the next `<` of a tag, or the end. */
static unsigned
next_tag(const struct text *t, unsigned pos)
{
	unsigned to;

	while (pos < t->len) {
		if (at(t, pos) != '<') {
			pos++;
			continue;
		}
		to = skip_markup(t, pos);
		if (to == pos)
			return pos;
		pos = to;
	}
	return t->len;
}

/* The place behind the tag that begins there; `>` may stand in quotes. */
static unsigned
tag_end(const struct text *t, unsigned pos)
{
	char quote = '\0', c;

	for (; pos < t->len; pos++) {
		c = t->data[pos];
		if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '>')
			return pos + 1;
	}
	return t->len;
}

/* The place behind an element that is not looked at, however deep it is. */
static unsigned
skip_element(const struct text *t, unsigned pos)
{
	size_t depth = 0;
	unsigned to;

	for (; pos < t->len; pos = next_tag(t, to)) {
		to = tag_end(t, pos);
		if (at(t, pos + 1) == '/')
			depth--;
		else if (at(t, to - 2) != '/')
			depth++;
		if (depth == 0)
			return to;
	}
	return t->len;
}

static unsigned
name_end(const struct text *t, unsigned pos)
{
	while (pos < t->len && strchr("=/> \t\r\n", t->data[pos]) == NULL)
		pos++;
	return pos;
}

static unsigned
skip_space(const struct text *t, unsigned pos)
{
	while (space(at(t, pos)))
		pos++;
	return pos;
}

/* Reads the attributes that begin at pos; returns the place of the `>` or
 * `/>`. */
static unsigned
attributes(struct text *t, struct text_node *n, unsigned pos)
{
	struct text_attr *a;
	const char *quote;
	unsigned from = pos;

	for (;;) {
		pos = skip_space(t, from);
		if (at(t, pos) == '>' || at(t, pos) == '/')
			return pos;
		if (n->nattrs == CONF_VALUES || pos >= t->len)
			break;
		a = &n->attrs[n->nattrs];
		a->space = from;
		a->name = pos;
		a->name_end = name_end(t, pos);
		pos = skip_space(t, skip_space(t, a->name_end) + 1);
		if (pos >= t->len)
			break;
		quote = memchr(t->data + pos + 1, t->data[pos],
		    t->len - pos - 1);
		if (quote == NULL)
			break;
		a->value = pos + 1;
		a->value_end = (unsigned)(quote - t->data);
		from = a->value_end + 1;
		n->nattrs++;
	}
	t->failed = 1;
	return t->len;
}

/* 1 and the kind of an element of the table that begins there. */
static int
known(const struct text *t, const struct text_node *parent, unsigned pos,
    enum conf_kind *kind)
{
	unsigned to = name_end(t, pos + 1);
	char name[32];

	if (to - pos - 1 >= sizeof(name))
		return 0;
	memcpy(name, t->data + pos + 1, to - pos - 1);
	name[to - pos - 1] = '\0';
	return conf_element_find(name, kind) == 0 &&
	    conf_element(*kind)->parent == parent->kind;
}

/* All between the tags of an element. */
static void
content(struct text *t, struct text_node *n)
{
	struct text_node *child;
	enum conf_kind kind;
	unsigned pos = n->inside;

	while (!t->failed) {
		pos = next_tag(t, pos);
		if (pos >= t->len || at(t, pos + 1) == '/')
			break;
		if (!known(t, n, pos, &kind)) {
			pos = skip_element(t, pos);
			continue;
		}
		child = element(t, n, kind, pos);
		if (child == NULL)
			break;
		if (n->last == NULL)
			n->first = child;
		else
			n->last->next = child;
		n->last = child;
		pos = child->end;
	}
	n->inside_end = pos;
	n->end = tag_end(t, pos);
	if (pos >= t->len)
		t->failed = 1;
}

/* An element and all in it. It calls itself as deep as the table goes. */
static struct text_node *
element(struct text *t, struct text_node *parent, enum conf_kind kind,
    unsigned pos)
{
	struct text_node *n = calloc(1, sizeof(*n));

	if (n == NULL) {
		t->failed = 1;
		return NULL;
	}
	n->kind = kind;
	n->parent = parent;
	n->start = pos;
	n->name_end = name_end(t, pos + 1);
	pos = attributes(t, n, n->name_end);
	n->empty = at(t, pos) == '/';
	n->inside = pos + 1 + n->empty;
	if (n->empty)
		n->inside_end = n->end = n->inside;
	else
		content(t, n);
	return n;
}

int
text_read(struct text *t, const char *data, size_t len)
{
	memset(t, 0, sizeof(*t));
	if (len > CONF_MAX)
		return -1;
	t->data = data;
	t->len = (unsigned)len;
	t->root = element(t, NULL, CONF_ROOT, next_tag(t, 0));
	return t->failed ? -1 : 0;
}

static void
node_free(struct text_node *n)
{
	struct text_node *child;

	if (n == NULL)
		return;
	while ((child = n->first) != NULL) {
		n->first = child->next;
		node_free(child);
	}
	free(n);
}

void
text_done(struct text *t)
{
	node_free(t->root);
	t->root = NULL;
}

const struct text_attr *
text_attr(const struct text *t, const struct text_node *n, const char *name)
{
	const struct text_attr *a;
	size_t i, len = strlen(name);

	for (i = 0; i < n->nattrs; i++) {
		a = &n->attrs[i];
		if (a->name_end - a->name == len &&
		    memcmp(t->data + a->name, name, len) == 0)
			return a;
	}
	return NULL;
}

/* A character in UTF-8; returns its length, at most 4. */
static size_t
encode(unsigned long c, char *to)
{
	size_t i, n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (i = n - 1; i > 0; i--, c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	to[0] = (char)(first[n] | c);
	return n;
}

/* The reference that begins at pos, in UTF-8; returns the place behind it. */
static unsigned
reference(const struct text *t, unsigned pos, char *to, size_t *len)
{
	static const struct {
		const char	*name;
		char		 c;
	} names[] = {
		{ "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' },
		{ "&quot;", '"' }, { "&apos;", '\'' }
	};
	unsigned long c;
	char *end;
	size_t i;

	*len = 1;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!starts(t, pos, names[i].name))
			continue;
		*to = names[i].c;
		return pos + (unsigned)strlen(names[i].name);
	}
	*to = '&';
	if (!starts(t, pos, "&#"))
		return pos + 1;
	c = at(t, pos + 2) == 'x' ? strtoul(t->data + pos + 3, &end, 16) :
	    strtoul(t->data + pos + 2, &end, 10);
	*len = encode(c > 0x10ffff ? 0xfffd : c, to);
	return (unsigned)(end - t->data) + 1;
}

char *
text_value(const struct text *t, const struct text_attr *a)
{
	/* No reference is shorter than its character. */
	char *value = malloc(a->value_end - a->value + 1), *p = value;
	unsigned pos = a->value;
	size_t len;
	char c;

	if (value == NULL)
		return NULL;
	while (pos < a->value_end) {
		c = t->data[pos];
		if (c == '&') {
			pos = reference(t, pos, p, &len);
			p += len;
			continue;
		}
		pos += 1 + (c == '\r' && at(t, pos + 1) == '\n');
		*p++ = space(c) ? ' ' : c;
	}
	*p = '\0';
	return value;
}

int
text_escape(struct buf *out, const char *value, char quote)
{
	const char *p;

	if (!conf_utf8(value))
		return -1;
	for (p = value; *p != '\0'; p++) {
		if (*p == '&')
			(void)buf_addf(out, "&amp;");
		else if (*p == '<')
			(void)buf_addf(out, "&lt;");
		else if (*p == '>')
			(void)buf_addf(out, "&gt;");
		else if (*p == quote)
			(void)buf_addf(out, quote == '"' ? "&quot;" :
			    "&apos;");
		else if ((unsigned char)*p < 0x20)
			(void)buf_addf(out, "&#%d;", *p);
		else
			(void)buf_add(out, p, 1);
	}
	return 0;
}

/* 1: `password` stands there, and what it is set to begins at *value. */
static int
password(const struct text *t, unsigned pos, unsigned *value)
{
	static const char word[] = "password";

	if (t->len - pos < sizeof(word) ||
	    strncasecmp(t->data + pos, word, sizeof(word) - 1) != 0)
		return 0;
	pos = skip_space(t, pos + (unsigned)sizeof(word) - 1);
	if (at(t, pos) != '=' && at(t, pos) != ':')
		return 0;
	*value = skip_space(t, pos + 1);
	return 1;
}

/* A tag: the attribute alone, so that it stays one. */
static void
hide_attr(const struct text *t, unsigned pos, unsigned end, struct buf *out)
{
	char quote = '\0', c;
	unsigned value;

	for (; pos < end; pos++) {
		c = t->data[pos];
		if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (password(t, pos, &value) && value < end) {
			(void)buf_add(out, t->data + pos, value + 1 - pos);
			quote = t->data[value];
			pos = value + 1;
			while (pos < end && t->data[pos] != quote)
				pos++;
			c = quote;
			quote = '\0';
		}
		(void)buf_add(out, &c, 1);
	}
}

void
text_hide(const char *data, size_t len, struct buf *out)
{
	unsigned pos = 0, to;
	struct text t;

	memset(&t, 0, sizeof(t));
	t.data = data;
	t.len = (unsigned)len;
	while (pos < t.len) {
		if (data[pos] != '<') {
			for (to = pos; to < t.len && data[to] != '<'; to++)
				if (space(data[to]))
					(void)buf_add(out, data + to, 1);
		} else if ((to = skip_markup(&t, pos)) != pos) {
			if (strncmp(data + pos, "<?xml", 5) == 0)
				(void)buf_add(out, data + pos, to - pos);
		} else {
			to = tag_end(&t, pos);
			hide_attr(&t, pos, to, out);
		}
		pos = to;
	}
}

/* The place of the line break before pos, if only blanks are between. */
static int
line_start(const struct text *t, unsigned pos, unsigned *from)
{
	while (pos > 0 && blank(t->data[pos - 1]))
		pos--;
	if (pos == 0 || t->data[pos - 1] != '\n')
		return 0;
	*from = pos - 1;
	if (*from > 0 && t->data[*from - 1] == '\r')
		(*from)--;
	return 1;
}

static unsigned
skip_blanks(const struct text *t, unsigned pos)
{
	while (blank(at(t, pos)))
		pos++;
	return pos;
}

static int
line_break(const struct text *t, unsigned pos)
{
	return at(t, pos) == '\n' ||
	    (at(t, pos) == '\r' && at(t, pos + 1) == '\n');
}

void
text_indent(const struct text *t, const struct text_node *n, struct buf *out)
{
	unsigned from;

	if (line_start(t, n->start, &from))
		(void)buf_add(out, t->data + from, n->start - from);
}

void
text_indent_inside(const struct text *t, const struct text_node *n,
    struct buf *out)
{
	unsigned pos, to, from;

	for (pos = n->inside; pos < n->inside_end; pos = to + 1) {
		to = skip_space(t, pos);
		if (to < n->inside_end && line_start(t, to, &from) &&
		    from >= n->inside) {
			(void)buf_add(out, t->data + from, to - from);
			return;
		}
	}
}

unsigned
text_line_end(const struct text *t, unsigned pos)
{
	unsigned to = skip_blanks(t, pos), end;

	while (starts(t, to, "<!--")) {
		end = behind(t, to + 4, "-->");
		if (memchr(t->data + to, '\n', end - to) != NULL)
			return pos;
		to = skip_blanks(t, end);
	}
	return line_break(t, to) ? to : pos;
}

void
text_cut(const struct text *t, const struct text_node *n, unsigned *from,
    unsigned *to)
{
	unsigned behind_it = skip_blanks(t, n->end), line, above, next;

	*from = n->start;
	*to = behind_it;
	if (!line_start(t, n->start, &line)) {
		while (*from > 0 && blank(t->data[*from - 1]))
			(*from)--;
		*to = n->end;
		return;
	}
	if (!line_break(t, behind_it))
		return;
	*from = line;
	/* Of two empty lines around it one goes too. */
	next = skip_blanks(t, behind_it + 1 + (at(t, behind_it) == '\r'));
	if (line_start(t, line, &above) &&
	    (line_break(t, next) || starts(t, next, "</")))
		*from = above;
}

void
text_edit(struct text_edits *e, unsigned from, unsigned to, const char *bytes,
    size_t len)
{
	size_t size = e->size == 0 ? 16 : e->size * 2;
	struct text_edit *all, *new;

	if (e->n == e->size) {
		all = realloc(e->all, size * sizeof(*all));
		if (all == NULL) {
			e->failed = 1;
			return;
		}
		e->all = all;
		e->size = size;
	}
	new = &e->all[e->n];
	new->bytes = malloc(len + 1);
	if (new->bytes == NULL) {
		e->failed = 1;
		return;
	}
	if (len > 0)
		memcpy(new->bytes, bytes, len);
	new->from = from;
	new->to = to;
	new->len = len;
	new->order = e->n++;
}

static int
edit_compare(const void *va, const void *vb)
{
	const struct text_edit *a = va, *b = vb;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

void
text_apply(const struct text *t, struct text_edits *e, unsigned from,
    unsigned to, struct buf *out)
{
	const struct text_edit *one;
	size_t i;

	if (e->n > 0)
		qsort(e->all, e->n, sizeof(*e->all), edit_compare);
	for (i = 0; i < e->n; i++) {
		one = &e->all[i];
		if (one->from > from) {
			(void)buf_add(out, t->data + from, one->from - from);
			from = one->from;
		}
		(void)buf_add(out, one->bytes, one->len);
		if (one->to > from)
			from = one->to;
	}
	if (to > from)
		(void)buf_add(out, t->data + from, to - from);
}

void
text_edits_done(struct text_edits *e)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		free(e->all[i].bytes);
	free(e->all);
	memset(e, 0, sizeof(*e));
}
