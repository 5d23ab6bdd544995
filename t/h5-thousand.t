#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A thousand directors in one process, two at a time, started, used and freed,
# leave nothing behind; looked at by valgrind too, where it is.

cd "$(dirname "$0")/.." || exit 1
. t/lib.sh

ok "a thousand" t/many-directors 1000
like "$(cat "$TMP/ok.out")" '^([0-9]+) before, \1 after$' "no descriptor stays"
if grep -q fsanitize config.mk; then
	diag "built with sanitizers: valgrind is not needed"
elif command -v valgrind >/dev/null 2>&1; then
	ok "sixty under valgrind" valgrind -q --leak-check=full \
	    --errors-for-leak-kinds=definite,indirect,possible \
	    --error-exitcode=9 t/many-directors 60
else
	diag "valgrind is missing"
fi
done_testing
