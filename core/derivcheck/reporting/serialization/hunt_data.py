"""The map of a hunt as plain data for JSON, written and read."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from derivcheck.model import Mode, SearchRange, Status, Wrt
from derivcheck.model.hunt_map import Coverage, Ended, ErrorCurve, FindKind, FoundPoint, HuntMap, Stretch
from derivcheck.reporting.serialization.shaped_data import number, read_number

Data = Mapping[str, Any]


def hunt_data(found: HuntMap) -> dict[str, Any]:
    """The map as data that `json.dumps(…, allow_nan=False)` takes; docs/json.md tells what each key holds."""
    coverage = found.coverage
    return {
        "ranges": [{"name": one.name, "low": one.low, "high": one.high} for one in found.ranges],
        "found": [
            {
                "kind": one.kind.value,
                "at": dict(one.at),
                **_about(one.wrt, one.mode),
                "ulps": _brief(one.ulps),
                "place": None if one.place is None else str(one.place),
            }
            for one in found.found
        ],
        "stretches": [
            {
                **_about(one.wrt, one.mode),
                "low": number(one.low),
                "high": number(one.high),
                "status": one.status.label,
                "points": one.points,
                "worst": _brief(one.worst),
                "exact": one.is_exact,
            }
            for one in found.stretches
        ],
        "curves": [
            {
                **_about(one.wrt, one.mode),
                "inputs": [number(each) for each in one.inputs],
                "ulps": [_brief(each) for each in one.ulps],
                "status": [None if each is None else each.label for each in one.statuses],
            }
            for one in found.curves
        ],
        "counts": [
            {**_about(*key), "by_status": {status.label: count for status, count in counts.items()}}
            for key, counts in found.counts.items()
        ],
        "coverage": None
        if coverage is None
        else {
            "proven": coverage.proven,
            "screened": coverage.screened,
            "numbers": coverage.numbers,
            "exhaustive": coverage.is_exhaustive,
            "seconds": round(coverage.seconds, 3),
            "seed": coverage.seed,
            "ended": coverage.ended.value,
        },
    }


def read_hunt(data: Data) -> HuntMap:
    """Read the map; KeyError, TypeError or ValueError where it is none."""
    coverage = data["coverage"]
    return HuntMap(
        tuple(SearchRange(str(one["name"]), str(one["low"]), str(one["high"])) for one in data["ranges"]),
        tuple(
            FoundPoint(
                FindKind(one["kind"]),
                {str(name): str(text) for name, text in one["at"].items()},
                *_key(one),
                read_number(one["ulps"]),
                None if one["place"] is None else Fraction(one["place"]),
            )
            for one in data["found"]
        ),
        tuple(
            Stretch(
                *_key(one),
                float(one["low"]),
                float(one["high"]),
                Status.named(one["status"]),
                int(one["points"]),
                read_number(one["worst"]),
                bool(one["exact"]),
            )
            for one in data["stretches"]
        ),
        tuple(
            ErrorCurve(
                *_key(one),
                tuple(map(float, one["inputs"])),
                tuple(map(float, one["ulps"])),
                tuple(None if each is None else Status.named(each) for each in one["status"]),
            )
            for one in data["curves"]
        ),
        {
            _key(one): {Status.named(label): int(count) for label, count in one["by_status"].items()}
            for one in data["counts"]
        },
        None
        if coverage is None
        else Coverage(
            int(coverage["proven"]),
            int(coverage["screened"]),
            int(coverage["numbers"]),
            bool(coverage["exhaustive"]),
            float(coverage["seconds"]),
            int(coverage["seed"]),
            Ended(coverage["ended"]),
        ),
    )


def _about(wrt: Wrt, mode: Mode | None) -> dict[str, Any]:
    return {"wrt": list(wrt), "mode": None if mode is None else mode.value}


def _key(data: Data) -> tuple[Wrt, Mode | None]:
    return tuple(map(str, data["wrt"])), None if data["mode"] is None else Mode(data["mode"])


def _brief(ulps: float | None) -> float | str | None:
    """An error to four figures: nobody asks for more, and a curve has hundreds."""
    return None if ulps is None else number(float(f"{ulps:.4g}"))
