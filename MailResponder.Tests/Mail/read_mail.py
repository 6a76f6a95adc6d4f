"""Reads mail with programs that share no code with ours: Python's email package, dkimpy, OpenDKIM.

usage: read_mail.py RECORD FILE...          JSON, one object per mail
       read_mail.py RECORD --mbox FILE      the same for the mails of an mbox file
       read_mail.py RECORD --facts FILE     text, one fact per line; a signature must break when a signed field changes
       read_mail.py RECORD --judges FILE    whether dkimpy and OpenDKIM accept the signature: one word each

RECORD is the TXT record of the key, used instead of the DNS; empty for mail without a signature.
"""
import base64
import ctypes
import email
import email.policy
import hashlib
import json
import mailbox
import re
import sys
import tempfile

import dkim

FIELDS = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted")


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def on_the_wire(raw):
    """Ends every line with CRLF, as mail servers do. OpenDKIM relies on it."""
    wire = re.sub(rb"\r?\n", b"\r\n", raw)
    return wire if wire.endswith(b"\r\n") else wire + b"\r\n"


def holds(raw, record):
    """Returns dkimpy's verdict on the signature."""
    return dkim.verify(raw, dnsfunc=lambda name, timeout=5: record.encode())


def opendkim_holds(wire, record):
    """Returns the verdict of OpenDKIM's library, which milters use."""
    set_option, query_method, query_info, from_file = 1, 6, 7, 1
    library = ctypes.CDLL("libopendkim.so.11")
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    library.dkim_init.restype = library.dkim_verify.restype = pointer
    library.dkim_init.argtypes = library.dkim_eom.argtypes = [pointer, pointer]
    library.dkim_options.argtypes = [pointer, ctypes.c_int, ctypes.c_int, pointer, size]
    library.dkim_verify.argtypes = [pointer, ctypes.c_char_p, pointer, pointer]
    library.dkim_chunk.argtypes = [pointer, ctypes.c_char_p, size]
    with tempfile.NamedTemporaryFile("w") as keys:
        keys.write(f"test._domainkey.example.com {record}\n")
        keys.flush()
        lib = library.dkim_init(None, None)
        method = ctypes.c_int(from_file)
        path = ctypes.create_string_buffer(keys.name.encode())
        library.dkim_options(lib, set_option, query_method, ctypes.byref(method), ctypes.sizeof(method))
        library.dkim_options(lib, set_option, query_info, path, len(keys.name))
        status = ctypes.c_int()
        job = library.dkim_verify(lib, b"test", None, ctypes.byref(status))
        for start in range(0, len(wire), 65536):
            block = wire[start:start + 65536]
            library.dkim_chunk(job, block, len(block))
        library.dkim_chunk(job, None, 0)
        return library.dkim_eom(job, None) == 0


def defects_of(message):
    """Returns the parser's complaints: about each part, then about each field of each part."""
    parts = list(message.walk())
    return [f"{part.get_content_type()}: {defect!r}" for part in parts for defect in part.defects] + [
        f"{name}: {defect!r}" for part in parts for name, value in part.items() for defect in value.defects]


def described(raw, record):
    message = parsed(raw)
    return {
        "headers": {name: str(value) for name, value in message.items()},
        "defects": defects_of(message),
        "types": [part.get_content_type() for part in message.walk()],
        "parts": [{
            "type": part.get_content_type(),
            "charset": part.get_content_charset(),
            "filename": part.get_filename(),
            "content": base64.b64encode(part.get_payload(decode=True)).decode(),
        } for part in message.walk() if not part.is_multipart()],
        "dkim": holds(raw, record) if b"\nDKIM-Signature:" in b"\n" + raw else None,
        "longest": max(len(line.rstrip(b"\r")) for line in raw.split(b"\n")),
        "ascii": raw.isascii(),
    }


def facts(raw, record):
    """Yields one fact per line."""
    message = parsed(raw)
    yield from (f"{name}: {message[name]}" for name in FIELDS if message[name] is not None)
    yield from (f"defect in {defect}" for defect in defects_of(message))
    for part in message.walk():
        if part.is_multipart():
            yield f"{part.get_content_type()} of {len(part.get_payload())}"
        elif part.get_filename() is not None:
            content = part.get_payload(decode=True)
            yield (f"{part.get_content_type()} {part.get_filename()!r} (name={part.get_param('name')!r}) "
                   f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()[:16]}")
        else:
            yield f"{part.get_content_type()}: {part.get_content()!r}"
    if record:
        wire = on_the_wire(raw)
        yield f"signature valid: {holds(wire, record)}"
        for field in (b"From", b"To", b"Subject", b"Reply-To"):
            if holds(field + b": forged@example.net\r\n" + wire, record):
                yield f"signature valid with a second {field.decode()}"
        if holds(wire.replace(b"\r\nAuto-Submitted: auto-replied", b"\r\nAuto-Submitted: no"), record):
            yield "signature valid with another Auto-Submitted"


def read(file):
    with open(file, "rb") as mail:
        return mail.read()


def main(record, *files):
    sys.stdout.reconfigure(encoding="utf-8")
    if files[0] == "--facts":
        print(*facts(read(files[1]), record), sep="\n")
    elif files[0] == "--judges":
        wire = on_the_wire(read(files[1]))
        print(*("valid" if verifies(wire, record) else "invalid" for verifies in (holds, opendkim_holds)))
    elif files[0] == "--mbox":
        json.dump([described(m.as_bytes(), record) for m in mailbox.mbox(files[1], create=False)], sys.stdout)
    else:
        json.dump([described(read(file), record) for file in files], sys.stdout)


main(*sys.argv[1:])
