"""A heat map of coverage, as SVG: a row a field, a column a period, the darker the more captures have the field.

Drawn by hand: rectangles and words need no library, and the same coverage gives the same bytes.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from scraper.authoring.drift import visit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scraper.authoring.drift import Drift, Row

_CELL: Final = 18  # pixels; so are all sizes here
_LETTER: Final = 6.2  # a letter of the font at its size, about
_LEAST: Final = 740  # the width of the words on top
_TOP: Final = 72  # for the names of periods, which stand upright
_DARKEST: Final = (8, 48, 107)


def heat_map(rows: Sequence[Row], drifts: Iterable[Drift], marked: str) -> str:
    """Return the picture.

    Args:
        rows: The coverage.
        drifts: The selectors that stopped matching; the cell of the first miss of each has a red frame.
        marked: What to say of those frames.
    """
    periods = sorted({period for row in rows for period in row.periods})
    stopped = {(*each.row, period) for each in drifts for period in periods if visit(each.first)["date"].startswith(period)}
    left = round(_LETTER * max((len(row.field) for row in rows), default=0)) + 2 * _CELL
    body: list[str] = []
    top = _TOP
    for (site, layout), group in groupby(rows, key=lambda row: (row.site, row.layout)):
        body.append(_text(_CELL / 2, top + _CELL - 5, " ".join(filter(None, (site, layout))), "bold"))
        top += _CELL
        for row in group:
            body.append(_text(_CELL, top + _CELL - 5, row.field))
            body += _cells(row, periods, left, top, stopped)
            top += _CELL
    names = [_upright(left + _CELL * number + _CELL - 5, period) for number, period in enumerate(periods)]
    legend = _text(_CELL / 2, 14, f"share of captures with the field: white none, dark all, grey no captures; {marked}")
    width = max(left + _CELL * len(periods) + _CELL, _LEAST)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top + _CELL}" font-family="monospace" font-size="10">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', legend, *names, *body, "</svg>\n"])


def _cells(row: Row, periods: Sequence[str], left: int, top: int, stopped: set[tuple[str, str, str, str]]) -> Iterator[str]:
    for number, period in enumerate(periods):
        found, captures = row.periods.get(period, (0, 0))
        frame = ' stroke="#d00" stroke-width="2"' if (*row.key, period) in stopped else ' stroke="#ccc"'
        told = f"{row.site} {row.layout} {row.field}, {period}: {found} of {captures}"
        yield (
            f'<rect x="{left + _CELL * number}" y="{top}" width="{_CELL - 2}" height="{_CELL - 2}" '
            f'fill="{_colour(found, captures)}"{frame}><title>{escape(told)}</title></rect>'
        )


def _colour(found: int, captures: int) -> str:
    if not captures:
        return "#bbbbbb"
    return "#" + "".join(f"{255 - (255 - dark) * found // captures:02x}" for dark in _DARKEST)


def _text(x: float, y: float, words: str, weight: str = "normal") -> str:
    return f'<text x="{x:g}" y="{y:g}" font-weight="{weight}">{escape(words)}</text>'


def _upright(x: float, words: str) -> str:
    return f'<text transform="translate({x:g} {_TOP - 4}) rotate(-90)">{escape(words)}</text>'
