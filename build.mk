# SPDX-License-Identifier: ISC
#
# The rules; Makefile comes here once config.mk is there. For any POSIX make:
# no pattern rules, no conditionals, no functions.

.POSIX:
.SUFFIXES:
.SUFFIXES: .c .o

include config.mk

# The objects, floor by floor: pydirector-internals(7).
FLOOR0 = clock.o random.o siphash.o log.o buf.o escape.o addr.o $(COMPAT)
FLOOR1 = net.o loop.o helper.o
FLOOR2 = compareconf.o edit.o model.o sched.o conf.o conf-attr.o conf-build.o conf-check.o \
	conf-save.o conf-text.o conf-want.o
FLOOR3 = save.o dial.o listen.o admit.o connlog.o relay.o flow.o check.o manager.o
FLOOR4 = command-edit.o command-host.o command-set.o reload.o auth.o http.o http-conn.o http-parse.o command.o \
	status.o metrics.o plot.o page.o page-running.o admin.o control.o console.o ssh.o
FLOOR5 = director.o
FLOOR6 = pydirector.o daemon.o helper-main.o pydirectorctl.o

ENGINE = $(FLOOR0) $(FLOOR1) $(FLOOR2) $(FLOOR3) $(FLOOR4) $(FLOOR5)
PROGRAMS = pydirector pydirector-helper pydirectorctl
UNITS = t/unit-compat t/unit-buf t/unit-log t/unit-addr t/unit-helper t/unit-loop \
	t/unit-model t/unit-sched t/unit-conf t/unit-conf-save t/unit-save \
	t/unit-http t/unit-auth t/unit-web t/unit-status t/unit-compareconf t/unit-command
TOOLS = t/backend t/client
BENCH = t/bench-backend t/flood
BENCHFLAGS =
PAGES8 = pydirector.8 pydirectorctl.8
PAGES7 = pydirector-admin.7 pydirector-sched.7 pydirector-internals.7
PAGES5 = pydirector.conf.5
SAMPLES = etc/sample-pydirector.xml etc/sample-txlb.xml etc/inittab.sample \
	etc/pydirector.smf.xml
DOCS = README INSTALL NEWS LICENSE

