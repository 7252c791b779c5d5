"""Content codings of HTTP (RFC 9110 §8.4.1): gzip, deflate, br (RFC 7932), zstd (RFC 8878), alone or stacked.

Decoders are fed in pieces and stop at the bound, so that a bomb costs the bound and no more.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any, Final

import brotli
import zstandard
from attrs import frozen
from zlib_ng import zlib_ng

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_PIECE: Final = 64 << 10
_GZIP: Final = b"\x1f\x8b"
_GZIP_BITS: Final = 31
_ZLIB_ERROR: Final[Any] = zlib_ng.error  # its stub calls the class an instance
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_SKIPPABLE: Final = b"\x2a\x4d\x18"  # bytes 1..3 of a zstd skippable frame, RFC 8878 §3.1.2
_ZSTD_WINDOW: Final = 128 << 20
_COMPRESS: Final = b"\x1f\x9d"
_BINARY: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_LOOK: Final = 256


@frozen
class Broken:
    """Why a body cannot be decoded; `too_large` when only the bound stands against it."""

    reason: str
    too_large: bool = False


def decode(body: memoryview, codings: Sequence[str], *, limit: int) -> bytes | memoryview | Broken:
    """Undo content codings, the last applied first (RFC 9110 §8.4).

    A body that does not begin as its coding begins was decoded by the tool that stored it, and is taken as it is. An
    unknown coding (`utf-8`, `none`: servers say such things) codes nothing.

    Args:
        body: The body without chunk framing.
        codings: Coding names, lower case, in the order in which the server applied them.
        limit: Most bytes that any layer may decode to.

    Returns:
        The decoded bytes, the very `body` where nothing was coded, or why there are none.
    """
    data: bytes | memoryview = body
    for coding in reversed(codings):
        decoder = _DECODERS.get(coding)
        if decoder is None or not data:
            continue
        decoded = decoder(memoryview(data), limit)
        if isinstance(decoded, Broken):
            return decoded if decoded.too_large else Broken(f"content coding {coding}: {decoded.reason}")
        data = data if decoded is None else decoded
    return _over(limit) if len(data) > limit else data


def _over(limit: int) -> Broken:
    """The payload passes the bound."""
    return Broken(f"the payload passes the bound of {limit:,} bytes; raise max_payload to read it", too_large=True)


def _collect(parts: Iterator[bytes], limit: int) -> bytes | Broken:
    """Join decoded pieces, up to the bound."""
    out = bytearray()
    for part in parts:
        out += part
        if len(out) > limit:
            return _over(limit)
    return bytes(out)


def _gzip(data: memoryview, limit: int) -> bytes | Broken | None:
    """Gzip: all members; what follows the last one is dropped, as browsers do."""
    if bytes(data[:2]) != _GZIP:
        return None
    return _zlib(data, limit, wbits=_GZIP_BITS)


def _deflate(data: memoryview, limit: int) -> bytes | Broken | None:
    """Deflate: zlib format as RFC 9110 §8.4.1.2 says, or the raw stream that many servers send."""
    zlib_head = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0  # noqa: PLR2004
    decoded = _zlib(data, limit, wbits=15 if zlib_head else -15)
    if isinstance(decoded, Broken) and not decoded.too_large and not zlib_head and _is_text(data):
        return None
    return decoded


def _zlib(data: memoryview, limit: int, *, wbits: int) -> bytes | Broken:
    """Inflate one stream, or every gzip member."""
    try:
        return _collect(_inflated(data, wbits), limit)
    except (_ZLIB_ERROR, EOFError) as error:
        return Broken(str(error))


def _inflated(data: memoryview, wbits: int) -> Iterator[bytes]:
    """Inflate piece by piece, gzip members one after another.

    Raises:
        EOFError: The stream is cut.
    """
    while True:
        inflate = zlib_ng.decompressobj(wbits)
        at = 0
        while not inflate.eof:
            piece: bytes | memoryview = inflate.unconsumed_tail
            if not piece:
                piece = data[at : at + _PIECE]
                at += len(piece)
            part = inflate.decompress(piece, _PIECE << 4)
            if not (piece or part or inflate.eof):
                raise EOFError("the stream is cut")
            yield part
        data = data[at - len(inflate.unused_data) :]
        if bytes(data[:2]) != _GZIP or wbits != _GZIP_BITS:
            return


def _brotli(data: memoryview, limit: int) -> bytes | Broken | None:
    """Brotli, which has no magic bytes: what fails at once and reads as text was stored decoded."""
    try:
        return _collect(_unbrotli(data), limit)
    except (brotli.error, EOFError) as error:
        return None if _is_text(data) else Broken(str(error))


def _unbrotli(data: memoryview) -> Iterator[bytes]:
    """Decode brotli piece by piece.

    Raises:
        EOFError: The stream is cut.
    """
    decoder = brotli.Decompressor()
    for at in range(0, len(data), _PIECE):
        yield decoder.process(data[at : at + _PIECE], output_buffer_limit=_PIECE << 4)
        while not decoder.can_accept_more_data():
            yield decoder.process(b"", output_buffer_limit=_PIECE << 4)
        if decoder.is_finished():
            return
    if not decoder.is_finished():
        raise EOFError("the stream is cut")


def _zstd(data: memoryview, limit: int) -> bytes | Broken | None:
    """Zstandard: all frames."""
    if bytes(data[:4]) != _ZSTD and bytes(data[1:4]) != _SKIPPABLE:
        return None
    try:
        size = 0
        with zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).stream_reader(data, read_across_frames=True) as out:
            while part := out.read(_PIECE):
                size += len(part)
                if size > limit:
                    return _over(limit)
        return _collect(_unzstd(data), limit)
    except (zstandard.ZstdError, EOFError) as error:
        return Broken(str(error))


def _unzstd(data: memoryview) -> Iterator[bytes]:
    """Decode frame by frame; the size has been counted before, because these frames cannot be stopped at a bound.

    Raises:
        EOFError: The last frame is cut (which the bounded reader does not tell).
    """
    while bytes(data[:4]) == _ZSTD or bytes(data[1:4]) == _SKIPPABLE:
        frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        yield frame.decompress(data)
        if not frame.eof:
            raise EOFError("the stream is cut")
        data = data[len(data) - len(frame.unused_data) :]


def _compress(data: memoryview, limit: int) -> Broken | None:  # noqa: ARG001  one signature for all
    """LZW `compress`: nobody sends it; said so rather than taken for text."""
    return Broken("this coding is not supported") if bytes(data[:2]) == _COMPRESS else None


def _is_text(data: memoryview) -> bool:
    """Whether the first bytes read as UTF-8 text without control characters."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(bytes(data[:_LOOK]))  # a character cut at the end is none
    except UnicodeDecodeError:
        return False
    return not _BINARY.search(text)


_DECODERS: Final[dict[str, Callable[[memoryview, int], bytes | Broken | None]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
    "compress": _compress,
    "x-compress": _compress,
}
