/* SPDX-License-Identifier: ISC
 *
 * The head of an answer of the web admin: what every answer says. No header
 * comes out of what a client sends. None asks the browser to stay with HTTPS:
 * it would do so on every port of the host's name, and services have those. */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "http-conn.h"

/* `Sat, 31 Jan 2026 23:59:59 GMT`. */
static void
date_add(struct buf *out)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	static const int shift[] = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 };
	char stamp[CLOCK_STAMP_SIZE];
	int year, month, day, y, weekday;

	(void)clock_stamp(stamp);
	if (sscanf(stamp, "%4d-%2d-%2d", &year, &month, &day) != 3 ||
	    month < 1 || month > 12)
		return;
	/* Sakamoto's way to the day of the week. */
	y = month < 3 ? year - 1 : year;
	weekday = (y + y / 4 - y / 100 + y / 400 + shift[month - 1] + day) % 7;
	(void)buf_addf(out, "Date: %.3s, %02d %.3s %04d %.8s GMT\r\n",
	    days + 3 * weekday, day, months + 3 * (month - 1), year,
	    stamp + 11);
}

/* A location; what would end the header, or is no URL, is encoded. */
static void
location_add(struct buf *out, const struct buf *location)
{
	size_t i;

	if (location->len == 0 || location->failed)
		return;
	(void)buf_add(out, "Location: ", 10);
	for (i = 0; i < location->len; i++) {
		if (location->data[i] > ' ' && location->data[i] < 127)
			(void)buf_add(out, location->data + i, 1);
		else
			(void)buf_addf(out, "%%%02X",
			    (unsigned)(unsigned char)location->data[i]);
	}
	(void)buf_add(out, "\r\n", 2);
}

void
answer_head(struct conn *c, const struct http_response *r)
{
	struct buf *out = &c->out[0];

	(void)buf_addf(out, "HTTP/1.1 %d %s\r\n", r->status,
	    http_reason(r->status));
	date_add(out);
	(void)buf_addf(out,
	    "Content-Type: %s\r\n"
	    "Content-Length: %lu\r\n"
	    "Connection: %s\r\n"
	    "Cache-Control: no-store\r\n"
	    "Content-Security-Policy: %s\r\n"
	    "Cross-Origin-Opener-Policy: same-origin\r\n"
	    "Cross-Origin-Resource-Policy: same-origin\r\n"
	    "Referrer-Policy: same-origin\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "X-Frame-Options: DENY\r\n",
	    r->type, (unsigned long)r->body.len,
	    c->last ? "close" : "keep-alive", r->policy);
	if (r->status == 401)
		(void)buf_addf(out, "WWW-Authenticate: "
		    "Basic realm=\"pydirector\", charset=\"UTF-8\"\r\n");
	if (r->status == 503)
		(void)buf_addf(out, "Retry-After: 1\r\n");
	if (r->allow != NULL)
		(void)buf_addf(out, "Allow: %s\r\n", r->allow);
	location_add(out, &r->location);
	(void)buf_add(out, "\r\n", 2);
}
