/* SPDX-License-Identifier: ISC
 *
 * Reading a configuration file: the only file that sees libxml2. It reads the
 * bytes, has them parsed, and hands the elements on one by one, in the order
 * of the file. Nothing outside the file is ever fetched: entities and document
 * types are refused. Every error is told, not only the first. libxml2's
 * settings that the whole program shares are left as they were. */

#include "config.h"

#include <sys/types.h>
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

#include "conf.h"

#if LIBXML_VERSION >= 21200
#define XML_ERROR	const xmlError
#else
#define XML_ERROR	xmlError
#endif

#define HINTS_MAX (16 * 1024)	/* bytes; the rest is not said */

static void	 walk(struct conf *, xmlNode *, enum conf_kind, void *);

/* What to do about the faults that people make. */
static const struct {
	int		 code;
	const char	*hint;
} hints[] = {
	{ XML_ERR_NAME_REQUIRED, "expected a name behind it; < is written "
	    "&lt;, & is written &amp;, and a comment <!-- ... -->" },
	{ XML_ERR_ENTITYREF_SEMICOL_MISSING, "& is written &amp;" },
	{ XML_ERR_UNDECLARED_ENTITY, "expected the character itself, or its "
	    "number, such as &#228;; & is written &amp;" },
	{ XML_WAR_UNDECLARED_ENTITY, "expected the character itself, or its "
	    "number, such as &#228;; & is written &amp;" },
	{ XML_ERR_LT_IN_ATTRIBUTE, "< is written &lt;, and a value ends with "
	    "the quote that it begins with" },
	{ XML_ERR_ATTRIBUTE_NOT_STARTED, "expected name=\"value\", with "
	    "straight quotes" },
	{ XML_ERR_ATTRIBUTE_NOT_FINISHED, "expected the quote that it begins "
	    "with" },
	{ XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "expected name=\"value\"" },
	{ XML_ERR_GT_REQUIRED, "expected > at the end of a tag" },
	{ XML_ERR_HYPHEN_IN_COMMENT, "expected no -- inside a comment" },
	{ XML_ERR_COMMENT_NOT_FINISHED, "expected --> at its end" },
	{ XML_ERR_INVALID_CHAR, "expected no control characters" },
	{ XML_ERR_INVALID_CHARREF, "& is written &amp;" },
	{ XML_ERR_ATTRIBUTE_REDEFINED, "expected each attribute once" },
	{ XML_ERR_SPACE_REQUIRED, "expected name=\"value\", with a blank "
	    "before it" },
	{ XML_ERR_INTERNAL_ERROR, "expected well-formed XML, nested at most "
	    "256 deep" },
	{ XML_ERR_UNSUPPORTED_ENCODING, "expected UTF-8" },
	{ XML_ERR_INVALID_ENCODING, "expected UTF-8, or another encoding "
	    "named in <?xml version=\"1.0\" encoding=\"...\"?>" },
	{ XML_ERR_DOCUMENT_END, "expected nothing behind the end of "
	    "<pdconfig> or <config>" },
	{ XML_ERR_DOCUMENT_EMPTY, "expected <pdconfig> or <config>" }
};

static const char *
hint(int code)
{
	size_t i;

	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].code == code)
			return hints[i].hint;
	return "expected well-formed XML";
}

/* Tags are missed, or one too many, where an earlier fault has kept them from
 * being read: those are echoes, too. */
static int
echo(const struct conf *c, int code)
{
	return c->broken != 0 && (code == XML_ERR_TAG_NAME_MISMATCH ||
	    code == XML_ERR_TAG_NOT_FINISHED || code == XML_ERR_DOCUMENT_END);
}

/* The fault in words; returns what to do about it. */
static const char *
fault_text(XML_ERROR *e, char *text, size_t size)
{
	char *p;

	if (e->code == XML_ERR_TAG_NAME_MISMATCH && e->str1 != NULL &&
	    e->str2 != NULL) {
		(void)snprintf(text, size, "</%.60s> does not end <%.60s> of "
		    "line %d", e->str2, e->str1, e->int1);
		return "expected the end of the element that was begun last";
	}
	if (e->code == XML_ERR_TAG_NOT_FINISHED && e->str1 != NULL) {
		(void)snprintf(text, size, "the file ends within <%.60s> of "
		    "line %d", e->str1, e->int1);
		return "expected the end of every element that was begun";
	}
	(void)snprintf(text, size, "%s",
	    e->message == NULL ? "not well-formed" : e->message);
	if (strncmp(text, "Input is not proper UTF-8", 25) == 0) {
		text[25] = '\0';
		return hint(XML_ERR_INVALID_ENCODING);
	}
	p = text + strlen(text);
	while (p > text && isspace((unsigned char)p[-1]))
		*--p = '\0';
	return hint(e->code);
}

