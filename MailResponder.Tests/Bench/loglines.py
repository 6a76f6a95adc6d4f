"""The system's log as the responder sees it: a datagram socket, read as fast as it is written."""

import os
import queue
import re
import socket
import threading

from measure import BenchError

# The line for people; the JSON line for programs has no such beginning.
LINE = re.compile(rb"mail_responder\[\d+\]: (replied|skipped|deferred|failed) (.*)", re.DOTALL)


class LogLines:
    """Collects what the responder says of each message."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "log")
        self._lines = queue.SimpleQueue()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        # Postfix runs the responder as another user.
        os.chmod(self.path, 0o666)
        threading.Thread(target=self._read, daemon=True).start()

    def expect(self, result, rest):
        """The next message's line must begin so: a figure is worth nothing if the work was not done."""
        try:
            line = self._lines.get(timeout=5)
        except queue.Empty:
            raise BenchError("the responder logged nothing") from None
        if not line.startswith(f"{result} {rest}"):
            raise BenchError(f"expected '{result} {rest}', the responder logged: {line}")

    def take(self):
        """All lines that have not been looked at."""
        lines = []
        while not self._lines.empty():
            lines.append(self._lines.get())
        return lines

    def _read(self):
        while True:
            match = LINE.search(self._socket.recv(1 << 16))
            if match:
                self._lines.put(b" ".join(match.groups()).decode("utf-8", "replace"))
