/* SPDX-License-Identifier: ISC
 *
 * Building services from a flat table: a row a host. What a table cannot add as
 * a whole it takes back. */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "api.h"

#define BLANKS	" \t\n"

/* The table, as this library knows rows. */
struct table {
	const char	*rows;
	size_t		 n;
	size_t		 size;		/* of a row */
};

static struct pydirector_mapper
table_row(const struct table *t, size_t i)
{
	struct pydirector_mapper row;

	memset(&row, 0, sizeof(row));
	memcpy(&row, t->rows + i * t->size,
	    t->size < sizeof(row) ? t->size : sizeof(row));
	if (row.service == NULL)
		row.service = row.listen;
	if (row.group == NULL)
		row.group = "default";
	return row;
}

/* 1: another row may say that where one says this. */
static int
table_agrees(const char *first, const char *other)
{
	return other == NULL || (first != NULL && strcmp(first, other) == 0);
}

/* The row fits the first ones of its service and group. */
static int
table_check(struct pydirector *d, const struct table *t, size_t at,
    const struct pydirector_mapper *row)
{
	struct pydirector_mapper other;
	int service = 0;
	size_t i;

	for (i = 0; i < at; i++) {
		other = table_row(t, i);
		if (strcmp(other.service, row->service) != 0)
			continue;
		if (!service && !table_agrees(other.listen, row->listen))
			return api_fail(d, "row %zu: service '%s' listens "
			    "elsewhere", at, row->service);
		service = 1;
		if (strcmp(other.group, row->group) != 0)
			continue;
		if (!table_agrees(other.scheduler, row->scheduler))
			return api_fail(d, "row %zu: group '%s' has another "
			    "scheduler", at, row->group);
		return 0;
	}
	return 0;
}

/* All addresses of a service that is new. */
static int
table_service(struct pydirector *d, const struct pydirector_mapper *row)
{
	const char *listen = row->listen == NULL ? "" : row->listen;
	char *copy = strdup(listen), *p;
	int result = 0, first = 1;
	size_t n;

	if (copy == NULL)
		return api_fail(d, "out of memory");
	for (p = copy + strspn(copy, BLANKS); result == 0 && *p != '\0';
	    p += n + strspn(p + n, BLANKS)) {
		n = strcspn(p, BLANKS);
		if (p[n] != '\0')
			p[n++] = '\0';
		result = first ? pydirector_add_service(d, row->service, p) :
		    pydirector_add_listen(d, row->service, p);
		first = 0;
	}
	free(copy);
	return first ? api_fail(d, "service '%s': no listener",
	    row->service) : result;
}

/* 1: the service was there before the table. */
static int
table_old(const struct pydirector *d, const struct service *s, size_t before)
{
	size_t i;

	for (i = 0; i < before; i++)
		if (d->model->services[i] == s)
			return 1;
	return 0;
}

static int
table_add(struct pydirector *d, const struct pydirector_mapper *row,
    size_t before)
{
	const struct service *s = service_find(d->model, row->service);

	if (s != NULL && table_old(d, s, before))
		return api_fail(d, "service '%s' is already there",
		    row->service);
	if (s == NULL && table_service(d, row) == -1)
		return -1;
	s = service_find(d->model, row->service);
	if (group_find(s, row->group) == NULL && pydirector_add_group(d,
	    row->service, row->group, row->scheduler) == -1)
		return -1;
	if (api_add_host(d, row->service, row->group, row->host, row->address,
	    row->weight) == -1)
		return -1;
	if (s->enabled != NULL || row->disabled)
		return 0;
	return pydirector_enable(d, row->service, row->group);
}

/* Adds one row; the error says which it is. */
static int
table_add_row(struct pydirector *d, const struct table *t, size_t i,
    size_t before)
{
	struct pydirector_mapper row = table_row(t, i);
	char why[768];

	if (row.service == NULL)
		return api_fail(d, "row %zu: no listener", i);
	if (row.address == NULL)
		return api_fail(d, "row %zu: no address", i);
	if (table_check(d, t, i, &row) == -1)
		return -1;
	if (table_add(d, &row, before) == 0)
		return 0;
	(void)snprintf(why, sizeof(why), "%s", pydirector_error(d));
	buf_consume(&d->error, d->error.len);
	return api_fail(d, "row %zu: %s", i, why);
}

int
pydirector_map(struct pydirector *d, const struct pydirector_mapper *rows,
    size_t n, size_t size)
{
	struct table t = { (const char *)rows, n, size };
	size_t i, before;

	if (api_begin(d) == -1 || api_model(d) == -1)
		return -1;
	before = d->model->nservices;
	for (i = 0; i < n; i++)
		if (table_add_row(d, &t, i, before) == -1)
			break;
	if (i == n)
		return 0;
	while (d->model->nservices > before)
		edit_drop_service(d,
		    d->model->services[d->model->nservices - 1]);
	return -1;
}
