/* SPDX-License-Identifier: ISC
 *
 * Puts newer text in place on the page `running`, at the configured rate and
 * while the page is seen. Everything works without it. */
(function () {
	"use strict";
	var live = document.getElementById("live");
	var rate = Number(document.body.getAttribute("data-refresh"));
	var on = true, timer = null, box, stale, url;

	if (!live || !window.fetch || !(rate > 0))
		return;
	rate = Math.max(rate, 1000);
	/* fetch() refuses an address with a name and a password in it. */
	url = new URL("running", location.href);
	url.username = url.password = "";

	function key(node) {
		return node.getAttribute ? node.getAttribute("data-key") : null;
	}

	/* What may become the other in place: a link that somebody is about
	 * to follow never turns into another one. */
	function alike(a, b) {
		return a.nodeType === b.nodeType && a.nodeName === b.nodeName &&
		    key(a) === key(b) && a.id === b.id &&
		    (a.nodeName !== "P" || a.className === b.className) &&
		    (a.nodeName !== "A" || a.getAttribute("href") ===
		    b.getAttribute("href"));
	}

	function attributes(to, from) {
		var i, name;

		for (i = to.attributes.length - 1; i >= 0; i--) {
			name = to.attributes[i].name;
			if (!from.hasAttribute(name))
				to.removeAttribute(name);
		}
		for (i = 0; i < from.attributes.length; i++) {
			name = from.attributes[i].name;
			if (to.getAttribute(name) !== from.getAttribute(name))
				to.setAttribute(name, from.getAttribute(name));
		}
	}

	/* Makes the children of a node those of another one, keeping every
	 * node that is the same thing: focus and scroll positions stay. */
	function merge(to, from) {
		var want = from.firstChild, have = to.firstChild, next, found;

		for (; want; want = next) {
			next = want.nextSibling;
			found = have;
			while (found && !alike(found, want))
				found = found.nextSibling;
			if (!found) {
				to.insertBefore(document.importNode(want, true),
				    have);
				continue;
			}
			while (have !== found) {
				have = have.nextSibling;
				to.removeChild(have.previousSibling);
			}
			have = found.nextSibling;
			if (want.nodeType === 1) {
				attributes(found, want);
				if (found.id !== "top")
					merge(found, want);
			} else if (found.nodeValue !== want.nodeValue) {
				found.nodeValue = want.nodeValue;
			}
		}
		while (have) {
			next = have.nextSibling;
			to.removeChild(have);
			have = next;
		}
	}

	function take(text) {
		var page = new DOMParser().parseFromString(text, "text/html");
		var from = page.getElementById("live");

		if (!from)
			throw new Error("not the page");
		merge(live, from);
		document.title = page.title;
		stale.textContent = "";
	}

	function later() {
		clearTimeout(timer);
		timer = on && !document.hidden ? setTimeout(now, Math.min(rate, 0x7fffffff)) : null;
	}

	function now() {
		fetch(url.href, {
			credentials: "same-origin",
			headers: { "Accept": "text/html" }
		}).then(function (answer) {
			if (!answer.ok)
				throw new Error(answer.status);
			return answer.text();
		}).then(take).catch(function () {
			stale.textContent = "No answer: this is old.";
		}).then(later);
	}

	box = document.createElement("label");
	box.innerHTML = "<input type=\"checkbox\" checked> ";
	box.appendChild(document.createTextNode("refresh every " +
	    rate / 1000 + " s"));
	box.firstChild.addEventListener("change", function () {
		on = this.checked;
		later();
	});
	document.getElementById("top").appendChild(box);
	stale = document.createElement("p");
	stale.id = "stale";
	stale.setAttribute("role", "status");
	live.parentNode.insertBefore(stale, live);
	document.addEventListener("visibilitychange", function () {
		clearTimeout(timer);
		if (on && !document.hidden)
			now();
	});
	later();
}());
