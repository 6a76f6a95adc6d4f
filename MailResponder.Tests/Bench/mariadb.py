"""A private MariaDB for the benchmark, over a Unix socket, and with TLS on the loopback."""

import getpass
import os
import pwd
import socket
import subprocess
import time

from authority import Authority
from measure import BenchError

USER = "mysql"

# The memory of a small server. The ten million rows take several times as much.
OPTIONS = ["--innodb-buffer-pool-size=512M", "--innodb-log-file-size=512M",
           "--bind-address=127.0.0.1", "--skip-name-resolve"]


class PrivateMariaDb:
    """A context manager: the server is started when it is made, and stopped at the end of the block."""

    def __init__(self, folder):
        os.mkdir(folder)
        self.socket = os.path.join(folder, "socket")
        self._log = os.path.join(folder, "log")
        self._data = os.path.join(folder, "data")
        self._authority = Authority(folder)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        user = pwd.getpwnam(USER)
        for path in (folder, self._authority.path("server.key")):
            os.chown(path, user.pw_uid, user.pw_gid)
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={self._data}", f"--user={USER}",
                        "--skip-test-db", "--auth-root-authentication-method=socket", "--skip-name-resolve"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._server = subprocess.Popen(
            ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self._data}", f"--user={USER}",
             f"--socket={self.socket}", f"--log-error={self._log}", f"--port={self._port}",
             f"--ssl-cert={self._authority.path('server.pem')}", f"--ssl-key={self._authority.path('server.key')}",
             *OPTIONS],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
        """Creates a database, and a user of the same name with password `secret`, who must use TLS over the network."""
        self.sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4; CREATE USER {name}@localhost IDENTIFIED BY 'secret'; "
                 f"CREATE USER {name}@'127.0.0.1' IDENTIFIED BY 'secret' REQUIRE SSL")
        for host in ("localhost", "127.0.0.1"):
            self.sql(f"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON {name}.* TO {name}@'{host}'")

    def settings(self, name, password_file):
        """Returns the setting `database` for it: over the socket, with the password."""
        return {"mysql": {"socket": self.socket, "user": name, "password_file": password_file, "database": name}}

    def unix_settings(self, name):
        """Returns the setting for a login as the Unix user that runs the benchmark, root, whom the server knows."""
        return {"mysql": {"socket": self.socket, "user": "root", "database": name}}

    def tls_settings(self, name, password_file):
        """Returns the setting for TCP with TLS. The certificate is verified, and is for this name."""
        return {"mysql": {"server": "localhost", "port": self._port, "user": name, "password_file": password_file,
                          "database": name, "ssl_ca": self._authority.path("ca.pem")}}

    def sql(self, statements, database="mysql"):
        """Runs statements as the administrator, and returns their output without headings."""
        done = subprocess.run(
            ["mariadb", "--no-defaults", "-N", "-B", f"--socket={self.socket}", "-u", "root", database],
            input=statements, capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"MariaDB: {done.stderr.strip()}")
        return done.stdout

    def _path(self, name):
        return os.path.join(self._folder, name)

    def _make_certificates(self):
        authority = ["-subj", "/CN=the benchmark's authority",
                     "-keyout", self._path("ca.key"), "-out", self._path("ca.pem")]
        server = ["-subj", "/CN=localhost", "-addext", "subjectAltName = DNS:localhost",
                  "-addext", "basicConstraints = CA:FALSE", "-CA", self._path("ca.pem"), "-CAkey", self._path("ca.key"),
                  "-keyout", self._path("server.key"), "-out", self._path("server.pem")]
        for arguments in (authority, server):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *arguments],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
    """Returns a TCP port on which no server listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
