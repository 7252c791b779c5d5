"""Labelled digests, `sha1:BASE32`, as WARC-Block-Digest and WARC-Payload-Digest hold them (WARC 1.1 §5.8, §5.9)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any, Final

from attrs import frozen

_SIZES: Final = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}


@frozen
class Digest:
    """A digest that can be checked: algorithm and expected value."""

    algorithm: str
    expected: bytes

    def start(self) -> Any:
        """A fresh hashlib object of the algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def fits(self, data: bytes | memoryview) -> bool:
        """Whether the data has this digest."""
        hasher = self.start()
        hasher.update(data)
        return bool(hasher.digest() == self.expected)


def read_digest(label: str | None) -> Digest | None:
    """Read a labelled digest, in base32 or hexadecimal.

    Args:
        label: The header's value, e.g. `sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ`.

    Returns:
        The digest; None when there is none, or when its algorithm or notation is unknown: then nothing can be checked,
        which is no damage.
    """
    name, _, value = (label or "").partition(":")
    algorithm = name.strip().lower().replace("-", "")
    size = _SIZES.get(algorithm)
    if size is None:
        return None
    expected = _decode(value.strip(), size)
    return None if expected is None else Digest(algorithm, expected)


def label(algorithm: str, digest: bytes) -> str:
    """Write a labelled digest in base32, with its padding: warcio and fastwarc call an unpadded one wrong."""
    return f"{algorithm}:{base64.b32encode(digest).decode('ascii')}"


def _decode(value: str, size: int) -> bytes | None:
    """A digest's bytes, from hexadecimal or base32 by its length."""
    try:
        if len(value) == 2 * size:
            return bytes.fromhex(value)
        bare = value.rstrip("=").upper()
        decoded = base64.b32decode(bare + "=" * (-len(bare) % 8))
    except (ValueError, binascii.Error):
        return None
    return decoded if len(decoded) == size else None
