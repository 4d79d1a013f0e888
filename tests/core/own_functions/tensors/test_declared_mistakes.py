"""The names of mistakes in declared gradients."""

from __future__ import annotations

import pytest
from places import place_of
from published_gradients import PUBLISHED
from tensor_functions_gradients import function

from derivcheck.own_functions.tensors.declared_mistakes import name_declared_mistake

NAMES = [
    ("rounding", "no gradient comes back (0)", None, "ignores grad_output"),
    (
        "gradient reversal",
        "the formula's derivative, not what is declared",
        "the sign is flipped",
        "off by the constant factor 2",
    ),
    (
        "a spike with the fast sigmoid",
        "the power (1 + 10*abs(x))**2 is missing",
        "abs is missing in abs(x)",
        "the factor 10 is missing",
    ),
    ("a spike with a triangle", "relu is missing in relu(1 - abs(x))", "the factor 0.3 is missing"),
    ("a spike with a boxcar", "the condition abs(x) <= 0.5 is missing", None, None),
    (
        "PACT",
        "by x: the condition 0 < x is missing",
        "by alpha: the condition x >= alpha is turned round",
        "by alpha: off by the constant factor 0.166667",
        "by alpha: the condition x >= alpha is missing",
    ),
    ("LSQ", "by w: the mask is missing", "by s: the factor k is missing", None, "by s: the term w/s is missing"),
]


@pytest.mark.parametrize(("name", *"abcd"), [(*row, *[None] * (5 - len(row))) for row in NAMES])
def test_what_is_left_out_has_its_name(name: str, a: str | None, b: str | None, c: str | None, d: str | None) -> None:
    """What is right has none, nor has what fits no single mistake."""
    published = PUBLISHED[name]
    for backward, words in zip((published.backward, *published.wrong), (None, a, b, c, d), strict=False):
        code = function(published.forward, backward)
        declared = tuple(published.declared.items())
        place = place_of(published.formula, published.at, code, gradients=declared, **published.more)
        assert name_declared_mistake(place.subject) == words
