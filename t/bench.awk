# SPDX-License-Identifier: ISC
#
# The tables of the bench, from lines of figures, one for each run: case,
# balancer, round, requests, bytes, ns, processor ns, p99, private, rss, size.
# Given are columns (the balancers), hosts (in the large group) and idle (how
# many idle relays). Runs of one case, balancer and round count as one.

function title(c) {
	if (c == "new")
		return "new connection per request, 64 clients"
	if (c == "keep")
		return "keep-alive, 64 clients"
	if (c == "idle")
		return "keep-alive, 64 clients, beside " idle \
		    " idle relays"
	if (c == "one")
		return "download, one"
	if (c == "four")
		return "download, four at once"
	return "new connection per request, " hosts " hosts, " \
	    (c ~ /^rr/ ? "roundrobin" : "leastconns")
}

# Sets middle, least, most of list[1..n]; 0 when there is none.
function spread(n,    i, j, v) {
	for (i = 2; i <= n; i++) {
		v = list[i]
		for (j = i - 1; j > 0 && list[j] > v; j--)
			list[j + 1] = list[j]
		list[j + 1] = v
	}
	if (n == 0)
		return 0
	least = list[1]
	most = list[n]
	middle = (list[int((n + 1) / 2)] + list[int(n / 2) + 1]) / 2
	return 1
}

function value(c, name, r, what,    k, sum) {
	k = c SUBSEP name SUBSEP r
	if (!(k in runs))
		return 0
	if (what == 3)
		return p99[k] / runs[k] / 1e6
	sum = c == "one" || c == "four" ? bytes[k] / 1e6 : requests[k]
	if (what == 1)
		return sum / ns[k] * 1e9
	return cpu[k] == 0 ? 0 : sum / cpu[k] * 1e9
}

# The median, then the ratios to another column or case.
function figure(c, name, what, by, other,    r, n, m, v, w, text) {
	for (r = 1; r <= rounds; r++) {
		v = value(c, name, r, what)
		w = value(by, other, r, what)
		if (v > 0)
			list[++n] = v
		if (v > 0 && w > 0)
			ratios[++m] = v / w
	}
	if (!spread(n))
		return sprintf("%8s %-15s", "-", "")
	text = sprintf(what == 3 ? "%8.2f" : "%8.0f", middle)
	for (r = 1; r <= m; r++)
		list[r] = ratios[r]
	if (!spread(m) || c == by && name == other)
		return sprintf("%s %-15s", text, m > 0 ? "1" : "")
	return sprintf("%s %4.2f %4.2f-%-5.2f", text, middle, least, most)
}

function table(c,    i) {
	printf "\n%s\n%-11s%11s%24s%25s\n", title(c), "",
	    c == "one" || c == "four" ? "MB/s" : "requests/s",
	    "per cpu s", "p99 ms"
	for (i = 1; i <= ncolumns; i++)
		if (seen[c, name[i]])
			printf "%-10s %s%s%s\n", name[i],
			    figure(c, name[i], 1, c, "haproxy"),
			    figure(c, name[i], 2, c, "haproxy"),
			    figure(c, name[i], 3, c, "haproxy")
}

function growth(i, s, text) {
	if (!seen[s hosts, name[i]])
		return
	text = figure(s hosts, name[i], 2, s 3, name[i])
	printf "%-10s %-10s %s\n", name[i],
	    s == "rr" ? "roundrobin" : "leastconns", text
}

function memory_of(i, of, by,    r, n) {
	for (r = 1; r <= rounds; r++)
		if (("memory", name[i], r) in of)
			list[++n] = of["memory", name[i], r] / by
	return spread(n) ? sprintf("%12.0f", middle) : ""
}

function memory(i) {
	if (seen["memory", name[i]])
		printf "%-10s%s%s%s\n", name[i],
		    memory_of(i, private, idle),
		    memory_of(i, rss, idle), memory_of(i, size, 1024)
}

BEGIN { ncolumns = split(columns, name, " ") }
{
	k = $1 SUBSEP $2 SUBSEP $3
	seen[$1, $2] = any[$1] = 1
	if ($3 > rounds)
		rounds = $3
	runs[k]++
	requests[k] += $4
	bytes[k] += $5
	ns[k] += $6
	cpu[k] += $7
	p99[k] += $8
	private[k] = $9
	rss[k] = $10
	size[k] = $11
}

END {
	n = split("new keep idle one four rr" hosts " lc" hosts, all,
	    " ")
	for (c = 1; c <= n; c++)
		if (any[all[c]])
			table(all[c])
	if (any["rr" hosts]) {
		print "\n" hosts " hosts against 3: requests per" \
		    " cpu s, the ratio, least-largest"
		for (i = 1; i <= ncolumns; i++) {
			growth(i, "rr")
			growth(i, "lc")
		}
	}
	if (any["memory"]) {
		printf "\nmemory for each of %d idle relays (pen" \
		    " takes it all at start)\n%-10s%12s%12s%12s\n",
		    idle, "", "dirty, B", "resident, B", "in all, KiB"
		for (i = 1; i <= ncolumns; i++)
			memory(i)
	}
}
