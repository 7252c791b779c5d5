"""Every claimed position is the position: the marker test, over pages of our own, mutated pages, and the real material.

The default run samples. `SCRAPER_ORACLE=all` looks at every value of every page in every variant, which takes about half an hour.
"""

from __future__ import annotations

import gzip
import os
import random
import re
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from html_oracle import Tally, examine
from html_variants import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Sequence

ALL = os.environ.get("SCRAPER_ORACLE") == "all"
FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.html"))
SEED = 20_261_121
FUZZ_SECONDS = 900 if ALL else 8

# What mutations put in: what trees and tokenizers stumble over.
_TOKENS = re.findall(
    r"\S+",
    """
    <table> </table> <tr> <td> </td> <caption> <colgroup> <col> <b> </b> <p> </p> <a/href=x> </a> <form> </form> <nobr> <h1> <dd>
    <svg> </svg> <math> <title> </title> <textarea> </textarea> <script> </script> <style> </style> <plaintext> <button> <object>
    <select> <option> </select> <template> </template> </pre> <li> <body/k=v> </body> </html> <frameset> <noscript> <ruby><rt>
    <!-- --> <!--> --!> <? ?> <![CDATA[ ]]> <!doctype> </ < > & &amp &amp; &copy=1 &# &#x41; &#0; <br/> <image> " ' = / é 中
    """,
)
_PIECES = [*_TOKENS, "\0", "\r", "\r\n", "\n", "<pre>\n", "\U0001f600"]


def mutated(text: str, chooser: random.Random) -> str:
    """Return a text after a few cuts, copies and insertions."""
    for _ in range(chooser.randint(1, 12)):
        place, size = chooser.randrange(len(text) + 1), chooser.randint(0, 40)
        match chooser.randrange(4):
            case 0:
                text = text[:place] + text[place + size :]
            case 1:
                target = chooser.randrange(len(text) + 1)
                text = text[:target] + text[place : place + size] + text[target:]
            case _:
                text = text[:place] + chooser.choice(_PIECES) + text[place:]
    return text


def check_shares(tally: Tally) -> None:
    """Hardly anything may be unlocated: 999 of 1,000 start tags, attributes and texts are not; a sample may hold a few more."""
    for kind in ("tag", "attribute", "text"):
        assert tally.seen[kind] - tally.located[kind] <= tally.seen[kind] / 1000 + (0 if ALL else 4), (kind, tally)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_our_pages(path: Path, variant: str) -> None:
    """On pages written to be hard, in every charset, no claim is wrong."""
    payload, label = VARIANTS[variant](path.read_bytes())
    assert examine(payload, label).wrong == []


def test_mutated_pages() -> None:
    """On pages cut up and glued together at random, nothing crashes and no claim is wrong."""
    chooser = random.Random(SEED)  # noqa: S311  # no secret
    texts = [path.read_text() for path in FIXTURES]
    names = list(VARIANTS)
    deadline, runs = monotonic() + FUZZ_SECONDS, 0
    while monotonic() < deadline:
        text = mutated(chooser.choice(texts)[chooser.randrange(2000) :][: chooser.randint(20, 1500)], chooser)
        payload, label = VARIANTS[chooser.choice(names)](text.encode())
        assert examine(payload, label, ends=False).wrong == [], payload
        runs += 1
    assert runs > 20


@pytest.fixture(scope="module")
def material(shared: Path) -> Sequence[bytes]:
    """The real pages."""
    paths = sorted(path for pattern in ("*.html", "*.htm", "*.html.gz") for path in (shared / "pages").rglob(pattern))
    return [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in paths]


@pytest.mark.shared_data
@pytest.mark.parametrize("variant", VARIANTS)
def test_real_pages(material: Sequence[bytes], variant: str) -> None:
    """On real pages, as they are and in every charset, no claim is wrong, and nearly everything is located."""
    stride, most = (1, 0) if ALL else (2, 100) if variant == "as it is" else (12, 60)
    tally = Tally()
    for number, page in enumerate(material[list(VARIANTS).index(variant) % stride :: stride]):
        payload, label = VARIANTS[variant](page)
        tally.add(examine(payload, label, most=most, seed=SEED + number))
    assert tally.wrong == []
    check_shares(tally)
    print(variant, {kind: f"{tally.located[kind]}/{tally.seen[kind]}" for kind in tally.seen}, dict(tally.proven))  # noqa: T201  # the numbers are the point
