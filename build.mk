# SPDX-License-Identifier: ISC
#
# The rules; Makefile comes here once config.mk is there. For any POSIX make:
# no pattern rules, no conditionals, no functions.

.POSIX:
.SUFFIXES:
.SUFFIXES: .c .o

include config.mk

# The objects, floor by floor: pydirector-internals(7).
FLOOR0 = clock.o random.o siphash.o index.o log.o buf.o amp.o escape.o words.o path.o addr.o proxy.o network.o compat/give.o compat/harden.o compat/openas.o $(COMPAT)
FLOOR1 = $(TLS) net.o loop.o child.o sink.o helper.o
FLOOR2 = compareconf.o compareconf-host.o compareconf-admin.o edit.o model.o sched.o conf.o conf-attr.o conf-value.o conf-build.o conf-check.o conf-near.o \
	conf-save.o conf-text.o conf-want.o
FLOOR3 = save.o dial.o bound.o door.o listen.o admit.o connlog.o syslog.o relay.o relay-tell.o relay-connect.o origin.o header.o flow.o check.o manager.o
FLOOR4 = state.o handover.o takeover.o command-edit.o command-host.o command-set.o command-user.o parts.o reload.o files.o auth.o http.o http-conn.o http-io.o http-answer.o http-parse.o secure.o command.o \
	status.o metrics.o view.o plot.o page.o page-running.o admin.o control.o asker.o ssh.o \
	channel.o channel-login.o console.o console-args.o console-complete.o console-run.o console-show.o
FLOOR5 = director.o api-build.o api-map.o api-command.o api-view.o api-host.o api-stats.o api-watch.o api-sched.o api-run.o api-upgrade.o api-give.o api-limit.o \
	api-files.o api-helper.o api-web.o api-tls.o api-ssh.o api-console.o api-control.o api-connlog.o api-syslog.o
DAEMON_OBJECTS = pydirector.o daemon.o notify.o password.o privilege.o upgrade.o
# pydirectorctl.
CTL_OBJECTS = pydirectorctl.o ctl-ask.o ctl-compare.o ctl-edit.o ctl-print.o ctl-run.o ctl-signal.o ctl-watch.o
FLOOR6 = $(DAEMON_OBJECTS) helper-main.o $(CTL_OBJECTS) $(SSHD_OBJECTS)

ENGINE = $(FLOOR0) $(FLOOR1) $(FLOOR2) $(FLOOR3) $(FLOOR4) $(FLOOR5)
PROGRAMS = pydirector pydirector-helper pydirectorctl $(SSHD)
UNITS = t/unit-compat t/unit-index t/unit-buf t/unit-log t/unit-addr t/unit-amp t/unit-origin t/unit-control t/unit-proxy t/unit-network t/unit-admit t/unit-door t/unit-relay t/unit-sink t/unit-helper t/unit-loop \
	t/unit-model t/unit-sched t/unit-conf t/unit-conf-save t/unit-save \
	t/unit-words t/unit-console t/unit-channel t/unit-handover t/unit-http t/unit-auth t/unit-web t/unit-tls t/unit-status t/unit-compareconf t/unit-many t/unit-command t/unit-library t/unit-embed
TOOLS = t/backend t/client t/many-directors
BENCH = t/bench-backend t/flood
BENCHFLAGS =
SOAK = t/soak-client t/soak-backend t/soak-ledger $(SOAK_BLOCKS)
SOAKTIME = 3600
PAGES8 = pydirector.8 pydirectorctl.8
PAGES7 = pydirector-admin.7 pydirector-sched.7 pydirector-internals.7
PAGES5 = pydirector.conf.5
PAGES3 = pydirector.3
SAMPLES = etc/sample-pydirector.xml etc/sample-txlb.xml \
	etc/quickstart-web.xml etc/quickstart-mail.xml etc/quickstart-ldap.xml \
	etc/quickstart-database.xml etc/inittab.sample etc/pydirector.smf.xml \
	etc/pydirector.service etc/rc.freebsd etc/rc.netbsd etc/rc.openbsd \
	etc/logrotate.sample etc/newsyslog.sample etc/keepalived.sample \
	etc/carp.sample etc/pydirectorctl.bash-completion
# What scripts put into files that name directories.
DIRECTORIES = DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' SBINDIR='$(SBINDIR)' \
	SYSCONFDIR='$(SYSCONFDIR)' MANDIR='$(MANDIR)'
DOCS = README INSTALL NEWS LICENSE
EXAMPLES = examples/small-service.c examples/small-service-ev.c \
	examples/own-scheduler.c
PC = pydirector.pc pydirector-files.pc pydirector-tls.pc pydirector-all.pc

