# SPDX-License-Identifier: ISC
#
# The house rules, as functions that print every breach they find and nothing
# else; the tests t/9* run them over the project, where they must find
# nothing, and over small faulty samples, where they must find the fault.

. t/lib.sh

# clean NAME COMMAND ...: it succeeds and prints nothing.
clean()
{
	house_name=$1
	shift
	house_text=$("$@" 2>&1) && test -z "$house_text" &&
	    pass "$house_name" || fail "$house_name" "$house_text"
}

# caught NAME PATTERN COMMAND ...: what it prints has a line that matches.
caught()
{
	house_name="caught: $1"
	house_pattern=$2
	shift 2
	like "$("$@" 2>&1)" "$house_pattern" "$house_name"
}

# symbols: reads lines `FLOOR OBJECT ...`, prints `FLOOR OBJECT SYMBOL TYPE`
# for each external symbol, without the compiler's own.
symbols()
{
	while read -r floor objects; do
		for object in $objects; do
			nm -P -g "$object" |
			    sed -n "s|^\([A-Za-z][^ ]*\) \([A-Za-z]\).*|$floor\
 $object \1 \2|p"
		done
	done
}

# Symbols as above: no floor uses what is defined above it. main is nobody's.
house_floors()
{
	awk '
	$3 != "main" && $4 !~ /[Uwv]/ { floor[$3] = $1; object[$3] = $2 }
	$4 == "U" { n++; at[n] = $1; by[n] = $2; what[n] = $3 }
	END {
		for (i = 1; i <= n; i++)
			if (what[i] in floor && floor[what[i]] > at[i])
				print by[i] " (floor " at[i] ") uses " \
				    what[i] " of " object[what[i]] \
				    " (floor " floor[what[i]] ")"
	}'
}

# Symbols: calls that one file alone makes, calls that no engine makes, and
# no variables that another file could reach.
house_only()
{
	awk '
	function only(names, objects,    list, n, i) {
		n = split(names, list, " ")
		for (i = 1; i <= n; i++)
			allowed[list[i]] = " " objects " "
	}
	BEGIN {
		only("socket bind listen accept accept4 connect recv " \
		    "recvfrom recvmsg send sendto sendmsg shutdown " \
		    "setsockopt getsockopt getsockname getpeername " \
		    "socketpair", "net.o")
		only("getaddrinfo freeaddrinfo getnameinfo", "addr.o")
		only("poll ppoll select pselect", \
		    "pydirector.o daemon.o loop.o child.o api-run.o " \
		    "handover.o takeover.o " \
		    "ctl-ask.o ctl-watch.o ctl-edit.o " \
		    "sshd.o sshd-auth.o")
		only("sleep usleep nanosleep system popen", "")
		only("fork", "daemon.o sshd-shell.o")
		only("exit _exit abort", \
		    "pydirector.o daemon.o helper-main.o sshd-shell.o")
		only("posix_spawn posix_spawnp execv execve execvp", \
		    "child.o sshd-shell.o")
		only("signal sigaction sigprocmask", \
		    "password.o daemon.o helper-main.o sshd.o " \
		    "ctl-signal.o pydirectorctl.o " \
		    "sshd-shell.o")
		only("crypt", "password.o helper-main.o")
		only("syslog openlog closelog", "helper-main.o")
		only("clock_gettime gettimeofday time", "clock.o")
	}
	$4 == "U" && $3 in allowed && !index(allowed[$3], " " $2 " ") {
		print $2 " calls " $3
	}
	$4 == "U" && $3 ~ /^xml[A-Z]/ && $2 != "conf.o" {
		print $2 " calls " $3
	}
	$4 == "U" && $3 ~ /^(SSL|X509|EVP|BIO|ERR|PEM)_/ && \
	    $2 !~ /^tls(-cert|-make)?[.]o$/ {
		print $2 " calls " $3
	}
	$1 < 6 && $4 ~ /^[BCD]$/ { print $2 " has a variable " $3 }'
}

