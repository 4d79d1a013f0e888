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

MOST_POINTS, LARGE_ERRORS = 12, 32
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

TOGETHER = ("operation", "source", "group", "expression", "format", "look", "range", "not_asked")
"""What the rows of a line have in common."""


def lines_of(rows: Sequence[Row]) -> list[str]:
    """The lines of a file: first what all rows share, then a line for each look at an operation in a format."""
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        data = row.data
        own = {name: value for name, value in data.items() if name not in (*SHARED, *TOGETHER)}
        if own["counts"] == {_PLAIN: row.points}:
            del own["counts"]
        lines.setdefault(_text({name: data[name] for name in TOGETHER if name in data}), []).append(own)
    shared = {name: getattr(rows[0], name) for name in SHARED} if rows else {}
    return [_text(shared), *(f'{head[:-1]},"rows":{_text(own)}}}' for head, own in lines.items())]


_PLAIN = str(Status.MATCH)


def _text(data: object) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def read_rows(lines: Iterable[str]) -> list[Row]:
    """The rows of the lines of a file; a line without `rows` is one row; a key that is not known here raises."""
    shared, *others = [json.loads(line) for line in lines]
    return [
        Row(**{**shared, **together, "counts": {_PLAIN: own["points"]}, **own})
        for together in others
        for own in together.pop("rows", [{"points": together.get("points", 0), **together}])
    ]


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
    return "inf" if math.isinf(ulps) else _short(ulps, 2)


def _short(number: float, digits: int) -> float:
    """A number to so many digits, without a point where it needs none."""
    rounded = float(f"{number:.{digits}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < _LARGEST_WHOLE else rounded


_LARGEST_WHOLE = 1e16


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
        "x": [_short(curve.inputs[place], 3) for place in places],
        "ulps": [plain_ulps(curve.ulps[place]) for place in places],
        "status": "".join(UNKNOWN if (one := statuses[place]) is None else LETTERS[one] for place in places),
    }


_FEW_ULPS = 4.0
"""A curve that stays below has little to show."""
