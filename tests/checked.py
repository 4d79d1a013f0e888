"""Checks of one expression at one point, for tests."""

from __future__ import annotations

from derivcheck.checking.one_point import check_case
from derivcheck.model import Case, Result


def run(expr: str, at: dict[str, str], **fields: object) -> list[Result]:
    """Check the expression at one point and return its Results."""
    return list(check_case(Case(expr, (at,), **fields)))  # type: ignore[arg-type]


def statuses(results: list[Result]) -> list[str]:
    """Return the statuses of the Results, in order."""
    return [f"{result.what} {','.join(result.wrt)} {result.status}".replace("  ", " ") for result in results]