COMPILE = $(CC) $(STD) $(WARNINGS) -I. $(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(CFLAGS) $(LDFLAGS)
LIBS = $(XML_LIBS) $(NET_LIBS)
FUZZERS = t/fuzz-http t/fuzz-conn t/fuzz-addr t/fuzz-conf t/fuzz-line \
	t/fuzz-helper
FUZZTIME = 60
JOBS = 2
PROVE = prove
PROVEFLAGS = --comments
TESTS = t/*.t $(UNITS)
# Run again with all relays in the poll array; some also on the stand-in for
# kqueue(2).
TRAFFIC = t/[3-6]*.t t/7[0-3]*.t
STANDIN_TRAFFIC = t/3*.t t/62-*.t t/63-*.t

all: $(PROGRAMS)

.c.o:
	$(COMPILE) -c -o $@ $<

conf.o: conf.c
	$(COMPILE) $(XML_CFLAGS) -c -o $@ conf.c

t/load.o: t/load.c
	$(COMPILE) $(CURL_CFLAGS) -c -o $@ t/load.c

# What the web pages load.
web-files.h: tools/web.sh web/icon.svg web/script.js web/style.css
	sh tools/web.sh web/icon.svg web/script.js web/style.css >$@.new
	mv $@.new $@

libpydirector.a: $(ENGINE)
	rm -f $@
	$(AR) -rc $@ $(ENGINE)

pydirector: pydirector.o daemon.o libpydirector.a
	$(LINK) -o $@ pydirector.o daemon.o libpydirector.a $(LIBS) $(CRYPT_LIBS)

pydirector-helper: helper-main.o libpydirector.a
	$(LINK) -o $@ helper-main.o libpydirector.a $(NET_LIBS) $(CRYPT_LIBS)

pydirectorctl: pydirectorctl.o libpydirector.a
	$(LINK) -o $@ pydirectorctl.o libpydirector.a $(LIBS)

# What the tests use.
tests: all $(TOOLS) $(LOAD) $(UNITS) $(STANDIN)

t/backend: t/backend.o
	$(LINK) -o $@ t/backend.o $(NET_LIBS)

t/client: t/client.o
	$(LINK) -o $@ t/client.o $(NET_LIBS)

t/load: t/load.o
	$(LINK) -o $@ t/load.o $(CURL_LIBS) $(NET_LIBS)

t/bench-backend: t/bench-backend.o
	$(LINK) -o $@ t/bench-backend.o $(NET_LIBS)

t/flood: t/flood.o
	$(LINK) -o $@ t/flood.o $(NET_LIBS)

t/unit-compat: t/unit-compat.o
	$(LINK) -o $@ t/unit-compat.o

t/unit-buf: t/unit-buf.o libpydirector.a
	$(LINK) -o $@ t/unit-buf.o libpydirector.a $(LIBS)

t/unit-log: t/unit-log.o libpydirector.a
	$(LINK) -o $@ t/unit-log.o libpydirector.a $(LIBS)

t/unit-addr: t/unit-addr.o libpydirector.a
	$(LINK) -o $@ t/unit-addr.o libpydirector.a $(LIBS)

t/unit-helper: t/unit-helper.o libpydirector.a
	$(LINK) -o $@ t/unit-helper.o libpydirector.a $(LIBS)

t/unit-loop: t/unit-loop.o libpydirector.a
	$(LINK) -o $@ t/unit-loop.o libpydirector.a $(LIBS)

t/unit-model: t/unit-model.o libpydirector.a
	$(LINK) -o $@ t/unit-model.o libpydirector.a $(LIBS)

t/unit-sched: t/unit-sched.o libpydirector.a
	$(LINK) -o $@ t/unit-sched.o libpydirector.a $(LIBS)

t/unit-conf: t/unit-conf.o libpydirector.a
	$(LINK) -o $@ t/unit-conf.o libpydirector.a $(LIBS)

t/unit-conf-save: t/unit-conf-save.o libpydirector.a
	$(LINK) -o $@ t/unit-conf-save.o libpydirector.a $(LIBS)

t/unit-save: t/unit-save.o libpydirector.a
	$(LINK) -o $@ t/unit-save.o libpydirector.a $(LIBS)

t/unit-status: t/unit-status.o libpydirector.a
	$(LINK) -o $@ t/unit-status.o libpydirector.a $(LIBS)

t/unit-compareconf: t/unit-compareconf.o libpydirector.a
	$(LINK) -o $@ t/unit-compareconf.o libpydirector.a $(LIBS)

t/unit-command: t/unit-command.o libpydirector.a
	$(LINK) -o $@ t/unit-command.o libpydirector.a $(LIBS)

t/unit-http: t/unit-http.o libpydirector.a
	$(LINK) -o $@ t/unit-http.o libpydirector.a $(LIBS)

t/unit-auth: t/unit-auth.o libpydirector.a
	$(LINK) -o $@ t/unit-auth.o libpydirector.a $(LIBS)

t/unit-web: t/unit-web.o libpydirector.a
	$(LINK) -o $@ t/unit-web.o libpydirector.a $(LIBS)

# What t/fuzz.sh builds, with flags of its own.
t/fuzz-http: t/fuzz-http.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-http.o libpydirector.a $(LIBS)

t/fuzz-conn: t/fuzz-conn.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-conn.o libpydirector.a $(LIBS)

t/fuzz-addr: t/fuzz-addr.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-addr.o libpydirector.a $(LIBS)

t/fuzz-conf: t/fuzz-conf.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-conf.o libpydirector.a $(LIBS)

t/fuzz-line: t/fuzz-line.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-line.o libpydirector.a $(LIBS)

t/fuzz-helper: t/fuzz-helper.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-helper.o libpydirector.a $(LIBS)

# Guided by coverage, for FUZZTIME seconds each; clang alone has it.
fuzz: web-files.h
	@MAKE='$(MAKE)' FUZZTIME='$(FUZZTIME)' JOBS='$(JOBS)' \
	    sh t/fuzz.sh $(FUZZERS)

# The balancer with compat/set-kqueue.c, on a kqueue made of epoll.
t/kqueue/set-kqueue.o: compat/set-kqueue.c compat/set.h config.h loop.h \
	t/kqueue/sys/event.h
	$(COMPILE) -It/kqueue -c -o $@ compat/set-kqueue.c

t/kqueue/kqueue.o: t/kqueue/kqueue.c config.h t/kqueue/sys/event.h
	$(COMPILE) -It/kqueue -c -o $@ t/kqueue/kqueue.c

t/kqueue/pydirector: pydirector.o daemon.o libpydirector.a \
	t/kqueue/set-kqueue.o t/kqueue/kqueue.o
	$(LINK) -o $@ pydirector.o daemon.o t/kqueue/set-kqueue.o \
	    t/kqueue/kqueue.o libpydirector.a $(LIBS) $(CRYPT_LIBS)

RUN_TESTS = $(PROVE) $(PROVEFLAGS) -j$(JOBS) -e 'sh tools/run-test.sh'

check: check-all check-poll check-standin

check-all: tests
	CC='$(CC)' $(RUN_TESTS) $(TESTS)

check-poll: tests
	PYDIRECTOR_FLAGS='-o poll' $(RUN_TESTS) $(TRAFFIC)

check-standin: tests
	test -z '$(STANDIN)' || BUILD=$$PWD/t/kqueue \
	    PYDIRECTOR_FLAGS='-o kqueue' $(RUN_TESTS) $(STANDIN_TRAFFIC)

# For t/90-floors.t: each floor with its objects.
floors:
	@echo 0 $(FLOOR0)
	@echo 1 $(FLOOR1)
	@echo 2 $(FLOOR2)
	@echo 3 $(FLOOR3)
	@echo 4 $(FLOOR4)
	@echo 5 $(FLOOR5)
	@echo 6 $(FLOOR6)

demo: all t/backend t/client
	@sh tools/demo.sh

# Beside other balancers, on Linux.
bench: all $(BENCH)
	@sh t/bench.sh $(BENCHFLAGS)

lint: web-files.h
	@XML_CFLAGS='$(XML_CFLAGS)' CURL_CFLAGS='$(CURL_CFLAGS)' \
	    sh tools/lint.sh

install: all
	@sh tools/install.sh 755 '$(DESTDIR)$(SBINDIR)' pydirector pydirectorctl
	@sh tools/install.sh 755 '$(DESTDIR)$(LIBEXECDIR)' pydirector-helper
	@cd man && sh ../tools/install.sh 644 '$(DESTDIR)$(MANDIR)/man8' $(PAGES8)
	@cd man && sh ../tools/install.sh 644 '$(DESTDIR)$(MANDIR)/man7' $(PAGES7)
	@cd man && sh ../tools/install.sh 644 '$(DESTDIR)$(MANDIR)/man5' $(PAGES5)
	@sh tools/install.sh 644 '$(DESTDIR)$(EXAMPLEDIR)' $(SAMPLES)
	@sh tools/install.sh 644 '$(DESTDIR)$(DOCDIR)' $(DOCS)
	@sh tools/install.sh -n 640 '$(DESTDIR)$(SYSCONFDIR)' etc/pydirector.xml

# The configuration stays: it is the user's.
uninstall:
	@sh tools/install.sh -d '$(DESTDIR)$(SBINDIR)' pydirector pydirectorctl
	@sh tools/install.sh -d '$(DESTDIR)$(LIBEXECDIR)' pydirector-helper
	@sh tools/install.sh -d '$(DESTDIR)$(MANDIR)/man8' $(PAGES8)
	@sh tools/install.sh -d '$(DESTDIR)$(MANDIR)/man7' $(PAGES7)
	@sh tools/install.sh -d '$(DESTDIR)$(MANDIR)/man5' $(PAGES5)
	@sh tools/install.sh -d '$(DESTDIR)$(EXAMPLEDIR)' $(SAMPLES)
	@sh tools/install.sh -d '$(DESTDIR)$(DOCDIR)' $(DOCS)

clean:
	rm -f *.o compat/*.o t/*.o t/kqueue/*.o t/kqueue/pydirector
	rm -f web-files.h libpydirector.a $(PROGRAMS) $(TOOLS) $(BENCH) \
	    t/load $(UNITS)

.PHONY: all tests check fuzz check-all check-poll check-standin floors demo bench lint install uninstall clean

# Dependencies; `sh tools/deps.sh -w` writes what follows.
addr.o: addr.c addr.h config.h
admin.o: admin.c addr.h buf.h conf.h config.h director.h helper.h http.h log.h loop.h net.h network.h page.h web-files.h
admit.o: admit.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
auth.o: auth.c addr.h buf.h compat/compat.h config.h director.h helper.h log.h loop.h net.h network.h siphash.h
buf.o: buf.c buf.h config.h log.h
check.o: check.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
clock.o: clock.c clock.h config.h
command-edit.o: command-edit.c addr.h buf.h command.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
command-host.o: command-host.c addr.h buf.h command.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
command-set.o: command-set.c addr.h buf.h command.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
command.o: command.c addr.h buf.h command.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
compareconf.o: compareconf.c addr.h buf.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
compat/explicit_bzero.o: compat/explicit_bzero.c compat/compat.h config.h
compat/getentropy.o: compat/getentropy.c compat/compat.h config.h
compat/set-epoll.o: compat/set-epoll.c compat/set.h config.h loop.h
compat/set-kqueue.o: compat/set-kqueue.c compat/set.h config.h loop.h
compat/set-none.o: compat/set-none.c compat/set.h config.h
conf-attr.o: conf-attr.c addr.h buf.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
conf-build.o: conf-build.c addr.h buf.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
conf-check.o: conf-check.c addr.h buf.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
conf-save.o: conf-save.c addr.h buf.h conf-text.h conf-want.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
conf-text.o: conf-text.c addr.h buf.h conf-text.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
conf-want.o: conf-want.c addr.h buf.h conf-text.h conf-want.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
conf.o: conf.c addr.h buf.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
connlog.o: connlog.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
console.o: console.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
control.o: control.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
daemon.o: daemon.c clock.h config.h daemon.h log.h
dial.o: dial.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
director.o: director.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h pydirector.h random.h
edit.o: edit.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
escape.o: escape.c buf.h config.h escape.h log.h
flow.o: flow.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h relay.h
helper-main.o: helper-main.c addr.h compat/compat.h config.h helper.h log.h loop.h
helper.o: helper.c addr.h compat/compat.h config.h helper.h log.h loop.h net.h
http-conn.o: http-conn.c addr.h buf.h clock.h compat/compat.h config.h director.h helper.h http-conn.h http.h log.h loop.h net.h network.h
http-parse.o: http-parse.c addr.h buf.h config.h director.h helper.h http.h log.h loop.h net.h network.h
http.o: http.c addr.h buf.h config.h director.h helper.h http-conn.h http.h log.h loop.h net.h network.h
listen.o: listen.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
log.o: log.c clock.h config.h log.h
loop.o: loop.c addr.h clock.h compat/set.h config.h loop.h net.h
manager.o: manager.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h random.h
metrics.o: metrics.c addr.h buf.h clock.h config.h director.h escape.h helper.h log.h loop.h net.h network.h status.h
model.o: model.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
net.o: net.c addr.h config.h net.h
page-running.o: page-running.c addr.h buf.h clock.h config.h director.h escape.h helper.h http.h log.h loop.h net.h network.h page.h status.h
page.o: page.c addr.h buf.h config.h director.h escape.h helper.h http.h log.h loop.h net.h network.h page.h
plot.o: plot.c addr.h buf.h config.h director.h helper.h http.h log.h loop.h net.h network.h page.h
pydirector.o: pydirector.c compat/compat.h config.h daemon.h pydirector.h
pydirectorctl.o: pydirectorctl.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
random.o: random.c clock.h compat/compat.h config.h random.h
relay.o: relay.c addr.h buf.h clock.h config.h director.h helper.h log.h loop.h net.h network.h random.h relay.h
reload.o: reload.c addr.h buf.h command.h conf.h config.h director.h helper.h log.h loop.h net.h network.h
save.o: save.c addr.h buf.h clock.h config.h director.h helper.h log.h loop.h net.h network.h
sched.o: sched.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
siphash.o: siphash.c config.h siphash.h
ssh.o: ssh.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h
status.o: status.c addr.h buf.h clock.h conf.h config.h director.h escape.h helper.h log.h loop.h net.h network.h status.h
t/backend.o: t/backend.c config.h t/tool.h
t/bench-backend.o: t/bench-backend.c config.h t/tool.h
t/client.o: t/client.c config.h t/tool.h
t/flood.o: t/flood.c config.h t/tool.h
t/fuzz-addr.o: t/fuzz-addr.c addr.h config.h t/fuzz.h
t/fuzz-conf.o: t/fuzz-conf.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h t/fuzz.h
t/fuzz-conn.o: t/fuzz-conn.c addr.h buf.h clock.h config.h director.h helper.h http-conn.h http.h log.h loop.h net.h network.h t/fuzz.h
t/fuzz-helper.o: t/fuzz-helper.c addr.h compat/compat.h config.h helper.c helper.h log.h loop.h net.h t/fuzz.h
t/fuzz-http.o: t/fuzz-http.c addr.h buf.h config.h director.h helper.h http.h log.h loop.h net.h network.h t/fuzz.h
t/fuzz-line.o: t/fuzz-line.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h pydirector.h t/fuzz.h
t/load.o: t/load.c config.h t/tool.h
t/unit-addr.o: t/unit-addr.c addr.h config.h t/tap.h
t/unit-auth.o: t/unit-auth.c addr.h buf.h clock.h config.h director.h helper.h http.h log.h loop.h net.h network.h siphash.h t/tap.h t/web-tools.h
t/unit-buf.o: t/unit-buf.c buf.h config.h log.h t/tap.h
t/unit-command.o: t/unit-command.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h pydirector.h t/pairs.h t/tap.h
t/unit-compareconf.o: t/unit-compareconf.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h pydirector.h t/pairs.h t/tap.h
t/unit-compat.o: t/unit-compat.c compat/compat.h compat/explicit_bzero.c compat/getentropy.c config.h t/tap.h
t/unit-conf-save.o: t/unit-conf-save.c addr.h buf.h clock.h conf.h config.h director.h helper.h log.h loop.h net.h network.h t/conf-tools.h t/tap.h
t/unit-conf.o: t/unit-conf.c addr.h buf.h clock.h config.h director.h helper.h log.h loop.h net.h network.h t/conf-refusals.h t/tap.h
t/unit-helper.o: t/unit-helper.c addr.h clock.h config.h helper.h log.h loop.h net.h t/tap.h
t/unit-http.o: t/unit-http.c addr.h buf.h config.h director.h helper.h http.h log.h loop.h net.h network.h random.h t/tap.h
t/unit-log.o: t/unit-log.c clock.h config.h log.h t/tap.h
t/unit-loop.o: t/unit-loop.c compat/set.h config.h loop.h t/tap.h
t/unit-model.o: t/unit-model.c addr.h buf.h config.h director.h helper.h log.h loop.h net.h network.h t/tap.h
t/unit-save.o: t/unit-save.c addr.h buf.h clock.h config.h director.h helper.h log.h loop.h net.h network.h save.c t/tap.h
t/unit-sched.o: t/unit-sched.c addr.h buf.h clock.h config.h director.h helper.h log.h loop.h net.h network.h t/sched-tools.h t/tap.h
t/unit-status.o: t/unit-status.c addr.h buf.h clock.h config.h director.h escape.h helper.h log.h loop.h net.h network.h status.h t/tap.h
t/unit-web.o: t/unit-web.c addr.h buf.h clock.h config.h director.h helper.h http-conn.h http.h log.h loop.h net.h network.h t/tap.h t/web-tools.h
