"""An HTTPS endpoint as Firehose wants it: keeps what it is sent, and refuses as long as it is told to."""

import base64
import gzip
import json

from tls_server import TlsServer


class Receiver:
    """`url` is where it listens; `ca_file` proves it; `requests` are the headers and bodies that came."""

    def __init__(self, folder):
        self.requests = []
        self.refusals = 0
        self.server = TlsServer(folder, self.take)
        self.ca_file = self.server.ca_file
        self.url = f"https://127.0.0.1:{self.server.port}/take"

    def take(self, path, headers, body):
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
        self.server.close()
