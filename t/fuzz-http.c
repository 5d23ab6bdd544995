/* SPDX-License-Identifier: ISC
 *
 * The parser of HTTP requests under libFuzzer: heads, arguments, Basic
 * authentication. The first byte says which; each text is in an allocation of
 * its own size. */

#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

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
	if (n > len || (n == 0 && seen != len))
		abort();
	if (n == 0 || http_parse_head(text, n, &m) != 0)
		return;
	if (m.path == NULL || m.path[0] == '\0' || m.length > HTTP_FORM_MAX)
		abort();
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
	text = malloc(size);
	if (text == NULL)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
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
