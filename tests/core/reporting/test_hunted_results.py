"""The Results of a hunt, as Python has them."""

from __future__ import annotations

from pathlib import Path

import made_hunts
import pytest

from derivcheck.errors import OutputFileError
from derivcheck.model import Status
from derivcheck.model.hunt_map import FindKind
from derivcheck.reporting.hunted_results import Hunted


def hunted() -> Hunted:
    """The hunt for softplus' second derivative."""
    return Hunted(made_hunts.softplus_rows(), made_hunts.softplus_hunt())


def test_it_is_the_results_and_the_map() -> None:
    """The status is the worst one."""
    found = hunted()
    assert (Status.MISMATCH, 4, 3, 2) == (found.status, len(found), len(found.stretches), len(found.curves))
    assert FindKind.WORST is found.finds[0].kind
    assert found.coverage is not None
    assert "20.000000000000004 .. 100" in repr(found)
    assert "data:image/svg+xml" in found._repr_html_()


def test_a_plot_is_shown_or_written(tmp_path: Path) -> None:
    """SVG or PNG, by the suffix."""
    found = hunted()
    assert found.plot()._repr_svg_().startswith("<?xml")
    found.plot(tmp_path / "e.png")
    assert (tmp_path / "e.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(OutputFileError, match="SVG or PNG"):
        found.plot(tmp_path / "e.pdf")
    with pytest.raises(OutputFileError, match="cannot be written"):
        found.plot(tmp_path / "missing" / "e.svg")


def test_the_points_are_written_as_cases(tmp_path: Path) -> None:
    """As --output does."""
    hunted().write_cases(tmp_path / "c.toml")
    assert 2 == (tmp_path / "c.toml").read_text(encoding="utf-8").count("[[case]]")
    with pytest.raises(OutputFileError, match="cannot be written"):
        hunted().write_cases(tmp_path / "missing" / "c.toml")
