"""Reads a message with Python's email package, a reader that shares no code with ours, and prints what it saw."""
import email, email.header, email.policy, email.utils, hashlib, json, sys

with open(sys.argv[1], "rb") as file:
    raw = file.read()
message = email.message_from_bytes(raw, policy=email.policy.default)
unparsed = email.message_from_bytes(raw)


def addresses(name):
    # The newer policy leaves the blank between two encoded words of a name, against RFC 2047 6.2.
    pairs = email.utils.getaddresses([v.replace("\n", "") for v in unparsed.get_all(name, [])])
    return [[str(email.header.make_header(email.header.decode_header(n))), a] for n, a in pairs]


def part(p):
    content = p.get_payload(decode=True)
    text = p.get_content() if p.get_content_maintype() == "text" else None
    return {
        "type": p.get_content_type(),
        "charset": p.get_content_charset(),
        "encoding": str(p.get("Content-Transfer-Encoding", "")),
        "fileName": p.get_filename(),
        "name": email.header.decode_header(p.get_param("name", ""))[0][0] if p.get_param("name") else None,
        "text": text,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def plain(value):
    return value.decode("utf-8") if isinstance(value, bytes) else value


defects = []
for p in message.walk():
    defects += [repr(d) for d in p.defects]
    for name, value in p.items():
        # RFC 2047 in the name parameter is deliberate: old mail programs read nothing else.
        if name.lower() != "content-type" or "name=" not in str(p.as_string()):
            defects += [f"{name}: {d!r}" for d in value.defects]
parts = [part(p) for p in message.walk() if not p.is_multipart()]
for p in parts:
    p["name"] = plain(p["name"])
print(json.dumps({
    "subject": message["Subject"],
    "from": addresses("From"),
    "to": addresses("To"),
    "replyTo": addresses("Reply-To"),
    "date": message["Date"].datetime.isoformat() if message["Date"] else None,
    "messageId": message["Message-ID"],
    "inReplyTo": message["In-Reply-To"],
    "references": (message["References"] or "").split(),
    "names": message.keys(),
    "structure": [p.get_content_type() for p in message.walk()],
    "defects": defects,
    "parts": parts,
    "isAscii": raw.isascii(),
    "longestHeaderLine": max(len(l.rstrip(b"\r")) for l in raw.replace(b"\r\n", b"\n").split(b"\n\n")[0].split(b"\n")),
    "longestLine": max(len(l.rstrip(b"\r")) for l in raw.split(b"\n")),
}))