# Files: headers that one file alone includes.
house_headers()
{
	for f; do
		case $f in
		conf.c | t/load.c | t/fault.c) ;;
		*) sed -n "s|^#[ 	]*include *<\(libxml/.*\)>.*|$f: \1|p" "$f" ;;
		esac
		case $f in
		*tls-impl.h | tls.c | t/unit-tls.c | t/fault-tls.c) ;;
		*) sed -n "s|^#[ 	]*include *<\(openssl/.*\)>.*|$f: \1|p" "$f" ;;
		esac
		case $f in
		t/load.c) ;;
		*) sed -n "s|^#[ 	]*include *<\(curl/.*\)>.*|$f: \1|p" "$f" ;;
		esac
		case $f in
		*sshd*.[ch]) ;;
		*) sed -n "s|^#[ 	]*include *<\(libssh/.*\)>.*|$f: \1|p" "$f" ;;
		esac
		case $f in
		pydirector.c)
			others='-e compat/give.h -e compat/harden.h -e notify.h -e password.h
			    -e privilege.h -e upgrade.h' ;;
		daemon.c) others='-e log.h -e clock.h -e compat/openas.h' ;;
		*) continue ;;
		esac
		sed -n 's/^#[ 	]*include *"\(.*\)".*/\1/p' "$f" |
		    grep -v -x -e config.h -e pydirector.h -e daemon.h \
		    -e compat/compat.h $others | sed "s|^|$f: |"
	done
}

# C files: config.h, then system headers, then ours.
house_includes()
{
	for f; do
		sed -n 's/^#[ 	]*include[ 	]*//p' "$f" | awk -v f="$f" '
		NR == 1 && $0 !~ /^"config.h"/ {
			print f ": config.h is not the first header"
		}
		NR > 1 && /^"/ { ours = 1 }
		/^</ && ours { print f ": " $0 " behind a header of ours" }'
	done
}

# Files: the licence in the first three lines.
house_licence()
{
	for f; do
		sed 3q "$f" | grep 'SPDX-License-Identifier: ISC' >/dev/null ||
		    echo "$f: no SPDX line"
	done
}

# Files: at most 700 lines.
house_file_length()
{
	for f; do
		lines=$(wc -l <"$f")
		test "$lines" -le 700 || echo "$f: $lines lines"
	done
}

# C files: functions of at most 80 lines, from brace to brace.
house_function_length()
{
	for f; do
		awk -v f="$f" '
		/^[A-Za-z_].*\(/ { name = $0; sub(/\(.*/, "", name) }
		/^\{/ { start = NR; inside = 1 }
		/^\}/ && inside {
			inside = 0
			if (NR - start + 1 > 80)
				print f ": " name ": " NR - start + 1 " lines"
		}' "$f"
	done
}

# C files: at most 80 columns, no blanks at a line's end.
house_columns()
{
	for f; do
		expand "$f" | awk -v f="$f" '
		length($0) > 80 { print f ":" NR ": " length($0) " columns" }
		/ $/ { print f ":" NR ": blanks at the end" }'
	done
}

# C files: what nobody wants to read.
house_words()
{
	for f; do
		awk -v f="$f" '
		/TODO|FIXME|(^|[^X])XXX([^X]|$)/ { print f ":" NR ": put off" }
		/^#[ \t]*if[ \t]+0/ { print f ":" NR ": switched off" }
		/typedef[ \t]+struct/ { print f ":" NR ": a struct hidden" }
		/__linux|__FreeBSD|__NetBSD|__OpenBSD|__sun|__APPLE__/ {
			print f ":" NR ": a system by name"
		}' "$f"
	done
}

# Scripts: both shells can read them.
house_syntax()
{
	for f; do
		sh -n "$f" 2>&1
		! command -v dash >/dev/null 2>&1 || dash -n "$f" 2>&1
		grep -n -e '^[	 ]*local ' -e '\[\[' -e '^function ' -e '<<<' \
		    "$f" | grep -v -e "-e '" | sed "s|^|$f:|"
	done
}

# Makefiles: what some make would not understand.
house_make()
{
	for f; do
		awk -v f="$f" '
		function breach(what) { print f ":" NR ": " what }
		/^#/ { next }
		/\$\^|\$\+/ { breach("$^ or $+") }
		/^\.[a-z]+(\.[a-z]+)?:/ { suffix = 1 }
		/^[^.\t# ].*:/ { suffix = 0 }
		/\$</ && !suffix { breach("$< outside a suffix rule") }
		/\$\((shell|wildcard|patsubst|subst|foreach|if|call|filter)/ {
			breach("a function")
		}
		/^[^\t].*(\?|:|\+|!)=/ { breach("not a plain assignment") }
		/^[ \t]*-?(ifdef|ifndef|ifeq|ifneq|else|endif|define)/ {
			breach("a conditional")
		}
		/^\.(if|for|else|end|include)/ { breach("a conditional") }
		/^-include|^sinclude/ { breach("include that may fail") }
		/^[^\t]*%/ { breach("a pattern rule") }
		/^ +[a-z@]/ { breach("blanks for a tab") }' "$f"
	done
}
