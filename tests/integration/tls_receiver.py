#!/usr/bin/env python3
"""tls_receiver.py PORT PEM [dear] - answers every POST over TLS with 200; civetweb 1.15 cannot speak TLS with OpenSSL 3.

dear: whoever connects has to reckon with numbers of ten thousand bits."""
import base64
import http.server
import ssl
import sys
import tempfile


def der(tag, body):
    size = len(body).to_bytes(2, "big")
    return bytes([tag, 0x82]) + size + body


def dh_params(bits):
    """Whoever connects does not look whether the modulus is a prime."""
    modulus = (1 << bits) - 1
    numbers = der(2, modulus.to_bytes(bits // 8 + 1, "big")) + der(2, b"\2")
    text = base64.encodebytes(der(0x30, numbers)).decode()
    return f"-----BEGIN DH PARAMETERS-----\n{text}-----END DH PARAMETERS-----\n"


def make_dear(context):
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DHE-RSA-AES128-GCM-SHA256")
    with tempfile.NamedTemporaryFile("w") as f:
        f.write(dh_params(10000))
        f.flush()
        context.load_dh_params(f.name)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2])
if len(sys.argv) > 3:
    make_dear(context)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
