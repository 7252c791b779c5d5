"""Contents of metas as plain text: publishers put markup and doubly escaped characters into them.

Where a content is plain, nothing but white space is touched. Where it is HTML or JATS in disguise ("CO&lt;sub&gt;2&lt;/sub&gt;"),
the tags around it are narrowed away, and those inside go by a step of their own, so that the pointer shows that it was done.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from plugins._shared.lines import is_placeholder
from scraper.errors import StepFailed
from scraper.quoting import MISSING, Unreadable
from scraper.quoting.steps import need_text, step

if TYPE_CHECKING:
    from plugins._shared.lines import Text

# Tags of known names alone: "p <0.05", "a < b > c" and "<unknown>" are text.
_INLINE = (
    r"a|abbr|b|bdi|bold|cite|code|em|ext-link|font|i|img|inline-formula|inline-graphic|ital|italic|math|monospace|named-content|q|sc|small"
    r"|span|strong|styled-content|sub|sup|tex-math|tt|u|underline|xref|(?:mml|m):[a-z]+|jats:(?!p\b|sec\b|title\b|list)[a-z-]+"
)
_BLOCK = (
    r"blockquote|br|dd|div|dl|dt|h[1-6]|hr|li|ol|p|sec|section|table|tbody|td|th|title|tr|ul|jats:(?:p|sec|title|list|list-item)"
)
_TAG = re.compile(rf"</?(?:{_INLINE}|{_BLOCK})(?:\s[^<>]*)?/?>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_LEADING = re.compile(rf"\s*(?:{_TAG.pattern})", _TAG.flags)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,31}\d{0,2});", re.IGNORECASE)

_PART = re.compile(r"(?:&(?:#\w{1,8}|[a-z]{2,31}\d{0,2});|[^;])+", re.IGNORECASE)


@step("scholarly.plain")
def plain(value: str) -> str:
    """Read a text that is itself HTML or JATS: tags go, character references become characters, white space collapses.

    Tags that stand between words (`<p>`, `<br>`) leave a space. Elements of unknown names are text.
    """
    text = _TAG.sub("", _BLOCK_TAG.sub(" ", need_text(value)))
    found = " ".join(_REFERENCE.sub(lambda reference: html.unescape(reference[0]), text).split())
    if not found:
        raise StepFailed(f"{value!r} is markup without text")
    return found


def clean(text: Text) -> Text:
    """Return a content as plain text, its white space collapsed; `MISSING` for placeholders."""
    value = text.value
    if not value:
        return MISSING
    found = _without_markup(text) if "<" in value or "&" in value else tidy(text)
    return found if isinstance(found, Unreadable) or (found and not is_placeholder(found.value)) else MISSING


def _without_markup(text: Text) -> Text:
    inner = unwrapped(text)
    marked = inner and (_TAG.search(inner.value) or _REFERENCE.search(inner.value))
    return inner.then("scholarly.plain") if marked else tidy(inner)


def tidy(text: Text) -> Text:
    """Return a text without white space around it, and with runs of it collapsed if there are any: no step where none is needed."""
    value = text.value
    if not value:
        return text
    flat = " ".join(value.split())
    if flat == value:
        return text
    found = text.strip()
    return found if found.value == flat else found.squash()


def parts(text: Text) -> list[Text]:
    """Narrow to what stands between semicolons, but for those that end a character reference."""
    return text.re_all(_PART)


def unwrapped(text: Text) -> Text:
    """Narrow past white space and tags at both ends."""
    if not text:
        return MISSING
    value: str = text.value
    start, end = 0, len(value.rstrip())
    while tag := _LEADING.match(value, start, end):
        start = tag.end()
    while end > start and value[end - 1] == ">" and _TAG.fullmatch(value, max(value.rfind("<", start, end), start), end):
        end = start + len(value[start : value.rfind("<", start, end)].rstrip())
    return text[start:end].strip()
