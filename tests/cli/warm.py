"""A Python with the house's code in memory, which forks for each command: as real a process, less a second of imports.

`python -m tests.cli.warm SOCKET SECONDS`: there arrives a line of JSON for each command, and with it the files that
become its standard input, output and error. Its exit status goes back; it has so many seconds.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys

from bot.__main__ import main

# What the commands import only when they are called.
CODE = ["alembic.command", "bot.app", "bot.chat", "bot.demo", "bot.inspection", "bot.listing", "bot.logs", "bot.stays"]
CODE += [
    "bot.importing",
    "bot.scheduler",
    "bot.understanding.learned",
    "bot.understanding.spelling",
    "bot.web",
    "crm.tables",
    "uvloop",
]


def next_command(line: socket.socket) -> bytes:
    """Comes back in a new process for each command, and with nothing in this one when there are no more."""
    while True:
        command, files, _, _ = socket.recv_fds(line, 2**16, 3)
        while command and not command.endswith(b"\n"):
            command += line.recv(2**16)
        child = os.fork() if command else 0
        if child == 0:
            for number, file in enumerate(files):
                os.dup2(file, number)
            line.close()
            return command
        for file in files:
            os.close(file)
        line.sendall(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def run(command: bytes, seconds: int) -> None:
    told = json.loads(command)
    os.environ.clear()
    os.environ.update(told["environment"])
    os.chdir(told["folder"])
    sys.argv[1:] = told["arguments"]
    signal.alarm(seconds)
    main()


if __name__ == "__main__":
    for name in CODE:
        importlib.import_module(name)
    gc.freeze()  # or each command collects the garbage of all that code
    command = next_command(socket.socket(fileno=int(sys.argv[1])))
    if command:
        run(command, int(sys.argv[2]))
