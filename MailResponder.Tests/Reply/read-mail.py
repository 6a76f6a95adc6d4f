"""Reads a mail on standard input with parsers that are not ours and prints what they make of it.

Usage: read-mail.py [DKIM TXT record] < mail
With a record the signature must verify, and must not when a signed field is added or changed.
"""
import email
import email.policy
import hashlib
import sys

mail = sys.stdin.buffer.read()
message = email.message_from_bytes(mail, policy=email.policy.default)
for name in ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"):
    if message[name] is not None:
        value = message[name]
        print(f"{name}: {value}")
for name, value in message.items():
    for defect in getattr(value, "defects", ()):
        print(f"defect in {name}: {defect!r}")
for part in message.walk():
    for defect in part.defects:
        print(f"defect in {part.get_content_type()}: {defect!r}")
    if part.is_multipart():
        print(f"{part.get_content_type()} of {len(part.get_payload())}")
    elif part.get_filename() is not None:
        content = part.get_content()
        if isinstance(content, str):
            content = content.encode()
        print(f"{part.get_content_type()} {part.get_filename()!r} (name={part.get_param('name')!r}) "
              f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()[:16]}")
    else:
        print(f"{part.get_content_type()}: {part.get_content()!r}")

if len(sys.argv) > 1:
    import dkim
    record = lambda *_, **__: sys.argv[1].encode()
    wire = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    print(f"signature valid: {dkim.verify(wire, dnsfunc=record)}")
    for field in (b"From", b"To", b"Subject", b"Reply-To"):
        forged = field + b": forged@example.net\r\n" + wire
        if dkim.verify(forged, dnsfunc=record):
            print(f"signature valid with a second {field.decode()}")
    if dkim.verify(wire.replace(b"\r\nAuto-Submitted: auto-replied", b"\r\nAuto-Submitted: no"), dnsfunc=record):
        print("signature valid with another Auto-Submitted")
