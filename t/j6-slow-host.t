#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A host that accepts and never answers: its relays end when they have been
# idle for so long. One that answers a byte a second: its relay lives. Others
# do not notice.

. "$(dirname "$0")/lib.sh"

need perl
cat >"$TMP/trickle.pl" <<'END'
use IO::Socket::INET;
use IO::Handle;
$SIG{PIPE} = $SIG{CHLD} = "IGNORE";
my $l = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 5) or die;
STDOUT->autoflush(1);
print "listening 127.0.0.1:", $l->sockport, "\n";
while (my $c = $l->accept) {
	next if fork;
	$c->autoflush(1);
	for my $byte (split //, "slowly\n") {
		print $c $byte;
		sleep 1;
	}
	exit;
}
END
perl "$TMP/trickle.pl" >"$TMP/trickle" &
test_pids="$test_pids $!"
wait_for 10 grep -q listening "$TMP/trickle" || bail "no slow host"
start_backend D deaf
start_backend A
start_balancer <<END
<config>
  <service name="deaf" idleTimeout="2">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$D"/></group>
  </service>
  <service name="slow" idleTimeout="2">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host ip="$(sed 's/.* //' "$TMP/trickle")"/>
    </group>
  </service>
  <service name="web">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true"><host ip="$A"/></group>
  </service>
</config>
END

start_client slow -c 3 -t 20000 "$(addr_of slow)" line
slow=$client_pid
start_client deaf -c 20 -t 20000 "$(addr_of deaf)" \
    'text:GET / HTTP/1.0\r\n\r\n' read
deaf=$client_pid
start_client large -t 20000 "$(addr_of deaf)" send:10000000
large=$client_pid
before=$(clock)
is "$(client -n 200 "$(addr_of web)" get | names | uniq -c |
    tr -s ' ')" " 200 A" "200 requests beside them"
within $(($(clock) - before)) 0 $((2000 * PATIENCE)) "are served as ever"

end_client $deaf
is "$(sort "$TMP/deaf" | uniq -c | tr -s ' ')" " 20 0 good eof" \
    "no answer: the end"
end_client_now $large
end_client $slow
is "$(sort "$TMP/slow" | uniq -c | tr -s ' ')" " 3 slowly" \
    "a byte a second: the answer"
ok "all have ended" wait_for 10 more_lines 23 ' (deaf|slow) .*: [a-z-]*$' "$LOG"
is "$(count_log ' deaf .* in 18 out 0 2[.][0-4][0-9]* s: idle$')" 20 \
    "those after two seconds of silence"
is "$(count_log ' slow .* out 7 [67][.][0-9]* s: (client|server)-closed$')" 3 \
    "these when they were over"
is "$(count_log ' host .*: down')" 0 "no host is blamed"
done_testing
