"""The data that travels between the stages: Case, Truth, Gradient, Verdict and Result."""

from __future__ import annotations

from derivcheck.model.case import Case, Checklist, OwnFunction, Tolerance
from derivcheck.model.element_results import ElementResult, ElementResults
from derivcheck.model.gradient import Gradient, Refusal, RefusalKind
from derivcheck.model.mode import Mode
from derivcheck.model.point import Coordinate, Point, Wrt
from derivcheck.model.result import Result, What
from derivcheck.model.search_range import Search, SearchRange
from derivcheck.model.shaped_values import Index, Shape, ShapedPoint, ShapedValue
from derivcheck.model.spread import Range, RangeLoss, Spread
from derivcheck.model.truth import Evidence, Kind, Side, Truth
from derivcheck.model.verdict import Severity, Status, Verdict

__all__ = [
    "Case",
    "Checklist",
    "Coordinate",
    "ElementResult",
    "ElementResults",
    "Evidence",
    "Gradient",
    "Index",
    "Kind",
    "Mode",
    "OwnFunction",
    "Point",
    "Range",
    "RangeLoss",
    "Refusal",
    "RefusalKind",
    "Result",
    "Search",
    "SearchRange",
    "Severity",
    "Shape",
    "ShapedPoint",
    "ShapedValue",
    "Side",
    "Spread",
    "Status",
    "Tolerance",
    "Truth",
    "Verdict",
    "What",
    "Wrt",
]
