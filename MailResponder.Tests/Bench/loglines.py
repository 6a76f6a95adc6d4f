"""The system's log as the responder sees it: a datagram socket, which is read as fast as it is written to."""

import os
import queue
import re
import socket
import threading

from measure import BenchError

# The line for people. The JSON line for programs does not begin like this.
LINE = re.compile(rb"mail_responder\[\d+\]: (replied|skipped|deferred|failed) (.*)", re.DOTALL)


class LogLines:
    """Collects the responder's line about each message."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "log")
        self._lines = queue.SimpleQueue()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        # Postfix runs the responder as another user.
        os.chmod(self.path, 0o666)
        threading.Thread(target=self._read, daemon=True).start()

    def expect(self, result, rest):
        """Checks that the next message's line begins like this. A figure is worthless if the work was not done."""
        try:
            line = self._lines.get(timeout=5)
        except queue.Empty:
            raise BenchError("the responder logged nothing") from None
        if not line.startswith(f"{result} {rest}"):
            raise BenchError(f"expected '{result} {rest}', the responder logged: {line}")

    def take(self):
        """Returns all lines that have not been checked."""
        lines = []
        while not self._lines.empty():
            lines.append(self._lines.get())
        return lines

    def _read(self):
        while True:
            match = LINE.search(self._socket.recv(1 << 16))
            if match:
                self._lines.put(b" ".join(match.groups()).decode("utf-8", "replace"))
