"""The place in the user's code at which something runs."""

from __future__ import annotations

from pathlib import Path

import own_functions
import torch

from derivcheck.explaining.code_places import place_in_code, place_of


def test_the_line_is_given_as_it_is_written() -> None:
    """Without its indentation, with its number."""
    place = place_in_code()  # this very line
    assert place is not None
    assert place.text == "place = place_in_code()  # this very line"
    assert place.line == 15


def test_torchs_own_lines_do_not_count() -> None:
    """Where torch calls something, the line that called torch is meant."""
    file = Path(torch.__file__).parent / "nn" / "somewhere.py"
    place = eval(compile("place_in_code()", str(file), "eval"), {"place_in_code": place_in_code})
    assert place.text.startswith("place = eval(")


def test_a_backward_pass_stands_where_it_is_defined() -> None:
    """Below its decorators; what Python cannot show has no place."""
    place = place_of(own_functions.SQ.backward)
    assert place is not None
    assert "def backward(" in place.text
    assert Path(own_functions.__file__).read_text().splitlines()[(place.line or 0) - 1].strip() == place.text
    assert place_of(eval("lambda x: x")) is None
