"""`derivcheck function` from the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import own_functions
import pytest
from typer.testing import CliRunner

from derivcheck_cli.app import app

pytestmark = pytest.mark.usefixtures("warm")

FILE = str(Path(own_functions.__file__))


def run(*args: str) -> tuple[int, str]:
    """The exit code and stdout."""
    result = CliRunner().invoke(app, ["function", *args])
    return result.exit_code, result.stdout


def test_sq_fails_and_the_mistake_has_a_name() -> None:
    """The notebook's bug, found."""
    code, text = run(f"{FILE}:SQ", "--formula", "i**2", "--at", "i=2", "--only", "backward,upstream")
    assert 1 == code
    assert "backward    ✓ match" in text
    assert "upstream    ✗ mismatch" in text
    assert "diagnosis: ignores grad_output" in text


def test_json_names_item_and_diagnosis() -> None:
    """The document is schema 2 with two more keys."""
    code, text = run(f"{FILE}:SQ", "--formula", "i**2", "--at", "i=2; i=3", "--only", "upstream", "--format", "json")
    assert 1 == code
    data = json.loads(text)
    (row,) = data["results"]
    assert ("upstream", "ignores grad_output", "mismatch") == (row["item"], row["diagnosis"], row["status"])
    assert {"cases": 1, "results": 1, "by_status": {"mismatch": 1}, "exit_code": 1} == data["summary"]


def test_a_mended_one_passes_and_a_surrogate_is_declared() -> None:
    """Exit code 0."""
    assert 0 == run(f"{FILE}:Mended", "--formula", "i**2", "--at", "i=2", "--skip", "memory")[0]
    surrogate = ("--surrogate", "x", "--only", "backward,upstream")
    assert 0 == run(f"{FILE}:StraightThrough", "--formula", "round(x)", "--at", "x=0.3", *surrogate)[0]


def test_wrong_usage() -> None:
    """Exit code 2, and nothing on stdout."""
    assert (2, "") == run(f"{FILE}:SQ", "--formula", "i**2", "--at", "i=2", "--only", "everything")
    assert (2, "") == run(f"{FILE}:SQ", "--formula", "i**2")
    assert (2, "") == run(f"{FILE}:nothing_like_it", "--formula", "i**2", "--at", "i=2")


def test_a_function_that_is_not_elementwise_is_one_error() -> None:
    """Exit code 2, and no list of accusations."""
    assert (2, "") == run(f"{FILE}:MeanSquare", "--formula", "x^2", "--at", "x=2")


def test_what_cannot_be_run_is_told_in_one_line_for_all_items() -> None:
    """The first item has the reason."""
    code, text = run(f"{FILE}:raises", "--formula", "sin(x)", "--at", "x=1")
    assert 2 == code
    assert 1 == text.count("the function cannot be run: see `forward`")
    assert re.search(r"\d\d others +– skipped", text)
    assert "raised ValueError: no sine today" in text


def test_a_traceback_is_shown_where_more_is_asked_for() -> None:
    """The line of the function is told in any case."""
    request = (f"{FILE}:Misspelt", "--formula", "i**2", "--at", "i=2", "--only", "backward,points")
    code, text = run(*request)
    assert (1, 0, 1) == (code, text.count("Traceback"), len(re.findall(r"own_functions\.py:\d+", text)))
    code, text = run(*request, "-v")
    assert (1, 1) == (code, text.count("Traceback"))
    assert "return grad_output.double_it()" in text


def test_a_note_stands_beside_an_item_that_passes() -> None:
    """Here that the function is called with the shape (1,)."""
    request = (f"{FILE}:at_least_a_vector", "--formula", "sin(x)", "--at", "x=1", "--only", "forward,backward")
    code, text = run(*request)
    assert 0 == code
    assert 1 == text.count("it refuses 0-d tensors")
    _, text = run(*request, "--format", "json")
    assert [1, 0] == [len(row["notes"]) for row in json.loads(text)["results"]]