/* libxml2 has found a fault. Of those in one line the first is told: the
 * others are its echoes. Prefixes are looked at later: in a note they may be
 * anything. */
static void
fault_in(void *arg, XML_ERROR *e)
{
	struct conf *c = arg;
	const char *todo;
	char text[512];
	long line;

	if (e == NULL || e->level < XML_ERR_ERROR ||
	    e->domain == XML_FROM_NAMESPACE)
		return;
	if (e->code == XML_ERR_NO_MEMORY) {
		c->no_memory = 1;
		return;
	}
	line = e->line > 0 ? e->line : 1;
	if (c->broken != 0 && line <= c->fault_line)
		return;
	if (echo(c, e->code))
		return;
	c->fault_line = line;
	todo = fault_text(e, text, sizeof(text));
	if (!isupper((unsigned char)text[1]))
		text[0] = (char)tolower((unsigned char)text[0]);
	conf_error_xml(c, line, text, todo);
}

/* A DOCTYPE begins: nothing of it is read, and nothing behind it. */
static void
doctype_in(void *arg, const xmlChar *name, const xmlChar *id,
    const xmlChar *system)
{
	xmlParserCtxt *ctxt = arg;
	struct conf *c = ctxt->_private;

	(void)name;
	(void)id;
	(void)system;
	conf_error_xml(c, ctxt->input == NULL ? 1 : ctxt->input->line,
	    "DOCTYPE is refused", "expected none, remove it");
	xmlStopParser(ctxt);
}

/* An element begins: its node keeps the line, which the node's own field is
 * too small for. */
static void
element_in(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nns, const xmlChar **ns, int nattrs, int ndefaults,
    const xmlChar **attrs)
{
	xmlParserCtxt *ctxt = arg;

	xmlSAX2StartElementNs(ctxt, name, prefix, uri, nns, ns, nattrs,
	    ndefaults, attrs);
	if (ctxt->node != NULL && ctxt->input != NULL)
		ctxt->node->_private = (void *)(intptr_t)ctxt->input->line;
}

static long
line_of(const xmlNode *node)
{
	if (node->type == XML_ELEMENT_NODE)
		return (long)(intptr_t)node->_private;
	return xmlGetLineNo(node);
}

/* The document, or NULL. Faults are told; what could be read in spite of them
 * is in the document. */
static xmlDoc *
document(struct conf *c, const char *text, size_t len)
{
	xmlStructuredErrorFunc old = xmlStructuredError;
	void *old_arg = xmlStructuredErrorContext;
	xmlParserCtxt *ctxt;
	xmlDoc *doc = NULL;

	xmlSetStructuredErrorFunc(c, fault_in);
	ctxt = xmlNewParserCtxt();
	if (ctxt == NULL)
		c->no_memory = 1;
	else {
		ctxt->_private = c;
		ctxt->sax->internalSubset = doctype_in;
		ctxt->sax->startElementNs = element_in;
		doc = xmlCtxtReadMemory(ctxt, text, (int)len, NULL, NULL,
		    XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_BIG_LINES);
		if (ctxt->errNo == XML_ERR_NO_MEMORY)
			c->no_memory = 1;
		xmlFreeParserCtxt(ctxt);
	}
	xmlSetStructuredErrorFunc(old_arg, old);
	return doc;
}

/* The name of an element or attribute with its prefix, if it has one. */
static const char *
full_name(const xmlNs *ns, const xmlChar *name, char buf[CONF_QUOTE])
{
	char quote[CONF_QUOTE];

	if (ns == NULL || ns->prefix == NULL)
		return conf_quote((const char *)name, buf);
	(void)snprintf(buf, CONF_QUOTE, "%.20s:%.50s",
	    (const char *)ns->prefix, conf_quote((const char *)name, quote));
	return buf;
}

