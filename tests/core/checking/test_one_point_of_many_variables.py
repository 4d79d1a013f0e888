"""All partials by many variables: as right as one by one, and at the cost of one sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from checked import run

from derivcheck.balls.ball import Ball
from derivcheck.balls.program import Program
from derivcheck.model import Evidence, Status


def _point(count: int) -> dict[str, str]:
    return {f"x{index}": str(0.875 + index % 9 / 32) for index in range(1, count + 1)}


def _rosenbrock(count: int) -> str:
    return " + ".join(f"100*({y} - {x}**2)**2 + (1 - {x})**2" for x, y in pairwise(_point(count)))


def _logsumexp(count: int) -> str:
    return f"log({' + '.join(f'exp({name})' for name in _point(count))})"


@pytest.mark.parametrize("form", [_rosenbrock, _logsumexp, lambda count: "*".join(_point(count))])
def test_all_partials_by_many_variables(form: Callable[[int], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """They match, are proven, and take as many runs of ball programs for a hundred variables as for fifty."""
    runs: list[int] = []
    fill = Program.fill

    def counted(program: Program, slots: list[Ball], steps: Iterable[int]) -> None:
        runs[-1] += 1
        fill(program, slots, steps)

    monkeypatch.setattr(Program, "fill", counted)
    for count in (50, 100):
        runs.append(0)
        results = run(form(count), _point(count))
        assert {Status.MATCH} == {result.status for result in results}
        assert {Evidence.PROVEN} == {result.truth.evidence for result in results if result.truth}
        assert 1 + count == len(results)
    assert runs[0] == runs[1] < 20


def test_claims_about_many_variables() -> None:
    """Right and wrong ones are told apart, at points that float64 does not hold as well."""
    names = list(_point(40))
    at = {name: str(0.1 + index / 10) for index, name in enumerate(names)}
    products = {(name,): "*".join(other for other in names if other != name) for name in names}
    lies = {("x3",): f"1.001*{products['x3',]}", ("x40",): f"-{products['x40',]}"}
    claims = run("*".join(names), at, derivative={**products, **lies})[41:]
    assert set(lies) == {result.wrt for result in claims if result.status is Status.WRONG_FORMULA}
    assert 38 == sum(result.status is Status.MATCH for result in claims)


def test_a_kink_among_many_variables() -> None:
    """Where one variable stands on one, its derivative is one-sided, and the others match."""
    at = {**_point(40), "x7": "0"}
    results = run(f"abs(x7) + {_logsumexp(40)}", at)
    assert {("x7",)} == {result.wrt for result in results if result.status is Status.CONVENTION}
    assert 40 == sum(result.status is Status.MATCH for result in results)
