"""Integer variables."""

from __future__ import annotations

import pytest

from derivcheck.language.integer_variables import integer_variables, label_variables, mask_variables
from derivcheck.language.parse import parse


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x[t]", {"t"}),
        ("x[t]*t", {"t"}),
        ("x[2*t + s, 0]", {"s", "t"}),
        ("table[ids]", {"ids"}),
        ("lp[0, labels[0]] + lp[1, labels[1]]", {"labels"}),
        ("x[[t, 0]]", {"t"}),
        ("k = t + 1; x[k]*y", {"t"}),
        ("one_hot(labels, 3)*x", {"labels"}),
        ("sum(x[t], dim=0)", {"t"}),
        ("x[0, 1:]*y", set()),
        ("x + y", set()),
    ],
)
def test_integer_variables(text: str, names: set[str]) -> None:
    """What stands in an index or among labels, also within arithmetic there."""
    assert names == integer_variables(parse(text))


@pytest.mark.parametrize(
    ("text", "masks"),
    [
        ("masked_fill(x, m == 0, 0)", {"m"}),
        ("masked_fill(x, x > 0, 0)", set()),
        ("where((m == 1) & (n > k), x, y)", {"m", "n", "k"}),
        ("where(m == 1, x, m)", set()),
        ("c = m > 0; where(c, x, 0) + where(c, 1, x)", {"m"}),
        ("h = 2*m; where(h > 1, x, h)", set()),
        ("scaled_dot_product_attention(q, k, v, m == 1)", {"m"}),
        ("scaled_dot_product_attention(q, k, v, m)", set()),
    ],
)
def test_masks_stand_in_conditions_alone(text: str, masks: set[str]) -> None:
    """What is used as a number elsewhere is a number, and a bias of attention is one too."""
    assert masks == mask_variables(parse(text, has_shapes=True))


def test_labels_or_probabilities() -> None:
    """The target of cross_entropy may be either: what it holds tells, if it stands there as it is."""
    expression = parse("cross_entropy(z, t + 1) + cross_entropy(z, softmax(c)) + cross_entropy(z, [k[0], 2])")
    assert {"t", "k"} == label_variables(expression)
    assert set() == integer_variables(parse("cross_entropy(z, p)"))
    assert set() == label_variables(parse("cross_entropy(z, 0.5*p)"))
