"""Measures the cost of a message against each goal; see bench.sh in the folder above."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys

import flat
import messages
import throughput
from loglines import LogLines
from mariadb import PrivateMariaDb
from measure import BenchError, Launcher, check_launcher
from place import Place
from postfix import PrivatePostfix
from report import as_json, table
from ses import SesDouble

CASES = {
    "sqlite": messages.measure_sqlite,
    "pool": messages.measure_pool,
    "mariadb": messages.measure_mariadb,
    "ses": messages.measure_ses,
    "attachment": messages.measure_attachment,
    "robot": messages.measure_robot,
    "unknown": messages.measure_unknown,
    "postfix": throughput.measure,
    "flat": flat.measure,
}


class Bench:
    """What the cases share: the program, the launcher, the log, and servers started when a case first needs them."""

    def __init__(self, arguments, servers):
        self.work = arguments.work
        self.binary = arguments.binary
        self.runs = arguments.runs
        self.rows = arguments.rows
        self.launcher = Launcher(os.path.join(self.work, "launcher"), self.work)
        self.log = LogLines(self.work)
        self.servers = servers
        self.costs = {}
        self._mariadb = None
        self._postfix = None
        self._ses = None

    @property
    def mariadb(self):
        """The private MariaDB."""
        if self._mariadb is None:
            self._mariadb = self.servers.enter_context(PrivateMariaDb(os.path.join(self.work, "mariadb-server")))
        return self._mariadb

    @property
    def postfix(self):
        """The Postfix that takes replies from sendmail(1)."""
        if self._postfix is None:
            self._postfix = self.servers.enter_context(
                PrivatePostfix(os.path.join(self.work, "postfix-server"), ["main.cf"], "/bin/true"))
        return self._postfix

    @property
    def ses(self):
        """The test double of SES on the loopback."""
        if self._ses is None:
            self._ses = self.servers.enter_context(SesDouble(os.path.join(self.work, "ses-server")))
        return self._ses

    def place(self, name, **details):
        """Makes a place with a SQLite database."""
        return Place(self, name, **details)

    def mariadb_place(self, name, **details):
        """Makes a place with a database in the private MariaDB."""
        schema = name.replace("-", "_")
        self.mariadb.new_database(schema)
        return self.place(name, database=self.mariadb.settings(schema, self._mariadb_password()), **details)

    def mariadb_variants(self, name):
        """Makes a place with a database in the private MariaDB, once for each way to log in to it."""
        place = self.mariadb_place(name)
        return {
            "unix_socket": place.variant("unix_socket", {"database": self.mariadb.unix_settings(name)}),
            "password": place,
            "tls": place.variant("tls", {"database": self.mariadb.tls_settings(name, self._mariadb_password())}),
        }

    def _mariadb_password(self):
        return self._shared_secret("password", "secret")

    @property
    def ses_settings(self):
        """The settings for replies through the test double of SES."""
        keys = self._shared_secret("aws", "[default]\naws_access_key_id = AKIABENCHBENCHBENCHB\n"
                                          "aws_secret_access_key = bench")
        return self.ses.settings(keys)

    def _shared_secret(self, name, text):
        path = os.path.join(self.work, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(text + "\n")
        return path


def parse():
    """Parses the command line, to which bench.sh has added --binary and --work."""
    parser = argparse.ArgumentParser(prog="bench.sh")
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--work", required=True)
    return parser.parse_args()


def run(case, bench):
    """Returns a case's rows, and why it could not run. One of the two is empty."""
    try:
        return CASES[case](bench), ""
    except (BenchError, OSError, subprocess.SubprocessError) as trouble:
        return [], str(trouble)


def end(*_):
    """Exits so that the servers are stopped. A second signal does not interrupt that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(75)


def main():
    """Runs the cases. The exit status is 0 even if goals are missed, and 1 if a case could not run."""
    arguments = parse()
    signal.signal(signal.SIGTERM, end)
    rows, troubles = [], {}
    with contextlib.ExitStack() as servers:
        bench = Bench(arguments, servers)
        check_launcher(bench.launcher)
        for case in arguments.cases or CASES:
            print(f"bench.sh: {case} …", file=sys.stderr, flush=True)
            found, trouble = run(case, bench)
            rows += found
            if trouble:
                troubles[case] = trouble
    print(as_json(rows, bench.costs, troubles) if arguments.json else table(rows))
    for case, trouble in troubles.items():
        print(f"bench.sh: {case} could not run: {trouble}", file=sys.stderr)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
