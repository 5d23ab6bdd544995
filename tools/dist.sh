#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Packs what git has committed as pydirector-VERSION.tar.gz, here.

set -eu

cd "$(dirname "$0")/.."
version=$(sed -n 's/^VERSION=//p' configure)
name=pydirector-$version
git archive --format=tar --prefix="$name/" HEAD | gzip -9n >"$name.tar.gz.new"
mv "$name.tar.gz.new" "$name.tar.gz"
echo "$name.tar.gz"
