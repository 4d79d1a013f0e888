"""Real functions whose backward pass is no derivative: each as it is published, and as it is written wrongly."""

from __future__ import annotations

import pytest
from published_gradients import PUBLISHED
from tensor_functions_gradients import check, failing, function


@pytest.mark.parametrize("name", PUBLISHED)
def test_as_published(name: str) -> None:
    """Every item passes."""
    published = PUBLISHED[name]
    code = function(published.forward, published.backward)
    assert not failing(check(code, published.formula, published.at, published.declared, **published.more))


@pytest.mark.parametrize(
    ("name", "index"), [(name, at) for name, one in PUBLISHED.items() for at in range(len(one.wrong))]
)
def test_written_wrongly(name: str, index: int) -> None:
    """The first derivatives are found to be wrong, at the point given or at others."""
    published = PUBLISHED[name]
    code = function(published.forward, published.wrong[index])
    only = ("backward", "points")
    found = failing(check(code, published.formula, published.at, published.declared, only=only, **published.more))
    assert found
    assert all(reason.startswith(("mismatch", "inaccurate")) for reason in found.values())
