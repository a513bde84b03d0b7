"""An HTTPS endpoint as Firehose wants it: keeps what it is sent, and refuses as long as it is told to."""

import base64
import datetime
import gzip
import http.server
import ipaddress
import json
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Receiver:
    """`url` is where it listens; `ca_file` proves it; `requests` are the headers and bodies that came."""

    def __init__(self, folder):
        self.requests = []
        self.refusals = 0
        self.ca_file = folder / "ca.pem"
        key_file = folder / "key.pem"
        _write_certificate(self.ca_file, key_file)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = receiver.take(dict(self.headers), self.path, body)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, key_file)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_port}/take"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, headers, path, body):
        headers = {name.lower(): value for name, value in headers.items()}
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        content = json.loads(body)
        if self.refusals > 0:
            self.refusals -= 1
            self.requests.append((headers, path, None))
            return 503, {"errorMessage": "later"}
        self.requests.append((headers, path, content))
        return 200, {"requestId": content["requestId"], "timestamp": content["timestamp"]}

    def records(self):
        """The data of all records that were taken, in the order in which they came."""
        bodies = [content for _, _, content in self.requests if content]
        return [base64.b64decode(record["data"]).decode() for body in bodies for record in body["records"]]

    def close(self):
        self.server.shutdown()


def _write_certificate(certificate_file, key_file):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
