"""The rows of functions of shapes: each has what torch calls, and what it is lowered to.

Covers also: shape_operations, reductions, orderings, scattering, normalizations, losses, linear_algebra, layers.
"""

from __future__ import annotations

import pytest

from derivcheck.elements.lowerings.lookup import LOWERINGS
from derivcheck.language.table import SHAPED_FUNCTIONS, Function


@pytest.mark.parametrize("row", SHAPED_FUNCTIONS, ids=lambda row: row.name)
def test_a_row_has_what_a_function_of_shapes_needs(row: Function) -> None:
    """A lowering that there is, or a definition; and settings that are among its parameters and options."""
    assert row.is_shaped
    assert (row.lowering in LOWERINGS) != (row.definition is not None)
    assert set(row.settings) <= {*row.params, *(option.name for option in row.options)}
