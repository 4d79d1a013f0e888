"""Guards in the branches of a choice, and products in another order.

Covers also: reordering.
"""

from __future__ import annotations

from derivcheck.explaining.rewriting.guards import guarded
from derivcheck.explaining.rewriting.reordering import reordered
from derivcheck.explaining.rewriting.term_graph import Terms
from derivcheck.explaining.rewriting.writing import Writing
from derivcheck.language.parse import parse

SHOWN = Writing({}, set(), ("x", "y"))


def made(text: str) -> list[str]:
    """What guards, or other orders, make of an expression."""
    terms = Terms()
    site = terms.read(parse(text))[-1]
    guards = [one.choice for one in guarded(site, terms)]
    return [SHOWN.text(new) for new in (*guards, *[new for _, new in reordered(site, terms)])]


def test_a_guard_stands_around_a_variable_or_an_argument() -> None:
    """Of the branch that is not taken at the point, whichever that is: torch tells."""
    found = made("where(x > 0, log(2*x), y)")
    assert "where(x > 0, log(2*where(x > 0, x, 1)), y)" in found
    assert "where(x > 0, log(where(x > 0, 2*x, 1)), y)" in found
    assert "where(x > 0, log(2*where(x > 0, x, 0.5)), y)" in found


def test_a_probe_has_the_safe_number_in_its_place() -> None:
    """As something that varies, so that torch differentiates the branch there."""
    terms = Terms()
    found = next(guarded(terms.read(parse("where(x > 1, sqrt(x - 1), y)"))[-1], terms))
    assert "sqrt(1 + 0*x - 1)" == SHOWN.text(found.probe)


def test_the_other_branch_has_the_safe_number_first() -> None:
    """So that it stands where the condition holds."""
    assert "where(x > 0, y, sqrt(where(x > 0, 1, x)))" in made("where(x > 0, y, sqrt(x))")


def test_a_branch_that_has_a_guard_gets_none_within_it() -> None:
    """One is enough."""
    found = made("where(x > 0, log(where(x > 0, x, 1)), y)")
    assert not any("where(x > 0, where" in text for text in found)


def test_numbers_of_a_product_are_multiplied_beforehand() -> None:
    """Exactly: 1e30*1e-30 is 1."""
    assert ["2*x"] == made("1e30*x*2e-30")
    assert ["0*x"] == made("1e30*x*0*3")


def test_the_numbers_of_a_list() -> None:
    """As in prod([2, x, 3])."""
    assert ["6*x"] == made("prod(stack([2, x, 3]))")


def test_powers_of_one_base_are_one_power() -> None:
    """x/x is 1, and sqrt(x)*sqrt(x) is x."""
    assert ["x"] == made("sqrt(x)*sqrt(x)")
    assert ["x"] == made("x**2/x")
    assert [] == made("x*y")
