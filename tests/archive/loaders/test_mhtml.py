"""MHTML: a page and what it embeds, in one message."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


HEAD = """From: <Saved by Blink>
Snapshot-Content-Location: https://example.com/page#part
Subject: =?utf-8?Q?Page?=
Date: Sat, 21 Nov 2026 08:04:00 +0100
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----b----"

"""
PAGE = """------b----
Content-Type: text/html; charset=utf-8
Content-ID: <frame-1@mhtml.blink>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://example.com/other-name

<!DOCTYPE html><p class=3D"x">caf=C3=A9 and a line that is bro=
ken
"""
IMAGE = f"""------b----
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Location: /logo.png

{base64.b64encode(bytes(range(256))).decode()}
"""
STYLE = """------b----
Content-Type: text/css
Content-Transfer-Encoding: binary
Content-Location: cid:css-1@mhtml.blink

p { color: red }
"""
END = "------b------\n"


def _write(folder: Path, *pieces: str, name: str = "x.mhtml") -> Path:
    (folder / name).write_bytes("".join(pieces).replace("\n", "\r\n").encode())
    return folder / name


@pytest.mark.parametrize("name", ["x.mhtml", "x.mht", "saved"])
def test_parts(load: Callable[..., Any], tmp_path: Path, name: str) -> None:
    """Each part is a resource with its URL and decoded bytes; the page has the snapshot's URL, and all have its date."""
    captures = load(_write(tmp_path, HEAD, PAGE, IMAGE, STYLE, END, name=name)).captures
    assert [(capture.url, capture.media_type) for capture in captures] == [
        ("https://example.com/page", "text/html"),
        ("https://example.com/logo.png", "image/png"),
        ("cid:css-1@mhtml.blink", "text/css"),
    ]
    assert captures[0].payload == '<!DOCTYPE html><p class="x">café and a line that is broken'.encode()
    assert captures[0].charset == "utf-8"
    assert captures[1].payload == bytes(range(256))
    assert {capture.date for capture in captures} == {"2026-11-21T07:04:00Z"}
    assert {capture.record_type for capture in captures} == {"resource"}


def test_start_part(load: Callable[..., Any], tmp_path: Path) -> None:
    """The part that the message names as its start is the page, wherever it stands (RFC 2387 §3.2)."""
    head = HEAD.replace('type="text/html";', 'type="text/html"; start="<frame-1@mhtml.blink>";')
    captures = load(_write(tmp_path, head, IMAGE, PAGE, END)).captures
    assert [capture.url for capture in captures] == ["https://example.com/logo.png", "https://example.com/page"]


def test_url_of_its_user(load: Callable[..., Any], tmp_path: Path) -> None:
    """What a mapping says of the file goes before what the message says, for URL and date of the page."""
    (tmp_path / "urls").write_text("file,url,date\nx.mhtml,https://mapped.example/,2020-01-01\n")
    capture = load(_write(tmp_path, HEAD, PAGE, END), urls=tmp_path / "urls").capture
    assert (capture.url, capture.date) == ("https://mapped.example/", "2020-01-01T00:00:00Z")


def test_page_location_serves(load: Callable[..., Any], tmp_path: Path) -> None:
    """Without a snapshot URL, as Internet Explorer saved, the page's own location serves; a date that is none gives way."""
    head = HEAD.replace("Snapshot-Content-Location: https://example.com/page#part\n", "").replace("Sat, 21 Nov", "some day")
    capture = load(_write(tmp_path, head, PAGE, END), date="2026-01-01T00:00:00Z").capture
    assert (capture.url, capture.date) == ("https://example.com/other-name", "2026-01-01T00:00:00Z")


def test_parts_passed_over(load: Callable[..., Any], tmp_path: Path) -> None:
    """Parts without a URL, or of none that is taken, and empty ones are counted and not archived."""
    nameless = IMAGE.replace("Content-Location: /logo.png\n", "")
    local = IMAGE.replace("/logo.png", "file:///C:/logo.png")
    empty = "------b----\nContent-Type: text/css\nContent-Location: /x.css\n\n\n"
    loaded = load(_write(tmp_path, HEAD, PAGE, nameless, local, empty, END))
    assert len(loaded.captures) == 1
    assert loaded.tally.left == {"part without URL": 2, "empty part": 1}


def test_type_is_no_header(load: Callable[..., Any], tmp_path: Path) -> None:
    """A media type or charset that cannot stand in a header is left out, and the part is archived."""
    captures = load(_write(tmp_path, HEAD, PAGE, STYLE.replace("text/css", "text/\0css; charset=\0"), END)).captures
    assert (captures[1].media_type, captures[1].charset) == ("application/octet-stream", None)


def test_broken_part(load: Callable[..., Any], tmp_path: Path) -> None:
    """A part whose base64 is broken is rejected, and the others are archived."""
    broken = IMAGE.replace("AAEC", "A*EC", 1)
    loaded = load(_write(tmp_path, HEAD, PAGE, broken, STYLE, END))
    assert len(loaded.captures) == 2
    assert "parts/1: its base64 is broken" in loaded.rejected[0]


def test_cut_file(load: Callable[..., Any], tmp_path: Path) -> None:
    """Of a file that was cut, the part at the cut is rejected: it may be half of what it was."""
    loaded = load(_write(tmp_path, HEAD, PAGE, IMAGE[:200]))
    assert [capture.url for capture in loaded.captures] == ["https://example.com/page"]
    assert "the file is cut" in loaded.rejected[0]


@pytest.mark.parametrize(
    "content",
    [
        "no message at all",
        HEAD.replace("https://example.com/page#part", "about:blank") + PAGE.replace("https://example.com/other-name", "x") + END,
        HEAD,
        HEAD + "------b----\n" * 600_000,
        "MIME-Version: 1.0\n" + "".join(f"Content-Type: multipart/related; boundary=b{n}\n\n--b{n}\n" for n in range(3000)),
    ],
)
def test_no_mhtml(load: Callable[..., Any], tmp_path: Path, content: str) -> None:
    """A file that is called MHTML and is none, or whose page has no URL, is rejected."""
    loaded = load(_write(tmp_path, content))
    assert not loaded.captures
    assert len(loaded.rejected) == 1
