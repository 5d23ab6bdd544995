#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The files for service managers and the rotation of logs: their form, as the
# tools for it see it, and their places, by install-extra.

cd "$(dirname "$0")/.." || exit 1
. t/house.sh

# The paths of this build in the place of the default ones.
SBINDIR=$BUILD SYSCONFDIR=$TMP/etc MANDIR=$BUILD/man
export SBINDIR SYSCONFDIR MANDIR
sh tools/install.sh -f 644 "$TMP/files" etc/pydirector.service etc/rc.* \
    etc/*.sample etc/pydirector.smf.xml >"$TMP/out"
is "$(grep -l /usr/local/ "$TMP/files"/* | grep -v -e rc.freebsd)" "" \
    "all paths are filled in"
is "$(grep -c '/usr/local/etc/rc.d' "$TMP/files/rc.freebsd")" 1 \
    "but for the place of FreeBSD's scripts"
sh tools/install.sh -n 644 "$TMP/etc" etc/pydirector.xml >"$TMP/out"

# without TOOL NAME: that cannot be tried.
without()
{
	test "${CI:-}" != true || {
		fail "$2" "$1 is missing"
		return
	}
	pass "$2 # SKIP $1 is missing"
}

# syntax SHELL FILE...
syntax()
{
	syntax_shell=$1
	shift
	for f; do
		"$syntax_shell" -n "$f" || return 1
	done
}

for shell in sh dash ksh; do
	if command -v $shell >/dev/null 2>&1; then
		clean "$shell reads the rc scripts" syntax $shell etc/rc.*
	else
		without $shell "$shell reads the rc scripts"
	fi
done

# verify FILE: what systemd has to say of this one.
verify()
{
	systemd-analyze verify --man=no "$1" 2>&1 | grep -e "${1##*/}"
	test $? -eq 1
}

if command -v systemd-analyze >/dev/null 2>&1; then
	clean "systemd takes the unit" verify "$TMP/files/pydirector.service"
	mkdir "$TMP/bad"
	sed 's/^ExecStart=.*/ExecStart=nothing/; s/^WatchdogSec/&s/' \
	    etc/pydirector.service >"$TMP/bad/pydirector.service"
	caught "a bad unit" pydirector.service verify \
	    "$TMP/bad/pydirector.service"
else
	without systemd-analyze "systemd takes the unit"
fi

