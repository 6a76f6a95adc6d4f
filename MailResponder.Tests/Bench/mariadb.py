"""A MariaDB of the benchmark's own, over a unix socket."""

import os
import pwd
import subprocess
import time

from measure import BenchError

USER = "mysql"

# A small server's memory; the ten million rows are several times that.
OPTIONS = ["--innodb-buffer-pool-size=512M", "--innodb-log-file-size=512M", "--skip-networking", "--skip-name-resolve"]


class PrivateMariaDb:
    """Started when it is made, stopped at the end of the block. A context manager."""

    def __init__(self, folder):
        os.mkdir(folder)
        self.socket = os.path.join(folder, "socket")
        self._log = os.path.join(folder, "log")
        self._data = os.path.join(folder, "data")
        user = pwd.getpwnam(USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--datadir={self._data}", f"--user={USER}", "--skip-test-db",
                        "--auth-root-authentication-method=socket", "--skip-name-resolve"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._server = subprocess.Popen(
            ["/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self._data}", f"--user={USER}", f"--socket={self.socket}",
             f"--log-error={self._log}", *OPTIONS], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
        self.sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4; CREATE USER {name}@localhost IDENTIFIED BY 'secret'; "
                 f"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON {name}.* TO {name}@localhost")

    def settings(self, name, password_file):
        """The setting `database` for it."""
        return {"mysql": {"socket": self.socket, "user": name, "password_file": password_file, "database": name}}

    def sql(self, statements, database="mysql"):
        """Runs statements as the administrator; returns what they print, without headings."""
        done = subprocess.run(["mariadb", "--no-defaults", "-N", "-B", f"--socket={self.socket}", "-u", "root", database],
                              input=statements, capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"MariaDB: {done.stderr.strip()}")
        return done.stdout

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
