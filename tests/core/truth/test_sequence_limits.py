"""The limits of sequences that are known: constants, powers of the step and of its logarithm, and what has none."""

from __future__ import annotations

import pytest
from flint import arb

from derivcheck.balls.ball import Ball, Outside, exact_ball, precision
from derivcheck.model import Side
from derivcheck.numbers import Enclosure
from derivcheck.truth.sequence_limits import limit, step_of


def number(found: Enclosure | Side) -> str:
    """Return what was found as text."""
    return found.decimal(15) if isinstance(found, Enclosure) else str(found)


def h(size: int) -> arb:
    """Return the step of this size."""
    return exact_ball(step_of(size))


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (lambda k: 3 + h(k), "3"),
        (h, "0"),
        (lambda k: -(h(k) ** 2), "0"),
        (lambda k: 1 / h(k), "inf"),
        (lambda k: -1 / h(k), "-inf"),
        (lambda k: (1 / h(k)).sqrt(), "inf"),
        (lambda k: h(k).log(), "-inf"),
        (lambda k: 364 + h(k).log(), "-inf"),  # log|gamma| at -100 is that high
        (lambda k: -1000 - 3 * h(k).log(), "inf"),
        (lambda k: arb("1e20") + h(k).log(), "-inf"),  # as slow as h**1e-20, and yet no power
        (lambda k: arb("1e30") - 2 * h(k).log(), "inf"),  # for 75 bits it is 1e30
        (lambda k: arb("1e30") + h(k) ** arb("0.1"), "1e30"),
        (lambda k: arb("1e20") * h(k) ** arb("1e-10"), "0"),
        (lambda k: -(h(k).log() ** 2), "-inf"),
        (lambda k: h(k) ** arb("0.01"), "0"),
        (lambda k: -1e300 * h(k) ** arb("0.02"), "0"),
        (lambda k: h(k) ** arb("-0.03"), "inf"),
        (lambda k: -(h(k) ** arb("-0.0001")), "-inf"),
        (lambda k: 1 + h(k) ** arb("0.01"), "undecided"),
        (lambda k: arb("1e-8") + h(k) ** arb("0.00001"), "undecided"),
        (lambda k: h(k) ** arb("0.01") * h(k).log(), "undecided"),
        (lambda k: 1 / h(k).log(), "0"),
        (lambda k: 1 / (1e5 * h(k)).log() ** 2, "0"),
        (lambda k: 1 / (-h(k).log()).sqrt(), "0"),
        (lambda k: arb("1e-5") + 1 / h(k).log(), "undecided"),
        (lambda k: arb("1e-7") - 1 / h(k).log() ** 2, "undecided"),
        (lambda _: arb(0), "0"),
        (lambda _: Outside("no"), "domain"),
        (lambda _: None, "undecided"),
        (lambda k: (-1) ** (k // 1500) * arb(1), "undecided"),
    ],
)
def test_limit(term: object, expected: str) -> None:
    """Constants, powers of h, however small, and powers of log h are told apart from three terms."""

    def at(size: int) -> Ball | None:
        with precision(8000):
            return term(size)  # type: ignore[operator]

    assert expected == number(limit(at))


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (lambda k: arb(int(k in {1500, 3000, 6000})), "undecided"),
        (lambda k: arb(1 if k in {1500, 3000, 6000} else -1) / h(k), "undecided"),
        (lambda k: Outside("no") if k in {1500, 3000, 6000} else arb(1), "undecided"),
        (lambda k: h(k) if k == 1500 else arb(1), "undecided"),
        (lambda k: h(k).log().cos() / h(k).sqrt(), "undecided"),
        (lambda k: (2 + (1 / h(k)).sin()) / h(k), "inf"),
        (lambda k: h(k).log(), "-inf"),
        (lambda k: arb(2 + (k // 100) % 3) * h(k), "0"),
        (lambda k: 1 / h(k).log(), "0"),
        (lambda k: 3 + h(k), "3"),
        (lambda k: -1 / h(k), "-inf"),
        (lambda _: Outside("no"), "domain"),
    ],
)
def test_a_limit_of_what_may_swing_lasts_at_more_steps(term: object, expected: str) -> None:
    """What only three steps show is no limit of what comes and goes."""

    def at(size: int) -> Ball | None:
        with precision(8000):
            return term(size)  # type: ignore[operator]

    assert expected == number(limit(at, swings=True))
