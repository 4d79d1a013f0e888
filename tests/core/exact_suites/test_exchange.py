"""The code of a function is exchanged, whoever holds the function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import Any

import pytest

from derivcheck.exact_suites.exchange import exchange


def scaled(x: float, scale: float = 2.0, *, shift: float = 0.0) -> float:
    """x*scale + shift."""
    return x * scale + shift


def negated(own: Callable[..., float], *args: Any, **kwargs: Any) -> float:
    """The negative of what the function's own code returns."""
    return -own(*args, **kwargs)


PARTIAL = partial(scaled, shift=1.0)
LISTED = [scaled]


def by_default(x: float, function: Callable[..., float] = scaled) -> float:
    """Calls the default of an argument."""
    return function(x)


class Held:
    """Holds it as an attribute."""

    function = staticmethod(scaled)


def test_whoever_holds_the_function_calls_the_other_one() -> None:
    """A partial, a list, a default, a class and a closure; and afterwards each calls its own code again."""
    ways: list[Callable[[], float]] = [
        lambda: scaled(3.0, shift=1.0),
        lambda: PARTIAL(3.0),
        lambda: LISTED[0](3.0) + 1,
        lambda: by_default(3.0) + 1,
        lambda: Held.function(3.0, 2.0) + 1,
    ]
    assert [7.0] * 5 == [way() for way in ways]
    exchanged = exchange(_function(scaled), negated)
    try:
        assert [-7.0, -7.0, -5.0, -5.0, -5.0] == [way() for way in ways]
        assert 7.0 == exchanged.own(3.0, shift=1.0)
    finally:
        exchanged.restore()
    assert [7.0] * 5 == [way() for way in ways]


def test_what_can_be_asked_of_the_function_stays() -> None:
    """Its name, documentation, signature and source."""

    def facts() -> list[object]:
        return [
            scaled.__name__,
            scaled.__doc__,
            inspect.signature(scaled),
            inspect.getsource(scaled),
            scaled.__module__,
        ]

    before, attributes = facts(), dict(scaled.__dict__)
    exchanged = exchange(_function(scaled), negated)
    try:
        assert before == facts()
        with pytest.raises(TypeError, match=r"scaled\(\) missing 1 required positional argument: 'x'"):
            scaled()  # type: ignore[call-arg]
    finally:
        exchanged.restore()
    assert before == facts()
    assert attributes == scaled.__dict__


def test_a_function_with_a_closure() -> None:
    """As one that another package has wrapped."""
    offset = 10.0

    def shifted(x: float) -> float:
        return x + offset

    exchanged = exchange(_function(shifted), negated)
    assert -11.0 == shifted(1.0)
    exchanged.restore()
    assert 11.0 == shifted(1.0)


def test_an_exchange_within_an_exchange_answers_alone() -> None:
    """As in a run of pytest that a test of pytest starts."""
    outer = exchange(_function(scaled), lambda own, *args: -own(*args))
    inner = exchange(_function(scaled), lambda own, *args: 100 * own(*args))
    assert 600.0 == scaled(3.0)
    inner.restore()
    assert -6.0 == scaled(3.0)
    outer.restore()
    assert 6.0 == scaled(3.0)


def _function(function: Callable[..., Any]) -> FunctionType:
    assert isinstance(function, FunctionType)
    return function
