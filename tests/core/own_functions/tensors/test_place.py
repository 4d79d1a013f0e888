"""A place: a function beside its formula at one point, and what is true there.

Covers also: subject.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import torch
from places import place_of
from torch import Tensor

from derivcheck.errors import UserFunctionError
from derivcheck.model import Truth
from derivcheck.own_functions.tensors.subject import outputs_of
from derivcheck.own_functions.tensors.upstreams import Upstream

AT = {"x": "[0.5, -2, 0]", "y": "3"}


def numbers(truths: list[Truth]) -> list[float]:
    """The numbers that are true, which are short ones here."""
    return [float(truth.value.mid.fraction()) for truth in truths if truth.value is not None]


def square_by(x: Tensor, y: Tensor) -> Tensor:
    """x**2 * y."""
    return x**2 * y


def test_values_and_gradients_are_known() -> None:
    """f = x**2*y: the gradients are 2*x*y*g and the sum of x**2*g, for every upstream gradient."""
    place = place_of("x**2*y", AT, square_by)
    assert [0.75, 12.0, 0.0] == numbers(place.value_truths)
    assert (((3,),), 3, ("x", "y")) == (place.outputs, place.count, place.names)
    for upstream in (Upstream(), Upstream(1), Upstream(2).times(Fraction(-3)), Upstream(row=1)):
        g = [float(weight) for weight in upstream.weights(place.outputs)]
        assert [3 * g[0], -12 * g[1], 0.0] == numbers(place.gradient_truths("x", upstream))
        assert [0.25 * g[0] + 4 * g[1]] == numbers(place.gradient_truths("y", upstream))
        found = place.pull_back(upstream)
        assert found.keys() == {"x", "y"}
        assert [3 * g[0], -12 * g[1], 0.0] == found["x"].tolist()  # type: ignore[union-attr]


def test_what_is_true_does_not_come_from_the_function() -> None:
    """A function that is wrong leaves the truths alone."""
    place = place_of("x**2*y", AT, lambda x, y: x.detach() * y)
    assert [3.0, -12.0, 0.0] == numbers(place.gradient_truths("x", Upstream()))
    assert place.pull_back(Upstream())["x"] is None


def test_negative_zeros_are_given_to_the_function_alone() -> None:
    """-0.0 is the same number, and the formula is not lowered again."""
    place = place_of("x**2*y", AT, square_by)
    truths = place.value_truths
    other = place.with_negative_zeros()
    assert place.has_zeros
    assert other.value_truths is truths
    assert [False, True, True] == torch.signbit(other.tensors[0]).tolist()
    assert other.how == "-0.0 for 0"


def test_only_what_is_asked_for_requires_a_gradient() -> None:
    """The leaves are fresh ones in each call."""
    place = place_of("x**2*y", AT, square_by)
    x, y = place.inputs(["y"])
    assert (x.requires_grad, y.requires_grad) == (False, True)
    assert x.data_ptr() != place.inputs()[0].data_ptr()
    assert place.pull_back(Upstream(), ["y"]).keys() == {"y"}


def test_the_same_subject_at_other_points_knows_nothing() -> None:
    """What was found at a point is not taken for something about another one."""
    subject = place_of("x**2*y", AT, square_by).subject
    assert subject.remember("answer", lambda: 42) == subject.remember("answer", lambda: 43) == 42
    assert subject.at_points(subject.points).remember("answer", lambda: 43) == 43


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, r"nothing \(None\)"),
        (1.5, "a float"),
        ([torch.ones(1), 2], "an int"),
        ((), "no tensor"),
        (torch.ones(2, dtype=torch.complex64), "complex"),
    ],
)
def test_what_is_no_tensor_of_numbers_is_an_error(result: Any, words: str) -> None:
    """The message says what came instead."""
    with pytest.raises(UserFunctionError, match=words):
        outputs_of(result)


def test_gradients_are_none_where_nothing_leads() -> None:
    """An output without a graph has none, and a sparse gradient is made dense."""
    subject = place_of("x**2*y", AT, square_by).subject
    x, y = torch.ones(3, requires_grad=True), torch.ones(())
    assert subject.gradients((x.detach(),), (x, y), (torch.ones(3),)) == (None, None)
    table = torch.ones(3, 2, requires_grad=True)
    rows = torch.nn.functional.embedding(torch.tensor([1, 1]), table, sparse=True)
    (found,) = subject.gradients((rows,), (table,), (torch.ones(2, 2),))
    assert found is not None
    assert found.tolist() == [[0, 0], [2, 2], [0, 0]]
