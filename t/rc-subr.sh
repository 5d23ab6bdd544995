# SPDX-License-Identifier: ISC
#
# A stand-in for /etc/rc.subr of FreeBSD and NetBSD, as far as our scripts use
# it: what their rc.subr(8) says of variables and of the order of things.
# Sourced by a script; $RC_CONF is its /etc/rc.conf.

load_rc_config()
{
	. "$RC_CONF"
}

# check_pidfile FILE PROGRAM: the number, when that program has it.
check_pidfile()
{
	_pid=$(cat "$1" 2>/dev/null)
	test -n "$_pid" || return 0
	case $(ps -o args= -p "$_pid" 2>/dev/null) in
	"$2 "* | *" $2 "*) echo "$_pid" ;;
	esac
}

_on()
{
	eval "_value=\${$rcvar:-NO}"
	case $_value in
	[Yy][Ee][Ss] | 1) return 0 ;;
	esac
	echo "Cannot '$rc_arg' $name. Set $rcvar to YES in rc.conf" >&2
	return 1
}

# The default actions; NAME_precmd has been run.
_do_start()
{
	eval "rc_flags=\${${name}_flags:-}"
	echo "Starting $name."
	eval "$command $rc_flags $command_args"
}

_do_stop()
{
	kill -TERM $rc_pid
	while kill -0 $rc_pid 2>/dev/null; do
		sleep 0.1 2>/dev/null || sleep 1
	done
}

_do_reload()
{
	kill -HUP $rc_pid
}

_do_restart()
{
	(run_rc_command stop)
	run_rc_command start
}

_do_status()
{
	test -n "$rc_pid"
}

run_rc_command()
{
	rc_arg=$1
	rc_pid=$(check_pidfile "$pidfile" "$command")
	case " start stop restart status $extra_commands " in
	*" $rc_arg "*) ;;
	*)	echo "usage: start stop restart status $extra_commands" >&2
		return 1 ;;
	esac
	_on || return 0
	eval "_precmd=\${${rc_arg}_precmd:-} _cmd=\${${rc_arg}_cmd:-}"
	if test -z "$_cmd"; then
		_cmd=_do_$rc_arg
		case $rc_arg-$rc_pid in
		start-?*)
			echo "$name already running? (pid=$rc_pid)." >&2
			return 1 ;;
		stop- | reload-)
			echo "$name not running? (check $pidfile)." >&2
			return 1 ;;
		start-)
			for _file in $required_files; do
				test -r "$_file" || {
					echo "$_file is not readable." >&2
					return 1
				}
			done ;;
		esac
	fi
	test -z "$_precmd" || eval "$_precmd" || return 1
	eval "$_cmd"
}