static const struct conf_attr *
attribute(const struct conf_item *item, const xmlAttr *attr)
{
	return attr->ns != NULL ? NULL : conf_attr_find(item->kind,
	    (const char *)attr->name);
}

/* An attribute is unknown. The one that was meant counts as there, and
 * refused, so that it is not missed as well. */
static void
attribute_unknown(struct conf *c, struct conf_item *item, const xmlAttr *attr)
{
	char name[CONF_QUOTE], list[CONF_WHY], text[NEAR_TEXT];
	const struct conf_attr *a = NULL;
	struct near n;
	size_t i = 0;

	near_init(&n, attr->ns != NULL ? "" : (const char *)attr->name);
	while ((a = conf_attr_next(item->kind, a)) != NULL)
		near_try(&n, a->name);
	conf_error(c, item->line, "%s: unknown attribute '%s': %sexpected %s",
	    conf_name(c, item->kind), full_name(attr->ns, attr->name, name),
	    near_text(&n, text), conf_attrs(item->kind, list, sizeof(list)));
	if (n.word == NULL)
		return;
	a = conf_attr_find(item->kind, n.word);
	while (i < item->n && item->values[i].attr != a)
		i++;
	if (i < item->n || i == CONF_VALUES)
		return;
	item->values[i].attr = a;
	item->values[i].bad = 1;
	item->values[i].text = "";
	item->n++;
}

/* Fills the item with the attributes of the node; texts[] then holds what
 * item_done frees. */
static void
item_init(struct conf *c, struct conf_item *item, xmlNode *node,
    xmlChar *texts[CONF_VALUES])
{
	const struct conf_attr *a;
	xmlAttr *attr;

	for (attr = node->properties; attr != NULL; attr = attr->next) {
		a = attribute(item, attr);
		if (a == NULL)
			continue;
		if (item->n == CONF_VALUES)
			break;	/* the same ones twice, told as a fault */
		texts[item->n] = xmlNodeListGetString(node->doc,
		    attr->children, 1);
		if (texts[item->n] == NULL && attr->children != NULL)
			c->no_memory = 1;
		item->values[item->n].attr = a;
		item->values[item->n].bad = 0;
		item->values[item->n].text = texts[item->n] == NULL ? "" :
		    (const char *)texts[item->n];
		item->n++;
	}
	for (attr = node->properties; attr != NULL; attr = attr->next)
		if (attribute(item, attr) == NULL)
			attribute_unknown(c, item, attr);
	if (node->nsDef != NULL)
		conf_error(c, item->line, "%s: unknown attribute 'xmlns': "
		    "expected no namespaces, remove it",
		    conf_name(c, item->kind));
}

static void
item_done(xmlChar *texts[CONF_VALUES])
{
	size_t i;

	for (i = 0; i < CONF_VALUES; i++)
		xmlFree(texts[i]);
}

/* An element stands in another one than it should. Where that is around this
 * one, its end is what is missing, more often than not. */
static void
child_misplaced(struct conf *c, enum conf_kind parent, enum conf_kind kind,
    long line)
{
	enum conf_kind place = conf_element(kind)->parent, k = parent;

	while (k != place && k != CONF_ROOT)
		k = conf_element(k)->parent;
	if (k != place)
		conf_error(c, line, "%s: not allowed in %s: expected it in %s",
		    conf_element(kind)->name, conf_name(c, parent),
		    conf_name(c, place));
	else
		conf_error(c, line, "%s: not allowed in %s: expected it in "
		    "%s, behind </%s>", conf_element(kind)->name,
		    conf_name(c, parent), conf_name(c, place),
		    conf_name(c, parent));
}

/* Tells that an element is none, or not there. Returns -1 when another one
 * was meant. */
