"""docs/cookbook.md: every line checks a right layer, and the case file beside the layers has the same cases."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import command_line
import pytest

from derivcheck.case_files import Unreadable, read_cases
from derivcheck.model import Case, Result
from derivcheck.own_functions.checking import check_list

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "cookbook.md"
LINES = [shlex.split(block.replace("\\\n", " ")) for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.S)]
QUICK = "forward,backward,arguments"
"""The whole lists are run by tests/test_expressions.py, from the case file."""


def in_this_process(case: Case, *, timeout: float) -> Iterator[Result]:
    """The check list without a child, whose start takes longer than the list."""
    assert timeout > 0
    return check_list(case)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[2].rpartition(":")[2])
def test_a_line_of_the_cookbook(line: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs from the root of the project, and the layer is right."""
    monkeypatch.chdir(ROOT)
    assert line[:2] == ["derivcheck", "function"]
    with patch("derivcheck.own_functions.in_child.check_in_child", in_this_process):
        shown = command_line.run(*line[1:], "--only", QUICK).output
    assert "backward" in shown
    assert "match" in shown


def test_the_case_file_has_the_same_layers() -> None:
    """Each line of the page is a case of expressions/custom_layers.toml, with the same formula and constants."""
    cases = list(read_cases(str(ROOT / "expressions" / "custom_layers.toml"), allow_code=True))
    assert not [case for case in cases if isinstance(case, Unreadable)]
    of_file = {
        str(own.code).rpartition(":")[2]: own for case in cases if isinstance(case, Case) for own in case.functions
    }
    of_page = {line[2].rpartition(":")[2]: line[line.index("--formula") + 1] for line in LINES}
    assert of_page.keys() == of_file.keys()
    for name, formula in of_page.items():
        assert "".join(of_file[name].stated.split()).replace(";", "") == "".join(formula.split()).replace(";", "")
