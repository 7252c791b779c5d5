"""Labelled digests, `sha1:BASE32`, as WARC-Block-Digest and WARC-Payload-Digest hold them (WARC 1.1 §5.8, §5.9)."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

_HEX: Final = re.compile(r"[0-9A-Fa-f]+")
_BASE32: Final = re.compile(r"[A-Za-z2-7]+")
_SIZES: Final = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}


@frozen
class Digest:
    """A digest that can be checked.

    Attributes:
        algorithm: As hashlib names it.
        expected: The value, as `notation` gives it.
        notation: From a digest's bytes to text: encoding what is computed is cheaper than decoding what is declared.
    """

    algorithm: str
    expected: str
    notation: Callable[[bytes], str]

    def start(self) -> Any:
        """A fresh hashlib object of the algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def is_of(self, hasher: Any) -> bool:
        """Whether what the hashlib object has been fed has this digest."""
        return self.says(hasher.digest())

    def says(self, digest: bytes) -> bool:
        """Whether it is these bytes."""
        return self.notation(digest) == self.expected

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
        return Digest(algorithm, value.lower(), bytes.hex)
    value = value.rstrip("=")
    if len(value) == -(-8 * size // 5) and _BASE32.fullmatch(value):
        return Digest(algorithm, value.upper(), _base32)
    return Digest(algorithm, value, _base64) if len(value) == -(-8 * size // 6) else None


def label(algorithm: str, digest: bytes) -> str:
    """Write a labelled digest in base32, with its padding: warcio and fastwarc call an unpadded one wrong."""
    return f"{algorithm}:{base64.b32encode(digest).decode('ascii')}"


def _base32(digest: bytes) -> str:
    """Base32 without padding."""
    return base64.b32encode(digest).decode("ascii").rstrip("=")


def _base64(digest: bytes) -> str:
    """Base64 without padding."""
    return base64.b64encode(digest).decode("ascii").rstrip("=")
