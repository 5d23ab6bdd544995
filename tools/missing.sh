#!/bin/sh
# SPDX-License-Identifier: ISC
#
#	missing.sh NAME KEY
#
# Tells what brings a package that configure has not found, by its row in
# tools/packages.

# row SYSTEM COMMAND PACKAGES
row()
{
	case $3 in
	-)	printf '  %-9s part of the system, or not packaged\n' "$1" ;;
	*)	printf '  %-9s %s %s\n' "$1" "$2" "$(echo "$3" | tr , ' ')" ;;
	esac
}

echo "configure: $1 is missing. What brings it:"
while read -r mode need key debian freebsd openbsd pkgsrc solaris; do
	test "$key" = "$2" || continue
	row Debian "apt-get install" "$debian"
	row FreeBSD "pkg install" "$freebsd"
	row OpenBSD pkg_add "$openbsd"
	row pkgsrc "pkgin install" "$pkgsrc"
	row Solaris "pkg install" "$solaris"
done <tools/packages
