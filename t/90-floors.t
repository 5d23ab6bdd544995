#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Calls go down or sideways, never up; what one file alone may do is done
# there alone. Looks at the objects as they were built.

cd "$(dirname "$0")/.." || exit 1
. t/house.sh
need nm

make -s -f build.mk floors >"$TMP/floors"
symbols <"$TMP/floors" >"$TMP/symbols"

floors()
{
	house_floors <"$1"
}

only()
{
	house_only <"$1"
}

seen()
{
	for object in $(cut -s -d ' ' -f 2- "$TMP/floors"); do
		grep " $object " "$TMP/symbols" >/dev/null || echo "$object"
	done
	test "$(grep -c ' net_' "$TMP/symbols")" -gt 10 || echo "too few"
}

clean "every object has symbols" seen
clean "no floor uses a higher one" floors "$TMP/symbols"
clean "what one file alone calls" only "$TMP/symbols"
clean "what one file alone includes" \
    house_headers ./*.h compat/*.h *.c compat/*.c t/*.c

cat >"$TMP/up" <<'EOF'
1 net.o net_up U
3 relay.o net_up T
1 net.o main U
6 pydirector.o main T
EOF
caught "a call upwards" 'net.o .floor 1. uses net_up of relay.o' \
    floors "$TMP/up"
cat >"$TMP/wrong" <<'EOF'
3 relay.o recv U
3 relay.o exit U
2 conf-x.o xmlFree U
4 admin.o SSL_read U
0 buf.o buf_count B
1 net.o recv U
EOF
caught "a socket call outside net.c" 'relay.o calls recv' only "$TMP/wrong"
caught "an engine that exits" 'relay.o calls exit' only "$TMP/wrong"
caught "libxml2 outside conf.c" 'conf-x.o calls xmlFree' only "$TMP/wrong"
caught "OpenSSL outside tls.c" 'admin.o calls SSL_read' only "$TMP/wrong"
caught "a variable" 'buf.o has a variable buf_count' only "$TMP/wrong"
mkdir "$TMP/t"
echo '#include <libxml/tree.h>' >"$TMP/model.c"
echo '#include <curl/curl.h>' >"$TMP/t/client.c"
echo '#include <openssl/ssl.h>' >"$TMP/http.c"
printf '#include "config.h"\n#include "net.h"\n' >"$TMP/daemon.c"
cd "$TMP" || exit 1
caught "a header of libxml2" 'model.c: libxml/tree.h' house_headers model.c
caught "a header of OpenSSL" 'http.c: openssl/ssl.h' house_headers http.c
caught "a header of libcurl" 'client.c: curl' house_headers t/client.c
caught "a program that looks inside" 'daemon.c: net.h' house_headers daemon.c
done_testing
