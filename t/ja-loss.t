#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A network that loses every fifth packet, each way, and lets some overtake
# others: transfers are whole, no host goes down while TCP still has time to
# repeat itself, and one without that time goes down for no other reason. When
# every packet is lost the host is down, when none is it is back.

. "$(dirname "$0")/netns.sh"
. "$(dirname "$0")/lib.sh"

far_network
far_cable -l 20 -d 1 -j 5
BACKEND_RUN="nsenter -n -t $far_pid"
start_backend A -l 10.9.0.2:0
start_backend B -l 10.8.0.2:0
BACKEND_RUN=

# transfers OUT ADDRESS: eight at a time. One packet can get lost ten times.
transfers()
{
	client -c 8 -t 300000 "$2" 'text:GET /bytes/30000 HTTP/1.0\r\n\r\n' \
	    line line line line line read >"$TMP/$1"
	grep '^[0-9]* good' "$TMP/$1" | sort | uniq -c | tr -s ' '
}

# lost_part: of the packets that came since the loss became 20, percent.
lost_part()
{
	cable_loss 20
	lost_came=$(cable_count 20 came)
	lost_lost=$(cable_count 20 lost)
	diag "$lost_lost of $lost_came packets were lost"
	lost=$((lost_came > 0 ? lost_lost * 100 / lost_came : 0))
}

# The network alone.
is "$(transfers alone "$B")" " 8 30000 good eof" \
    "without a balancer: every transfer is whole"
lost_part
within $lost 12 28 "percent of the packets were lost"

start_balancer <<END
<config>
  <service name="patient" connectTimeout="30">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="b" ip="$B"/>
    </group>
  </service>
  <service name="hasty" connectTimeout="1">
    <listen ip="127.0.0.1:0"/>
    <group name="g" scheduler="roundr" enable="true">
      <host name="a" ip="$A"/>
      <host name="b" ip="$B"/>
    </group>
  </service>
  <manager><hostCheck interval="1" tries="1" timeout="3"/></manager>
</config>
END
patient=$(addr_of patient)
hasty=$(addr_of hasty)

is "$(transfers through "$patient")" " 8 30000 good eof" \
    "every transfer is whole"
is "$(client -n 10 -t 60000 "$patient" get | names | tr -d '\n')" BBBBBBBBBB \
    "and every request is served"
is "$(count_log ' host patient/')" 0 "a host with the time to answer stays up"

# Its first SYN or the answer to it is lost in one of three times, and TCP
# repeats that after a second.
is "$(client -n 20 -t 60000 "$hasty" get | names | tr -d 'AB\n')" "" \
    "a second to connect is not enough: nobody notices"
diag "the host went down $(count_log ' host hasty/g/b: down: ') times"
lost_part
within $lost 12 28 "percent of the packets were lost"

# served WANTED: four requests are, by these.
served()
{
	test "$(client -n 4 "$hasty" get | names | sort | tr -d '\n')" = "$1"
}

cable_loss 0
ok "no packet is lost: both serve" wait_for 20 served AABB
start_client large -r 4096 -t 60000 "$patient" \
    'text:GET /bytes/3000000 HTTP/1.0\r\n\r\n' line line line line line read
large=$client_pid
wait_for 10 grep -q '^HTTP' "$TMP/large" || bail "no transfer"
down=$(count_log ' host hasty/g/b: down: timeout$')
up=$(count_log ' host hasty/g/b: up$')
cable_loss 100
ok "every packet is lost: requests are served" served AAAA
ok "the host is down: timeout" more_lines "$down" \
    ' host hasty/g/b: down: timeout$' "$LOG"
cable_loss 0
ok "no packet is lost: it comes back" wait_for 20 more_lines "$up" \
    ' host hasty/g/b: up$' "$LOG"
ok "and serves" served AABB
end_client $large
is "$(grep '^[0-9]* good' "$TMP/large")" "3000000 good eof" \
    "a transfer has waited"
is "$(cable_count 100 lost)" "$(cable_count 100 came)" \
    "every packet really was lost"
is "$(grep ' host .*: down: ' "$LOG" |
    grep -v ' host hasty/g/b: down: timeout$')" "" \
    "no host went down for another reason"
done_testing
