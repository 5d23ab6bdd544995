/* SPDX-License-Identifier: ISC
 *
 * What runs, as metrics in the text format of Prometheus. All samples of a
 * metric stand together, as the format wants, so the model is walked once for
 * each. Changes nothing. */

#include "config.h"

#include <inttypes.h>
#include <stdint.h>

#include "clock.h"
#include "escape.h"
#include "connlog.h"
#include "status.h"

/* A metric with a sample for each host, or service. */
struct host_metric {
	const char	*name;
	const char	*type;
	const char	*help;
	uint64_t	(*value)(const struct host *);
};

struct service_metric {
	const char	*name;
	const char	*type;
	const char	*help;
	uint64_t	(*value)(const struct service *);
};

static uint64_t
host_up(const struct host *h)
{
	return host_why(h) == WHY_NONE;
}

static uint64_t
host_admin_down(const struct host *h)
{
	return h->admin_down;
}

static uint64_t
host_draining(const struct host *h)
{
	return h->draining;
}

static uint64_t
host_weight(const struct host *h)
{
	return h->weight;
}

static uint64_t
host_open_now(const struct host *h)
{
	return h->open;
}

static uint64_t
host_total(const struct host *h)
{
	return h->total;
}

static uint64_t
host_failed(const struct host *h)
{
	return h->failed;
}

static uint64_t
service_open(const struct service *s)
{
	return s->open;
}

static uint64_t
service_total(const struct service *s)
{
	return s->total;
}

static uint64_t
service_refused(const struct service *s)
{
	return s->refused;
}

static uint64_t
service_denied(const struct service *s)
{
	return s->denied;
}

static uint64_t
service_limited(const struct service *s)
{
	return s->limited;
}

static const struct service_metric service_metrics[] = {
	{ "pydirector_service_connections_open", "gauge",
	    "Client connections that are open.", service_open },
	{ "pydirector_service_connections_total", "counter",
	    "Clients accepted.", service_total },
	{ "pydirector_service_refused_total", "counter",
	    "Clients for whom there was no host.", service_refused },
	{ "pydirector_service_denied_total", "counter",
	    "Clients that no rule lets in.", service_denied },
	{ "pydirector_service_limited_total", "counter",
	    "Clients with too many connections of late.", service_limited }
};

static const struct host_metric host_metrics[] = {
	{ "pydirector_host_up", "gauge",
	    "1 when the host is in rotation.", host_up },
	{ "pydirector_host_admin_down", "gauge",
	    "1 when the operator has taken the host out.", host_admin_down },
	{ "pydirector_host_draining", "gauge",
	    "1 when the host gets no new connections.", host_draining },
	{ "pydirector_host_weight", "gauge",
	    "The weight of the host.", host_weight },
	{ "pydirector_host_connections_open", "gauge",
	    "Connections to the host that are open or being made.",
	    host_open_now },
	{ "pydirector_host_connections_total", "counter",
	    "Connections made to the host.", host_total },
	{ "pydirector_host_failures_total", "counter",
	    "Attempts to reach the host that failed.", host_failed }
};

