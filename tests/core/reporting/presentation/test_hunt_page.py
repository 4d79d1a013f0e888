"""A hunt in a notebook.

Covers also: hunt_tables.
"""

from __future__ import annotations

import made_hunts

from derivcheck.reporting.presentation.hunt_page import hunt_page
from derivcheck.reporting.presentation.hunt_tables import hunt_tables


def test_the_page_has_the_map_the_picture_and_the_rows() -> None:
    """Nothing is loaded: the picture is part of it."""
    page = hunt_page(made_hunts.softplus_rows(), "<svg/>")
    assert page.count("<table") == page.count("</table>") == 4
    assert '<img alt="the error against the input" src="data:image/svg+xml;base64,' in page
    assert "20.000000000000004 .. 100" in page
    assert "<code>derivcheck explain &quot;softplus(x)&quot;" in page
    assert "<img" not in hunt_page(made_hunts.softplus_rows(), "")


def test_tables_are_texts() -> None:
    """The severity stands behind each status."""
    tables = hunt_tables(made_hunts.softplus_rows())
    assert ["d²f/dx²", "20.000000000000004 .. 100", "✗ mismatch", "fail", "4.5e+15 ulp", "321"] == tables["stretches"][
        2
    ]
    assert ["fails", "d²f/dx²", "4.5e+15 ulp", "✗ mismatch", "fail", "x=20.000000000000004"] == tables["found"][1]
