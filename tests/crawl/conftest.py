"""A server on raw sockets that says exactly what it is told and keeps exactly what it hears, and a Scrapy project around it."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scraper.archive import Record, raw_records

HELPERS = Path(__file__).parents[1] / "helpers"
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)

SETTINGS = """
BOT_NAME = "tried"
SPIDER_MODULES = ["tried.spiders"]
ADDONS = {"scraper.crawl.Addon": 500}
"""

SPIDER = """
import json
from pathlib import Path

import scrapy


class Tried(scrapy.Spider):
    name = "tried"

    async def start(self):
        for each in json.loads(Path("requests.json").read_text()):
            yield scrapy.Request(**each, callback=self.parse, errback=self.failed, dont_filter=True)

    def parse(self, response):
        yield {"url": response.url, "status": response.status, "size": len(response.body)}

    def failed(self, failure):
        self.logger.info("failed: %s", failure.type.__name__)
"""


@attrs.define
class Reply:
    """What the server says to one path: pieces of bytes, and what it does with the connection then."""

    pieces: list[bytes]
    then: str = "keep"
    drops: int = 0  # times that it hangs up instead of answering


@attrs.frozen
class Heard:
    """One exchange as the server saw it."""

    path: str
    request: bytes
    response: bytes
    connection: int


class Server:
    """Serves replies by path, byte for byte."""

    def __init__(self, replies: dict[str, Reply], context: ssl.SSLContext | None = None) -> None:
        self.replies = replies
        self.heard: list[Heard] = []
        self.context = context
        self.stopped = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def url(self, path: str) -> str:
        """The URL of a path."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        """Stop, and wait for the connections' threads."""
        self.stopped.set()
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in self._threads:
            thread.join(5)
        self._socket.close()

    def _start(self, work: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        number = 0
        while True:
            plain, _ = self._socket.accept()
            if self.stopped.is_set():
                plain.close()
                return
            number += 1
            self._start(self._serve, plain, number)

    def _serve(self, plain: socket.socket, number: int) -> None:
        plain.settimeout(20)
        connection = self.context.wrap_socket(plain, server_side=True) if self.context else plain
        with connection:
            while (request := _request(connection)) and self._answer(connection, request, number):
                pass

    def _answer(self, connection: socket.socket, request: bytes, number: int) -> bool:
        path = request.split(b" ")[1].decode()
        reply = self.replies.get(path, Reply([b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"]))
        self.heard.append(Heard(path, request, b"".join(reply.pieces), number))
        if reply.drops:
            reply.drops -= 1
            return False
        for piece in reply.pieces:
            try:
                connection.sendall(piece)
            except OSError:
                return False  # the client has had enough
        if reply.then == "hang":
            self.stopped.wait(20)
        if reply.then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return reply.then == "keep"


def _request(connection: socket.socket) -> bytes:
    """One whole request; empty when the client is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            piece = connection.recv(1 << 16)
        except OSError:
            return b""
        if not piece:
            return b""
        data += piece
    stated = _LENGTH.search(data)
    missing = data.index(b"\r\n\r\n") + 4 + (int(stated[1]) if stated else 0) - len(data)
    while missing > 0:
        piece = connection.recv(missing)
        data += piece
        missing -= len(piece)
    return data


@attrs.define
class Crawled:
    """A crawl that has ended."""

    folder: Path
    log: str
    code: int

    @property
    def archives(self) -> list[Path]:
        """The archives, in order."""
        return sorted((self.folder / "archives").glob("*.warc.gz"))

    def records(self, kind: str) -> list[Record]:
        """The whole records of a type; a hole is an error."""
        found = [record for path in self.archives for record in raw_records(path)]
        assert all(isinstance(each, Record) for each in found), found
        return [each for each in found if isinstance(each, Record) and each.head.kind == kind]

    def exchanges(self) -> Counter[tuple[bytes, bytes]]:
        """Request and response of each exchange that has both."""
        requests = {each.head.fields["warc-concurrent-to"]: each for each in self.records("request")}
        return Counter((requests[each.head.fields["warc-record-id"]].block, each.block) for each in self.records("response"))

    def response(self, path: str) -> Record:
        """The one response record of a path."""
        (found,) = (each for each in self.records("response") if each.head.url.endswith(path))
        return found

    def stat(self, name: str) -> int | None:
        """One of the crawl's stats under `scraper/`."""
        found = re.search(rf"'scraper/{re.escape(name)}': (\d+)", self.log)
        return int(found[1]) if found else None


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test."""
    servers: list[Server] = []

    def start(replies: dict[str, Reply], context: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(replies, context))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def reply() -> type[Reply]:
    """What a server says."""
    return Reply


@pytest.fixture
def ready(tmp_path: Path) -> Callable[..., None]:
    """Make a project that knows of this package by the line in ADDONS alone."""

    def make(requests: list[Any], spider: str = SPIDER, settings: str = "") -> None:
        package = tmp_path / "tried"
        (package / "spiders").mkdir(parents=True, exist_ok=True)
        for folder in (package, package / "spiders"):
            (folder / "__init__.py").touch()
        (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = tried.settings\n")
        (package / "settings.py").write_text(SETTINGS + settings)
        (package / "spiders" / "tried.py").write_text(spider)
        (tmp_path / "requests.json").write_text(json.dumps(requests))

    return make


@pytest.fixture
def crawl(tmp_path: Path, ready: Callable[..., None]) -> Callable[..., Crawled]:
    """Crawl requests with such a project."""

    def run(requests: list[Any], *args: str, spider: str = SPIDER, settings: str = "") -> Crawled:
        ready(requests, spider, settings)
        return scrapy(tmp_path, "crawl", "tried", *args)

    return run


def scrapy(folder: Path, *args: str) -> Crawled:
    """Run the real command."""
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *args],
        cwd=folder, capture_output=True, text=True, check=False, timeout=50, stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(HELPERS), "no_proxy": "*"},
    )  # fmt: skip
    return Crawled(folder, done.stdout + done.stderr, done.returncode)


@pytest.fixture(name="scrapy")
def _scrapy() -> Callable[..., Crawled]:
    """The real command, in a folder."""
    return scrapy


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for the loopback, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1)).not_valid_after(today + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "both.pem").write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return folder / "both.pem"


@pytest.fixture(scope="session")
def tls(certificate: Path) -> ssl.SSLContext:
    """A context with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
