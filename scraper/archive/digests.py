"""Labelled digests, `sha1:BASE32`, as WARC-Block-Digest and WARC-Payload-Digest hold them (WARC 1.1 §5.8, §5.9)."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any, Final

from attrs import frozen

_HEX: Final = re.compile(r"[0-9A-Fa-f]+")
_BASE32: Final = re.compile(r"[A-Za-z2-7]+")
_DIGITS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghijklmnopqrstuv")
"""From base32 (RFC 4648 §6) to the digits that `int` reads."""
_SIZES: Final = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}


@frozen
class Digest:
    """A digest that can be checked.

    Attributes:
        algorithm: As hashlib names it.
        expected: Its bytes; none where what is declared cannot be any data's digest.
    """

    algorithm: str
    expected: bytes

    def start(self) -> Any:
        """A fresh hashlib object of the algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def is_of(self, hasher: Any) -> bool:
        """Whether what the hashlib object has been fed has this digest."""
        return self.says(hasher.digest())

    def says(self, digest: bytes) -> bool:
        """Whether it is these bytes."""
        return digest == self.expected

    def fits(self, data: bytes | memoryview) -> bool:
        """Whether the data has this digest."""
        hasher = self.start()
        hasher.update(data)
        return self.is_of(hasher)


def read_digest(labelled: str | None) -> Digest | None:
    """Read a labelled digest, in base32, hexadecimal or base64.

    Args:
        labelled: The header's value, e.g. `sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ`.

    Returns:
        The digest; None when there is none, or when its algorithm or notation is unknown: then nothing can be checked,
        which is no damage.
    """
    name, _, value = (labelled or "").partition(":")
    algorithm = name.strip().lower().replace("-", "")
    size = _SIZES.get(algorithm)
    if size is None:
        return None
    value = value.strip()
    if len(value) == 2 * size and _HEX.fullmatch(value):
        return Digest(algorithm, bytes.fromhex(value))
    value = value.rstrip("=")
    if len(value) == -(-8 * size // 5) and _BASE32.fullmatch(value):
        return Digest(algorithm, _from_base32(value, size))
    return Digest(algorithm, _from_base64(value)) if len(value) == -(-8 * size // 6) else None


def label(algorithm: str, digest: bytes) -> str:
    """Write a labelled digest in base32, with its padding: warcio and fastwarc call an unpadded one wrong."""
    return f"{algorithm}:{base64.b32encode(digest).decode('ascii')}"


def _from_base32(text: str, size: int) -> bytes:
    """Decode base32 without padding; nothing where its spare bits are not zero.

    It is read as a number: the standard library's decoder is written in Python, and takes twenty times as long.
    """
    number, spare = int(text.upper().translate(_DIGITS), 32), 5 * len(text) - 8 * size
    return b"" if number & ((1 << spare) - 1) else (number >> spare).to_bytes(size, "big")


def _from_base64(text: str) -> bytes:
    """Decode base64 without padding; nothing where it is none, or its spare bits are not zero."""
    padded = text + "=" * (-len(text) % 4)
    try:
        digest = base64.b64decode(padded, validate=True)
    except ValueError:
        return b""
    return digest if base64.b64encode(digest).decode("ascii") == padded else b""
