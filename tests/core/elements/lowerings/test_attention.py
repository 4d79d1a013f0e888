"""Attention is what its paper says, with each kind of mask."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pytest
import torch
from lowered import about, by_lowering, call_of, numbers_of, shaped_row, value_of
from lowering_samples.draws import draw, integers

from derivcheck.elements.lowering import lower
from derivcheck.errors import ShapeError
from derivcheck.language.parse import parse

ATTENTION = shaped_row("scaled_dot_product_attention")


def test_attention_is_its_definition() -> None:
    """softmax(Q @ K.T / sqrt(d)) @ V: Vaswani and others, Attention is all you need, (1)."""
    query, key, value = draw(3, 5), draw(4, 5), draw(4, 2)
    (found,) = by_lowering(ATTENTION, query, key, value, None, 0.0, False, None, False)
    expected = torch.softmax(query @ key.T / 5**0.5, dim=-1) @ value
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_a_condition_on_a_variable_is_a_mask() -> None:
    """One that says where the keys are positive is no part of the formula that is known beforehand."""
    query, value, mask = (
        draw(2, 2),
        draw(3, 1),
        torch.tensor([[1.0, -1.0, 1.0], [-1.0, -1.0, -1.0]], dtype=torch.float64),
    )
    expression, point = call_of(ATTENTION, (query, draw(3, 2), value, mask > 0, 0.0, False, None, False))
    (found,) = by_lowering(ATTENTION, query, point_tensor(point, "b", (3, 2)), value, mask > 0, 0.0, False, None, False)
    assert [0] == found[1].tolist()
    assert expression.variables == ("a", "b", "c", "d")


def point_tensor(point: Any, name: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Return what a variable of a point holds."""
    return torch.tensor([float(x.exact) for x in point[name].elements], dtype=torch.float64).reshape(shape)


def test_attention_of_sixteen_by_sixteen_is_lowered_in_a_moment() -> None:
    """17,000 operations, in much less than 0.1 s."""
    expression, point = call_of(ATTENTION, (*[draw(16, 16)] * 3, None, 0.0, False, None, False))
    seconds = []
    for _ in range(3):
        start = perf_counter()
        lower(expression, point, about(point))
        seconds.append(perf_counter() - start)
    assert min(seconds) < 0.1


_Q = draw(2, 3)

WRONG: list[tuple[str, tuple[Any, ...], str]] = [
    (ATTENTION.name, (_Q, draw(2, 2), _Q, None, 0.0, False, None, False), r"shapes are \(2, 3\) and \(2, 2\)"),
    (ATTENTION.name, (_Q, _Q, draw(3, 1), None, 0.0, False, None, False), r"shapes are \(2, 3\) and \(3, 1\)"),
    (ATTENTION.name, (draw(3), _Q, _Q, None, 0.0, False, None, False), r"the shapes are \(3,\), \(2, 3\) and"),
    (ATTENTION.name, (_Q, _Q, _Q, None, 0.5, False, None, False), "with dropout_p is random"),
    (ATTENTION.name, (_Q, _Q, _Q, draw(2, 2), 0.0, True, None, False), "and not both"),
    (ATTENTION.name, (draw(3, 2, 1), draw(2, 2, 1), draw(2, 2, 1), None, 0.0, False, None, True), "must be a multiple"),
    ("channel_prelu", (draw(2, 3), draw(2)), r"one weight or 3, and the shapes are \(2, 3\) and \(2,\)"),
    ("dropout", (_Q, 0.5, True), "is random in training"),
    ("embedding", (integers(4), draw(4, 2)), "has the integer 4, and the matrix has 4 rows"),
    ("embedding", (integers(0), draw(4)), r"needs a matrix, and the shape is \(4,\)"),
    ("embedding", (draw(2), draw(4, 2)), "takes integers first"),
    ("embedding_bag", (integers(0), draw(4, 2), "mean"), r"the shape is \(1,\)"),
    ("embedding_bag", (torch.tensor([[0]]), draw(4, 2), "median"), "no mode 'median'"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), WRONG)
def test_arguments_that_do_not_fit_are_an_error(name: str, arguments: tuple[Any, ...], message: str) -> None:
    """It says the shapes."""
    with pytest.raises(ShapeError, match=message):
        by_lowering(shaped_row(name), *arguments)


def test_a_mask_is_a_condition_or_numbers_that_are_added() -> None:
    """As to torch; integers are neither, since a user may mean both."""
    call = "scaled_dot_product_attention(q, k, v, "
    integers = {"m": value_of(torch.tensor([[1, 0], [0, 1]]))}
    point = {name: value_of(draw(2, 2)) for name in "qkv"} | integers
    eye = {**point, "m": value_of(torch.eye(2, dtype=torch.float64))}
    (chosen,) = numbers_of(lower(parse(f"{call}m == 1)"), point, about(point)), point)
    (added,) = numbers_of(lower(parse(f"{call}m)"), eye, about(eye)), eye)
    assert not torch.equal(chosen, added)
    with pytest.raises(ShapeError, match="no integers") as caught:
        lower(parse(f"{call}m)"), point, about(point))
    assert "write attn_mask=mask != 0" == caught.value.hint
