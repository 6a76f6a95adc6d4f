"""A test double of Amazon SES on the loopback, over TLS with a certificate from a temporary authority."""

import base64
import email
import glob
import http.server
import os
import ssl
import threading
import urllib.parse

from authority import Authority
from measure import BenchError

HOST_AUTHORITIES = "/usr/share/ca-certificates/mozilla"

ACCEPTED = """<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/">\
<SendRawEmailResult><MessageId>bench-{0}</MessageId></SendRawEmailResult>\
<ResponseMetadata><RequestId>00000000-0000-0000-0000-{0:012}</RequestId></ResponseMetadata></SendRawEmailResponse>"""


class SesDouble:
    """A context manager: accepts every request, and checks that it is one mail."""

    def __init__(self, folder):
        os.mkdir(folder)
        self._folder = folder
        self._make_certificates()
        self._arrived = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._path("server.pem"), self._path("server.key"))
        # The handshake runs on the connection's own thread, so that one that hangs does not delay the next.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def settings(self, credentials_file):
        """Returns the settings for this double."""
        return {
            "aws_roots": self._path("aws-roots.pem"),
            "send_method": "ses",
            "ses": {
                "region": "eu-west-1",
                "credentials_file": credentials_file,
                "endpoint": f"https://localhost:{self._server.server_address[1]}",
            },
        }

    def expect(self, attachment_bytes=0):
        """Checks that exactly one mail has arrived since the last call, with so many bytes attached."""
        arrived, self._arrived = self._arrived, []
        if arrived != [attachment_bytes]:
            raise BenchError(f"SES should have got one mail with {attachment_bytes} bytes attached, it got: {arrived}")

    def _path(self, name):
        return os.path.join(self._folder, name)

    def _make_certificates(self):
        """Makes an authority for the double, and a file of roots as install.sh makes it, with this authority added."""
        Authority(self._folder)
        roots = [path for name in ("Amazon", "Starfield") for path in glob.glob(f"{HOST_AUTHORITIES}/{name}_*.crt")]
        with open(self._path("aws-roots.pem"), "w", encoding="ascii") as file:
            for path in [*roots, self._path("ca.pem")]:
                with open(path, encoding="ascii") as root:
                    file.write(root.read())

    def _handler(self):
        arrived = self._arrived_mail

        class Handler(http.server.BaseHTTPRequestHandler):
            """Handles one request to SES."""

            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                number = arrived(body, self.headers.get("Authorization", ""))
                answer = ACCEPTED.format(number).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        return Handler

    def _arrived_mail(self, body, authorization):
        form = urllib.parse.parse_qs(body.decode("ascii"))
        mail = email.message_from_bytes(base64.b64decode(form["RawMessage.Data"][0]))
        attached = [part for part in mail.walk() if part.get_filename()]
        complete = (form["Action"] == ["SendRawEmail"] and authorization.startswith("AWS4-HMAC-SHA256 ")
                    and "DKIM-Signature" in mail and form["Destinations.member.1"][0] in mail["To"])
        size = sum(len(part.get_payload(decode=True)) for part in attached)
        self._arrived.append(size if complete else "what is no signed reply")
        return len(self._arrived)
