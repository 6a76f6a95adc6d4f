"""A MariaDB of the benchmark's own, over a unix socket and over TCP on this host."""

import getpass
import os
import pwd
import socket
import subprocess
import time

from measure import BenchError

USER = "mysql"

# A small server's memory; the ten million rows are several times that.
OPTIONS = ["--innodb-buffer-pool-size=512M", "--innodb-log-file-size=512M", "--bind-address=127.0.0.1", "--skip-name-resolve"]


class PrivateMariaDb:
    """Started when it is made, stopped at the end of the block. A context manager."""

    def __init__(self, folder):
        os.mkdir(folder)
        self.socket = os.path.join(folder, "socket")
        self._log = os.path.join(folder, "log")
        self._data = os.path.join(folder, "data")
        self._folder = folder
        self._port = free_port()
        self._make_certificates()
        user = pwd.getpwnam(USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={self._data}", f"--user={USER}", "--skip-test-db",
                        "--auth-root-authentication-method=socket", "--skip-name-resolve"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._server = subprocess.Popen(
            ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self._data}", f"--user={USER}", f"--socket={self.socket}",
             f"--log-error={self._log}", f"--port={self._port}", f"--ssl-cert={self._path('server.pem')}", f"--ssl-key={self._path('server.key')}",
             *OPTIONS], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait()
        except BaseException:
            self._server.terminate()
            self._server.wait(timeout=60)
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.terminate()
        self._server.wait(timeout=120)

    def new_database(self, name):
        """A database with a user of the same name, whose password is `secret`."""
        self.sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4; "
                 f"CREATE USER {name}@localhost IDENTIFIED BY 'secret'; CREATE USER {name}@'127.0.0.1' IDENTIFIED BY 'secret'; "
                 f"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON {name}.* TO {name}@localhost, {name}@'127.0.0.1'")

    def settings(self, name, password_file):
        """The setting `database` for it."""
        return {"mysql": {"socket": self.socket, "user": name, "password_file": password_file, "database": name}}

    def other_ways(self, settings):
        """The same, reached otherwise than by a password over the socket. A dict of name and setting."""
        database = settings["mysql"]["database"]
        network = {**settings["mysql"], "server": "localhost", "port": self._port}
        del network["socket"]
        return {
            "unix_socket": {"mysql": {"socket": self.socket, "user": getpass.getuser(), "database": database}},
            "tcp": {"mysql": {**network, "ssl_mode": "none"}},
            "tls": {"mysql": {**network, "ssl_ca": self._path("ca.pem")}},
        }

    def sql(self, statements, database="mysql"):
        """Runs statements as the administrator; returns what they print, without headings."""
        done = subprocess.run(["mariadb", "--no-defaults", "-N", "-B", f"--socket={self.socket}", "-u", "root", database],
                              input=statements, capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"MariaDB: {done.stderr.strip()}")
        return done.stdout

    def _path(self, name):
        return os.path.join(self._folder, name)

    def _make_certificates(self):
        authority = ["-subj", "/CN=the benchmark's authority", "-keyout", self._path("ca.key"), "-out", self._path("ca.pem")]
        server = ["-subj", "/CN=localhost", "-addext", "subjectAltName = DNS:localhost", "-addext", "basicConstraints = CA:FALSE",
                  "-CA", self._path("ca.pem"), "-CAkey", self._path("ca.key"), "-keyout", self._path("server.key"), "-out", self._path("server.pem")]
        for arguments in (authority, server):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *arguments], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.chmod(self._path("server.key"), 0o644)

    def _wait(self):
        for _ in range(600):
            if self._server.poll() is not None:
                break
            if subprocess.run(["mariadb-admin", "--no-defaults", f"--socket={self.socket}", "-u", "root", "ping"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.1)
        with open(self._log, encoding="utf-8", errors="replace") as log:
            raise BenchError(f"MariaDB does not start: {log.read()[-1000:]}")


def free_port():
    """A TCP port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