COMPILE = $(CC) $(STD) $(WARNINGS) -I. $(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(CFLAGS) $(LDFLAGS)
LIBS = $(XML_LIBS) $(TLS_LIBS) $(NET_LIBS)
FUZZERS = t/fuzz-http t/fuzz-conn t/fuzz-addr t/fuzz-amp t/fuzz-proxy t/fuzz-conf t/fuzz-line t/fuzz-words \
	t/fuzz-helper t/fuzz-network t/fuzz-handover t/fuzz-channel t/fuzz-keys
FUZZTIME = 60
JOBS = 2
PROVE = prove
PROVEFLAGS = --comments
TESTS = t/*.t $(UNITS)
# Run again with all relays in the poll array; some also on the stand-in for
# kqueue(2).
TRAFFIC = t/[3-6]*.t t/d*.t t/7[0-3]*.t t/g*.t t/j[0267]*.t
STANDIN_TRAFFIC = t/3*.t t/62-*.t t/63-*.t

all: $(PROGRAMS)

.c.o:
	$(COMPILE) -c -o $@ $<

conf.o: conf.c
	$(COMPILE) $(XML_CFLAGS) -c -o $@ conf.c

tls.o: tls.c
	$(COMPILE) $(TLS_CFLAGS) -c -o $@ tls.c

tls-cert.o: tls-cert.c
	$(COMPILE) $(TLS_CFLAGS) -c -o $@ tls-cert.c

tls-make.o: tls-make.c
	$(COMPILE) $(TLS_CFLAGS) -c -o $@ tls-make.c

t/unit-tls.o: t/unit-tls.c
	$(COMPILE) $(TLS_CFLAGS) -c -o $@ t/unit-tls.c

sshd.o: sshd.c
	$(COMPILE) $(SSH_CFLAGS) -c -o $@ sshd.c

sshd-auth.o: sshd-auth.c
	$(COMPILE) $(SSH_CFLAGS) -c -o $@ sshd-auth.c

sshd-key.o: sshd-key.c
	$(COMPILE) $(SSH_CFLAGS) -c -o $@ sshd-key.c

sshd-pty.o: sshd-pty.c
	$(COMPILE) $(SSH_CFLAGS) -c -o $@ sshd-pty.c

sshd-shell.o: sshd-shell.c
	$(COMPILE) $(SSH_CFLAGS) -c -o $@ sshd-shell.c

ctl-edit.o: ctl-edit.c
	$(COMPILE) $(EDIT_CFLAGS) -c -o $@ ctl-edit.c

t/load.o: t/load.c
	$(COMPILE) $(CURL_CFLAGS) -c -o $@ t/load.c

# What the web pages load.
web-files.h: tools/web.sh web/icon.svg web/script.js web/style.css
	sh tools/web.sh web/icon.svg web/script.js web/style.css >$@.new
	mv $@.new $@

libpydirector.a: $(ENGINE)
	rm -f $@
	$(AR) -rc $@ $(ENGINE)

# What is installed of it, and how programs find it.
installed.a: libpydirector.a tools/archive.sh
	sh tools/archive.sh libpydirector.a $@

FILL = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	-e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	-e 's|@NET_LIBS@|$(NET_LIBS)|' -e 's|@XML_LIBS@|$(XML_LIBS)|' \
	-e 's|@TLS_LIBS@|$(TLS_LIBS)|'

pydirector.pc: etc/pydirector.pc.in config.mk
	$(FILL) etc/pydirector.pc.in >$@

pydirector-files.pc: etc/pydirector-files.pc.in config.mk
	$(FILL) etc/pydirector-files.pc.in >$@

pydirector-all.pc: etc/pydirector-all.pc.in config.mk
	$(FILL) etc/pydirector-all.pc.in >$@

pydirector-tls.pc: etc/pydirector-tls.pc.in config.mk
	$(FILL) etc/pydirector-tls.pc.in >$@

pydirector: $(DAEMON_OBJECTS) libpydirector.a
	$(LINK) -o $@ $(DAEMON_OBJECTS) libpydirector.a $(LIBS) $(CRYPT_LIBS)

pydirector-helper: helper-main.o libpydirector.a
	$(LINK) -o $@ helper-main.o libpydirector.a $(NET_LIBS) $(CRYPT_LIBS)

pydirectorctl: $(CTL_OBJECTS) libpydirector.a
	$(LINK) -o $@ $(CTL_OBJECTS) libpydirector.a $(XML_LIBS) $(NET_LIBS) \
	    $(EDIT_LIBS)

# Not built where there is no libssh.
pydirector-sshd: $(SSHD_OBJECTS) libpydirector.a
	$(LINK) -o $@ $(SSHD_OBJECTS) libpydirector.a $(SSH_LIBS) $(NET_LIBS)

# What the tests use.
tests: all $(TOOLS) $(SOAK) $(LOAD) $(UNITS) $(STANDIN) $(FAULTY) $(CABLE) installed.a $(PC)

t/backend: t/backend.o
	$(LINK) -o $@ t/backend.o $(NET_LIBS)

t/many-directors: t/many-directors.o libpydirector.a
	$(LINK) -o $@ t/many-directors.o libpydirector.a $(LIBS)

t/client: t/client.o
	$(LINK) -o $@ t/client.o $(NET_LIBS)

t/load: t/load.o
	$(LINK) -o $@ t/load.o $(CURL_LIBS) $(NET_LIBS)

# Where there are network namespaces.
t/cable: t/cable.o
	$(LINK) -o $@ t/cable.o $(NET_LIBS)

t/bench-backend: t/bench-backend.o
	$(LINK) -o $@ t/bench-backend.o $(NET_LIBS)

t/flood: t/flood.o
	$(LINK) -o $@ t/flood.o $(NET_LIBS)

t/soak-client: t/soak-client.o
	$(LINK) -o $@ t/soak-client.o $(NET_LIBS)

t/soak-backend: t/soak-backend.o
	$(LINK) -o $@ t/soak-backend.o $(NET_LIBS)

t/soak-ledger: t/soak-ledger.o
	$(LINK) -o $@ t/soak-ledger.o

# Put in front of the C library.
t/soak-blocks.so: t/soak-blocks.c config.h
	$(COMPILE) -fPIC -shared -o $@ t/soak-blocks.c

t/unit-compat: t/unit-compat.o
	$(LINK) -o $@ t/unit-compat.o

t/unit-index: t/unit-index.o libpydirector.a
	$(LINK) -o $@ t/unit-index.o libpydirector.a $(LIBS)

t/unit-buf: t/unit-buf.o libpydirector.a
	$(LINK) -o $@ t/unit-buf.o libpydirector.a $(LIBS)

t/unit-log: t/unit-log.o libpydirector.a
	$(LINK) -o $@ t/unit-log.o libpydirector.a $(LIBS)

t/unit-amp: t/unit-amp.o libpydirector.a
	$(LINK) -o $@ t/unit-amp.o libpydirector.a $(LIBS)

t/unit-control: t/unit-control.o libpydirector.a
	$(LINK) -o $@ t/unit-control.o libpydirector.a $(LIBS)

t/unit-origin: t/unit-origin.o libpydirector.a
	$(LINK) -o $@ t/unit-origin.o libpydirector.a $(LIBS)

t/unit-addr: t/unit-addr.o libpydirector.a
	$(LINK) -o $@ t/unit-addr.o libpydirector.a $(LIBS)

t/unit-proxy: t/unit-proxy.o libpydirector.a
	$(LINK) -o $@ t/unit-proxy.o libpydirector.a $(LIBS)

t/unit-network: t/unit-network.o libpydirector.a
	$(LINK) -o $@ t/unit-network.o libpydirector.a $(LIBS)

t/unit-door: t/unit-door.o libpydirector.a
	$(LINK) -o $@ t/unit-door.o libpydirector.a $(LIBS)

t/unit-relay: t/unit-relay.o libpydirector.a
	$(LINK) -o $@ t/unit-relay.o libpydirector.a $(LIBS)

t/unit-sink: t/unit-sink.o libpydirector.a
	$(LINK) -o $@ t/unit-sink.o libpydirector.a $(LIBS)

t/unit-admit: t/unit-admit.o libpydirector.a
	$(LINK) -o $@ t/unit-admit.o libpydirector.a $(LIBS)

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

t/unit-many: t/unit-many.o libpydirector.a
	$(LINK) -o $@ t/unit-many.o libpydirector.a $(LIBS)

t/unit-command: t/unit-command.o libpydirector.a
	$(LINK) -o $@ t/unit-command.o libpydirector.a $(LIBS)

t/unit-handover: t/unit-handover.o libpydirector.a
	$(LINK) -o $@ t/unit-handover.o libpydirector.a $(LIBS)

t/unit-embed: t/unit-embed.o libpydirector.a
	$(LINK) -o $@ t/unit-embed.o libpydirector.a $(LIBS)

t/unit-library: t/unit-library.o libpydirector.a
	$(LINK) -o $@ t/unit-library.o libpydirector.a $(LIBS)

t/unit-http: t/unit-http.o libpydirector.a
	$(LINK) -o $@ t/unit-http.o libpydirector.a $(LIBS)

t/unit-auth: t/unit-auth.o libpydirector.a
	$(LINK) -o $@ t/unit-auth.o libpydirector.a $(LIBS)

t/unit-words: t/unit-words.o libpydirector.a
	$(LINK) -o $@ t/unit-words.o libpydirector.a $(LIBS)

t/unit-console: t/unit-console.o libpydirector.a
	$(LINK) -o $@ t/unit-console.o libpydirector.a $(LIBS)

t/unit-channel: t/unit-channel.o libpydirector.a
	$(LINK) -o $@ t/unit-channel.o libpydirector.a $(LIBS)

t/unit-web: t/unit-web.o libpydirector.a
	$(LINK) -o $@ t/unit-web.o libpydirector.a $(LIBS)

t/unit-tls: t/unit-tls.o libpydirector.a
	$(LINK) -o $@ t/unit-tls.o libpydirector.a $(LIBS)

# The balancer with calls that fail on demand, where the linker can put them in
# the place of the system's.
WRAP = -Wl,--wrap=main,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup \
	-Wl,--wrap=free,--wrap=accept,--wrap=accept4,--wrap=socket \
	-Wl,--wrap=connect,--wrap=recv,--wrap=send,--wrap=read,--wrap=write \
	-Wl,--wrap=posix_spawn,--wrap=posix_spawnattr_init \
	-Wl,--wrap=posix_spawn_file_actions_init \
	-Wl,--wrap=posix_spawn_file_actions_adddup2,--wrap=fork \
	-Wl,--wrap=epoll_create1,--wrap=epoll_ctl,--wrap=epoll_wait \
	-Wl,--wrap=getsockname,--wrap=getpeername,--wrap=socketpair \
	-Wl,--wrap=pipe,--wrap=bind,--wrap=listen,--wrap=getsockopt \
	-Wl,--wrap=setsockopt,--wrap=fcntl,--wrap=ioctl,--wrap=stat \
	-Wl,--wrap=lstat,--wrap=fstat,--wrap=getcwd,--wrap=fsync \
	-Wl,--wrap=rename,--wrap=link,--wrap=mkstemp,--wrap=chmod \
	-Wl,--wrap=fchmod,--wrap=fchown,--wrap=ftruncate,--wrap=pread \
	-Wl,--wrap=pwrite,--wrap=getentropy,--wrap=close,--wrap=shutdown \
	-Wl,--wrap=waitpid,--wrap=sigaction,--wrap=getaddrinfo,--wrap=open \
	-Wl,--wrap=poll,--wrap=clock_gettime,--wrap=time,--wrap=realpath \
	-Wl,--wrap=access,--wrap=chdir,--wrap=lchown \
	-Wl,--wrap=posix_spawn_file_actions_addopen,--wrap=getpwnam \
	-Wl,--wrap=getpwuid,--wrap=getgrnam,--wrap=setuid,--wrap=setgid \
	-Wl,--wrap=seteuid,--wrap=setegid,--wrap=setgroups,--wrap=initgroups
FAULT_OBJECTS = t/fault.o t/fault-run.o t/fault-life.o t/fault-peers.o \
	t/fault-tls.o t/fault-upgrade.o t/fault-user.o

t/fault.o: t/fault.c
	$(COMPILE) $(XML_CFLAGS) -c -o $@ t/fault.c

t/fault-tls.o: t/fault-tls.c
	$(COMPILE) $(TLS_CFLAGS) -c -o $@ t/fault-tls.c

t/faulty: $(DAEMON_OBJECTS) $(FAULT_OBJECTS) libpydirector.a
	$(LINK) $(WRAP) -o $@ $(DAEMON_OBJECTS) $(FAULT_OBJECTS) \
	    libpydirector.a $(LIBS) $(CRYPT_LIBS)

# What t/fuzz.sh builds, with flags of its own.
t/fuzz-http: t/fuzz-http.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-http.o libpydirector.a $(LIBS)

t/fuzz-conn: t/fuzz-conn.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-conn.o libpydirector.a $(LIBS)

t/fuzz-amp: t/fuzz-amp.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-amp.o libpydirector.a $(LIBS)

t/fuzz-addr: t/fuzz-addr.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-addr.o libpydirector.a $(LIBS)

t/fuzz-proxy: t/fuzz-proxy.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-proxy.o libpydirector.a $(LIBS)

t/fuzz-conf: t/fuzz-conf.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-conf.o libpydirector.a $(LIBS)

t/fuzz-words: t/fuzz-words.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-words.o libpydirector.a $(LIBS)

t/fuzz-line: t/fuzz-line.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-line.o libpydirector.a $(LIBS)

t/fuzz-helper: t/fuzz-helper.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-helper.o libpydirector.a $(LIBS)

t/fuzz-network: t/fuzz-network.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-network.o libpydirector.a $(LIBS)

t/fuzz-handover: t/fuzz-handover.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-handover.o libpydirector.a $(LIBS)

t/fuzz-channel: t/fuzz-channel.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-channel.o libpydirector.a $(LIBS)

# Left out where there is no libssh.
t/fuzz-keys.o: t/fuzz-keys.c
	$(COMPILE) $(SSH_CFLAGS) -c -o $@ t/fuzz-keys.c

t/fuzz-keys: t/fuzz-keys.o sshd-key.o libpydirector.a
	$(LINK) -fsanitize=fuzzer -o $@ t/fuzz-keys.o sshd-key.o \
	    libpydirector.a $(SSH_LIBS)

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

t/kqueue/pydirector: $(DAEMON_OBJECTS) libpydirector.a \
	t/kqueue/set-kqueue.o t/kqueue/kqueue.o
	$(LINK) -o $@ $(DAEMON_OBJECTS) t/kqueue/set-kqueue.o \
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

# Random traffic and changes for SOAKTIME seconds, and the books afterwards.
soak: tests
	@SOAKTIME='$(SOAKTIME)' sh t/soak.sh

# What the tests reach, by gcov.
coverage: web-files.h
	@MAKE='$(MAKE)' JOBS='$(JOBS)' POLLTESTS='$(TRAFFIC)' \
	    sh tools/coverage.sh $(TESTS)

LINT = XML_CFLAGS='$(XML_CFLAGS)' TLS_CFLAGS='$(TLS_CFLAGS)' \
	SSH_CFLAGS='$(SSH_CFLAGS)' CURL_CFLAGS='$(CURL_CFLAGS)' \
	sh tools/lint.sh

lint: web-files.h
	@$(LINT)

analyze: web-files.h
	@$(LINT) analyze

install: all installed.a $(PC)
	@sh tools/install.sh 755 '$(DESTDIR)$(SBINDIR)' pydirector pydirectorctl
	@sh tools/install.sh 755 '$(DESTDIR)$(LIBEXECDIR)' pydirector-helper $(SSHD)
	@cd man && sh ../tools/install.sh 644 '$(DESTDIR)$(MANDIR)/man8' $(PAGES8)
	@cd man && sh ../tools/install.sh 644 '$(DESTDIR)$(MANDIR)/man7' $(PAGES7)
	@cd man && sh ../tools/install.sh 644 '$(DESTDIR)$(MANDIR)/man5' $(PAGES5)
	@cd man && sh ../tools/install.sh 644 '$(DESTDIR)$(MANDIR)/man3' $(PAGES3)
	@sh tools/install.sh 644 '$(DESTDIR)$(INCLUDEDIR)' pydirector.h
	@sh tools/install.sh 644 '$(DESTDIR)$(LIBDIR)' installed.a=libpydirector.a
	@sh tools/install.sh 644 '$(DESTDIR)$(LIBDIR)/pkgconfig' $(PC)
	@sh tools/install.sh 644 '$(DESTDIR)$(EXAMPLEDIR)' $(EXAMPLES)
	@$(DIRECTORIES) sh tools/install.sh -f 644 '$(DESTDIR)$(EXAMPLEDIR)' $(SAMPLES)
	@sh tools/install.sh 644 '$(DESTDIR)$(DOCDIR)' $(DOCS)
	@sh tools/install.sh -n 640 '$(DESTDIR)$(SYSCONFDIR)' etc/pydirector.xml

# The configuration stays: it is the user's.
uninstall:
	@sh tools/install.sh -d '$(DESTDIR)$(SBINDIR)' pydirector pydirectorctl
	@sh tools/install.sh -d '$(DESTDIR)$(LIBEXECDIR)' pydirector-helper $(SSHD)
	@sh tools/install.sh -d '$(DESTDIR)$(MANDIR)/man8' $(PAGES8)
	@sh tools/install.sh -d '$(DESTDIR)$(MANDIR)/man7' $(PAGES7)
	@sh tools/install.sh -d '$(DESTDIR)$(MANDIR)/man5' $(PAGES5)
	@sh tools/install.sh -d '$(DESTDIR)$(MANDIR)/man3' $(PAGES3)
	@sh tools/install.sh -d '$(DESTDIR)$(INCLUDEDIR)' pydirector.h
	@sh tools/install.sh -d '$(DESTDIR)$(LIBDIR)/pkgconfig' $(PC)
	@sh tools/install.sh -d '$(DESTDIR)$(LIBDIR)' libpydirector.a
	@sh tools/install.sh -d '$(DESTDIR)$(EXAMPLEDIR)' $(EXAMPLES)
	@sh tools/install.sh -d '$(DESTDIR)$(EXAMPLEDIR)' $(SAMPLES)
	@sh tools/install.sh -d '$(DESTDIR)$(DOCDIR)' $(DOCS)

# On request: EXTRA=NAME, see tools/extra.sh.
install-extra:
	@$(DIRECTORIES) sh tools/extra.sh install $(EXTRA)

uninstall-extra:
	@$(DIRECTORIES) sh tools/extra.sh uninstall $(EXTRA)

clean:
	rm -f *.o compat/*.o t/*.o t/*.so t/kqueue/*.o t/kqueue/pydirector t/faulty t/cable
	rm -f web-files.h libpydirector.a installed.a $(PC) $(PROGRAMS) $(TOOLS) $(BENCH) \
	    $(SOAK) t/load $(UNITS)

.PHONY: all tests check fuzz check-all check-poll check-standin floors demo bench soak coverage lint analyze install uninstall install-extra uninstall-extra clean

# Dependencies; `sh tools/deps.sh -w` writes what follows.
addr.o: addr.c addr.h config.h
admin.o: admin.c addr.h bound.h buf.h config.h director.h door.h helper.h http.h index.h log.h loop.h model.h net.h network.h page.h secure.h tls.h view.h web-files.h
admit.o: admit.c addr.h admit.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h random.h siphash.h
amp.o: amp.c amp.h buf.h config.h log.h
api-build.o: api-build.c addr.h api.h buf.h command.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-command.o: api-command.c addr.h api.h buf.h command.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-connlog.o: api-connlog.c addr.h api.h buf.h config.h connlog.h director.h door.h given.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-console.o: api-console.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-control.o: api-control.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-files.o: api-files.c addr.h api.h buf.h config.h director.h door.h files.h helper.h index.h log.h loop.h model.h net.h network.h path.h pydirector.h
api-give.o: api-give.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-helper.o: api-helper.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-host.o: api-host.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-limit.o: api-limit.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-map.o: api-map.c addr.h api.h buf.h command.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-run.o: api-run.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-sched.o: api-sched.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-ssh.o: api-ssh.c addr.h api.h buf.h config.h director.h door.h given.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-stats.o: api-stats.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-syslog.o: api-syslog.c addr.h api.h buf.h config.h connlog.h director.h door.h given.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-tls.o: api-tls.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h tls.h
api-upgrade.o: api-upgrade.c addr.h api.h buf.h config.h director.h door.h handover.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
api-view.o: api-view.c addr.h api.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h view.h
api-watch.o: api-watch.c addr.h api.h buf.h clock.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h relay.h
api-web.o: api-web.c addr.h api.h buf.h config.h director.h door.h given.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h
asker.o: asker.c addr.h amp.h buf.h config.h control.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h origin.h relay.h siphash.h
auth.o: auth.c addr.h buf.h compat/compat.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h siphash.h
bound.o: bound.c addr.h bound.h buf.h compat/give.h compat/openas.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
buf.o: buf.c buf.h config.h log.h
channel-login.o: channel-login.c addr.h buf.h channel-login.h channel.h command.h conf.h config.h console.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h path.h view.h words.h
channel.o: channel.c addr.h buf.h channel-login.h channel.h clock.h command.h compat/compat.h conf.h config.h console.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h view.h words.h
check.o: check.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h proxy.h
child.o: child.c child.h clock.h config.h loop.h
clock.o: clock.c clock.h config.h
command-edit.o: command-edit.c addr.h buf.h command.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
command-host.o: command-host.c addr.h buf.h command.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
command-set.o: command-set.c addr.h buf.h command.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h parts.h
command-user.o: command-user.c addr.h buf.h command.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
command.o: command.c addr.h buf.h command.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
compareconf-admin.o: compareconf-admin.c addr.h buf.h compareconf.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
compareconf-host.o: compareconf-host.c addr.h buf.h compareconf.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
compareconf.o: compareconf.c addr.h buf.h compareconf.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
compat/explicit_bzero.o: compat/explicit_bzero.c compat/compat.h config.h
compat/getentropy.o: compat/getentropy.c compat/compat.h config.h
compat/give.o: compat/give.c compat/give.h config.h
compat/harden.o: compat/harden.c compat/harden.h config.h
compat/openas.o: compat/openas.c compat/openas.h config.h
compat/set-epoll.o: compat/set-epoll.c compat/set.h config.h loop.h
compat/set-kqueue.o: compat/set-kqueue.c compat/set.h config.h loop.h
compat/set-none.o: compat/set-none.c compat/set.h config.h
compat/tls-none.o: compat/tls-none.c addr.h config.h net.h tls.h
conf-attr.o: conf-attr.c addr.h buf.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
conf-build.o: conf-build.c addr.h buf.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
conf-check.o: conf-check.c addr.h buf.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
conf-near.o: conf-near.c addr.h buf.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
conf-save.o: conf-save.c addr.h buf.h conf-text.h conf-want.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
conf-text.o: conf-text.c addr.h buf.h conf-text.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
conf-value.o: conf-value.c addr.h buf.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
conf-want.o: conf-want.c addr.h buf.h conf-text.h conf-want.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
conf.o: conf.c addr.h buf.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
connlog.o: connlog.c addr.h buf.h clock.h config.h connlog.h director.h door.h escape.h given.h helper.h index.h log.h loop.h model.h net.h network.h relay.h sink.h
console-args.o: console-args.c addr.h buf.h channel.h command.h conf.h config.h console.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h view.h words.h
console-complete.o: console-complete.c addr.h buf.h channel.h command.h conf.h config.h console.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h view.h words.h
console-run.o: console-run.c addr.h buf.h channel.h command.h conf.h config.h console.h director.h door.h escape.h helper.h index.h log.h loop.h model.h net.h network.h view.h words.h
console-show.o: console-show.c addr.h buf.h channel.h command.h conf.h config.h console.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h status.h view.h words.h
console.o: console.c addr.h buf.h channel.h command.h conf.h config.h console.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h view.h words.h
control.o: control.c addr.h amp.h buf.h config.h control.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h origin.h relay.h siphash.h
ctl-ask.o: ctl-ask.c addr.h buf.h channel.h clock.h config.h ctl.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
ctl-compare.o: ctl-compare.c addr.h buf.h config.h ctl.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
ctl-edit.o: ctl-edit.c addr.h buf.h channel.h config.h ctl.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h words.h
ctl-print.o: ctl-print.c buf.h config.h ctl.h log.h
ctl-run.o: ctl-run.c addr.h buf.h channel.h config.h ctl.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h words.h
ctl-signal.o: ctl-signal.c buf.h config.h ctl.h log.h
ctl-watch.o: ctl-watch.c addr.h buf.h channel.h clock.h config.h ctl.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
daemon.o: daemon.c clock.h compat/openas.h config.h daemon.h log.h pydirector.h
dial.o: dial.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
director.o: director.c addr.h api.h buf.h conf.h config.h director.h door.h handover.h helper.h index.h log.h loop.h model.h net.h network.h parts.h proxy.h pydirector.h random.h
door.o: door.c addr.h bound.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
edit.o: edit.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
escape.o: escape.c buf.h config.h escape.h log.h
files.o: files.c addr.h buf.h command.h conf.h config.h director.h door.h files.h helper.h index.h log.h loop.h model.h net.h network.h
flow.o: flow.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h relay.h
handover.o: handover.c addr.h buf.h child.h command.h conf.h config.h director.h door.h handover.h helper.h http.h index.h log.h loop.h model.h net.h network.h page.h
header.o: header.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h proxy.h relay.h
helper-main.o: helper-main.c addr.h compat/compat.h compat/harden.h config.h helper.h log.h loop.h sink.h
helper.o: helper.c addr.h child.h compat/compat.h config.h helper.h log.h loop.h net.h
http-answer.o: http-answer.c addr.h buf.h clock.h config.h director.h door.h helper.h http-conn.h http.h index.h log.h loop.h model.h net.h network.h
http-conn.o: http-conn.c addr.h buf.h clock.h compat/compat.h config.h director.h door.h helper.h http-conn.h http.h index.h log.h loop.h model.h net.h network.h tls.h
http-io.o: http-io.c addr.h buf.h config.h director.h door.h helper.h http-conn.h http.h index.h log.h loop.h model.h net.h network.h tls.h
http-parse.o: http-parse.c addr.h buf.h config.h director.h door.h helper.h http.h index.h log.h loop.h model.h net.h network.h
http.o: http.c addr.h buf.h config.h director.h door.h helper.h http-conn.h http.h index.h log.h loop.h model.h net.h network.h
index.o: index.c addr.h config.h index.h
listen.o: listen.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
log.o: log.c clock.h config.h log.h
loop.o: loop.c addr.h clock.h compat/set.h config.h loop.h net.h
manager.o: manager.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h random.h
metrics.o: metrics.c addr.h buf.h clock.h config.h connlog.h director.h door.h escape.h helper.h index.h log.h loop.h model.h net.h network.h status.h
model.o: model.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
net.o: net.c addr.h config.h net.h
network.o: network.c addr.h config.h network.h
notify.o: notify.c addr.h clock.h config.h net.h notify.h
origin.o: origin.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h origin.h random.h relay.h siphash.h
page-running.o: page-running.c addr.h buf.h clock.h config.h director.h door.h escape.h helper.h http.h index.h log.h loop.h model.h net.h network.h page.h status.h
page.o: page.c addr.h buf.h config.h director.h door.h escape.h helper.h http.h index.h log.h loop.h model.h net.h network.h page.h
parts.o: parts.c addr.h buf.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h parts.h
password.o: password.c compat/compat.h config.h password.h
path.o: path.c config.h path.h
plot.o: plot.c addr.h buf.h config.h director.h door.h helper.h http.h index.h log.h loop.h model.h net.h network.h page.h
privilege.o: privilege.c compat/harden.h config.h privilege.h
proxy.o: proxy.c addr.h config.h proxy.h
pydirector.o: pydirector.c compat/give.h compat/harden.h config.h daemon.h notify.h password.h privilege.h pydirector.h upgrade.h
pydirectorctl.o: pydirectorctl.c addr.h buf.h channel.h compat/harden.h config.h ctl.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
random.o: random.c clock.h compat/compat.h config.h random.h
relay-connect.o: relay-connect.c addr.h buf.h clock.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h random.h relay.h
relay-tell.o: relay-tell.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h relay.h
relay.o: relay.c addr.h admit.h buf.h clock.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h relay.h
reload.o: reload.c addr.h buf.h command.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h parts.h
save.o: save.c addr.h buf.h clock.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
sched.o: sched.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h
secure.o: secure.c addr.h buf.h compat/openas.h config.h director.h door.h given.h helper.h http-conn.h http.h index.h log.h loop.h model.h net.h network.h path.h secure.h tls.h
sink.o: sink.c addr.h buf.h child.h compat/openas.h config.h log.h loop.h net.h sink.h
siphash.o: siphash.c config.h siphash.h
ssh.o: ssh.c addr.h buf.h channel.h child.h compat/openas.h config.h director.h door.h given.h helper.h index.h log.h loop.h model.h net.h network.h path.h ssh.h
sshd-auth.o: sshd-auth.c clock.h compat/compat.h config.h ssh.h sshd.h
sshd-key.o: sshd-key.c compat/compat.h config.h ssh.h sshd.h
sshd-pty.o: sshd-pty.c config.h ssh.h sshd.h
sshd-shell.o: sshd-shell.c clock.h config.h ssh.h sshd.h
sshd.o: sshd.c clock.h compat/harden.h compat/openas.h config.h ssh.h sshd.h
state.o: state.c addr.h buf.h config.h director.h door.h handover.h helper.h index.h log.h loop.h model.h net.h network.h
status.o: status.c addr.h buf.h clock.h conf.h config.h director.h door.h escape.h helper.h index.h log.h loop.h model.h net.h network.h status.h
syslog.o: syslog.c addr.h buf.h config.h connlog.h director.h door.h given.h helper.h index.h log.h loop.h model.h net.h network.h sink.h
t/backend.o: t/backend.c config.h t/proxy-text.h t/tool.h
t/bench-backend.o: t/bench-backend.c config.h t/tool.h
t/cable.o: t/cable.c config.h t/tool.h
t/client.o: t/client.c config.h t/tool.h
t/fault-life.o: t/fault-life.c config.h t/fault-life.h t/fault.h t/tool.h
t/fault-peers.o: t/fault-peers.c config.h t/fault-life.h t/fault.h t/tool.h
t/fault-run.o: t/fault-run.c config.h t/fault-life.h t/fault.h t/tool.h
t/fault-tls.o: t/fault-tls.c config.h t/fault-life.h t/fault.h t/tool.h
t/fault-upgrade.o: t/fault-upgrade.c config.h t/fault-life.h t/fault.h t/tool.h
t/fault-user.o: t/fault-user.c config.h t/fault-life.h t/fault.h t/tool.h
t/fault.o: t/fault.c config.h t/fault.h
t/flood.o: t/flood.c config.h t/tool.h
t/fuzz-addr.o: t/fuzz-addr.c addr.h config.h t/fuzz.h
t/fuzz-amp.o: t/fuzz-amp.c amp.h buf.h config.h log.h t/fuzz.h
t/fuzz-channel.o: t/fuzz-channel.c addr.h buf.h channel.h command.h conf.h config.h console.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h t/fuzz.h view.h words.h
t/fuzz-conf.o: t/fuzz-conf.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h t/fuzz.h
t/fuzz-conn.o: t/fuzz-conn.c addr.h buf.h clock.h config.h director.h door.h helper.h http-conn.h http.h index.h log.h loop.h model.h net.h network.h t/fuzz.h
t/fuzz-handover.o: t/fuzz-handover.c addr.h bound.h buf.h config.h director.h door.h handover.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h t/fuzz.h
t/fuzz-helper.o: t/fuzz-helper.c addr.h child.h compat/compat.h config.h helper.c helper.h log.h loop.h net.h t/fuzz.h
t/fuzz-http.o: t/fuzz-http.c addr.h buf.h config.h director.h door.h helper.h http.h index.h log.h loop.h model.h net.h network.h t/fuzz.h
t/fuzz-keys.o: t/fuzz-keys.c config.h ssh.h sshd.h t/fuzz.h
t/fuzz-line.o: t/fuzz-line.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h t/fuzz.h
t/fuzz-network.o: t/fuzz-network.c addr.h config.h network.h t/fuzz.h
t/fuzz-proxy.o: t/fuzz-proxy.c addr.h config.h proxy.h t/fuzz.h
t/fuzz-words.o: t/fuzz-words.c addr.h buf.h channel.h command.h conf.h config.h console.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h t/fuzz.h view.h words.h
t/load.o: t/load.c config.h t/tool.h
t/many-directors.o: t/many-directors.c config.h pydirector.h
t/soak-backend.o: t/soak-backend.c config.h t/proxy-text.h t/soak.h t/tool.h
t/soak-blocks.o: t/soak-blocks.c config.h
t/soak-client.o: t/soak-client.c config.h t/soak.h t/tool.h
t/soak-ledger.o: t/soak-ledger.c config.h t/soak.h t/tool.h
t/unit-addr.o: t/unit-addr.c addr.h config.h t/tap.h
t/unit-admit.o: t/unit-admit.c addr.h admit.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h t/tap.h
t/unit-amp.o: t/unit-amp.c amp.h buf.h config.h log.h t/tap.h
t/unit-auth.o: t/unit-auth.c addr.h buf.h clock.h config.h director.h door.h helper.h http.h index.h log.h loop.h model.h net.h network.h siphash.h t/tap.h t/web-tools.h
t/unit-buf.o: t/unit-buf.c buf.h config.h log.h t/tap.h
t/unit-channel.o: t/unit-channel.c addr.h buf.h channel.h clock.h command.h conf.h config.h console.h director.h door.h helper.h http.h index.h log.h loop.h model.h net.h network.h t/tap.h t/web-tools.h view.h words.h
t/unit-command.o: t/unit-command.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h t/pairs.h t/tap.h
t/unit-compareconf.o: t/unit-compareconf.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h t/pairs.h t/tap.h
t/unit-compat.o: t/unit-compat.c compat/compat.h compat/explicit_bzero.c compat/getentropy.c config.h t/tap.h
t/unit-conf-save.o: t/unit-conf-save.c addr.h buf.h clock.h conf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h t/conf-tools.h t/tap.h
t/unit-conf.o: t/unit-conf.c addr.h buf.h clock.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h t/conf-refusals.h t/tap.h
t/unit-console.o: t/unit-console.c addr.h buf.h channel.h command.h conf.h config.h console.h director.h door.h files.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h t/pairs.h t/tap.h view.h words.h
t/unit-control.o: t/unit-control.c addr.h amp.h buf.h clock.h config.h control.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h origin.h relay.h siphash.h t/tap.h
t/unit-door.o: t/unit-door.c addr.h bound.c bound.h buf.h compat/give.h compat/openas.h config.h director.h door.c door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h t/tap.h
t/unit-embed.o: t/unit-embed.c config.h pydirector.h t/library-tools.h t/tap.h
t/unit-handover.o: t/unit-handover.c addr.h bound.h buf.h clock.h conf.h config.h director.h door.h handover.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h t/tap.h
t/unit-helper.o: t/unit-helper.c addr.h clock.h config.h helper.h log.h loop.h net.h t/tap.h
t/unit-http.o: t/unit-http.c addr.h buf.h config.h director.h door.h helper.h http.h index.h log.h loop.h model.h net.h network.h random.h t/tap.h
t/unit-index.o: t/unit-index.c addr.h config.h index.h t/tap.h
t/unit-library.o: t/unit-library.c config.h pydirector.h t/library-tools.h t/tap.h
t/unit-log.o: t/unit-log.c clock.h config.h log.h t/tap.h
t/unit-loop.o: t/unit-loop.c addr.h clock.h compat/set.h config.h loop.c loop.h net.h t/tap.h
t/unit-many.o: t/unit-many.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h pydirector.h t/tap.h
t/unit-model.o: t/unit-model.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h t/tap.h
t/unit-network.o: t/unit-network.c addr.h config.h network.h t/tap.h
t/unit-origin.o: t/unit-origin.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h origin.h relay.h siphash.h t/tap.h
t/unit-proxy.o: t/unit-proxy.c addr.h config.h proxy.h t/tap.h
t/unit-relay.o: t/unit-relay.c addr.h buf.h clock.h compat/set.h config.h director.h door.h flow.c helper.h index.h log.h loop.h model.h net.h network.h pydirector.h random.h relay-connect.c relay.h t/library-tools.h t/tap.h
t/unit-save.o: t/unit-save.c addr.h buf.h clock.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h save.c t/tap.h
t/unit-sched.o: t/unit-sched.c addr.h buf.h clock.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h t/sched-tools.h t/tap.h
t/unit-sink.o: t/unit-sink.c clock.h config.h log.h loop.h sink.h t/tap.h
t/unit-status.o: t/unit-status.c addr.h buf.h clock.h config.h director.h door.h escape.h helper.h index.h log.h loop.h model.h net.h network.h status.h t/tap.h
t/unit-tls.o: t/unit-tls.c addr.h config.h net.h t/tap.h tls.h
t/unit-web.o: t/unit-web.c addr.h buf.h clock.h config.h director.h door.h helper.h http-conn.h http.h index.h log.h loop.h model.h net.h network.h t/tap.h t/web-tools.h
t/unit-words.o: t/unit-words.c buf.h config.h log.h path.h t/tap.h words.h
takeover.o: takeover.c addr.h bound.h buf.h config.h director.h door.h handover.h helper.h index.h log.h loop.h model.h net.h network.h
tls-cert.o: tls-cert.c addr.h compat/compat.h config.h net.h tls-impl.h tls.h
tls-make.o: tls-make.c addr.h config.h net.h tls-impl.h tls.h
tls.o: tls.c addr.h config.h net.h tls-impl.h tls.h
upgrade.o: upgrade.c config.h daemon.h notify.h pydirector.h upgrade.h
view.o: view.c addr.h buf.h config.h director.h door.h helper.h index.h log.h loop.h model.h net.h network.h view.h
words.o: words.c buf.h config.h log.h words.h
