#!/usr/bin/python3
# starttls.py - offers STARTTLS in front of a mail server without it, such as smtp-sink(1)
#
# usage: starttls.py ADDRESS:PORT SERVER:PORT [PEM]
#
# PEM holds the certificate, its issuers' certificates, and its key. Without PEM, STARTTLS is not offered. A client that
# does not use STARTTLS is served in the clear.
import select
import socket
import ssl
import sys
import threading


def address(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def line(source):
    text = b""
    while not text.endswith(b"\n"):
        byte = source.recv(1)
        if not byte:
            raise OSError("closed")
        text += byte
    return text


def reply(server):
    lines = [line(server)]
    while lines[-1][3:4] == b"-":
        lines.append(line(server))
    return lines


def until_encrypted(client, server):
    client.sendall(b"".join(reply(server)))
    while True:
        command = line(client)
        if tls and command.upper().startswith(b"STARTTLS"):
            client.sendall(b"220 2.0.0 Ready\r\n")
            return tls.wrap_socket(client, server_side=True)
        server.sendall(command)
        if not tls or not command.upper().startswith(b"EHLO"):
            return client
        lines = reply(server)
        lines.insert(len(lines) - 1, b"250-STARTTLS\r\n")
        client.sendall(b"".join(lines))


def serve(client):
    try:
        with client, socket.create_connection(address(sys.argv[2])) as server, until_encrypted(client, server) as peer:
            while True:
                waiting = isinstance(peer, ssl.SSLSocket) and peer.pending()
                for source in [peer] if waiting else select.select([peer, server], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    (server if source is peer else peer).sendall(data)
    except OSError:
        pass


tls = None
if len(sys.argv) > 3:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[3])
with socket.create_server(address(sys.argv[1]), backlog=100) as listener:
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
