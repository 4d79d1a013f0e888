"""A hunt as tables of texts, which a page lays out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from derivcheck.model import Result
from derivcheck.model.hunt_map import HuntMap, Stretch
from derivcheck.numbers import DType
from derivcheck.reporting.presentation.cells import error_text, status_text
from derivcheck.reporting.presentation.hunt_lines import (
    KIND_WORDS,
    covered_text,
    dtype_of,
    ends_text,
    error_of_point,
    most_remarkable,
    name_of,
    next_command,
    status_of,
    where_text,
)


def hunt_tables(rows: Sequence[Result]) -> dict[str, Any]:
    """A hunt as texts: a page lays them out."""
    found = rows[0].hunt_map
    assert found is not None
    dtype = dtype_of(rows)
    return {
        "ranges": ", ".join(map(str, found.ranges)),
        "stretches": [_stretch(stretch, found, dtype_of(rows)) for stretch in _shown(found)],
        "found": [
            [
                KIND_WORDS[one.kind],
                name_of(one.wrt, one.mode, found),
                error_of_point(one),
                "" if status is None else status_text(status),
                "" if status is None else status.severity.value,
                where_text(one),
            ]
            for one in found.found
            for status in (status_of(rows, one),)
        ],
        "covered": "" if found.coverage is None else covered_text(found.coverage, dtype),
        "next": next_command(rows, found) or "",
    }


def _shown(found: HuntMap) -> Iterator[Stretch]:
    for key in dict.fromkeys((stretch.wrt, stretch.mode) for stretch in found.stretches):
        yield from most_remarkable([stretch for stretch in found.stretches if (stretch.wrt, stretch.mode) == key])


def _stretch(stretch: Stretch, found: HuntMap, dtype: DType) -> list[str]:
    mine = [one for one in found.stretches if (one.wrt, one.mode) == (stretch.wrt, stretch.mode)]
    return [
        name_of(stretch.wrt, stretch.mode, found),
        ends_text(stretch, dtype, {mine[0].low, mine[-1].high}),
        status_text(stretch.status),
        stretch.status.severity.value,
        "" if stretch.worst is None else error_text(stretch.worst),
        f"{stretch.points:,}",
    ]
