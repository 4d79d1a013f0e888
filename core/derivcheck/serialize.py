"""Results as plain data for JSON: the schema's version 1."""

from __future__ import annotations

import math
from typing import Any

from derivcheck.exits import ExitCode
from derivcheck.model import Coordinate, Enclosure, Result, Side, Truth
from derivcheck.summary import Summary

SCHEMA = 1
"""The version; it changes when a key is taken away or changes its meaning."""


def result_data(result: Result) -> dict[str, Any]:
    """A Result as data that `json.dumps(…, allow_nan=False)` takes.

    Numbers that are not finite are the strings "nan", "inf" and "-inf"; what does not apply is None: the point of a
    case that failed before it was read, the mode of a claim, the truth of an error. Results of the check list for a
    user's own function have two keys more, `item` and `diagnosis`.
    """
    case, gradient, verdict = result.case, result.gradient, result.verdict
    dtype = gradient.dtype if gradient else case.dtype
    return {
        "case": case.label,
        "expr": case.expr,
        "point": {name: value.text for name, value in result.point.items()} if result.point is not None else None,
        "point_exact": {name: _hex(value) for name, value in result.point.items()}
        if result.point is not None
        else None,
        "what": result.what.value,
        "wrt": list(result.wrt),
        "order": result.order,
        "mode": gradient.mode.value if gradient else None,
        "device": gradient.device if gradient else case.device,
        "dtype": dtype.label if dtype else None,
        "formula": result.formula_text,
        "truth": _truth(result.truth) if result.truth else None,
        "autograd": number(gradient.value) if gradient else None,
        "error": {"abs": number(verdict.absolute), "rel": number(verdict.relative), "ulps": number(verdict.ulps)},
        "digits": None if verdict.digits is None else number(round(verdict.digits, 2)),
        "status": result.status.label,
        "severity": result.status.severity.value,
        "reason": verdict.reason,
        **({} if result.item is None else {"item": result.item, "diagnosis": result.diagnosis}),
    }


def summary_data(summary: Summary, code: ExitCode) -> dict[str, Any]:
    """The tally of a run as data for JSON; what a baseline, a selection, a shard and statistics add, where they do."""
    return {
        "cases": summary.cases.total(),
        "results": summary.results.total(),
        "by_status": {status.label: count for status, count in summary.by_status.items()},
        "exit_code": int(code),
        **{name: count for name, count in _asides(summary) if count},
        **({} if summary.statistics is None else {"statistics": summary.statistics.data()}),
    }


def _asides(summary: Summary) -> tuple[tuple[str, int], ...]:
    """What only a baseline, a selection or a shard brings about."""
    return (
        ("known", summary.known),
        ("mended", summary.mended),
        ("deselected", summary.deselected),
        ("elsewhere", summary.elsewhere),
    )


def number(value: float | None) -> float | str | None:
    """A number that strict JSON can hold, or its name where it is not finite."""
    return value if value is None or math.isfinite(value) else str(value)


def _hex(coordinate: Coordinate) -> str:
    """The number as C99 and Python write it in hexadecimal, without the trailing zeros: 0x1.8p+1 is 3."""
    mantissa, _, exponent = float(coordinate.exact).hex().partition("p")
    whole, _, figures = mantissa.partition(".")
    return f"{whole}.{figures.rstrip('0') or '0'}p{exponent}"


def _truth(truth: Truth) -> dict[str, Any]:
    return {
        "kind": truth.kind.value,
        "value": truth.value.exact_decimal() if truth.value else None,
        "radius": truth.value.radius() if truth.value else None,
        "left": _side(truth.left),
        "right": _side(truth.right),
    }


def _side(side: Enclosure | Side | None) -> str | None:
    return side.exact_decimal() if isinstance(side, Enclosure) else side.value if side else None
