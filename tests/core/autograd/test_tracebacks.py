"""Where the user's own code raised."""

from __future__ import annotations

import json
from pathlib import Path

import own_functions as own
import pytest
import torch

from derivcheck.autograd.tracebacks import place_of, trace_of
from derivcheck.errors import CaseError
from derivcheck.model import Checklist
from derivcheck.own_functions.chosen import check_names


def caught(run: object, *args: object) -> BaseException:
    """What a call raises."""
    try:
        run(*args)  # type: ignore[operator]
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_the_innermost_line_of_the_users_own_code_counts() -> None:
    """torch raises in a kernel, called by the user's function, called by this test."""

    def function(x: torch.Tensor) -> torch.Tensor:
        return x.reshape(7)

    error = caught(function, torch.zeros(3))
    line = function.__code__.co_firstlineno + 1
    assert place_of(error).endswith(f"{Path(__file__).name}:{line}, in function")


def test_lines_of_torch_and_of_python_do_not_count() -> None:
    """json's are Python's, and the engine's are torch's: the line that called them is told."""
    assert place_of(caught(json.loads, "{")).endswith(", in caught")
    x = torch.ones(2, requires_grad=True)
    error = caught(own.Misspelt.apply(x).sum().backward)  # type: ignore[no-untyped-call]
    assert ", in backward" in place_of(error)
    assert "own_functions.py:" in place_of(error)


def test_our_own_lines_do_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An error of ours has none but that of the caller; outside of the working directory a file has its name alone."""
    monkeypatch.chdir(tmp_path)
    error = caught(check_names, Checklist(only=("nothing",)))
    assert isinstance(error, CaseError)
    assert place_of(error).startswith(f"{Path(__file__).name}:")


def test_an_exception_without_a_traceback_has_no_place() -> None:
    """Nobody raised it."""
    assert "" == place_of(ValueError("no"))


def test_a_traceback_begins_with_the_users_own_code() -> None:
    """Our frames and the engine's are left out above it."""
    x = torch.ones(2, requires_grad=True)
    error = caught(own.Misspelt.apply(x).sum().backward)  # type: ignore[no-untyped-call]
    lines = trace_of(error).splitlines()
    assert "Traceback (most recent call last):" == lines[0]
    assert __file__ in lines[1]
    assert lines[-1].startswith("AttributeError: ")
