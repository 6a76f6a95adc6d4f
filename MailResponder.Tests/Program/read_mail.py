"""Says as JSON what Python's own mail library and dkimpy make of replies.

usage: read_mail.py PUBLIC_KEY [--mbox] FILE...

One object a message: headers, defects (of the message, of each part and of each header), parts with their decoded
bytes, whether the DKIM signature holds, the names that it signs, and the length of the longest line.
"""
import base64
import email
import email.policy
import json
import mailbox
import sys

import dkim


def defects_of(message):
    found = [repr(d) for part in message.walk() for d in part.defects]
    for part in message.walk():
        for name, value in part.items():
            found += [f"{name}: {d!r}" for d in value.defects]
    return found


def parts_of(message):
    return [{
        "type": part.get_content_type(),
        "charset": part.get_content_charset(),
        "filename": part.get_filename(),
        "content": base64.b64encode(part.get_payload(decode=True)).decode(),
    } for part in message.walk() if not part.is_multipart()]


def signature_holds(raw, key):
    if b"\nDKIM-Signature:" not in b"\n" + raw:
        return None
    record = f"v=DKIM1; k=rsa; p={key}".encode()
    return dkim.verify(raw, dnsfunc=lambda name, timeout=5: record)


def describe(raw, key):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return {
        "headers": {name: str(value) for name, value in message.items()},
        "defects": defects_of(message),
        "types": [part.get_content_type() for part in message.walk()],
        "parts": parts_of(message),
        "dkim": signature_holds(raw, key),
        "longest": max(len(line.rstrip(b"\r")) for line in raw.split(b"\n")),
        "ascii": raw.isascii(),
    }


def main(key, files):
    if files[0] == "--mbox":
        raws = [m.as_bytes() for m in mailbox.mbox(files[1], create=False)]
    else:
        raws = [open(file, "rb").read() for file in files]
    json.dump([describe(raw, key) for raw in raws], sys.stdout)


main(sys.argv[1], sys.argv[2:])
