#!/usr/bin/env python3
"""Measures a server built from this tree and prints what docs/performance.md shows.

    cargo build --profile dist -p haechi -p haechi-bench --bins
    bench/measure.py target/dist/haechi target/dist/load

Each operation is measured several times against a fresh data directory; the middle run is printed. Beside rates and
latencies stands the processor time that server and generator took per call, which tells more than rates where other
programs run on the same machine.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
OPERATIONS = [
    ("Encrypt", 64, ["--payload", "32"]),
    ("Encrypt", 64, ["--payload", "1024"]),
    ("GenerateDataKey", 64, []),
    ("Decrypt", 64, ["--payload", "32"]),
    ("Sign", 16, ["--key-spec", "RSA_2048"]),
    ("Sign", 16, ["--key-spec", "ECC_NIST_P256"]),
    ("CreateKey", 16, []),
    ("CreateAlias", 16, []),
    ("PutKeyPolicy", 16, []),
]


class Server:
    """A server on a data directory."""

    def __init__(self, binary: str, directory: str, port: int) -> None:
        self.port, self.directory = port, directory
        started = time.monotonic()
        command = [binary, "serve", "--data-dir", directory, "--listen", f"127.0.0.1:{port}"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_haechi/ready", timeout=1).read()
                break
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("the server ended") from None
                time.sleep(0.002)
        self.start_seconds = time.monotonic() - started

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def load(binary: str, server: Server, operation: str, connections: int, seconds: float, more: list[str]) -> dict:
    command = [
        binary,
        *("--endpoint", f"http://127.0.0.1:{server.port}"),
        *("--profile", f"{server.directory}/credentials"),
        *("--operation", operation),
        *("--connections", str(connections)),
        *("--seconds", str(seconds)),
        *("--warm-up", "0"),
        "--json",
        *more,
    ]
    before, own = server.cpu_seconds(), resource.getrusage(resource.RUSAGE_CHILDREN)
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    generator = after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime
    calls = max(found["requests"], 1)
    found["server_us"] = (server.cpu_seconds() - before) * 1e6 / calls
    found["generator_us"] = generator * 1e6 / calls
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server")
    parser.add_argument("load")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--port", type=int, default=4799)
    parser.add_argument("--data-dir", help="measure on this directory, with what it holds, instead of fresh ones")
    parser.add_argument("--only", help="one operation")
    given = parser.parse_args()
    print("| operation | req/s | p50 ms | p99 ms | server µs/call | generator µs/call |")
    print("|---|---:|---:|---:|---:|---:|")
    starts, idle = [], []
    for operation, connections, more in OPERATIONS:
        if given.only and operation != given.only:
            continue
        runs = []
        for _ in range(given.runs):
            with tempfile.TemporaryDirectory() as fresh:
                server = Server(given.server, given.data_dir or fresh, given.port)
                try:
                    starts.append(server.start_seconds)
                    idle.append(server.resident_mb())
                    load(given.load, server, operation, connections, 0.5, more)
                    runs.append(load(given.load, server, operation, connections, given.seconds, more))
                finally:
                    server.stop()
        runs.sort(key=lambda run: run["requests_per_second"])
        middle = runs[len(runs) // 2]
        name = " ".join([operation, *more[1:]])
        print(
            f"| {name}, {connections} connections | {middle['requests_per_second']:.0f} "
            f"| {middle['p50_us'] / 1000:.2f} | {middle['p99_us'] / 1000:.2f} "
            f"| {middle['server_us']:.1f} | {middle['generator_us']:.1f} |",
            flush=True,
        )
    print(
        f"\nfrom start to the first answer: {statistics.median(starts):.3f} s; idle: {statistics.median(idle):.0f} MB"
    )


if __name__ == "__main__":
    main()
