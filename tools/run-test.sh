#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Runs one test for prove: a script by the shell, a unit test by itself.

case $1 in
*.t)	exec "${TEST_SHELL:-sh}" "$@" ;;
*/*)	exec "$@" ;;
*)	exec "./$@" ;;
esac
