"""A MySQL server that shows any certificate and counts the passwords it receives. Serves one client.

usage: false_mysql.py CHAIN KEY PLUGIN

Prints its port and, after the client has disconnected, how many packets with a password it received, in clear or
hashed. The chain is sent exactly as in the file, whether or not it is valid.
"""

import socket
import ssl
import sys

GREETING = (b"\x0a8.0.40\0" + b"\1\0\0\0" + b"a" * 8 + b"\0" + b"\x0b\xaa" + b"\x2d" + b"\2\0" + b"\x28\0" + b"\x15"
            + bytes(10) + b"a" * 12 + b"\0")
OK = b"\0\0\0\2\0\0\0"


def receive(client):
    """Returns one packet's content. Raises EOFError if the client has disconnected."""
    header = exactly(client, 4)
    return exactly(client, int.from_bytes(header[:3], "little"))


def exactly(client, size):
    """Returns exactly that many bytes."""
    data = b""
    while len(data) < size:
        more = client.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def send(client, number, content):
    """Sends one packet."""
    client.sendall(len(content).to_bytes(3, "little") + bytes([number]) + content)


def passwords(client, context, plugin):
    """Counts passwords until the client gives up."""
    count = 0
    try:
        greeted = "mysql_native_password" if plugin == "mysql_clear_password" else plugin
        send(client, 0, GREETING + greeted.encode() + b"\0")
        receive(client)
        client = context.wrap_socket(client, server_side=True)
        receive(client)
        count += 1
        if plugin == "caching_sha2_password":
            send(client, 3, b"\1\4")
        elif plugin == "mysql_clear_password":
            send(client, 3, b"\xfe" + plugin.encode() + b"\0")
        else:
            send(client, 3, OK)
            return count
        receive(client)
        count += 1
        send(client, 5, OK)
    except (EOFError, OSError):
        pass
    return count


def main():
    """Serves one client."""
    chain, key, plugin = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        print(server.getsockname()[1], flush=True)
        client, _ = server.accept()
        client.settimeout(60)
        with client:
            print(passwords(client, context, plugin), flush=True)


if __name__ == "__main__":
    main()
