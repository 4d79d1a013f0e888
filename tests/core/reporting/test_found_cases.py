"""The points of a hunt as cases of a file.

Covers also: toml_strings.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import made_hunts
import pytest
from case_reading import cases

from derivcheck.case_files import read_cases
from derivcheck.errors import OutputFileError
from derivcheck.model import Case, Mode, OwnFunction, Status
from derivcheck.numbers import DType
from derivcheck.reporting.found_cases import found_cases
from derivcheck.reporting.outcomes.expect import judge
from derivcheck.running.chunk_checking import check_safely


def test_the_file_runs_as_it_stands_and_gives_the_same_statuses(tmp_path: Path) -> None:
    """Each case expects what was found, so that it passes until torch changes."""
    rows = made_hunts.softplus_rows()
    path = tmp_path / "cases.toml"
    path.write_text(found_cases(rows, tmp_path), encoding="utf-8")
    read = cases(str(path))
    assert 2 == len(read)
    found = [row for case in read for row in check_safely(case)]
    assert [(row.typed, row.wrt, row.status) for row in rows] == [(row.typed, row.wrt, row.status) for row in found]
    assert all(judge(case, check_safely(case)).expected for case in read)


def test_what_a_case_asks_for_is_kept(tmp_path: Path) -> None:
    """Modes, format, constants, the seed; and characters that TOML escapes."""
    row = made_hunts.softplus_rows()[0]
    case = Case(
        'softplus(x) # "a"\\',
        name="tab\tand \u0394",
        modes=(Mode.REVERSE, Mode.FORWARD),
        dtype=DType.FLOAT32,
        const=("eps",),
        seed=4,
        order=2,
    )
    first = replace(row, case=case, gradient=None)
    path = tmp_path / "cases.toml"
    path.write_text(found_cases((first,), tmp_path), encoding="utf-8")
    (read,) = cases(str(path))
    assert (case.expr, case.modes, case.dtype, case.seed, 2) == (
        read.expr,
        read.modes,
        read.dtype,
        read.seed,
        read.order,
    )
    assert "tab\tand \u0394: found 1" == read.name
    assert Status.MATCH is not read.expect


def test_code_is_named_from_the_folder_of_the_file(tmp_path: Path) -> None:
    """With all that was said of it."""
    (tmp_path / "layers.py").write_text("def gelu(x): return x", encoding="utf-8")
    (tmp_path / "cases").mkdir()
    own = OwnFunction("own_gelu", ("x",), "x*ndtr(x)", str(tmp_path / "layers.py:gelu"), order=("x",))
    row = replace(made_hunts.softplus_rows()[0], case=Case("own_gelu(x)", functions=(own,)))
    path = tmp_path / "cases" / "c.toml"
    path.write_text(found_cases((row,), path.parent), encoding="utf-8")
    assert 'torch = "../layers.py:gelu"' in path.read_text(encoding="utf-8")
    (read,) = read_cases(str(path), allow_code=True)
    assert isinstance(read, Case)
    assert [own.formula] == [each.formula for each in read.functions]


def test_code_without_a_name_stands_in_no_file(tmp_path: Path) -> None:
    """It is told what to do."""
    own = OwnFunction("gelu", ("x",), "x*ndtr(x)", lambda x: x)
    row = replace(made_hunts.softplus_rows()[0], case=Case("gelu(x)", functions=(own,)))
    with pytest.raises(OutputFileError, match="has no name"):
        found_cases((row,), tmp_path)
