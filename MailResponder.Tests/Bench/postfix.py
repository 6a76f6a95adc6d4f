"""A private Postfix for the benchmark, set up with the samples in postfix/ as install.sh sets them."""

import os
import re
import shutil
import socket
import subprocess
import time

from measure import ENVIRONMENT, BenchError

SAMPLES = os.path.join(os.path.dirname(__file__), "..", "..", "postfix")
TABLES = (
    "command_filter", "header_checks", "sender_access", "helo_access", "mailbox_transport", "tls_policy", "aliases")
COMMAND = re.compile(r"argv=/usr/local/bin/responder.*")
SIZE = re.compile(rb"postfix/qmgr.*, size=([0-9]+), ")
LONGEST_SECONDS = 60

# The services that the samples need, as in Debian's master.cf.
SERVICES = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
tlsmgr unix - - n 1000? 1 tlsmgr
error unix - - n - - error
retry unix - - n - - error
local unix - n n - - local
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class PrivatePostfix:
    """A context manager for a Postfix whose configuration, queue, log and port are private."""

    def __init__(self, folder, samples, command):
        """samples: files of postfix/ whose lines go into main.cf; later ones take precedence. command: what the
        transport `responder` runs."""
        os.mkdir(folder)
        os.chmod(folder, 0o711)
        self._folder = folder
        self._command = command
        for name in ("etc", "queue", "data"):
            os.mkdir(self._path(name))
        shutil.chown(self._path("data"), "postfix")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._configure(samples)
        self._sent = 0
        self._size = 0
        self._read_to = 0
        with open(self._path("start.log"), "w", encoding="utf-8") as log:
            subprocess.run(["postfix", "-c", self._path("etc"), "start"], stdin=subprocess.DEVNULL,
                           stdout=log, stderr=log)
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop()

    def _stop(self):
        # In a session of its own: a signal that ends this program may go to its whole process group.
        subprocess.run(["postfix", "-c", self._path("etc"), "stop"], stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    @property
    def environment(self):
        """The environment that makes sendmail(1) use this Postfix. Only root may set it."""
        return {**ENVIRONMENT, "MAIL_CONFIG": self._path("etc")}

    def expect(self, number, attachment_bytes):
        """Waits until so many messages in all were sent, the last with an attachment of so many bytes."""
        end = time.monotonic() + LONGEST_SECONDS
        while self.delivered() < number:
            if time.monotonic() > end:
                raise BenchError(f"Postfix should have sent {number} messages by now")
            time.sleep(0.02)
        if self._size < attachment_bytes:
            raise BenchError(f"Postfix should have got {attachment_bytes} bytes attached, it got {self._size} in all")

    def delivered(self):
        """Returns how many messages the transport, or sendmail(1)'s transport, has delivered so far. Raises BenchError
        if one was deferred."""
        try:
            with open(self._path("maillog"), "rb") as log:
                log.seek(self._read_to)
                # The last line may be incomplete.
                lines = log.read().rpartition(b"\n")[0]
        except FileNotFoundError:
            return 0
        self._read_to += len(lines)
        for line in lines.split(b"\n"):
            if size := SIZE.search(line):
                self._size = int(size[1])
            if (b"postfix/pipe" in line or b"postfix/discard" in line) and b"status=sent" in line:
                self._sent += 1
            elif b"status=deferred" in line or b"status=bounced" in line:
                raise BenchError("Postfix: " + line.decode("utf-8", "replace"))
        return self._sent

    def _path(self, name):
        return os.path.join(self._folder, name)

    def _configure(self, samples):
        for table in TABLES:
            self._write("etc/" + table, self._sample(table))
        self._write("etc/main.cf", "")
        self._write("etc/master.cf", SERVICES + self._sample("master.cf"))
        for sample in samples:
            self._set(self._parameters(sample))
        self._set([
            "compatibility_level = 3.6",
            f"queue_directory = {self._path('queue')}",
            f"data_directory = {self._path('data')}",
            f"maillog_file = {self._path('maillog')}",
            f"maillog_file_prefixes = {self._folder}",
            "inet_interfaces = 127.0.0.1",
            "inet_protocols = ipv4",
            "myhostname = mx.responder.test",
            "smtp_dns_support_level = disabled",
            "smtpd_peername_lookup = no",
            "default_transport = discard:nothing leaves the benchmark",
        ])
        subprocess.run(["postalias", "-c", self._path("etc"), "hash:" + self._path("etc/aliases")], check=True)

    def _sample(self, name):
        with open(os.path.join(SAMPLES, name), encoding="utf-8") as file:
            return self._located(file.read())

    def _located(self, text):
        """Returns the text with the paths of an installed responder replaced by ours."""
        text = COMMAND.sub(lambda _: "argv=" + self._command, text)
        return (text.replace("/etc/postfix/", self._path("etc/"))
                .replace("hash:/etc/aliases", "hash:" + self._path("etc/aliases"))
                .replace("\nsmtp      inet", f"\n127.0.0.1:{self.port} inet"))

    def _parameters(self, sample):
        """Returns the lines of a main.cf sample as postconf(1) reads them."""
        alone = self._path("read-" + sample)
        os.mkdir(alone)
        shutil.copy(os.path.join(SAMPLES, sample), os.path.join(alone, "main.cf"))
        shutil.copy(os.path.join(SAMPLES, "master.cf"), alone)
        # A sample that supplements main.cf uses parameters it does not define, about which postconf warns.
        lines = subprocess.run(["postconf", "-n", "-c", alone], check=True, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL).stdout.splitlines()
        return [self._located(line) for line in lines if not line.startswith("config_directory =")]

    def _set(self, parameters):
        subprocess.run(["postconf", "-c", self._path("etc"), "-e", *parameters], check=True)

    def _write(self, name, text):
        with open(self._path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def _wait(self):
        for _ in range(300):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        with open(self._path("start.log"), encoding="utf-8") as log:
            raise BenchError(f"Postfix does not start: {log.read()}")