static int
child_unknown(struct conf *c, enum conf_kind parent, const xmlNode *node,
    long line)
{
	const char *name = (const char *)node->name;
	char list[CONF_WHY], quote[CONF_QUOTE], text[NEAR_TEXT];
	enum conf_kind kind;
	struct near n;
	int i;

	if (node->ns == NULL && strcmp(name, "client") == 0) {
		conf_error(c, line, "client: renamed host in 0.0.4: "
		    "expected <host>");
		return -1;
	}
	if (node->ns == NULL && conf_element_find(name, &kind) == 0) {
		child_misplaced(c, parent, kind, line);
		return 0;
	}
	near_init(&n, node->ns != NULL ? "" : name);
	for (i = (int)CONF_ROOT + 1; i < CONF_KINDS; i++)
		if (conf_element((enum conf_kind)i)->parent == parent)
			near_try(&n, conf_element((enum conf_kind)i)->name);
	conf_error(c, line, "unknown element '%s' in %s: %sexpected %s",
	    full_name(node->ns, node->name, quote), conf_name(c, parent),
	    near_text(&n, text), conf_children(parent, list, sizeof(list)));
	return n.word == NULL ? 0 : -1;
}

/* One node in an element. Everything but elements may be anywhere, and so may
 * notes, with whatever is in them. Returns -1 when it is refused and would
 * have counted. */
static int
child(struct conf *c, enum conf_kind parent, void *object, xmlNode *node)
{
	const char *name = (const char *)node->name;
	enum conf_kind kind;

	if (node->type != XML_ELEMENT_NODE || strcmp(name, "note") == 0)
		return 0;
	if (node->ns != NULL && node->ns->prefix != NULL)
		return child_unknown(c, parent, node, line_of(node));
	if (conf_element_find(name, &kind) == -1 ||
	    conf_element(kind)->parent != parent)
		return child_unknown(c, parent, node, line_of(node));
	walk(c, node, kind, object);
	return 0;
}

/* 1: the element ended before the first fault, so what is missing in it is
 * missing, not behind the fault. */
static int
whole(const struct conf *c, const xmlNode *node)
{
	return c->broken == 0 ||
	    (node->next != NULL && line_of(node->next) < c->broken);
}

/* An element and all in it. It calls itself as deep as the table of elements
 * goes, however deep the file does. */
static void
walk(struct conf *c, xmlNode *node, enum conf_kind kind, void *parent)
{
	xmlChar *texts[CONF_VALUES] = { NULL };
	struct conf_item item;
	xmlNode *n;
	void *object;
	int all = 1;

	item.kind = kind;
	item.line = line_of(node);
	item.n = 0;
	item_init(c, &item, node, texts);
	object = conf_begin(c, parent, &item);
	for (n = node->children; n != NULL && !c->no_memory; n = n->next)
		if (child(c, kind, object, n) == -1)
			all = 0;
	if (object != NULL)
		conf_end(c, &item, object, all && whole(c, node));
	item_done(texts);
}

static void
root(struct conf *c, xmlNode *node)
{
	const char *name = (const char *)node->name;
	char quote[CONF_QUOTE], text[NEAR_TEXT];
	struct near n;

	if (strcmp(name, "pdconfig") == 0)
		c->model->dialect = DIALECT_PDCONFIG;
	else if (strcmp(name, "config") == 0)
		c->model->dialect = DIALECT_CONFIG;
	else {
		near_init(&n, name);
		near_try(&n, "pdconfig");
		near_try(&n, "config");
		conf_error(c, line_of(node), "unknown element '%s': %s"
		    "expected pdconfig or config around all others",
		    full_name(node->ns, node->name, quote),
		    near_text(&n, text));
		return;
	}
	walk(c, node, CONF_ROOT, c->model);
	conf_seen_check(c);
}

static void
parse(struct conf *c, const char *text, size_t len)
{
	xmlNode *node;
	xmlDoc *doc;

	if (len > CONF_MAX) {
		conf_error(c, 1, "the file is too large: expected at most %d "
		    "bytes", CONF_MAX);
		return;
	}
	if (len == 0) {
		conf_error(c, 1, "the file is empty: expected <pdconfig> or "
		    "<config>");
		return;
	}
	doc = document(c, text, len);
	node = doc == NULL ? NULL : xmlDocGetRootElement(doc);
	if (node != NULL)
		root(c, node);
	else if (c->broken == 0 && !c->no_memory)
		conf_error(c, 1, "no element: expected <pdconfig> or "
		    "<config>");
	xmlFreeDoc(doc);
}

int
conf_parse(struct model **m, const char *file, const char *text, size_t len,
    struct buf *errors)
{
	struct conf *c = calloc(1, sizeof(*c));
	size_t found;

