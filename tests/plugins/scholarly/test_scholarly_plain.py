"""Contents that are markup in disguise."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.scholarly.plain import plain
from scraper.errors import StepFailed


@pytest.mark.parametrize(
    ("content", "value", "steps"),
    [
        ("Bees & wasps", "Bees & wasps", []),
        ("GEM / CO<sub>2</sub> in hives", "GEM / CO2 in hives", ["scholarly.plain"]),
        ("<i>Apis mellifera</i>", "Apis mellifera", []),
        ("  <p><em>Apis</em></p> ", "Apis", []),
        ("On <i>Apis</i>", "On Apis", ["scholarly.plain"]),
        ("Bees &amp; wasps", "Bees & wasps", ["scholarly.plain"]),
        ("&#x42;ees &lt; wasps", "Bees < wasps", ["scholarly.plain"]),
        ("One<br/>two", "One two", ["scholarly.plain"]),
        ("p <0.05 and q> 1", "p <0.05 and q> 1", []),
        ("The <unknown> of bees", "The <unknown> of bees", []),
        ("AT&T; bees", "AT&T; bees", []),
        (
            '<jats:italic>Apis</jats:italic> and <mml:math xmlns:mml="x"><mml:mi>x</mml:mi></mml:math> bees',
            "Apis and x bees",
            ["scholarly.plain"],
        ),
        ("Bees <!-- and wasps --> fly", "Bees fly", ["scholarly.plain"]),
        ("a < b", "a < b", []),
    ],
)
def test_titles_with_markup_are_read(article: Any, content: str, value: str, steps: list[str]) -> None:
    """Tags around are narrowed away, tags inside and double escapes go by a step; what is no known tag is text."""
    metas = [("citation_title", content), ("citation_doi", "10.5555/1"), ("citation_author", "Roe, Jane")]
    found = article(*metas, least=False)
    assert (found.record["title"], found.steps("/title")) == (value, steps)


def test_markup_without_text_fails() -> None:
    """The step invents no empty value."""
    with pytest.raises(StepFailed):
        plain("<p> <br/></p>")
