"""Domains: which points lie inside, and that no item chooses one outside."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from derivcheck.autograd.user_functions import as_user_function
from derivcheck.errors import CaseError, ParseError
from derivcheck.model import Case, Checklist, Coordinate, OwnFunction, Severity
from derivcheck.model.shaped_values import ShapedValue
from derivcheck.numbers import DType
from derivcheck.own_functions.checking import check_items
from derivcheck.own_functions.checks.domains import read_domain, shaped
from derivcheck.own_functions.chosen import chosen_items, is_elementwise
from derivcheck.own_functions.preparing import prepare

FLOAT64 = DType.FLOAT64


def number(x: float) -> Coordinate:
    """A number as a coordinate."""
    return Coordinate(str(x), None, Fraction(x))


def row(*numbers: float) -> ShapedValue:
    """A vector."""
    return ShapedValue(str(list(numbers)), (len(numbers),), tuple(map(number, numbers)))


@pytest.mark.parametrize(
    ("text", "x", "inside"),
    [
        ("x > 0", 1e-300, True),
        ("x > 0", 0.0, False),
        ("x >= 0", 0.0, False),
        ("0 < x < 1, x != 1/2", 0.5, False),
        ("0 < x < 1 and x != 1/2", 0.25, True),
        ("x < 1", 1 - 2**-53, False),
        ("x < -1 or x > 1", -2.0, True),
    ],
)
def test_a_point_of_ours_is_inside_with_what_is_around_it(text: str, x: float, inside: bool) -> None:
    """The edge, and what is a few ulps from it, is outside: the function may round its argument across."""
    assert inside == read_domain(text, ["x"]).contains(shaped({"x": number(x)}), FLOAT64)


def test_a_sum_is_equal_within_rounding() -> None:
    """0.2, 0.3 and 0.5 as float64 has them add up to something else than 1; each condition holds of each element."""
    domain = read_domain("sum(p) == 1, p > 0", ["p"])
    assert domain.contains({"p": row(0.2, 0.3, 0.5)}, FLOAT64)
    assert not domain.contains({"p": row(0.2, 0.3, 0.6)}, FLOAT64)
    assert not domain.contains({"p": row(1.2, 0.3, -0.5)}, FLOAT64)


def test_a_given_point_is_outside_only_for_certain() -> None:
    """The float64 that is nearest to 0.1 is larger than 1/10, and yet within x <= 0.1."""
    domain = read_domain("x <= 0.1", ["x"])
    domain.check(shaped({"x": number(0.1)}), FLOAT64)
    with pytest.raises(CaseError, match="outside of the domain x <= "):
        domain.check(shaped({"x": number(0.2)}), FLOAT64)


@pytest.mark.parametrize(
    ("text", "caret"), [("x > 0, y > 1", 7), ("x > 0, abs(", 11), ("x + 1", 0), ("x > 0, x +", 10)]
)
def test_what_is_no_condition_is_told_with_its_place(text: str, caret: int) -> None:
    """The caret stands in the domain's own text."""
    with pytest.raises(ParseError) as raised:
        read_domain(text, ["x"])
    assert text == raised.value.text
    assert caret == raised.value.span.start


def test_a_domain_without_a_condition() -> None:
    """A blank text declares nothing."""
    with pytest.raises(CaseError, match="no condition"):
        read_domain(" , ", ["x"])


def log_gamma(x: torch.Tensor) -> torch.Tensor:
    """log(gamma) of positive numbers; the formula, log|gamma|, goes on beyond."""
    return torch.where(x > 0, torch.lgamma(x), torch.nan)


def test_no_item_leaves_the_domain() -> None:
    """A function that returns nan outside of its declared domain is never asked there."""
    formula = "lgamma(x)"
    checklist = Checklist(skip=("second", "mixed-modes"))  # torch's polygamma is a few million ulps off
    found = {}
    for domain in (None, "x > 0"):
        own = OwnFunction("log_gamma", (), formula, log_gamma, domain=domain)
        case = Case(formula, at=({"x": "2"},), functions=(own,), checklist=checklist)
        subject = prepare(case, as_user_function(log_gamma))
        items = chosen_items(checklist, elementwise=is_elementwise(case))
        results = check_items(subject, checklist, items)
        found[domain] = [result.item for result in results if result.status.severity is not Severity.PASS]
    assert found["x > 0"] == []
    assert found[None]
