"""The step of this plugin."""

from __future__ import annotations

import pytest
from scraper_gazette import number

from scraper.errors import StepFailed


@pytest.mark.parametrize(("text", "value"), [("No. I", "1"), ("No. XIV", "14"), ("No. XXXIX", "39"), ("No. VIII", "8")])
def test_roman_numbers_are_read(text: str, value: str) -> None:
    """The number of a notice is read as it is written."""
    assert number(text) == value


def test_what_is_no_number_is_refused() -> None:
    """Any other text makes the field unreadable, and nothing is guessed."""
    with pytest.raises(StepFailed, match="no number"):
        number("No. IIII")
