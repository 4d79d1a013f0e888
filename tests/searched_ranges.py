"""Searches for the tests of the hunt."""

from __future__ import annotations

from derivcheck.hunting.batched_numbers import BatchedNumbers
from derivcheck.hunting.known_points import KnownPoints
from derivcheck.hunting.proven_errors import ProvenErrors
from derivcheck.hunting.searched import Searched, read_request
from derivcheck.hunting.watch import Watch
from derivcheck.model import Case, OwnFunction, Wrt
from derivcheck.model.hunt import HuntRequest, SearchRange
from derivcheck.numbers import DType

LONG = 1000.0
"""A budget that no test spends."""


def request_of(
    expr: str,
    *ranges: str,
    wrt: tuple[Wrt, ...] = (),
    dtype: DType | None = None,
    budget: float = LONG,
    functions: tuple[OwnFunction, ...] = (),
    exhaustive: bool = False,
    **held: str,
) -> HuntRequest:
    """The request for an expression, whose ranges are written `x=-1..1`."""
    case = Case(expr, (held,), wrt=wrt, dtype=dtype, functions=functions)
    return HuntRequest(case, tuple(map(range_of, ranges)), budget, exhaustive=exhaustive)


def range_of(text: str) -> SearchRange:
    """A range that is written `x=-1..1`."""
    name, _, ends = text.partition("=")
    low, _, high = ends.partition("..")
    return SearchRange(name, low, high)


def searched_for(request: HuntRequest) -> tuple[Searched, BatchedNumbers]:
    """The search of a request, and torch's numbers."""
    searched = read_request(request)
    return searched, BatchedNumbers(searched)


def known_for(request: HuntRequest) -> KnownPoints:
    """The points of a search of which nothing is known yet."""
    searched, batched = searched_for(request)
    watch = Watch(request.budget, request.seed, searched.numbers)
    return KnownPoints(searched, watch, ProvenErrors(searched, batched))
