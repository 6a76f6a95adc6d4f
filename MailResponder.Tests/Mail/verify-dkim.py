"""Verifies a DKIM signature with dkimpy; the key record comes from the command line in place of the DNS."""
import re, sys
import dkim

with open(sys.argv[1], "rb") as file:
    raw = re.sub(rb"\r?\n", b"\r\n", file.read())
record = ("v=DKIM1; k=rsa; p=" + sys.argv[2]).encode()
print("valid" if dkim.verify(raw, dnsfunc=lambda name, timeout=5: record) else "invalid")
