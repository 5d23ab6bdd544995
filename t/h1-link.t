#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A program links what it calls: the balancer alone needs no library but those
# of the system, starts no process, handles no signal, writes nowhere and does
# not exit; libxml2 comes with files, OpenSSL with TLS, libssh never.

cd "$(dirname "$0")/.." || exit 1
. t/library.sh
! grep -E -q -e 'fsanitize|--coverage' config.mk ||
    skip_all "built with sanitizers or counters, which bring calls of their own"
install_library

# program NAME CALL ...: a source that makes these calls and runs.
program()
{
	program_name=$1
	shift
	{
		echo '#include <pydirector.h>'
		echo 'int main(void)'
		echo '{'
		echo '	struct pydirector *d = pydirector_new(0, 0,'
		echo '	    PYDIRECTOR_ERR);'
		echo '	return d == 0'
		for call; do
			echo "	    || $call == -1"
		done
		echo '	    || pydirector_run(d) == -1;'
		echo '}'
	} >"$TMP/$program_name.c"
}

# links NAME PACKAGE: it can be built with that.
links()
{
	build "$TMP/$1" "$TMP/$1.c" "$2"
}

# needs NAME ERE: undefined symbols of the program that match.
needs()
{
	nm -P -u "$TMP/$1" | sed 's/[@ ].*//' | grep -E -x -e "$2"
}

none()
{
	none_got=$(needs "$1" "$2" | tr '\n' ' ')
	is "$none_got" "" "$1: no $3"
}

add='pydirector_add_service(d, "web", "127.0.0.1:0")
pydirector_add_group(d, "web", "main", 0)
pydirector_add_host(d, "web", "main", 0, "127.0.0.1:1", 1)
pydirector_start(d)'
IFS=$NL
program core $add
program whole $add 'pydirector_set(d, "web", 0, 0, "maxConns", "1")' \
    'pydirector_map(d, 0, 0, 0)' 'pydirector_watch(d, 0, 0, 0)' \
    'pydirector_scheduler(d, "web", "main", 0, 0)' \
    'pydirector_switch_port(d, "web", "127.0.0.1:0", "127.0.0.1:0")' \
    'pydirector_command(d, "help", 0, 0, 0, 0, 0)' \
    'pydirector_view(d, "metrics", 0, 0, 0)' \
    'pydirector_each_host(d, 0, 0, 0)' 'pydirector_resolve(d)'
program parts $add 'pydirector_with_helper(d, "")' 'pydirector_with_web(d)' \
    'pydirector_with_ssh(d, "", "")' 'pydirector_with_console(d)' \
    'pydirector_with_control(d)' 'pydirector_with_connlog(d)' \
    'pydirector_with_syslog(d, "daemon")' 'pydirector_open_as(d, 1, 1)' \
    'pydirector_give(d, 1, 1)'
program files $add 'pydirector_load(d, "x")' 'pydirector_reload(d)'
program text $add 'pydirector_load_text(d, "x", "", 0)'
program tls $add 'pydirector_with_web(d)' 'pydirector_with_tls(d)'
unset IFS

for name in core whole parts; do
	ok "$name: no more than the system's libraries" links $name pydirector
	none $name 'xml[A-Z].*' 'libxml2'
	none $name '(SSL|X509|EVP|BIO|CRYPTO)_.*' 'OpenSSL'
	none $name 'ssh_.*|crypt' 'libssh, no crypt'
	test $name = parts || none $name \
	    'posix_spawn.*|v?fork|exec.*|waitpid|kill|system|popen' 'process'
	none $name 'signal|sigaction|sigprocmask|raise|abort|_exit' 'signal'
	test $name = parts || none $name 'f?printf|puts|putchar|fopen|stdout|stderr|f?write|perror' \
	    'standard stream'
	none $name 'setrlimit|chdir|setlocale|pthread_create|syslog' \
	    'limit, directory, locale, thread'
done
for name in files text; do
	ok "$name: with libxml2" links $name pydirector-files
	ok "$name: libxml2 is wanted" needs $name 'xml[A-Z].*'
	none $name '(SSL|X509|EVP|BIO|CRYPTO)_.*' 'OpenSSL'
done
if grep -q 'HAVE_TLS 1' config.h; then
	ok "tls: with OpenSSL" links tls pydirector-tls
	ok "tls: OpenSSL is wanted" needs tls 'SSL_.*'
	none tls 'xml[A-Z].*' 'libxml2'
	ok "and not without" sh -c "! $CC $CFLAGS -o '$TMP/no' '$TMP/tls.c' \
	    -I'$ROOT$(setting INCLUDEDIR)' -L'$ROOT$(setting LIBDIR)' \
	    -lpydirector $(setting NET_LIBS)"
fi
if command -v readelf >/dev/null 2>&1; then
	like "$(readelf -d "$TMP/core" | grep -c 'lib\(xml2\|ssl\|ssh\|z\)')" \
	    '^0$' "core: no library is loaded"
fi

size()
{
	wc -c <"$TMP/$1" | tr -d ' '
}
diag "bytes: core $(size core), whole $(size whole), parts $(size parts)," \
    "files $(size files)"
done_testing
