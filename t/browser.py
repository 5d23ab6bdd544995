# SPDX-License-Identifier: ISC
"""Drives a headless Chromium for the tests: browser.py CHROMIUM PROFILE
[OPTION...] reads steps from standard input, one a line, and does them in turn.

    go ADDRESS      loads a page, until it is complete
    script no|yes   whether pages may run scripts from now on
    size W H        of the window
    wait EXPR       until the expression is true, or fails
    print EXPR      prints its value
    click SELECTOR  clicks an element, fails where there is none
    load SELECTOR   the same, and waits for the page that it leads to
    type SELECTOR TEXT
                    puts a text into a field
    errors          prints what pages have said on the console as errors

Ends with 1 at the first step that fails, and says which."""

import json
import os
import select
import subprocess
import sys
import time

PATIENCE = 20 * int(os.environ.get("PYDIRECTOR_PATIENCE", "1"))


class Failed(Exception):
    pass


class Browser:
    def __init__(self, program, profile, *options):
        to_it, self.out = os.pipe()
        self.inp, from_it = os.pipe()

        def pipes():
            a, b = os.dup(to_it), os.dup(from_it)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.child = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run",
             "--user-data-dir=" + profile, "--remote-debugging-pipe",
             *options, "about:blank"],
            close_fds=False, preexec_fn=pipes,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_it)
        os.close(from_it)
        self.text = b""
        self.id = 0
        self.session = None
        self.loads = 0
        self.errors = []
        target = self.ask("Target.createTarget", url="about:blank")
        self.session = self.ask("Target.attachToTarget", flatten=True,
                                targetId=target["targetId"])["sessionId"]
        for part in "Page", "Runtime", "Log", "Network":
            self.ask(part + ".enable")

    def read(self, deadline):
        """One message, or None: the deadline has come."""
        while b"\0" not in self.text:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.inp], [], [], left)[0]:
                return None
            more = os.read(self.inp, 65536)
            if not more:
                raise Failed("the browser has ended")
            self.text += more
        message, self.text = self.text.split(b"\0", 1)
        message = json.loads(message)
        self.note(message)
        return message

    def note(self, message):
        method, params = message.get("method"), message.get("params")
        if method == "Page.loadEventFired":
            self.loads += 1
        elif method == "Runtime.exceptionThrown":
            self.errors.append(params["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled":
            if params["type"] in ("error", "warning", "assert"):
                self.errors.append(str(params["args"]))
        elif method == "Log.entryAdded":
            if params["entry"]["level"] in ("error", "warning"):
                self.errors.append(params["entry"]["text"])

    def ask(self, method, **params):
        self.id += 1
        question = {"id": self.id, "method": method, "params": params}
        if self.session:
            question["sessionId"] = self.session
        os.write(self.out, json.dumps(question).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            message = self.read(deadline)
            if message is None:
                raise Failed("no answer to " + method)
            if message.get("id") == self.id:
                if "error" in message:
                    raise Failed(message["error"]["message"])
                return message["result"]

    def value(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression,
                          returnByValue=True)
        if "exceptionDetails" in result:
            raise Failed(result["exceptionDetails"]["exception"].get(
                "description", "?"))
        return result["result"].get("value")

    def wait_load(self, before):
        deadline = time.monotonic() + PATIENCE
        while self.loads == before:
            if self.read(deadline) is None:
                raise Failed("the page does not load")

    def wait(self, expression):
        deadline = time.monotonic() + PATIENCE
        while not self.value("!!(%s)" % expression):
            if time.monotonic() > deadline:
                raise Failed("it does not come true")
            self.read(time.monotonic() + 0.1)

    def on(self, selector, what):
        self.value("(function (e) { %s }(document.querySelector(%s)))"
                   % (what, json.dumps(selector)))

    def step(self, word, rest):
        before = self.loads
        if word == "go":
            self.ask("Page.navigate", url=rest)
            self.wait_load(before)
        elif word == "script":
            self.ask("Emulation.setScriptExecutionDisabled",
                     value=rest == "no")
        elif word == "size":
            width, height = rest.split()
            self.ask("Emulation.setDeviceMetricsOverride", mobile=True,
                     width=int(width), height=int(height),
                     deviceScaleFactor=1)
        elif word == "wait":
            self.wait(rest)
        elif word == "print":
            print(self.value(rest))
        elif word in ("click", "load"):
            self.on(rest, "e.click();")
            if word == "load":
                self.wait_load(before)
        elif word == "type":
            selector, text = rest.split(None, 1)
            self.on(selector, "e.value = %s;" % json.dumps(text))
        elif word == "errors":
            print("\n".join(self.errors) or "none")
        else:
            raise Failed("no such step")

    def close(self):
        self.child.terminate()
        self.child.wait()


def main():
    browser = Browser(*sys.argv[1:])
    try:
        for line in sys.stdin:
            words = line.strip().split(None, 1)
            if not words:
                continue
            try:
                browser.step(words[0], words[1] if words[1:] else "")
            except Failed as why:
                print("failed: %s: %s" % (line.strip(), why))
                return 1
            sys.stdout.flush()
    finally:
        browser.close()
    return 0


sys.exit(main())
