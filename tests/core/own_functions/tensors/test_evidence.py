"""The evidence of a diagnosis: what is true, what came back, and for which upstream gradients."""

from __future__ import annotations

from collections.abc import Callable

import tensor_functions_diagnosis as layers
import torch
from places import place_of
from torch import Tensor

from derivcheck.own_functions.tensors.evidence import Evidence, collect_evidence

AT = {"x": "[[0.5, -2, 1.25], [0.75, 3, -1.5]]"}


def evidence_of(backward: Callable[[Tensor, Tensor, Tensor], Tensor], formula: str = "mean(x**2)") -> Evidence | None:
    """What is known of the mean of squares with a backward pass."""
    code = layers.layer(lambda x: (x**2).mean(), backward)
    return collect_evidence(place_of(formula, AT, code).subject)


def test_a_right_function_is_right_everywhere() -> None:
    """At the point given, at others, and in other sizes, where the formula's own sweep says what is true."""
    found = evidence_of(lambda g, _, x: g * 2 * x / x.numel())
    assert found is not None
    assert found.wrong == ()
    assert all(row.is_right(["x"]) for row in found.rows)
    assert {"x"} == set(found.names) == set(found.known)
    shapes = {row.sight.point["x"].shape for row in found.rows}
    assert (2, 3) in shapes
    assert len(shapes) > 2
    assert [True] * 3 == [row.sight.is_given for row in found.rows[:3]]


def test_a_batch_size_that_is_written_down_is_wrong_in_other_sizes_only() -> None:
    """A 6 in the place of the count is right where there are 6 elements."""
    found = evidence_of(lambda g, _, x: g * 2 * x / 6)
    assert found is not None
    assert found.wrong == ()
    assert any(row.is_resized and not row.is_right(["x"]) for row in found.rows)


def test_a_wrong_gradient_is_wrong_in_every_row() -> None:
    """And what it would be without its upstream gradient is known too."""
    found = evidence_of(lambda _, __, x: 2 * x / x.numel())
    assert found is not None
    assert found.wrong == ("x",)
    assert not any(row.is_right(["x"]) for row in found.rows)
    assert all(row.is_right(["x"]) for row in found.without_upstream().rows)


def test_wrong_values_are_no_evidence_about_gradients() -> None:
    """Whoever computes another function is not told about its backward pass."""
    assert evidence_of(lambda g, _, x: g * 2 * x, "sum(x**2)") is None


def test_what_raises_is_no_evidence() -> None:
    """The items tell it."""

    def refuse(g: Tensor, _: Tensor, __: Tensor) -> Tensor:
        raise ValueError(f"not for {g}")

    assert evidence_of(refuse) is None
    found = evidence_of(lambda g, _, x: g * x * torch.nan)
    assert found is not None
    assert not any(row.is_finite(["x"]) for row in found.rows)
