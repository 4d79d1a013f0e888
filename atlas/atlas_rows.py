"""A row of the atlas: its keys, its verdict in a word, and how it becomes a line of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

from derivcheck.model import Status
from derivcheck.model.hunt import ErrorCurve

MOST_POINTS, LARGE_ERRORS = 24, 64
"""A curve has so many points at most, and so many where it has large errors to show."""

LETTERS: dict[Status, str] = {
    Status.MATCH: "m",
    Status.CONVENTION: "c",
    Status.UNDEFINED: "d",
    Status.UNDECIDED: "u",
    Status.UNSTABLE: "l",
    Status.INACCURATE: "i",
    Status.NONFINITE: "n",
    Status.MISMATCH: "x",
    Status.WRONG_FORMULA: "f",
    Status.SKIPPED: "s",
    Status.ERROR: "e",
}
"""The letters of a curve's statuses."""

UNKNOWN = "."

RIGHT, LOSES, WRONG, UNDECIDED, UNSUPPORTED = "right", "loses digits", "wrong", "undecided", "not supported"

VERDICTS: tuple[tuple[str, frozenset[Status]], ...] = (
    (WRONG, frozenset({Status.NONFINITE, Status.MISMATCH})),
    (LOSES, frozenset({Status.UNSTABLE, Status.INACCURATE})),
    (UNDECIDED, frozenset({Status.UNDECIDED, Status.WRONG_FORMULA, Status.ERROR})),
    (RIGHT, frozenset({Status.MATCH, Status.CONVENTION, Status.UNDEFINED})),
    (UNSUPPORTED, frozenset({Status.SKIPPED})),
)
"""The verdicts in a word, the first that fits first: each with the statuses of which one point is enough for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row; atlas/README.md says what each key means."""

    operation: str
    source: str
    group: str
    expression: str | None = None
    format: str
    mode: str | None = None
    derivative: str
    order: int
    device: str
    torch: str
    look: str
    range: dict[str, list[str]] | None = None
    points: int
    not_asked: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    worst: dict[str, Any] | None = None
    curve: dict[str, Any] | None = None
    verdict: str
    reason: str | None = None
    command: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What no two rows have in common; it does not say which torch."""
        asked = (self.format, self.mode or "", self.derivative, self.device, self.look)
        return (self.source, self.operation, *asked)

    @property
    def data(self) -> dict[str, Any]:
        """The row as JSON has it, without what is absent."""
        known = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in known.items() if value is not None}


SHARED = ("torch", "device")
"""What all rows of a file have in common, and its first line alone has."""


def lines_of(rows: Sequence[Row]) -> list[str]:
    """The lines of a file: first what all rows share, then a line a row."""
    shared = {name: getattr(rows[0], name) for name in SHARED} if rows else {}
    own = [{name: value for name, value in row.data.items() if name not in SHARED} for row in rows]
    return [json.dumps(data, separators=(",", ":"), ensure_ascii=False) for data in (shared, *own)]


def read_rows(lines: Iterable[str]) -> list[Row]:
    """The rows of the lines of a file; a key that is not known here raises."""
    shared, *own = [json.loads(line) for line in lines]
    return [Row(**shared, **data) for data in own]


def read_atlas(path: Path) -> list[Row]:
    """The rows of a file."""
    return read_rows(path.read_text("utf-8").splitlines())


def verdict_of(counts: Mapping[Status, int]) -> str:
    """The verdict that some counts make."""
    for verdict, statuses in VERDICTS:
        if any(counts.get(status) for status in statuses):
            return verdict
    return UNSUPPORTED


def plain_counts(counts: Mapping[Status, int]) -> dict[str, int]:
    """The counts by the statuses' labels, the mildest first."""
    return {str(status): counts[status] for status in Status if counts.get(status)}


def plain_ulps(ulps: float | None) -> float | str | None:
    """An error as JSON has it: to two digits, None where it is not known."""
    if ulps is None or math.isnan(ulps):
        return None
    return "inf" if math.isinf(ulps) else float(f"{ulps:.2g}")


def thinned(curve: ErrorCurve) -> dict[str, Any] | None:
    """A curve as a picture needs it: of each stretch the worst point; None where no error is known."""
    statuses: Sequence[Status | None] = curve.statuses or [None] * len(curve.inputs)
    errors = [math.isinf(ulps) or ulps > _FEW_ULPS for ulps in curve.ulps]
    if all(math.isnan(ulps) for ulps in curve.ulps):
        return None
    count = LARGE_ERRORS if any(errors) else MOST_POINTS

    def badness(place: int) -> tuple[int, float]:
        status, ulps = statuses[place], curve.ulps[place]
        rank = -1 if status is None else status.rank
        return (rank, -1.0 if math.isnan(ulps) else ulps)

    total = len(curve.inputs)
    edges = [total * step // count for step in range(count + 1)]
    places = [max(range(low, high), key=badness) for low, high in pairwise(edges) if low < high]
    return {
        "x": [float(f"{curve.inputs[place]:.3g}") for place in places],
        "ulps": [plain_ulps(curve.ulps[place]) for place in places],
        "status": "".join(UNKNOWN if (one := statuses[place]) is None else LETTERS[one] for place in places),
    }


_FEW_ULPS = 4.0
"""A curve that stays below has little to show."""
