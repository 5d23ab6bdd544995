/* SPDX-License-Identifier: ISC
 *
 * The parser of HTTP requests under libFuzzer: heads, arguments, Basic
 * authentication. The first byte says which; each text is in an allocation of
 * its own size. */

#include "config.h"

#include "http.h"
#include "t/fuzz.h"

/* A place for the result, so that no call is left out. */
static volatile size_t fuzz_sum;

static void
fuzz_args(char *text)
{
	struct arg args[HTTP_ARGS_MAX];
	size_t i, n = 0;

	if (http_parse_args(text, args, &n) == -1)
		return;
	for (i = 0; i < n; i++)
		fuzz_sum += strlen(args[i].name) + strlen(args[i].value);
}

static void
fuzz_basic(char *text)
{
	char *user, *password;

	if (http_parse_basic(text, &user, &password) == 0)
		fuzz_sum += strlen(user) + strlen(password);
}

static void
fuzz_head(char *text, size_t len)
{
	struct http_message m;
	size_t n, seen = 0;

	n = http_head_length(text, len, &seen);
	fuzz_promise(n <= len && (n != 0 || seen == len), "a length");
	if (n == 0 || http_parse_head(text, n, &m) != 0)
		return;
	fuzz_promise(m.path != NULL && m.path[0] == '/', "a path");
	fuzz_promise(m.length <= HTTP_FORM_MAX, "a bounded body");
	fuzz_sum += strlen(m.path);
	if (m.query != NULL)
		fuzz_args(m.query);
	if (m.authorization != NULL)
		fuzz_basic(m.authorization);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	text = fuzz_copy(data + 1, size - 1);
	switch (data[0] % 3) {
	case 0:
		fuzz_head(text, size - 1);
		break;
	case 1:
		fuzz_args(text);
		break;
	case 2:
		fuzz_basic(text);
		break;
	}
	free(text);
	return 0;
}
