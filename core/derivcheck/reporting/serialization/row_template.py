"""The JSON of many rows that differ in a point and its numbers alone: what they share is written once."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from derivcheck.model import Result, Verdict
from derivcheck.numbers import Enclosure
from derivcheck.reporting.serialization.serialize import line_data

_SLOT = object()
"""Stands for what differs."""

_SLOTS: dict[str, Any] = {
    "point": _SLOT,
    "point_exact": _SLOT,
    "symbolic": {"value": _SLOT, "radius": _SLOT},
    "truth": {"value": _SLOT, "radius": _SLOT},
    "autograd": _SLOT,
    "error": {"abs": _SLOT, "rel": _SLOT, "ulps": _SLOT},
    "sigma": _SLOT,
    "digits": _SLOT,
    "reason": _SLOT,
}
"""What differs, in the order of `serialize.result_data`."""


class RowTemplate:
    """The rows of one kind of many points.

    Args:
        result: one of them: a match, of a number whose truth is the value of the formula.
    """

    def __init__(self, result: Result) -> None:
        self._template = _template(line_data(result), _SLOTS)

    def fill(self, point: str, exact: str, truth: Enclosure, number: float, verdict: Verdict) -> str:
        """Write a row as `json.dumps` writes `line_data` of it.

        Args:
            point: the JSON of the point as it was typed.
            exact: that of its exact numbers.
            truth: the true number.
            number: what torch returned.
            verdict: the verdict on it.
        """
        value, radius, digits = truth.exact_decimal(), truth.radius(), verdict.digits
        return self._template % (
            point,
            exact,
            value,
            radius,
            value,
            radius,
            _number(number),
            _number(verdict.absolute),
            _number(verdict.relative),
            _number(verdict.ulps),
            _number(verdict.sigma),
            _number(None if digits is None else round(digits, 2)),
            "null" if verdict.reason is None else json.dumps(verdict.reason),
        )


def _template(data: dict[str, Any], slots: dict[str, Any]) -> str:
    """The JSON of data with %s where a slot is, and every other % doubled."""
    parts = []
    for key, value in data.items():
        slot = slots.get(key)
        if slot is _SLOT:
            written = '"%s"' if isinstance(value, str) and key in {"value", "radius"} else "%s"
        elif slot is not None:
            written = _template(value, slot)
        else:
            written = json.dumps(value, allow_nan=False).replace("%", "%%")
        parts.append(f"{json.dumps(key)}: {written}")
    return f"{{{', '.join(parts)}}}"


def _number(value: float | None) -> str:
    """A number in JSON, in which one that is not finite is its name."""
    if value is None:
        return "null"
    return repr(value) if isfinite(value) else f'"{value}"'
