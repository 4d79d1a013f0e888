"""The picture of a hunt."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import made_hunts
import pytest

from derivcheck.errors import UnsupportedError
from derivcheck.reporting.presentation.error_picture import MARK_OF_PICTURE, picture
from derivcheck.running.hunted_rows import hunted_rows


def test_a_picture_loads_nothing_and_is_always_the_same() -> None:
    """It has a mark by which it is known, and a text for every axis."""
    drawn = picture(made_hunts.softplus_rows(), kind="svg", most=1)
    assert drawn == picture(made_hunts.softplus_rows(), kind="svg", most=1)
    ElementTree.fromstring(drawn)
    assert MARK_OF_PICTURE in drawn[:2048]
    assert [] == re.findall(r"(?:href|src)=\"(?!#)[^\"]*\"", drawn.decode().partition("</metadata>")[2])
    for text in ("softplus(x)", "error in ulps", "fails", "1e16"):
        assert text in drawn.decode()


def test_a_png_is_one() -> None:
    """On white."""
    drawn = picture(made_hunts.softplus_rows(), kind="png", most=1)
    assert drawn.startswith(b"\x89PNG")
    assert MARK_OF_PICTURE in drawn[:2048]


def test_where_nothing_can_be_drawn_it_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """No curve, or no library."""
    hunt = made_hunts.kink_hunt()
    with pytest.raises(UnsupportedError, match="no error against one input"):
        picture(hunted_rows(hunt, hunt.request.case), kind="svg")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UnsupportedError, match="not installed") as caught:
        picture(made_hunts.softplus_rows(), kind="svg")
    assert "pip install derivcheck[plots]" == caught.value.hint