if command -v xmllint >/dev/null 2>&1; then
	clean "the manifest for SMF is XML" xmllint --noout --nonet \
	    "$TMP/files/pydirector.smf.xml"
	is "$(xmllint --nonet --xpath \
	    'string(//exec_method[@name="refresh"]/@exec)' \
	    "$TMP/files/pydirector.smf.xml")" \
	    "/bin/sh -c '$BUILD/pydirector -n $TMP/etc/pydirector.xml && \
kill -HUP \`cat /var/run/pydirector.pid\`'" "its refresh checks first"
	# Of service_bundle(4): the elements that are used here, and their order.
	cat >"$TMP/smf.dtd" <<-'END'
	<!ELEMENT service_bundle (service)>
	<!ATTLIST service_bundle type CDATA #REQUIRED name CDATA #REQUIRED>
	<!ELEMENT service (create_default_instance?, single_instance?,
	  dependency*, dependent*, method_context?, exec_method*,
	  property_group*, stability?, template?)>
	<!ATTLIST service name CDATA #REQUIRED version CDATA #REQUIRED
	  type (service | restarter | milestone) #REQUIRED>
	<!ELEMENT create_default_instance EMPTY>
	<!ATTLIST create_default_instance enabled (true | false) #REQUIRED>
	<!ELEMENT single_instance EMPTY>
	<!ELEMENT dependency (service_fmri*)>
	<!ATTLIST dependency name CDATA #REQUIRED type CDATA #REQUIRED
	  grouping (require_all | require_any | exclude_all | optional_all)
	  #REQUIRED restart_on (error | restart | refresh | none) #REQUIRED>
	<!ELEMENT dependent (service_fmri)>
	<!ATTLIST dependent name CDATA #REQUIRED
	  grouping (require_all | require_any | exclude_all | optional_all)
	  #REQUIRED restart_on (error | restart | refresh | none) #REQUIRED>
	<!ELEMENT service_fmri EMPTY>
	<!ATTLIST service_fmri value CDATA #REQUIRED>
	<!ELEMENT exec_method (method_context?)>
	<!ATTLIST exec_method type (method | monitor) #REQUIRED
	  name CDATA #REQUIRED exec CDATA #REQUIRED
	  timeout_seconds CDATA #REQUIRED>
	<!ELEMENT method_context (method_credential?)>
	<!ELEMENT method_credential EMPTY>
	<!ATTLIST method_credential user CDATA #REQUIRED group CDATA #IMPLIED
	  privileges CDATA #IMPLIED>
	<!ELEMENT property_group (propval*)>
	<!ATTLIST property_group name CDATA #REQUIRED type CDATA #REQUIRED>
	<!ELEMENT propval EMPTY>
	<!ATTLIST propval name CDATA #REQUIRED value CDATA #REQUIRED
	  type (count | integer | astring | boolean | fmri) #REQUIRED>
	<!ELEMENT stability EMPTY>
	<!ATTLIST stability value (Standard | Stable | Evolving | Unstable |
	  External | Obsolete) #REQUIRED>
	<!ELEMENT template (common_name, documentation?)>
	<!ELEMENT common_name (loctext+)>
	<!ELEMENT loctext (#PCDATA)>
	<!ATTLIST loctext xml:lang CDATA #REQUIRED>
	<!ELEMENT documentation (manpage*)>
	<!ELEMENT manpage EMPTY>
	<!ATTLIST manpage title CDATA #REQUIRED section CDATA #REQUIRED
	  manpath CDATA ":default">
	END
	# Without its DOCTYPE, whose file is seldom here.
	sed '/<!DOCTYPE/d' "$TMP/files/pydirector.smf.xml" >"$TMP/smf.xml"
	clean "the manifest has the elements of one" xmllint --noout --nonet \
	    --dtdvalid "$TMP/smf.dtd" "$TMP/smf.xml"
	sed 's/<single_instance/<single/' "$TMP/smf.xml" >"$TMP/bad.smf.xml"
	caught "another element" single xmllint --noout --nonet \
	    --dtdvalid "$TMP/smf.dtd" "$TMP/bad.smf.xml"
else
	without xmllint "the manifest for SMF"
fi

# What init runs: the fields of the line in inittab.
line=$(grep -v '^#' "$TMP/files/inittab.sample")
like "$line" '^[a-z]{1,4}:2345:respawn:/.* -d ' "a line for inittab"
is "$(printf '%s\n' "$line" | cut -d : -f 4- | sed 's/ -.*//')" \
    "$BUILD/pydirector" "it runs this program"

# newsyslog: five fields, then flags, pid file and signal.
is "$(sed 's/^#\(\/\)/\1/' etc/newsyslog.sample | grep '^/' |
    awk '{ print NF, $(NF - 1) }' | sort -u)" \
    "8 /var/run/pydirector.pid" "fields of newsyslog.conf"
is "$(sed -n 's/.*\(30\)$/\1/p' etc/newsyslog.sample | wc -l |
    tr -d ' ')" 2 "the signal"

# On request.
target()
{
	make -f build.mk "$1" DESTDIR="$TMP/root" EXTRA="$2" 2>&1
}
files()
{
	(cd "$TMP/root" && find . -type f | sort | tr '\n' ' ')
}
target install-extra "systemd freebsd netbsd smf logrotate \
bash-completion" >"$TMP/out" || diag "$(cat "$TMP/out")"
prefix=$(sed -n 's/^PREFIX = //p' config.mk)
is "$(files)" "$(printf '%s\n' ./etc/systemd/system/pydirector.service \
    ./usr/local/etc/rc.d/pydirector ./etc/rc.d/pydirector \
    ./etc/logrotate.d/pydirector ./var/svc/manifest/site/pydirector.xml \
    ".$prefix/share/bash-completion/completions/pydirectorctl" | sort |
    tr '\n' ' ')" "install-extra puts them where they belong"
like "$(ls -l "$TMP/root/etc/rc.d/pydirector")" '^-r-xr-xr-x' "scripts may run"
target uninstall-extra "systemd freebsd netbsd smf logrotate \
bash-completion" >"$TMP/out"
is "$(files)" "" "uninstall-extra takes them away"
like "$(target install-extra nonsense)" 'usage: make install-extra' \
    "others are refused"
done_testing
