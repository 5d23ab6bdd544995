/* SPDX-License-Identifier: ISC
 *
 * Probe: libxml2. */

#include "config.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

int
main(void)
{
	xmlParserCtxtPtr ctxt;

	LIBXML_TEST_VERSION
	ctxt = xmlNewParserCtxt();
	if (ctxt == NULL)
		return 1;
	xmlFreeParserCtxt(ctxt);
	xmlCleanupParser();
	return 0;
}
