"""at_terminal.py SCRIPT - runs a shell script in a terminal of its own, and types a password when it is asked for one

Prints the script's output, and exits with the script's exit code.
"""

import os
import pty
import sys


def read(terminal):
    shown = os.read(terminal, 1024)
    if shown.endswith((b"assword: ", b"again): ", b"more time): ")):
        os.write(terminal, b"correct horse battery staple\n")
    return shown


sys.exit(os.waitstatus_to_exitcode(pty.spawn(["sh", "-ex", sys.argv[1]], read)))
