/* SPDX-License-Identifier: ISC
 *
 * Probe: libcurl with the multi interface. */

#include "config.h"

#include <curl/curl.h>

#include <stddef.h>

int
main(void)
{
	CURLM *multi;

	multi = curl_multi_init();
	if (multi == NULL)
		return 1;
	return curl_multi_cleanup(multi) != CURLM_OK;
}