static void
metric_head(struct buf *b, const char *name, const char *type,
    const char *help)
{
	buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* The name of a metric and the labels of a host, without the last brace. */
static void
metric_host(struct buf *b, const char *name, const struct host *h)
{
	buf_addf(b, "%s{service=", name);
	escape_label(b, h->group->service->name);
	buf_add(b, ",group=", 7);
	escape_label(b, h->group->name);
	buf_add(b, ",host=", 6);
	escape_label(b, h->name);
}

/* Calls fn for each host. */
static void
metric_hosts(struct buf *b, const struct model *m, const void *arg,
    void (*fn)(struct buf *, const struct host *, const void *arg))
{
	const struct service *s;
	const struct group *g;
	size_t i, j, k;

	for (i = 0; i < m->nservices; i++) {
		s = m->services[i];
		for (j = 0; j < s->ngroups; j++) {
			g = s->groups[j];
			for (k = 0; k < g->nhosts; k++)
				fn(b, g->hosts[k], arg);
		}
	}
}

static void
metric_host_value(struct buf *b, const struct host *h, const void *arg)
{
	const struct host_metric *m = arg;

	metric_host(b, m->name, h);
	buf_addf(b, "} %" PRIu64 "\n", m->value(h));
}

static void
metric_host_bytes(struct buf *b, const struct host *h, const void *arg)
{
	const char *name = arg;

	metric_host(b, name, h);
	buf_addf(b, ",direction=\"in\"} %" PRIu64 "\n", h->bytes_in);
	metric_host(b, name, h);
	buf_addf(b, ",direction=\"out\"} %" PRIu64 "\n", h->bytes_out);
}

static void
metric_services(struct buf *b, const struct model *m)
{
	const struct service_metric *t;
	size_t i, j;

	for (i = 0; i < sizeof(service_metrics) / sizeof(*t); i++) {
		t = &service_metrics[i];
		metric_head(b, t->name, t->type, t->help);
		for (j = 0; j < m->nservices; j++) {
			buf_addf(b, "%s{service=", t->name);
			escape_label(b, m->services[j]->name);
			buf_addf(b, "} %" PRIu64 "\n",
			    t->value(m->services[j]));
		}
	}
}

static void
metric_groups(struct buf *b, const struct model *m)
{
	const struct service *s;
	size_t i, j;

	metric_head(b, "pydirector_group_enabled", "gauge",
	    "1 for the group that its service uses.");
	for (i = 0; i < m->nservices; i++) {
		s = m->services[i];
		for (j = 0; j < s->ngroups; j++) {
			buf_addf(b, "pydirector_group_enabled{service=");
			escape_label(b, s->name);
			buf_add(b, ",group=", 7);
			escape_label(b, s->groups[j]->name);
			buf_addf(b, "} %d\n", s->enabled == s->groups[j]);
		}
	}
}

/* Rules have no names: they are told apart by their place, from 0. */
static void
metric_rules(struct buf *b, const struct model *m)
{
	static const char name[] = "pydirector_service_rule_hits_total";
	const struct access_rule *rule;
	const struct service *s;
	size_t i, j;

	metric_head(b, name, "counter", "Clients for whom the rule decided.");
	for (i = 0; i < m->nservices; i++) {
		s = m->services[i];
		for (j = 0; j < s->nrules; j++) {
			rule = s->rules[j];
			buf_addf(b, "%s{service=", name);
			escape_label(b, s->name);
			buf_addf(b, ",rule=\"%zu\",access=\"%s\",from=", j,
			    rule->allow ? "allow" : "deny");
			escape_label(b, rule->from.text);
			buf_addf(b, "} %" PRIu64 "\n", rule->hits);
		}
	}
}

/* Nothing where there has been no connection log. */
static void
metric_connlog(struct buf *b, const struct pydirector *d)
{
	static const char *const names[] = { "file", "syslog" };
	static const char lines[] = "pydirector_connlog_lines_total";
	static const char missed[] = "pydirector_connlog_lost_total";
	const struct part *p = d->parts[PART_CONNLOG];
	uint64_t taken[CONNLOG_TARGETS], lost[CONNLOG_TARGETS];
	int i;

	for (i = 0; i < CONNLOG_TARGETS; i++)
		if (p == NULL || p->counts(d, i, &taken[i], &lost[i]) == -1)
			return;
	metric_head(b, lines, "counter", "Lines of the connection log.");
	for (i = 0; i < CONNLOG_TARGETS; i++)
		buf_addf(b, "%s{target=\"%s\"} %" PRIu64 "\n", lines, names[i],
		    taken[i]);
	metric_head(b, missed, "counter",
	    "Lines of the connection log that were lost.");
	for (i = 0; i < CONNLOG_TARGETS; i++)
		buf_addf(b, "%s{target=\"%s\"} %" PRIu64 "\n", missed,
		    names[i], lost[i]);
}

void
status_metrics(const struct pydirector *d, struct buf *b)
{
	static const char bytes[] = "pydirector_host_bytes_total";
	const struct model *m = d->model;
	size_t i;

	metric_head(b, "pydirector_info", "gauge", "1, with the version.");
	buf_addf(b, "pydirector_info{version=\"%s\"} 1\n", VERSION);
	metric_head(b, "pydirector_start_time_seconds", "gauge",
	    "When the balancer started, in seconds since 1970.");
	buf_addf(b, "pydirector_start_time_seconds %" PRId64 "\n",
	    clock_wall(d->started));
	metric_head(b, "pydirector_connections_open", "gauge",
	    "Client connections that are open.");
	buf_addf(b, "pydirector_connections_open %zu\n", d->nrelays);
	metric_services(b, m);
	metric_rules(b, m);
	metric_groups(b, m);
	for (i = 0; i < sizeof(host_metrics) / sizeof(host_metrics[0]); i++) {
		metric_head(b, host_metrics[i].name, host_metrics[i].type,
		    host_metrics[i].help);
		metric_hosts(b, m, &host_metrics[i], metric_host_value);
	}
	metric_head(b, bytes, "counter",
	    "Bytes relayed; in is from the clients to the host.");
	metric_hosts(b, m, bytes, metric_host_bytes);
	metric_connlog(b, d);
}
