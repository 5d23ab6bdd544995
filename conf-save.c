/* SPDX-License-Identifier: ISC
 *
 * A model as the text of a configuration. The text that it stood in is walked
 * beside the model, and only what differs is changed: services, groups, hosts
 * and users are the same by name, listens by address; what moved takes its
 * text along. A value that means the same stays as it was written, one that is
 * the default is added nowhere. New elements are indented like their siblings,
 * and spelled as the dialect and the rest of the file do. Without an old text
 * an empty root is the old text. What each attribute should say is told by
 * conf-want.c. Nothing is checked: a model that no file can express, such as a
 * service without a group, gives a text that conf_parse refuses. */

#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf-want.h"

static void	 update(struct want *, const struct text_node *, const void *);

/* An element of the old text and what it is in the model. */
struct old {
	const struct text_node *node;
	char		*key;
	size_t		 at;		/* its place in the model */
	unsigned char	 matched;
	unsigned char	 kept;		/* it stays where it is */
	size_t		 before;	/* longest row: the one before it */
};

/* An object of the model, to be found by its key. */
struct entry {
	const char	*key;
	enum conf_kind	 kind;
	size_t		 at;
	size_t		 taken;		/* of those with this key */
};

/* The old elements of a kind in one parent, and the objects. */
struct pairs {
	enum conf_kind	 kind;		/* the first of a row */
	const void	*parent;	/* of the objects */
	struct old	*old;
	size_t		 nold;
	struct entry	*entries;
	struct old	**of;		/* for each object; NULL: it is new */
	size_t		 nnew;
};

static int
entry_order(const struct entry *e, const char *key, enum conf_kind kind)
{
	if (e->kind != kind)
		return e->kind < kind ? -1 : 1;
	return strcmp(e->key, key);
}

static int
entry_compare(const void *va, const void *vb)
{
	const struct entry *a = va, *b = vb;
	int order = entry_order(a, b->key, b->kind);

	if (order != 0)
		return order;
	return a->at < b->at ? -1 : 1;
}

/* The key of an element; a host without a name has that of its place. */
static char *
old_key(const struct want *w, const struct text_node *n, size_t place)
{
	const char *name = want_key_name(n->kind);
	const struct text_attr *a = name == NULL ? NULL :
	    text_attr(&w->text, n, name);
	char buf[32] = "";

	if (a != NULL)
		return text_value(&w->text, a);
	if (n->kind == CONF_HOST)
		(void)snprintf(buf, sizeof(buf), "host.%zu", place);
	return strdup(buf);
}

static void
pairs_done(struct pairs *p)
{
	size_t i;

	for (i = 0; i < p->nold; i++)
		free(p->old[i].key);
	free(p->old);
	free(p->entries);
	free(p->of);
}

static int
pairs_init(struct want *w, struct pairs *p, const struct text_node *parent)
{
	const struct text_node *n;
	const void *object;
	size_t i = 0;

	for (n = parent->first; n != NULL; n = n->next)
		p->nold += conf_row(n->kind) == p->kind;
	p->nnew = want_count(w, p->kind, p->parent, p->nold > 0);
	p->old = calloc(p->nold + 1, sizeof(*p->old));
	p->entries = calloc(p->nnew + 1, sizeof(*p->entries));
	p->of = calloc(p->nnew + 1, sizeof(struct old *));
	if (p->old == NULL || p->entries == NULL || p->of == NULL) {
		p->nold = 0;
		return -1;
	}
	for (n = parent->first; n != NULL; n = n->next) {
		if (conf_row(n->kind) != p->kind)
			continue;
		p->old[i].node = n;
		p->old[i].key = old_key(w, n, i);
		if (p->old[i++].key == NULL)
			return -1;
	}
	for (i = 0; i < p->nnew; i++) {
		object = want_object(w, p->kind, p->parent, i);
		p->entries[i].at = i;
		p->entries[i].kind = want_kind(p->kind, object);
		p->entries[i].key = want_key(p->kind, object);
	}
	return 0;
}

