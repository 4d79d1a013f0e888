"""Hunts that go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from searched_ranges import known_for, request_of

from derivcheck.errors import InputFileError, OutputFileError
from derivcheck.hunting.bit_patterns import place_of
from derivcheck.hunting.saved_hunts import SavedHunt, fingerprint, load, save
from derivcheck.hunting.screening import Jump
from derivcheck.model import OwnFunction
from derivcheck.numbers import DType

REQUEST = request_of("softplus(x)", "x=0..100", wrt=(("x", "x"),))


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    """Errors, statuses, what was confirmed, and how far the screen is."""
    file = tmp_path / "hunt.json"
    known, saved = known_for(REQUEST), SavedHunt(3, [Jump(1, 5, 0, 2.5)], 1.5, 7, 8)
    known.look_at([(place_of(number, DType.FLOAT64),) for number in (0.0, 1.0, 30.0)])
    known.confirm((place_of(60.0, DType.FLOAT64),))
    save(file, REQUEST, known, saved)
    again = known_for(REQUEST)
    assert saved == load(file, REQUEST, again)
    assert known.confirmed == again.confirmed
    assert {place: [look.status for look in looks] for place, looks in known.looks.items()} == {
        place: [look.status for look in looks] for place, looks in again.looks.items()
    }
    assert [file] == list(tmp_path.iterdir())


def test_another_hunt_is_refused(tmp_path: Path) -> None:
    """It would take other numbers for its own."""
    file = tmp_path / "hunt.json"
    save(file, REQUEST, known_for(REQUEST), SavedHunt())
    other = replace(REQUEST, seed=1)
    with pytest.raises(InputFileError, match="another hunt") as error:
        load(file, other, known_for(other))
    assert "seed" in (error.value.hint or "")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}', "\x00"])
def test_what_is_no_hunt(tmp_path: Path, text: str) -> None:
    """Whatever it is instead."""
    file = tmp_path / "hunt.json"
    file.write_text(text)
    with pytest.raises(InputFileError, match="holds no hunt"):
        load(file, REQUEST, known_for(REQUEST))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Nothing can be written."""
    with pytest.raises(OutputFileError, match="cannot be written"):
        save(tmp_path / "no" / "hunt.json", REQUEST, known_for(REQUEST), SavedHunt())


def test_the_code_of_a_function_counts(tmp_path: Path) -> None:
    """Of a file that was changed, what is known is no longer true."""
    file = tmp_path / "mine.py"
    own = OwnFunction("mine", ("x",), "x**2", f"{file}:mine")
    request = request_of("mine(x)", "x=0..1", functions=(own,))
    file.write_text("def mine(x): return x**2\n")
    before = fingerprint(request)
    assert before == fingerprint(request)
    file.write_text("def mine(x): return x*x\n")
    assert before != fingerprint(request)
