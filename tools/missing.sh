#!/bin/sh
# SPDX-License-Identifier: ISC
#
#	missing.sh NAME KEY
#
# Tells what brings a package that configure has not found, by its row in
# tools/packages.

echo "configure: $1 is missing. What brings it:"
while read -r mode need key debian freebsd openbsd pkgsrc solaris; do
	test "$key" = "$2" || continue
	cat <<-EOF | sed 's/pkg.* -$/part of the system/; s/,/ /g'
	  Debian    apt-get install $debian
	  FreeBSD   pkg install $freebsd
	  OpenBSD   pkg_add $openbsd
	  pkgsrc    pkgin install $pkgsrc
	  Solaris   pkg install $solaris
	EOF
done <tools/packages