/* The first entry of that kind and key, or NULL. */
static struct entry *
entry_find(const struct pairs *p, const char *key, enum conf_kind kind)
{
	size_t low = 0, high = p->nnew, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (entry_order(&p->entries[middle], key, kind) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < p->nnew && entry_order(&p->entries[low], key, kind) ==
	    0 ? &p->entries[low] : NULL;
}

/* Finds for each element its object. Listens may have one key together. */
static void
pairs_match(struct pairs *p)
{
	struct entry *first, *e;
	struct old *o;
	size_t i;

	if (p->nnew > 0)
		qsort(p->entries, p->nnew, sizeof(*p->entries),
		    entry_compare);
	for (i = 0; i < p->nold; i++) {
		o = &p->old[i];
		first = entry_find(p, o->key, o->node->kind);
		if (first == NULL)
			continue;
		e = first + first->taken;
		if (e >= p->entries + p->nnew ||
		    entry_order(e, o->key, o->node->kind) != 0)
			continue;
		first->taken++;
		o->at = e->at;
		o->matched = 1;
		p->of[e->at] = o;
	}
}

/* Keeps as many elements as can stay where they are: the longest row of them
 * that has the order of the model. ends[n] is the row of n + 1 elements whose
 * last has the lowest place. */
static int
pairs_keep(struct pairs *p)
{
	size_t *ends = calloc(p->nold + 1, sizeof(*ends)), n = 0, i;
	size_t low, high, middle;

	if (ends == NULL)
		return -1;
	for (i = 0; i < p->nold; i++) {
		if (!p->old[i].matched)
			continue;
		low = 0;
		for (high = n; low < high; ) {
			middle = (low + high) / 2;
			if (p->old[ends[middle]].at < p->old[i].at)
				low = middle + 1;
			else
				high = middle;
		}
		p->old[i].before = low == 0 ? 0 : ends[low - 1];
		ends[low] = i;
		if (low == n)
			n++;
	}
	for (i = n == 0 ? 0 : ends[n - 1]; n > 0; n--) {
		p->old[i].kept = 1;
		i = p->old[i].before;
	}
	free(ends);
	return 0;
}

/* What stands between two elements inside one: a line break and blanks, or
 * nothing where they stand in one line. */
static void
separator(const struct want *w, const struct text_node *n, struct buf *out)
{
	const struct text_node *child;

	for (child = n->first; child != NULL && out->len == 0;
	    child = child->next)
		text_indent(&w->text, child, out);
	if (n->first != NULL)
		return;
	text_indent_inside(&w->text, n, out);
	if (out->len > 0)
		return;
	text_indent(&w->text, n, out);
	if (out->len == 0 && n->parent == NULL)
		(void)buf_addf(out, "%s", w->eol);
	if (out->len > 0)
		(void)buf_addf(out, "%s", w->unit);
}

/* ` name="value"`. */
static void
attr_add(struct want *w, struct buf *out, const char *name, const char *value)
{
	(void)buf_addf(out, "%s=\"", name);
	if (text_escape(out, value, '"') == -1)
		want_illegal(w, name);
	(void)buf_add(out, "\"", 1);
}

/* Writes a new element and all in it. sep is what stood before it. */
static void
fresh(struct want *w, struct buf *out, enum conf_kind kind, const void *object,
    const char *sep)
{
	const struct conf_attr *a = NULL;
	char inner[WANT_INDENT];
	size_t i, n, children = 0;
	const char *value;
	const void *child;
	enum conf_kind row;
	int k;

	want_enter(w, NULL, kind, object);
	(void)buf_addf(out, "<%s", conf_element(kind)->name);
	while ((a = conf_attr_next(kind, a)) != NULL) {
		if (want_attr(w, NULL, a, object, &value) != WANT_SAY)
			continue;
		(void)buf_add(out, " ", 1);
		attr_add(w, out, a->name, value);
	}
	(void)snprintf(inner, sizeof(inner), "%s%s", sep,
	    *sep == '\0' ? "" : w->unit);
	for (k = (int)CONF_ROOT + 1; k < CONF_KINDS; k++) {
		row = (enum conf_kind)k;
		if (conf_element(row)->parent != kind || conf_row(row) != row)
			continue;
		n = want_count(w, row, object, 0);
		for (i = 0; i < n; i++) {
			(void)buf_addf(out, "%s%s", children++ == 0 ? ">" : "",
			    inner);
			child = want_object(w, row, object, i);
			fresh(w, out, want_kind(row, child), child, inner);
		}
	}
	if (children > 0)
		(void)buf_addf(out, "%s</%s>", sep, conf_element(kind)->name);
	else
		(void)buf_addf(out, "/>");
}

/* An element that goes elsewhere: its old text, brought up to date. */
static void
moved(struct want *w, struct buf *out, const struct text_node *n,
    const void *object)
{
	struct text_edits *outer = w->edits, edits;

	memset(&edits, 0, sizeof(edits));
	w->edits = &edits;
	update(w, n, object);
	w->edits = outer;
	text_apply(&w->text, &edits, n->start, n->end, out);
	if (edits.failed)
		w->no_memory = 1;
	text_edits_done(&edits);
}

/* The place for the first elements of a kind. */
static unsigned
first_place(const struct want *w, const struct text_node *parent,
    enum conf_kind kind)
{
	const struct text_node *n, *before = NULL;

	for (n = parent->first; n != NULL; n = n->next) {
		if (conf_row(n->kind) == kind)
			break;
		if (n->kind < kind)
			before = n;
	}
	/* There are some: where the gap before them begins. */
	if (n != NULL)
		for (before = NULL, n = parent->first;
		    conf_row(n->kind) != kind; n = n->next)
			before = n;
	if (before == NULL && parent->empty)
		return parent->inside;
	return text_line_end(&w->text,
	    before == NULL ? parent->inside : before->end);
}

/* Puts what is new and what moved between what stays. */
static void
place(struct want *w, const struct text_node *parent, const struct pairs *p,
    const char *sep)
{
	unsigned at = first_place(w, parent, p->kind);
	const void *object;
	struct buf out;
	size_t i;

	for (i = 0; i < p->nnew; i++) {
		if (p->of[i] != NULL && p->of[i]->kept) {
			at = text_line_end(&w->text, p->of[i]->node->end);
			continue;
		}
		object = want_object(w, p->kind, p->parent, i);
		buf_init(&out, 2 * CONF_MAX);
		(void)buf_addf(&out, "%s", sep);
		if (p->of[i] != NULL)
			moved(w, &out, p->of[i]->node, object);
		else
			fresh(w, &out, want_kind(p->kind, object), object,
			    sep);
		text_edit(w->edits, at, at, out.data, out.len);
		if (out.failed)
			w->no_memory = 1;
		buf_done(&out);
		w->added = 1;
	}
}

/* The elements of one kind in a parent. */
static void
children(struct want *w, const struct text_node *parent, enum conf_kind kind,
    const void *object, const char *sep)
{
	struct pairs p;
	unsigned from, to;
	size_t i;

	memset(&p, 0, sizeof(p));
	p.kind = kind;
	p.parent = object;
	if (pairs_init(w, &p, parent) == -1) {
		w->no_memory = 1;
		pairs_done(&p);
		return;
	}
	pairs_match(&p);
	if (pairs_keep(&p) == -1)
		w->no_memory = 1;
	for (i = 0; i < p.nold; i++) {
		if (p.old[i].kept) {
			update(w, p.old[i].node, want_object(w, kind, object,
			    p.old[i].at));
			continue;
		}
		text_cut(&w->text, p.old[i].node, &from, &to);
		text_edit(w->edits, from, to, "", 0);
	}
	place(w, parent, &p, sep);
	pairs_done(&p);
}

/* A start tag that was whole, `<group/>`, gets an end tag. */
static void
open_up(struct want *w, const struct text_node *n)
{
	unsigned slash = n->end - 2;

	while (slash > n->name_end &&
	    strchr(" \t\r\n", w->text.data[slash - 1]) != NULL)
		slash--;
	text_edit(w->edits, slash, n->end, ">", 1);
}

/* Everything inside an element. */
static void
inside(struct want *w, const struct text_node *n, const void *object)
{
	struct buf sep, end;
	unsigned char outer = w->added;
	size_t before = w->edits->n;
	int k;

	buf_init(&sep, WANT_INDENT - 1);
	buf_init(&end, CONF_MAX);
	separator(w, n, &sep);
	(void)buf_add(&sep, "", 0);	/* data is never NULL */
	w->added = 0;
	for (k = (int)CONF_ROOT + 1; k < CONF_KINDS; k++)
		if (conf_element((enum conf_kind)k)->parent == n->kind &&
		    (int)conf_row((enum conf_kind)k) == k)
			children(w, n, (enum conf_kind)k, object,
			    sep.failed ? "" : sep.data);
	if (w->added && sep.len > 0 && memchr(w->text.data + n->inside, '\n',
	    n->inside_end - n->inside) == NULL) {
		text_indent(&w->text, n, &end);
		if (end.len == 0)
			(void)buf_addf(&end, "%s", w->eol);
	}
	if (n->empty && w->edits->n > before) {
		open_up(w, n);
		(void)buf_addf(&end, "</%.*s>", (int)(n->name_end - n->start -
		    1), w->text.data + n->start + 1);
	}
	if (end.len > 0)
		text_edit(w->edits, n->inside_end, n->inside_end, end.data,
		    end.len);
	w->no_memory |= end.failed;
	w->added = outer;
	buf_done(&sep);
	buf_done(&end);
}

/* An attribute that the element has. */
static void
attr_update(struct want *w, const struct text_attr *at,
    const struct conf_attr *a, enum want_answer answer, const char *value)
{
	char *is, quote = w->text.data[at->value - 1];
	struct buf out;

	if (answer == WANT_GONE) {
		text_edit(w->edits, at->space, at->value_end + 1, "", 0);
		return;
	}
	is = text_value(&w->text, at);
	if (is == NULL) {
		w->no_memory = 1;
		return;
	}
	if (!want_same(a, is, value)) {
		buf_init(&out, CONF_MAX);
		if (text_escape(&out, value, quote) == -1)
			want_illegal(w, a->name);
		text_edit(w->edits, at->value, at->value_end, out.data,
		    out.len);
		w->no_memory |= out.failed;
		buf_done(&out);
	}
	free(is);
}

/* One that it has not; it comes behind the others, and below them where they
 * stand in lines of their own. */
static void
attr_insert(struct want *w, const struct text_node *n, const char *name,
    const char *value)
{
	const struct text_attr *last = n->nattrs == 0 ? NULL :
	    &n->attrs[n->nattrs - 1];
	unsigned at = last == NULL ? n->name_end : last->value_end + 1;
	struct buf out;

	buf_init(&out, CONF_MAX);
	if (last != NULL && memchr(w->text.data + last->space, '\n',
	    last->name - last->space) != NULL)
		(void)buf_add(&out, w->text.data + last->space,
		    last->name - last->space);
	else
		(void)buf_add(&out, " ", 1);
	attr_add(w, &out, name, value);
	text_edit(w->edits, at, at, out.data, out.len);
	w->no_memory |= out.failed;
	buf_done(&out);
}

/* An element of the old text, with all in it, as the object is now. */
static void
update(struct want *w, const struct text_node *n, const void *object)
{
	const struct conf_attr *a = NULL;
	const struct text_attr *at;
	enum want_answer answer;
	const char *value;

	want_enter(w, n, n->kind, object);
	while ((a = conf_attr_next(n->kind, a)) != NULL) {
		answer = want_attr(w, n, a, object, &value);
		at = text_attr(&w->text, n, a->name);
		if (at != NULL && answer != WANT_LEAVE)
			attr_update(w, at, a, answer, value);
		else if (at == NULL && answer == WANT_SAY)
			attr_insert(w, n, a->name, value);
	}
	inside(w, n, object);
}

/* The edits for the whole text, done; utf8 is the old text, recoded where it
 * has to be. A text that needs none stays what it was. */
static void
write_text(struct want *w, const char *old, size_t len,
    const struct buf *utf8, struct buf *out)
{
	struct text_edits edits;
	struct buf text;

	memset(&edits, 0, sizeof(edits));
	buf_init(&text, 2 * CONF_MAX);
	w->edits = &edits;
	if (want_init(w, utf8->data, utf8->len) == 0) {
		update(w, w->text.root, w->model);
		if (edits.n == 0 && w->hashes)
			(void)buf_add(&text, old, len);
		else
			text_apply(&w->text, &edits, 0, w->text.len, &text);
	}
	if (w->no_memory || edits.failed || text.failed)
		want_error(w, "out of memory");
	if (!w->failed && w->hashes)
		(void)buf_add(out, text.data, text.len);
	else if (!w->failed)
		text_hide(text.data, text.len, out);
	if (out->failed)
		want_error(w, "it is too large");
	w->edits = NULL;
	text_edits_done(&edits);
	want_done(w);
	buf_done(&text);
}

/* The old text in UTF-8, or that of an empty root. 0 or -1. */
static int
old_text(const struct model *m, const char *old, size_t len, struct buf *utf8)
{
	const char *root = m->dialect == DIALECT_PDCONFIG ? "pdconfig" :
	    "config";

	if (old == NULL)
		return buf_addf(utf8, "<%s>\n</%s>\n", root, root);
	return conf_recode(old, len, utf8);
}

int
conf_write(const struct model *m, const char *old, size_t len, int hashes,
    struct buf *out, char *err, size_t size)
{
	struct model *check = NULL;
	struct buf errors;
	int bad;

	if (old == NULL)
		return conf_rewrite(m, old, len, hashes, out, err, size);
	buf_init(&errors, 64 * 1024);
	bad = conf_parse(&check, "old text", old, len, &errors) == -1;
	if (bad)
		(void)snprintf(err, size, "%.*s", (int)strcspn(errors.data,
		    "\n"), errors.data);
	model_free(check);
	buf_done(&errors);
	return bad ? -1 : conf_rewrite(m, old, len, hashes, out, err, size);
}

int
conf_rewrite(const struct model *m, const char *old, size_t len, int hashes,
    struct buf *out, char *err, size_t size)
{
	struct want *w = calloc(1, sizeof(*w));
	struct buf utf8;
	int r = -1;

	(void)snprintf(err, size, "out of memory");
	buf_init(&utf8, 2 * CONF_MAX);
	if (w != NULL && old_text(m, old, len, &utf8) == 0) {
		w->model = m;
		w->hashes = hashes;
		w->err = err;
		w->size = size;
		write_text(w, old == NULL ? utf8.data : old,
		    old == NULL ? utf8.len : len, &utf8, out);
		r = w->failed ? -1 : 0;
	}
	buf_done(&utf8);
	free(w);
	return r;
}
