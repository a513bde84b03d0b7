"""What stands between the browser and the gateway, and writes down each request as it came."""

import base64
import http.client
import http.server
import json
import threading
from urllib.parse import quote

HOP = {"connection", "keep-alive", "transfer-encoding"}


class Recorder(http.server.ThreadingHTTPServer):
    """Passes requests on to a port; keeps those for the given hosts as records that `haechi waf test` reads.

    `names` gives each host the name under which it is kept, and `paths` folders: nothing of this machine is.
    """

    daemon_threads = True

    def __init__(self, gateway, names, paths):
        super().__init__(("127.0.0.1", 0), Exchange)
        self.gateway, self.names = gateway, names
        self.replaced = names | paths | {quote(old, ""): quote(new, "") for old, new in paths.items()}
        self.records, self.lock = [], threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def renamed(self, text):
        for old, new in self.replaced.items():
            text = text.replace(old, new)
        return text

    def keep(self, exchange, body):
        """One request, unless the same was kept."""
        name = self.names.get(exchange.headers["host"])
        if name is None:
            return
        record = {"method": exchange.command, "uri": self.renamed(exchange.path)}
        record["headers"] = [[key, self.renamed(value)] for key, value in exchange.headers.items()]
        if body:
            try:
                record["body"] = self.renamed(body.decode())
            except UnicodeDecodeError:
                record["bodyBase64"] = base64.b64encode(body).decode()
            fitting = [["Content-Length", str(len(record["body"].encode()))]] if "body" in record else []
            if fitting:
                others = [pair for pair in record["headers"] if pair[0].lower() != "content-length"]
                record["headers"] = others + fitting
        with self.lock:
            self.records.append({"name": name.split(".")[0]} | record)

    def handle_error(self, *_):
        """Browsers hang up on what they do not want any more."""


class Exchange(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        self.server.keep(self, body)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.gateway, timeout=60)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP:
                connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", answer.headers["content-length"] or str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = pass_on

    def log_message(self, *_):
        pass


def written(records):
    """The records as lines, each request once."""
    seen, lines = set(), []
    counts = {}
    for record in records:
        what = json.dumps([record[key] for key in ("method", "uri")] + [record.get("body"), record.get("bodyBase64")])
        if what in seen:
            continue
        seen.add(what)
        counts[record["name"]] = counts.get(record["name"], 0) + 1
        record = record | {"name": f"{record['name']} {counts[record['name']]}", "expect": "ALLOW"}
        lines.append(json.dumps(record, ensure_ascii=False))
    return "\n".join(lines) + "\n"
