# SPDX-License-Identifier: ISC
"""Somebody at a terminal: person.py PROGRAM [ARGUMENT ...] -- STEP ...

Starts the program on a pty of 24 rows and 80 columns and does the steps:

    send TEXT       types it; \\r, \\t, \\x1b and so on as in Python
    wait REGEX      until what came since the last wait that matched has it
    prompt          the same for a prompt, and until keys are read one by one
    size ROWS COLS  of the window from now on
    signal NAME     to the program
    modes           the terminal has those again that it began with
    print           what came since then
    end STATUS      until the program has ended, with that status

Ends with 1 at the first step that fails, and says which."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

# Without libedit the terminal keeps a line until it is whole.
KEYS = "PERSON_LINES" not in os.environ
PATIENCE = 10 * int(os.environ.get("PATIENCE", "1"))


class Person:
    def __init__(self, command):
        wait, go = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.close(go)
            os.read(wait, 1)
            os.environ["TERM"] = os.environ.get("PERSON_TERM", "xterm")
            os.environ["LC_ALL"] = "C.UTF-8"
            os.execv(command[0], command)
        self.before = termios.tcgetattr(self.fd)
        os.close(go)
        os.close(wait)
        self.size(24, 80)
        self.seen = b""
        self.over = False

    def size(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        if self.over or not select.select([self.fd], [], [], seconds)[0]:
            return
        try:
            more = os.read(self.fd, 65536)
        except OSError:
            more = b""
        self.over = not more
        self.seen += more

    def wait(self, pattern):
        deadline = time.monotonic() + PATIENCE
        regex = re.compile(pattern.encode(), re.S | re.M)
        while True:
            found = regex.search(self.seen)
            if found:
                self.seen = self.seen[found.end():]
                return True
            if self.over or time.monotonic() > deadline:
                return False
            self.read(0.1)

    def prompt(self):
        deadline = time.monotonic() + PATIENCE
        good = self.wait("> ")
        while good and KEYS and termios.tcgetattr(self.fd)[3] & termios.ICANON:
            if time.monotonic() > deadline:
                return False
            self.read(0.01)
        return good

    def end(self, wanted):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = None
                got = (os.WEXITSTATUS(status) if os.WIFEXITED(status)
                       else -os.WTERMSIG(status))
                if got != wanted:
                    print("status", got)
                return got == wanted
        return False


def main():
    at = sys.argv.index("--")
    person = Person(sys.argv[1:at])
    good = True
    for step in sys.argv[at + 1:]:
        word, _, rest = step.partition(" ")
        if word == "send":
            os.write(person.fd, rest.encode().decode(
                "unicode_escape").encode("latin-1"))
        elif word == "wait":
            good = person.wait(rest)
        elif word == "prompt":
            good = person.prompt()
        elif word == "size":
            rows, columns = rest.split()
            person.size(int(rows), int(columns))
        elif word == "signal":
            os.kill(person.pid, getattr(signal, "SIG" + rest))
        elif word == "modes":
            good = termios.tcgetattr(person.fd) == person.before
        elif word == "print":
            person.read(0.1)
            print(repr(person.seen))
        elif word == "end":
            good = person.end(int(rest))
        else:
            good = False
        if not good:
            print("failed:", step)
            print("since then:", repr(person.seen))
            break
    if person.pid:
        os.kill(person.pid, signal.SIGKILL)
        os.waitpid(person.pid, 0)
    sys.exit(not good)


main()
