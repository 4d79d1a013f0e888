"""Orders that are held in a variable of the point."""

from __future__ import annotations

import pytest

from derivcheck import check
from derivcheck.language.held_variables import held_variables
from derivcheck.language.parse import parse


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("besselj(n, x) + y", {"n"}),
        ("polygamma(2*n + m, x)", {"m", "n"}),
        ("s*zeta(s, a) + n", {"s"}),
        ("k = n + 1; k*legendre(k, x)", {"n"}),
        ("gammainc(a, x)", set()),
        ("besselj(2, x)", set()),
    ],
)
def test_the_variables_of_an_order_are_held(text: str, held: set[str]) -> None:
    """And no other ones, wherever else they stand."""
    assert held == set(held_variables(parse(text)))


@pytest.mark.parametrize("mode", ["reverse", "forward", "func"])
def test_an_order_in_a_variable_is_differentiated_by_nobody(mode: str) -> None:
    """What is left is compared with torch, which takes the order as the plain number that it is."""
    results = check("n*polygamma(n, x)", at={"n": 2, "x": 5}, mode=mode)
    assert {(), ("x",)} == {result.wrt for result in results}
    assert {"match"} == {str(result.status) for result in results}
    assert all("`n` is held constant: it stands in `n` of `polygamma`" in result.notes for result in results)


@pytest.mark.parametrize(
    ("text", "asked", "why"),
    [
        ("besselj(n, x)", ("n",), "stands in `n` of `besselj`: there is no d/dn"),
        ("polygamma(x, x)", (), "stands in `n` of `polygamma`: no derivative is left to ask for"),
    ],
)
def test_a_derivative_by_an_order_is_refused(text: str, asked: tuple[str, ...], why: str) -> None:
    """With a word: neither SymPy nor torch has one."""
    names = [name for name in ("n", "x") if name in text.partition("(")[2]]
    (result,) = check(text, at=dict.fromkeys(names, 1), wrt=asked)
    assert why in str(result.error)


def test_a_claim_with_an_order_in_a_variable() -> None:
    """DLMF 10.6.2, right and with a wrong sign."""
    for sign, status in (("-", "match"), ("+", "wrong-formula")):
        claim = {"x": f"besselj(n - 1, x) {sign} n/x*besselj(n, x)"}
        results = check("besselj(n, x)", at={"n": 2, "x": 1}, derivative=claim)
        assert status == str(list(results)[-1].status)


def test_torch_takes_one_order() -> None:
    """Of several ones there is a value, and torch's side is skipped."""
    results = check("sum(polygamma(n, x))", at={"n": [1, 2], "x": [1.0, 2.0]})
    assert {"skipped"} == {str(result.status) for result in results}
