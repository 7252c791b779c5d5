"""DuckDB's values as JSON."""

from __future__ import annotations

import json
import math
from datetime import date, time
from decimal import Decimal
from typing import Any


def as_json(value: Any) -> str:
    """Write a value of an answer as JSON: dates in ISO 8601, decimals as numbers, NaN as null, the rest as text."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): _plain(member) for key, member in value.items()}
        case list() | tuple():
            return [_plain(member) for member in value]
        case date() | time():
            return value.isoformat()
        case float() | Decimal():
            return float(value) if math.isfinite(value) else None
    return value if isinstance(value, str | int | None) else str(value)
