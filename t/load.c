/* SPDX-License-Identifier: ISC
 *
 * HTTP load for tests, by libcurl:
 *
 *	load [-k] [-c CONCURRENCY] [-n REQUESTS] [-t MS] URL
 *
 * Keeps CONCURRENCY requests under way, each on a connection of its own, or
 * with -k on kept ones. Prints
 *
 *	requests N ok N failed N seconds S rate R
 *	latency p50 MS p90 MS p99 MS max MS
 *	from NAME N		for each first word of an answer
 *	error TEXT N		for each way a request failed
 *
 * and exits with 0 when no request failed. */

#include "config.h"

#include <curl/curl.h>

#include "tool.h"

#define BODY 4096		/* bytes of an answer that are kept */
#define NAMES 64

struct request {
	CURL	*easy;
	size_t	 len;
	char	 body[BODY];
};

/* How often something was seen. */
struct count {
	char	 name[64];
	long	 n;
};

static long requests = 1000, concurrency = 10, timeout_ms = 10000;
static int keep;
static long started, done, ok;
static double *times;
static struct count from[NAMES], errors[NAMES];

static void
count_name(struct count *list, const char *name)
{
	int i;

	for (i = 0; i < NAMES - 1; i++) {
		if (list[i].n == 0)
			snprintf(list[i].name, sizeof(list[i].name), "%.63s",
			    name);
		if (strcmp(list[i].name, name) == 0)
			break;
	}
	list[i].n++;
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct request *r = arg;
	size_t fit;

	fit = sizeof(r->body) - 1 - r->len;
	if (fit > size * n)
		fit = size * n;
	memcpy(r->body + r->len, p, fit);
	r->len += fit;
	return size * n;
}

static void
request_start(CURLM *multi, struct request *r)
{
	r->len = 0;
	started++;
	curl_multi_add_handle(multi, r->easy);
}

static void
request_done(struct request *r, CURLcode code)
{
	char name[64] = "?";
	long status = 0;
	double seconds = 0;

	curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(r->easy, CURLINFO_TOTAL_TIME, &seconds);
	times[done++] = seconds;
	r->body[r->len] = '\0';
	if (code != CURLE_OK)
		count_name(errors, curl_easy_strerror(code));
	else if (status != 200)
		count_name(errors, "status");
	else {
		(void)sscanf(r->body, "%63s", name);
		count_name(from, name);
		ok++;
	}
}

static CURL *
easy_new(struct request *r, const char *url)
{
	CURL *e;

	if ((e = curl_easy_init()) == NULL)
		tool_die("curl: no memory");
	curl_easy_setopt(e, CURLOPT_URL, url);
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, (void *)r);
	curl_easy_setopt(e, CURLOPT_PRIVATE, (void *)r);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, timeout_ms);
	if (!keep) {
		curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
	}
	return e;
}

/* Takes what has ended, and starts as many others. */
static void
take_messages(CURLM *multi)
{
	struct request *r;
	CURLMsg *msg;
	CURLcode code;
	int left;

	while ((msg = curl_multi_info_read(multi, &left)) != NULL) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		code = msg->data.result;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &r);
		request_done(r, code);
		curl_multi_remove_handle(multi, r->easy);
		if (started < requests)
			request_start(multi, r);
	}
}

static void
run(const char *url)
{
	struct request *rs;
	CURLM *multi;
	int running;
	long i;

	multi = curl_multi_init();
	rs = calloc((size_t)concurrency, sizeof(*rs));
	if (multi == NULL || rs == NULL)
		tool_die("no memory");
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, concurrency + 1);
	for (i = 0; i < concurrency; i++)
		rs[i].easy = easy_new(&rs[i], url);
	for (i = 0; i < concurrency && started < requests; i++)
		request_start(multi, &rs[i]);
	while (done < requests) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			tool_die("curl_multi_perform failed");
		take_messages(multi);
		if (done < requests)
			curl_multi_wait(multi, NULL, 0, 1000, NULL);
	}
	for (i = 0; i < concurrency; i++)
		curl_easy_cleanup(rs[i].easy);
	curl_multi_cleanup(multi);
	free(rs);
}

static int
compare_times(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static void
report(double seconds)
{
	const double *t = times;
	long n = done;
	int i;

	qsort(times, (size_t)n, sizeof(*times), compare_times);
	printf("requests %ld ok %ld failed %ld seconds %.3f rate %.0f\n", n,
	    ok, n - ok, seconds, seconds > 0 ? (double)n / seconds : 0.0);
	printf("latency p50 %.2f p90 %.2f p99 %.2f max %.2f\n",
	    t[n / 2] * 1e3, t[n * 9 / 10] * 1e3, t[n * 99 / 100] * 1e3,
	    t[n - 1] * 1e3);
	for (i = 0; i < NAMES && from[i].n > 0; i++)
		printf("from %s %ld\n", from[i].name, from[i].n);
	for (i = 0; i < NAMES && errors[i].n > 0; i++)
		printf("error %s %ld\n", errors[i].name, errors[i].n);
}

int
main(int argc, char **argv)
{
	int64_t start;
	int c;

	while ((c = getopt(argc, argv, "c:kn:t:")) != -1)
		switch (c) {
		case 'c':
			concurrency = (long)tool_number(optarg);
			break;
		case 'k':
			keep = 1;
			break;
		case 'n':
			requests = (long)tool_number(optarg);
			break;
		case 't':
			timeout_ms = (long)tool_number(optarg);
			break;
		default:
			tool_die("usage: load [-k] [-c n] [-n n] [-t ms] url");
		}
	if (optind + 1 != argc || requests < 1 || concurrency < 1)
		tool_die("usage: load [-k] [-c n] [-n n] [-t ms] url");
	timeout_ms *= (long)tool_patience();
	times = calloc((size_t)requests, sizeof(*times));
	if (times == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		tool_die("no memory");
	start = tool_now();
	run(argv[optind]);
	report((double)(tool_now() - start) / 1e3);
	free(times);
	curl_global_cleanup();
	return ok == done ? 0 : 1;
}
