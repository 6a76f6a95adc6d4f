"""A temporary authority, and a certificate of it for the servers on the loopback."""

import os
import subprocess


class Authority:
    """The authority's certificate is ca.pem; that of `localhost` is server.pem, with server.key."""

    def __init__(self, folder):
        self._folder = folder
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                     "-subj", "/CN=the benchmark's authority",
                     "-keyout", self.path("ca.key"), "-out", self.path("ca.pem"))
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                     "-keyout", self.path("server.key"), "-out", self.path("server.csr"))
        with open(self.path("names"), "w", encoding="ascii") as names:
            names.write("subjectAltName = DNS:localhost, IP:127.0.0.1\nextendedKeyUsage = serverAuth\n")
        self.openssl("x509", "-req", "-days", "2", "-in", self.path("server.csr"), "-CA", self.path("ca.pem"),
                     "-CAkey", self.path("ca.key"), "-CAcreateserial", "-extfile", self.path("names"),
                     "-out", self.path("server.pem"))

    def path(self, name):
        """Returns the path of one of its files."""
        return os.path.join(self._folder, name)

    @staticmethod
    def openssl(*arguments):
        """Runs openssl(1), which must succeed."""
        subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
