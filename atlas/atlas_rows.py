"""A row of the atlas: its keys, its verdict in a word, and how it becomes a line of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from derivcheck.model import Status
from derivcheck.model.hunt import ErrorCurve

MOST_POINTS = 60
"""A curve has so many points at most; twice as many where it has something to show."""

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
    def line(self) -> str:
        """The row as a line of JSON, without what is absent."""
        known = {one.name: getattr(self, one.name) for one in fields(self)}
        return json.dumps({name: value for name, value in known.items() if value is not None}, separators=(",", ":"))


def read_rows(lines: Iterable[str]) -> list[Row]:
    """The rows of some lines; a key that is not known here raises."""
    return [Row(**json.loads(line)) for line in lines if line.strip()]


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
    """An error as JSON has it: to three digits, None where it is not known."""
    if ulps is None or math.isnan(ulps):
        return None
    return "inf" if math.isinf(ulps) else float(f"{ulps:.3g}")


def thinned(curve: ErrorCurve) -> dict[str, Any] | None:
    """A curve as a picture needs it: of each stretch the worst point; None where no error is known."""
    statuses: Sequence[Status | None] = curve.statuses or [None] * len(curve.inputs)
    errors = [math.isinf(ulps) or ulps > _FEW_ULPS for ulps in curve.ulps]
    if all(math.isnan(ulps) for ulps in curve.ulps):
        return None
    count = MOST_POINTS * (2 if any(errors) else 1)

    def badness(place: int) -> tuple[float, float]:
        status, ulps = statuses[place], curve.ulps[place]
        return (-1.0 if status is None else status.rank * (status is not Status.MATCH), -1.0 if ulps != ulps else ulps)

    total = len(curve.inputs)
    edges = [total * step // count for step in range(count + 1)]
    places = [max(range(low, high), key=badness) for low, high in zip(edges, edges[1:], strict=False) if low < high]
    return {
        "x": [float(f"{curve.inputs[place]:.4g}") for place in places],
        "ulps": [plain_ulps(curve.ulps[place]) for place in places],
        "status": "".join(UNKNOWN if (one := statuses[place]) is None else LETTERS[one] for place in places),
    }


_FEW_ULPS = 4.0
"""A curve that stays below has little to show."""
