"""Verifies a DKIM signature with dkimpy and with libopendkim, which milters use.

The key record is given on the command line in place of the DNS. Prints one word for each verifier.
"""
import ctypes, re, sys, tempfile
import dkim

RECORD = "v=DKIM1; k=rsa; p=" + sys.argv[2]
NAME = "test._domainkey.example.com"


def dkimpy(message):
    return dkim.verify(message, dnsfunc=lambda name, timeout=5: RECORD.encode())


def opendkim(message):
    set_option, query_method, query_info, from_file = 1, 6, 7, 1
    library = ctypes.CDLL("libopendkim.so.11")
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    library.dkim_init.restype = library.dkim_verify.restype = pointer
    library.dkim_init.argtypes = library.dkim_eom.argtypes = [pointer, pointer]
    library.dkim_options.argtypes = [pointer, ctypes.c_int, ctypes.c_int, pointer, size]
    library.dkim_verify.argtypes = [pointer, ctypes.c_char_p, pointer, pointer]
    library.dkim_chunk.argtypes = [pointer, ctypes.c_char_p, size]
    with tempfile.NamedTemporaryFile("w") as keys:
        keys.write(f"{NAME} {RECORD}\n")
        keys.flush()
        lib = library.dkim_init(None, None)
        method = ctypes.c_int(from_file)
        path = ctypes.create_string_buffer(keys.name.encode())
        library.dkim_options(lib, set_option, query_method, ctypes.byref(method), ctypes.sizeof(method))
        library.dkim_options(lib, set_option, query_info, path, len(keys.name))
        status = ctypes.c_int()
        job = library.dkim_verify(lib, b"test", None, ctypes.byref(status))
        for start in range(0, len(message), 65536):
            block = message[start:start + 65536]
            library.dkim_chunk(job, block, len(block))
        library.dkim_chunk(job, None, 0)
        return library.dkim_eom(job, None) == 0


with open(sys.argv[1], "rb") as file:
    raw = file.read()
# Mail servers send whole lines that end in CRLF; OpenDKIM relies on it.
raw = re.sub(rb"\r?\n", b"\r\n", raw)
raw += b"" if raw.endswith(b"\r\n") else b"\r\n"
print(*("valid" if verifies(raw) else "invalid" for verifies in (dkimpy, opendkim)))
