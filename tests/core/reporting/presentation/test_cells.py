"""The texts of a table's cells."""

from __future__ import annotations

import pytest

from derivcheck.reporting.presentation.cells import derivative_name


@pytest.mark.parametrize(
    ("wrt", "name"),
    [((), "f"), (("x",), "df/dx"), (("x", "x"), "d²f/dx²"), (("x", "y"), "d²f/dxdy"), (("kb", "T"), "d²f/dkb dT")],
)
def test_derivatives_have_names(wrt: tuple[str, ...], name: str) -> None:
    """As on paper."""
    assert name == derivative_name(wrt)
