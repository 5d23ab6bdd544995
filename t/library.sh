# SPDX-License-Identifier: ISC
#
# What the tests of the installed library share: a copy of it in $TMP/root, and
# building against that with pkg-config.

. t/lib.sh
need nm pkg-config

# setting NAME: as configure has found it.
setting()
{
	sed -n "s/^$1 = //p" config.mk
}

CC=$(setting CC)
CFLAGS="$(setting CFLAGS) $(setting LDFLAGS)"
ROOT=$TMP/root
PKG_CONFIG_LIBDIR=$ROOT$(setting LIBDIR)/pkgconfig
PKG_CONFIG_SYSROOT_DIR=$ROOT
export PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR

install_library()
{
	make -s -f build.mk install DESTDIR="$ROOT" >"$TMP/install" 2>&1 ||
	    bail "make install: $(cat "$TMP/install")"
}

# build PROGRAM SOURCE PACKAGE [ARGUMENT ...]: 0 when it compiles and links
# with the libraries of the package and what else is said, and nothing else.
# Word splitting is wanted: these are lists of words.
build()
{
	build_to=$1 build_from=$2 build_package=$3
	shift 3
	build_flags=$(pkg-config --cflags --libs --static $build_package) ||
	    return 1
	$CC $CFLAGS -o "$build_to" "$build_from" $build_flags "$@" \
	    >"$TMP/build" 2>&1
}
