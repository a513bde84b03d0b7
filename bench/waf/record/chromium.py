"""A headless Chromium, driven over the pipe of its DevTools protocol."""

import contextlib
import json
import os
import select
import subprocess
import time

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
BRANDS = [
    {"brand": "Chromium", "version": "140"},
    {"brand": "Not=A?Brand", "version": "24"},
    {"brand": "Google Chrome", "version": "140"},
]


class Chromium:
    """One page; its requests go to `port`, whatever host they are for."""

    def __init__(self, program, profile, port):
        to_read, self.out = os.pipe()
        self.into, to_write = os.pipe()

        def as_chromium_expects():
            os.dup2(to_read, 203)
            os.dup2(to_write, 204)
            os.dup2(203, 3)
            os.dup2(204, 4)

        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--lang=en-US",
                 f"--user-data-dir={profile}", "--remote-debugging-pipe",
                 f"--host-resolver-rules=MAP * 127.0.0.1:{port}"]  # fmt: skip
        self.process = subprocess.Popen(
            [program, *flags, "about:blank"], preexec_fn=as_chromium_expects, close_fds=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_read)
        os.close(to_write)
        self.buffer, self.last, self.session = b"", 0, None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        metadata = {"brands": BRANDS, "platform": "Linux", "platformVersion": "6.8", "architecture": "x86",
                    "model": "", "mobile": False}  # fmt: skip
        self.call("Page.enable")
        self.call("DOM.enable")
        self.call("Emulation.setUserAgentOverride", userAgent=AGENT, acceptLanguage="en-US,en,ko-KR,ko",
                  userAgentMetadata=metadata)  # fmt: skip

    def call(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        give_up = time.monotonic() + 60
        while time.monotonic() < give_up:
            answer = self.next(give_up)
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            if answer.get("method") == "Page.javascriptDialogOpening":
                self.last += 1
                accept = {"id": self.last, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
                os.write(self.out, json.dumps(accept | {"sessionId": self.session}).encode() + b"\0")
                self.last -= 1
        raise RuntimeError(f"no answer to {method}")

    def next(self, give_up):
        while b"\0" not in self.buffer:
            if not select.select([self.into], [], [], max(0, give_up - time.monotonic()))[0]:
                raise RuntimeError("Chromium says nothing")
            part = os.read(self.into, 1 << 20)
            if not part:
                raise RuntimeError("Chromium ended")
            self.buffer += part
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def evaluate(self, expression):
        """The value of an expression of JavaScript; None where the page is just being left."""
        with contextlib.suppress(RuntimeError):
            found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
            return found["result"].get("value")
        return None

    def settle(self, seconds=0.6):
        """Waits until the page is there and its scripts had a moment."""
        time.sleep(0.2)
        give_up = time.monotonic() + 15
        while self.evaluate("document.readyState") != "complete" and time.monotonic() < give_up:
            time.sleep(0.1)
        time.sleep(seconds)

    def visit(self, url, seconds=0.6):
        self.call("Page.navigate", url=url)
        self.settle(seconds)

    def links(self):
        """Where the page's links of the same host lead."""
        return (
            self.evaluate("""[...new Set([...document.links].filter(l => l.host === location.host && !l.hash
            && !/log.?out|delete|action=trash/i.test(l.href)).map(l => l.href))]""")
            or []
        )

    def fill(self, values):
        """Writes into fields, by CSS selector; says which were there."""
        return self.evaluate(f"""Object.entries({json.dumps(values)}).filter(([selector, value]) => {{
            const field = document.querySelector(selector);
            if (!field) return false;
            if (field.type === "checkbox") field.checked = value; else field.value = value;
            for (const kind of ["input", "change", "keyup"]) field.dispatchEvent(new Event(kind, {{bubbles: true}}));
            return true; }}).map(([selector]) => selector)""")

    def click(self, selector, seconds=0.8):
        found = self.evaluate(f"""(() => {{ const it = document.querySelector({json.dumps(selector)});
            if (!it) return false; it.click(); return true; }})()""")
        self.settle(seconds)
        return found

    def choose_file(self, selector, path):
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        if node:
            self.call("DOM.setFileInputFiles", nodeId=node, files=[str(path)])
        return bool(node)

    def stop(self):
        with contextlib.suppress(RuntimeError, OSError):
            self.session = None
            self.call("Browser.close")
        self.process.wait(20)
