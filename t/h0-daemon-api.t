#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The daemon is a program like any other that embeds a director: its files
# include pydirector.h and no header of the engine, and call nothing of it but
# what is public. What has nothing to do with directors they may share: the
# clock, the word for a level, a datagram to a service manager.

cd "$(dirname "$0")/.." || exit 1
. t/house.sh
need nm

daemon_objects=$(sed -n 's|^DAEMON_OBJECTS = ||p' build.mk)
make -s -f build.mk floors >"$TMP/floors"
symbols <"$TMP/floors" >"$TMP/symbols"

# inside FILE ...: headers of ours that are neither the daemon's nor public.
inside()
{
	for f; do
		sed -n 's/^#[ 	]*include *"\(.*\)".*/\1/p' "$f" |
		    grep -v -x -E -e 'config.h|pydirector.h|compat/.*' \
		    -e '(daemon|notify|password|privilege|upgrade).h' \
		    -e 'clock.h' | sed "s|^|$f: |" |
		    grep -v -x -e 'daemon.c: log.h' -e 'notify.c: net.h' || :
	done
}

# calls SYMBOLS OBJECT ...: what they call above floor 1 that is not public.
calls()
{
	calls_in=$1
	shift
	awk -v daemon=" $* " '
	$4 !~ /[Uwv]/ { floor[$3] = $1 }
	$4 == "U" && index(daemon, " " $2 " ") { n++; by[n] = $2; what[n] = $3 }
	END {
		for (i = 1; i <= n; i++)
			if (what[i] in floor && floor[what[i]] > 1 &&
			    floor[what[i]] < 6 && what[i] !~ /^pydirector_/)
				print by[i] " calls " what[i]
	}' "$calls_in"
}

ok "the daemon has objects" test -n "$daemon_objects"
clean "headers" inside $(echo "$daemon_objects" | sed 's/\.o/.c/g')
clean "calls" calls "$TMP/symbols" $daemon_objects
ok "and it does call the library" grep -q 'pydirector.o pydirector_start U' \
    "$TMP/symbols"

printf '#include "pydirector.h"\n#include "director.h"\n' >"$TMP/look.c"
caught "a header of the engine" 'look.c: director.h' inside "$TMP/look.c"
printf '6 look.o model_new U\n2 model.o model_new T\n' >"$TMP/look"
caught "a call of the engine" 'look.o calls model_new' \
    calls "$TMP/look" look.o
done_testing
