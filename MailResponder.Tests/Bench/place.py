"""The responder's working environment: settings, keys, a response book, and the messages that people send."""

import copy
import itertools
import json
import os
import secrets
import shutil
import subprocess

from measure import ENVIRONMENT, BenchError

# A request has a few header fields and a line of text. Each comes from a new person and has its own id.
REQUEST = """\
Return-Path: <{sender}>
X-Original-To: {recipient}
Delivered-To: {recipient}
Received: from mail.freemail.test (mail.freemail.test [192.0.2.25])
\tby mx.example.com (Postfix) with ESMTPS id {queue_id}
\tfor <{recipient}>; Sun, 22 Nov 2026 10:00:01 +0000 (UTC)
From: =?UTF-8?B?2K7ZiNin2YbZhtiv2Yc=?= <{sender}>
To: {recipient}
Subject: =?UTF-8?B?2K/Ysdiu2YjYp9iz2Kog2KjYsdmG2KfZhdmH?=
Date: Sun, 22 Nov 2026 10:00:00 +0000
Message-ID: <{queue_id}@mail.freemail.test>
{more}MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Please send the links.
"""

TEXT = [
    ["plain", "English: https://example.com/en.html\nفارسی: https://example.com/fa.html\n"
              "中文: https://example.com/zh.html\n"
              "\nWrite to get-help@example.com when a link does not open."],
    ["html", '<p><a href="https://example.com/en.html">English</a></p>\n'
             '<p dir="rtl" lang="fa"><a href="https://example.com/fa.html">فارسی</a></p>\n'
             '<p lang="zh"><a href="https://example.com/zh.html">中文</a></p>\n'
             "<p>Write to get-help@example.com when a link does not open.</p>"],
]

TEXT_ADDRESS = "get@example.com"
FILE_ADDRESS = "file@example.com"
ATTACHMENT_BYTES = 7_000_000


class Place:
    """A folder with everything that one responder needs."""

    def __init__(self, bench, name, *, database=None, addresses=2, links=0):
        """bench: a Bench. database: the setting; a SQLite file if None. addresses: how many the response book has, at
        least 2. links: how many links its pool has, of which each requester gets 3; no pool if 0."""
        self._bench = bench
        self.folder = os.path.join(bench.work, name)
        self.settings = self.path("settings.json")
        self.outbox = self.path("outbox")
        self._numbers = itertools.count(1)
        # No two places and no two runs of the benchmark share a requester.
        self._mark = secrets.token_hex(4)
        os.makedirs(self.path("files/bucket"))
        os.mkdir(self.path("messages"))
        self._run("dkim", "keygen", self.path("dkim.key"))
        if database is not None:
            self.secret("address.key", secrets.token_hex(32))
        book = self._book(addresses)
        self._write("responses.json", self._pooled(book, links) if links else book)
        self._settings = {
            "response_from": "Example Tools <get-help@example.com>",
            "bounce_address": "bounces@example.com",
            "own_domains": ["example.com"],
            "response_book": "responses.json",
            "address_key_file": "address.key",
            "database": database or {"sqlite": "responder.db"},
            "send_method": "outbox",
            "dkim": {"domain": "example.com", "selector": "mail", "key_file": "dkim.key"},
            # All requests come from one domain. They are counted, but the limit is never reached.
            "limits": {"domain_per_minute": 1_000_000, "domain_per_day": 1_000_000_000},
            "syslog_socket": bench.log.path,
        }
        self._write("settings.json", self._settings)

    def path(self, name):
        """Returns the path of a file in the folder."""
        return os.path.join(self.folder, name)

    def variant(self, name, more):
        """Returns the same place with more settings, which take precedence."""
        other = copy.copy(self)
        other.settings = self.path(name + ".json")
        self._write(name + ".json", {**self._settings, **more})
        return other

    def secret(self, name, text):
        """Makes a file that only its owner can read."""
        with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(text + "\n")
        return self.path(name)

    def add_attachment(self):
        """Writes the file of FILE_ADDRESS: bytes that no encoding makes smaller."""
        with open(self.path("files/bucket/tool.zip"), "wb") as file:
            file.write(os.urandom(ATTACHMENT_BYTES))

    def message(self, recipient=TEXT_ADDRESS, more=""):
        """Writes a new message from a new person. Returns its file and its queue id."""
        number = next(self._numbers)
        queue_id = f"4cX{self._mark}z{number}"
        sender = f"reader-{self._mark}-{number}@freemail.test"
        file = self.path(f"messages/{number}.eml")
        with open(file, "w", encoding="utf-8") as message:
            message.write(REQUEST.format(sender=sender, recipient=recipient, queue_id=queue_id, more=more))
        return file, queue_id

    def answer(self, recipient=TEXT_ADDRESS, *, more="", env=None, expect=("replied", "address={0} replies=1 ")):
        """Runs the responder for a new message as Postfix does, checks its log line, and returns the Cost."""
        file, queue_id = self.message(recipient, more)
        self._bench.log.take()
        try:
            cost = self._bench.launcher.run(
                [self._bench.binary, "--settings", self.settings, "--recipient", recipient, "--queue-id", queue_id],
                stdin=file, env=env)
        except BenchError as trouble:
            raise BenchError(f"{trouble}\nlog: {'; '.join(self._bench.log.take()) or 'nothing'}") from None
        result, rest = expect
        self._bench.log.expect(result, rest.format(recipient))
        os.remove(file)
        return cost

    def replies(self):
        """Returns the number of replies in the outbox."""
        return len(os.listdir(self.outbox)) if os.path.isdir(self.outbox) else 0

    def keep_reply(self, recipient):
        """Answers a message, moves the reply out of the outbox, and returns its file."""
        self.empty_outbox()
        self.answer(recipient)
        (name,) = os.listdir(self.outbox)
        kept = self.path(f"{recipient}.eml")
        os.rename(os.path.join(self.outbox, name), kept)
        return kept

    def empty_outbox(self):
        """Empties the outbox, because attachments would fill the disk."""
        shutil.rmtree(self.outbox, ignore_errors=True)

    def give_to(self, user):
        """Makes the user the owner of everything in the folder."""
        subprocess.run(["chown", "-R", f"{user}:", self.folder], check=True)

    def _book(self, addresses):
        names = [TEXT_ADDRESS, *(f"get-{number}@example.com" for number in range(addresses - 2))]
        book = [{"email_addr": name, "body": TEXT, "attachments": None} for name in names]
        book.append({"email_addr": FILE_ADDRESS, "body": TEXT, "attachments": [["bucket", "tool.zip", "tool.zip"]]})
        # The requested address is in the middle; finding it first would be luck.
        book.insert(len(book) // 2, book.pop(0))
        return book

    @staticmethod
    def _pooled(book, links):
        for entry in book:
            entry["body"] = [[subtype, text + "\n{{mirrors}}"] for subtype, text in entry["body"]]
        pool = {"links": [f"https://m{number}.example.net/en.html" for number in range(links)], "each": 3, "days": 7}
        return {"pools": {"mirrors": pool}, "entries": book}

    def _write(self, name, content):
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)

    def _run(self, *arguments):
        done = subprocess.run([self._bench.binary, *arguments], env=ENVIRONMENT, capture_output=True, text=True)
        if done.returncode != 0:
            raise BenchError(f"responder {' '.join(arguments[:2])} ended with {done.returncode}: {done.stderr.strip()}")
