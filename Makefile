# SPDX-License-Identifier: ISC
#
# The front: configures where that has not been done, then hands over to
# build.mk, which has the rules. `make demo` and `make check` install first
# what they miss, where they may. For any POSIX make.

.POSIX:

# Only GNU make reads this: no word about directories.
GNUMAKEFLAGS = --no-print-directory

all analyze bench coverage fuzz lint soak install uninstall install-extra uninstall-extra: config.mk
	@$(MAKE) -f build.mk $@

demo:
	@sh tools/setup.sh build
	@$(MAKE) -s config.mk
	@$(MAKE) -f build.mk demo

check:
	@sh tools/setup.sh check
	@$(MAKE) -s config.mk
	@$(MAKE) -f build.mk check

config.mk: configure
	@if test -f config.status; then sh config.status; else sh configure; fi

clean:
	@if test -f config.mk; then $(MAKE) -f build.mk clean; fi

distclean: clean
	rm -rf config.h config.mk config.log config.status config.tmp.*

dist:
	sh tools/dist.sh

.PHONY: all analyze bench coverage fuzz lint soak install uninstall install-extra uninstall-extra \
	demo check clean distclean dist