	if (c == NULL || (c->model = model_new()) == NULL) {
		free(c);
		(void)buf_addf(errors, "%s:0: out of memory\n", file);
		return -1;
	}
	c->file = file;
	buf_init(&c->hints, HINTS_MAX);
	parse(c, text, len);
	found = conf_errors(c, errors);
	if (found == 0) {
		*m = c->model;
		/* Without memory for it there is no hint. */
		if (c->hints.len > 0)
			c->model->hints = strdup(c->hints.data);
	} else
		model_free(c->model);
	conf_done(c);
	free(c);
	return found == 0 ? 0 : -1;
}

/* 1: a text that can be read is in UTF-8, as its first bytes tell. Of others
 * libxml2 knows more. */
static int
is_utf8(const char *text, size_t len)
{
	char head[128];
	const char *p;

	/* Other encodings without a word begin with a mark, or have a NUL. */
	if (len < 2 || text[0] == '\0' || (unsigned char)text[0] > 126 ||
	    text[1] == '\0')
		return 0;
	if (len < 5 || memcmp(text, "<?xml", 5) != 0)
		return 1;
	(void)snprintf(head, sizeof(head), "%.*s", (int)(len <
	    sizeof(head) ? len : sizeof(head) - 1), text);
	p = strstr(head, "?>");
	if (p == NULL)
		return 0;
	head[p - head] = '\0';
	p = strstr(head, "encoding");
	return p == NULL || (p = strpbrk(p, "\"'")) == NULL ||
	    strncasecmp(p + 1, "UTF-8", 5) == 0;
}

int
conf_recode(const char *text, size_t len, struct buf *out)
{
	struct conf *c;
	xmlDoc *doc = NULL;
	xmlChar *bytes = NULL;
	int n = 0, r = -1;

	if (is_utf8(text, len))
		return buf_add(out, text, len);
	c = calloc(1, sizeof(*c));
	if (c != NULL && len <= CONF_MAX)
		doc = document(c, text, len);
	if (doc != NULL && (doc->encoding == NULL ||
	    xmlStrcasecmp(doc->encoding, BAD_CAST "UTF-8") == 0))
		r = buf_add(out, text, len);
	else if (doc != NULL && c->broken == 0) {
		xmlDocDumpMemoryEnc(doc, &bytes, &n, "UTF-8");
		if (bytes != NULL)
			r = buf_add(out, bytes, (size_t)n);
		xmlFree(bytes);
	}
	xmlFreeDoc(doc);
	if (c != NULL)
		conf_done(c);
	free(c);
	return r;
}

/* Reads at most size bytes: how many there are, or -1 with errno. */
static ssize_t
read_all(int fd, char *data, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, data + len, size - len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

/* The file's bytes, to be freed, or NULL and a text in *why. One byte more
 * than allowed is read, so that too large a file is found out. */
static char *
slurp(const char *file, size_t *len, const char **why)
{
	struct stat st;
	char *data = NULL;
	ssize_t n = -1;
	int fd;

	/* O_NONBLOCK: a FIFO must not hold the balancer up. */
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1 || fstat(fd, &st) == -1)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = "not a regular file";
	else if ((data = malloc(CONF_MAX + 1)) == NULL)
		*why = "out of memory";
	else if ((n = read_all(fd, data, CONF_MAX + 1)) == -1)
		*why = strerror(errno);
	if (fd != -1)
		(void)close(fd);
	if (n == -1) {
		free(data);
		return NULL;
	}
	*len = (size_t)n;
	return data;
}

int
conf_slurp(const char *file, struct buf *text, struct buf *errors)
{
	const char *why = "out of memory";
	char *data;
	size_t len = 0;
	int r = -1;

	data = slurp(file, &len, &why);
	if (data != NULL)
		r = buf_add(text, data, len);
	if (r == -1)
		(void)buf_addf(errors, "%s:0: cannot be read: %s\n", file,
		    why);
	free(data);
	return r;
}

int
conf_read(struct model **m, const char *file, struct buf *errors)
{
	struct buf text;
	int r;

	buf_init(&text, CONF_MAX + 1);
	r = conf_slurp(file, &text, errors);
	if (r == 0)
		r = conf_parse(m, file, text.data, text.len, errors);
	buf_done(&text);
	return r;
}
