"""Statistics of a run: results by function, mode and dtype, with percentiles of their errors, in constant memory."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from derivcheck.model import Result, Status
from derivcheck.model.expression import Expression

_PER_OCTAVE = 16
"""Buckets between one number of ulps and its double: a percentile is known to 4.4 %."""

PERCENTILES = (50, 90, 99)


@dataclass(slots=True)
class Errors:
    """The errors of some results, in ulps, as a histogram whose buckets widen with the numbers.

    Attributes:
        count: how many there are.
        largest: the largest, exactly.
    """

    count: int = 0
    largest: float = 0.0
    _buckets: Counter[int | None] = field(default_factory=Counter)

    def add(self, ulps: float) -> None:
        """Count one more error."""
        self.count += 1
        self.largest = max(self.largest, ulps)
        self._buckets[_bucket(ulps)] += 1

    def percentile(self, percent: float) -> float:
        """The error that `percent` of the results do not exceed, rounded up to a bucket's end; nan without any.

        Example:
            >>> errors = Errors()
            >>> for ulps in (0.0, 0.0, 1.0, 8.0):
            ...     errors.add(ulps)
            >>> errors.percentile(50), errors.percentile(75), errors.percentile(100)
            (0.0, 1.0, 8.0)
        """
        if not self.count:
            return math.nan
        wanted = math.ceil(self.count * percent / 100)
        seen = 0
        for bucket in sorted(self._buckets, key=lambda bucket: -math.inf if bucket is None else bucket):
            seen += self._buckets[bucket]
            if seen >= wanted:
                return 0.0 if bucket is None else min(self.largest, _upper(bucket))
        return self.largest


def _bucket(ulps: float) -> int | None:
    """Return the number of the bucket that holds an error; None for 0, and the last bucket for inf."""
    if ulps == 0:
        return None
    return math.ceil(math.log2(ulps) * _PER_OCTAVE) if math.isfinite(ulps) else 1 << 20


def _upper(bucket: int) -> float:
    return 2.0 ** (bucket / _PER_OCTAVE) if bucket < 1 << 20 else math.inf


@dataclass(slots=True)
class Group:
    """The Results of one function, mode or dtype: how many there are of each status, and their errors."""

    statuses: Counter[Status] = field(default_factory=Counter)
    errors: Errors = field(default_factory=Errors)

    def add(self, result: Result) -> None:
        """Count one more result; one without an error in ulps counts by its status alone."""
        self.statuses[result.status] += 1
        ulps = result.verdict.ulps
        if ulps is not None and not math.isnan(ulps):
            self.errors.add(abs(ulps))


BY = ("function", "what", "mode", "dtype")
"""What the results are grouped by."""


@dataclass(slots=True)
class Statistics:
    """The statistics so far. A result belongs to the group of each function that its expression calls."""

    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    _expression: Expression | None = None
    _functions: tuple[str, ...] = ()

    def add(self, result: Result) -> None:
        """Count one more result."""
        names = [("function", name) for name in self._functions_of(result.expression)]
        names.append(("what", "value" if result.what.value == "value" else f"{result.what.value} {result.order}"))
        if result.gradient is not None:
            names += [("mode", result.gradient.mode.value), ("dtype", result.gradient.dtype.label)]
        for name in names:
            self.groups.setdefault(name, Group()).add(result)

    def rows(self) -> Iterator[tuple[str, str, Group]]:
        """Yield what is grouped by, the group's name and the group; the largest groups come first."""
        for by in BY:
            found = [(name, group) for (kind, name), group in self.groups.items() if kind == by]
            for name, group in sorted(found, key=lambda pair: (-pair[1].statuses.total(), pair[0])):
                yield by, name, group

    def data(self) -> dict[str, Any]:
        """The statistics as data for JSON; a number that is not finite is its name."""
        return {
            by: {
                name: {
                    "results": group.statuses.total(),
                    "by_status": {status.label: group.statuses[status] for status in Status if group.statuses[status]},
                    "ulps": {
                        **{f"p{percent}": _number(group.errors.percentile(percent)) for percent in PERCENTILES},
                        "max": _number(group.errors.largest),
                    }
                    if group.errors.count
                    else None,
                }
                for kind, name, group in self.rows()
                if kind == by
            }
            for by in BY
        }

    def _functions_of(self, expression: Expression | None) -> tuple[str, ...]:
        if expression is not self._expression:
            self._expression = expression
            self._functions = () if expression is None else expression.calls
        return self._functions


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)
