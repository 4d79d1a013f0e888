"""Points whose values have shapes. Covers also: named_files."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from derivcheck.errors import CaseError, Location, PointError
from derivcheck.inputs.named_files import folder_of, named_file
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.inputs.shaped_points import read_shaped_point
from derivcheck.numbers import DType


def test_numbers_and_arrays_stand_side_by_side() -> None:
    """A number has the shape (); its text is kept as it was typed."""
    point = read_shaped_point({"A": "[[1, 2], [3, 4]]", "t": "1/3"}, DType.FLOAT64)
    assert [("A", (2, 2)), ("t", ())] == [(name, value.shape) for name, value in point.items()]
    assert ("1/3", Fraction(1, 3)) == (point["t"].text, point["t"].elements[0].typed)


def test_a_point_of_numbers_alone_is_none() -> None:
    """It goes the way of numbers."""
    assert not is_shaped_point({"x": "2", "y": "Max(1, 3)"})
    assert is_shaped_point({"x": "2", "y": "[1, 3]"})


def test_zeros_and_ones_in_conditions_are_a_mask() -> None:
    """Nothing is differentiated by it. Other numbers, and a number alone, stay what they are."""
    texts = {"m": "[1, 0, 1]", "y": "[1, 0.5]", "z": "1", "x": "[0, 1]"}
    point = read_shaped_point(texts, DType.FLOAT64, masks={"m", "y", "z"})
    assert [True, False, False, False] == [value.is_integer for value in point.values()]


def test_labels_are_integers_in_every_format() -> None:
    """float16 has no 2049, and the label 2049 is not 2048."""
    point = read_shaped_point({"t": "[2049, 3.0]", "x": "[2049, 3]"}, DType.FLOAT16, integers={"t"})
    assert [2049, 3] == [element.exact for element in point["t"].elements]
    assert (True, False) == (point["t"].is_integer, point["x"].is_integer)
    assert 2048 == point["x"].elements[0].exact


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1.5", "`t` = 1.5 is no integer"),
        ("[[0, 1], [1, 1/2]]", "`t[1, 1]` = 1/2 is no integer"),
        ("[pi]", "`t[0]` = pi is no integer"),
        ("[0, 1e30]", "`t[1]` = 1e30 is too large an integer"),
    ],
)
def test_a_label_that_is_no_integer_is_an_error(text: str, told: str) -> None:
    """The element is named, with its value."""
    with pytest.raises(PointError) as caught:
        read_shaped_point({"t": text}, DType.FLOAT64, integers={"t"})
    assert told == caught.value.message


def test_a_point_has_so_many_elements_at_most() -> None:
    """Also where no single value has too many."""
    with pytest.raises(PointError, match="the point has 200,001 elements; 200,000 are allowed"):
        read_shaped_point({"x": "zeros(200000)", "y": "1"}, DType.FLOAT64)


def test_files_lie_beside_the_case_file(tmp_path: Path) -> None:
    """Their names go from its folder on, and may not leave it."""
    (tmp_path / "cases").mkdir()
    (tmp_path / "x.csv").write_text("1,2\n")
    case_file = tmp_path / "cases" / "cases.toml"
    case_file.touch()
    (tmp_path / "cases" / "y.csv").write_text("3,4\n")
    folder = folder_of(Location(str(case_file), 3))
    assert (2,) == read_shaped_point({"y": "@y.csv"}, DType.FLOAT64, folder=folder)["y"].shape
    for name in ("../x.csv", str(tmp_path / "x.csv")):
        with pytest.raises(CaseError, match="lies outside of the case file's folder"):
            read_shaped_point({"x": f"@{name}"}, DType.FLOAT64, folder=folder)
        with pytest.raises(CaseError, match="lies outside of the case file's folder"):
            read_shaped_point({"x": f"@{name}"}, DType.FLOAT64, folder=folder_of(Location("<stdin>", 1)))


def test_who_types_a_file_may_name_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the command line and in Python, where a name goes from the working directory on."""
    (tmp_path / "x.csv").write_text("1,2\n")
    folder = folder_of(Location())
    assert folder is None
    assert (2,) == read_shaped_point({"x": f"@{tmp_path}/x.csv"}, DType.FLOAT64, folder=folder)["x"].shape
    monkeypatch.chdir(tmp_path)
    assert (2,) == read_shaped_point({"x": "@x.csv"}, DType.FLOAT64, folder=folder)["x"].shape


def test_a_name_is_one() -> None:
    """As in a point of numbers."""
    with pytest.raises(PointError, match="is no name of a variable"):
        read_shaped_point({"2x": "[1]"}, DType.FLOAT64)


@pytest.mark.parametrize("text", ["x.npy", "@", "@.npy", "@x.txt", "@folder/.pt", "@x"])
def test_what_names_no_array_names_no_file(text: str) -> None:
    """A file of arrays has a name, and a suffix that says what it is."""
    assert named_file(text) is None


def test_labels_are_integers_where_all_of_them_are() -> None:
    """Probabilities are numbers, which may be differentiated by."""
    point = read_shaped_point({"t": "[0, 2]", "p": "[0.25, 0.75]"}, DType.FLOAT64, labels={"t", "p"})
    assert (True, False) == (point["t"].is_integer, point["p"].is_integer)
