"""`derivcheck function` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import own_functions
from typer.testing import CliRunner

from derivcheck_cli.app import app

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
    """The document is schema 1 with two more keys."""
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
