"""What the tests of the ball kernels share: their precision."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flint import ctx


@pytest.fixture(autouse=True)
def working_precision() -> Iterator[None]:
    """Every test runs at 128 bits, and no kernel may change that."""
    with ctx.workprec(128):
        yield
        assert ctx.prec == 128
