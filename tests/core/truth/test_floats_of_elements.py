"""What is proven of Elements as floats: the nearest ones to the truths, and nan where nothing is proven."""

from __future__ import annotations

import math
from fractions import Fraction

from derivcheck.elements.elements import Elements
from derivcheck.language.parse import parse
from derivcheck.truth.floats_of_elements import FloatTruths

ONE = Fraction(1)


def truths(text: str, **point: int) -> FloatTruths:
    """Those of a formula at a point."""
    exact = {name: Fraction(value) for name, value in point.items()}
    return FloatTruths(Elements.of(parse(text, list(point))), exact)


def test_values_and_derivatives() -> None:
    """Rounded to the nearest float; by what the formula does not depend on they are 0."""
    found = truths("exp(x)*y", x=1, y=3, z=5)
    assert [3 * math.e] == found.value_floats([0])
    assert [3 * math.e, math.e, 0.0] == found.floats(0, ["x", "y", "z"])
    assert 4 * math.e == found.float_along(0, {"x": ONE, "y": ONE, "z": ONE})
    assert [[3 * math.e, math.e, 0.0]] == found.second_floats(0, [{"x": ONE}], ["x", "y", "z"])


def test_what_is_not_proven_is_nan() -> None:
    """At a kink, and where there is no value at all."""
    kink = truths("abs(x) + y", x=0, y=3)
    assert [3.0] == kink.value_floats([0])
    slopes = kink.floats(0, ["x", "y"])
    assert math.isnan(slopes[0])
    assert 1.0 == slopes[1]
    assert math.isnan(kink.float_along(0, {"x": ONE}))
    nowhere = truths("log(x)", x=-1, y=3)
    assert all(map(math.isnan, [*nowhere.value_floats([0]), *nowhere.floats(0, ["x", "y"])]))
