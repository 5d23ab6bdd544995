#!/bin/sh
# SPDX-License-Identifier: ISC
#
# extra.sh install|uninstall NAME ...: what only some systems have a use for:
# files for service managers, log rotation, the shell. They go where the
# system looks for them, below DESTDIR, with the directories of this build in
# them: PREFIX, SBINDIR, SYSCONFDIR, MANDIR of the environment.

set -eu

usage()
{
	cat >&2 <<-END
	usage: make install-extra EXTRA="NAME ..."
	  systemd          $units/pydirector.service
	  freebsd          /usr/local/etc/rc.d/pydirector
	  netbsd openbsd   /etc/rc.d/pydirector
	  smf              /var/svc/manifest/site/pydirector.xml
	  logrotate        /etc/logrotate.d/pydirector
	  bash-completion  $words/pydirectorctl
	END
	exit 2
}

# extra MODE DIRECTORY FILE
extra()
{
	case $what in
	install)	sh tools/install.sh -f "$1" "$DESTDIR$2" "$3" ;;
	uninstall)	sh tools/install.sh -d "$DESTDIR$2" "$3" ;;
	*)		usage ;;
	esac
}

units=/etc/systemd/system
words=$PREFIX/share/bash-completion/completions
what=$1
shift
test $# -gt 0 || usage
for name; do
	case $name in
	systemd)
		extra 644 $units etc/pydirector.service ;;
	freebsd)
		extra 555 /usr/local/etc/rc.d etc/rc.freebsd=pydirector ;;
	netbsd | openbsd)
		extra 555 /etc/rc.d "etc/rc.$name=pydirector" ;;
	smf)
		extra 444 /var/svc/manifest/site \
		    etc/pydirector.smf.xml=pydirector.xml ;;
	logrotate)
		extra 644 /etc/logrotate.d etc/logrotate.sample=pydirector ;;
	bash-completion)
		extra 644 "$words" \
		    etc/pydirectorctl.bash-completion=pydirectorctl ;;
	*)
		usage ;;
	esac
done
