"""An S3 server in a process of its own on the loopback, and a proxy in front of it that fails as real stores do."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TYPE_CHECKING, Any

from s3fs import S3FileSystem

from digitize.batch.record import RECORD_NAME
from digitize.storage import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "127.0.0.1"
SERVER = "import sys; from moto.server import main; main(['-H', sys.argv[1], '-p', sys.argv[2]])"
BUCKET = Address("s3", "archive")
# What stores answer to tell a client to try again.
SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
INTERNAL = b"<?xml version='1.0'?><Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>"


class Mishaps:
    """Says what befalls each request: None, a status with its body, or "drop" for a connection that is cut."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.befall: Callable[[int, str, str], tuple[int, bytes] | str | None] = lambda *_: None
        self.happened: list[str] = []

    def of(self, method: str, path: str) -> tuple[int, bytes] | str | None:
        """What befalls this request."""
        mishap = self.befall(next(self._numbers), method, path)
        if mishap:
            self.happened.append(f"{mishap if isinstance(mishap, str) else mishap[0]} {method} {path}")
        return mishap


def every_seventh(number: int, _method: str, _path: str) -> tuple[int, bytes] | str | None:
    """Of 21 requests one fails, one is throttled and the connection of one is dropped."""
    return {7: (500, INTERNAL), 14: (503, SLOW_DOWN), 0: "drop"}.get(number % 21)


@contextmanager
def s3_server(monkeypatch: Any, port: int, *, through_proxy: bool = True) -> Iterator[Mishaps]:
    """A store with one empty bucket, which the environment's S3 settings lead to, maybe through a proxy of the next port."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, HOST, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    mishaps = Mishaps()
    proxy = ThreadingHTTPServer((HOST, port + 1), _proxy(port, mishaps))
    thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True)
    try:
        _until_up(port)
        _request(port, "PUT", f"/{BUCKET.path}", b"", {})
        thread.start()
        for name, value in environment(port + through_proxy).items():
            monkeypatch.setenv(name, value)
        S3FileSystem.clear_instance_cache()  # it remembers where the store of an earlier test was
        yield mishaps
    finally:
        if thread.is_alive():
            proxy.shutdown()
            thread.join()
        proxy.server_close()
        process.kill()
        process.wait()


def environment(port: int) -> dict[str, str]:
    """What leads s3fs to the store, as a user would set it."""
    return {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_ACCESS_KEY_ID": "someone",
        "AWS_SECRET_ACCESS_KEY": "a-secret-of-someone",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_MAX_ATTEMPTS": "2",
    }


def contents(address: Address) -> dict[str, bytes]:
    """Every file below an address, by its path there."""
    return {str(file).removeprefix(f"{address}/"): file.read_bytes() for file in address.files()}


def timeless(files: dict[str, bytes]) -> dict[str, bytes]:
    """Files as they are but for what a clock wrote: the seconds that a record tells of, and when its run began."""
    return {name: _without_timings(content) if name.endswith(RECORD_NAME) else content for name, content in files.items()}


def _without_timings(record: bytes) -> bytes:
    return json.dumps(json.loads(record) | {"timings": {}, "run": {}}).encode()


def _proxy(port: int, mishaps: Mishaps) -> type[BaseHTTPRequestHandler]:
    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            mishap = mishaps.of(self.command, self.path)
            if isinstance(mishap, str):
                self.close_connection = True
                self.connection.close()
                return
            status, headers, answer = (
                (mishap[0], {}, mishap[1]) if mishap else _request(port, self.command, self.path, body, dict(self.headers))
            )
            self.send_response(status)
            kept = {k: v for k, v in headers.items() if k.lower() not in {"content-length", "connection", "transfer-encoding"}}
            length = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(answer))
            for name, value in (kept | {"Content-Length": length}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _pass  # noqa: N815 - the server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            """Let a client that has gone go."""
            try:
                super().handle()
            except (ConnectionError, OSError, ValueError):
                return

    return Proxy


def _request(port: int, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def _until_up(port: int) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            _request(port, "GET", "/", b"", {})
        except OSError:
            assert time.monotonic() < end, "the store does not start"
            time.sleep(0.1)
        else:
            return
