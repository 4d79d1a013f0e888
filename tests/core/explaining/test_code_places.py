"""The place in the user's code at which something runs."""

from __future__ import annotations

from pathlib import Path

import torch

from derivcheck.explaining.code_places import place_in_code


def test_the_line_is_given_as_it_is_written() -> None:
    """Without its indentation, with its number."""
    place = place_in_code()  # this very line
    assert place is not None
    assert place.text == "place = place_in_code()  # this very line"
    assert place.line == 14


def test_torchs_own_lines_do_not_count() -> None:
    """Where torch calls something, the line that called torch is meant."""
    file = Path(torch.__file__).parent / "nn" / "somewhere.py"
    place = eval(compile("place_in_code()", str(file), "eval"), {"place_in_code": place_in_code})
    assert place.text.startswith("place = eval(")
