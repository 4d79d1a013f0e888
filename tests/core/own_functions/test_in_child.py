"""A user's function in a process of its own.

Covers also: child_main.
"""

from __future__ import annotations

from pathlib import Path

import own_functions
import pytest

from derivcheck.api import check_function
from derivcheck.errors import DerivcheckError, ParseError
from derivcheck.model import Status

FILE = str(Path(own_functions.__file__))


def statuses(name: str, *items: str, timeout: float = 60) -> dict[str, Status]:
    """The status of each item for a function of the file."""
    results = check_function(f"{FILE}:{name}", "sin(x)", at={"x": 1}, only=items, timeout=timeout)
    return {result.item or "": result.status for result in results}


@pytest.mark.usefixtures("warm")
def test_a_function_that_hangs_is_killed() -> None:
    """The first item says so, and the rest is skipped."""
    found = statuses("hangs", "forward", "backward", timeout=0.5)
    assert {"forward": Status.ERROR, "backward": Status.SKIPPED} == found


@pytest.mark.usefixtures("warm")
def test_one_item_that_hangs_costs_no_other() -> None:
    """The next item gets a new process."""
    found = statuses("hangs_on_none", "shapes", "repeat", timeout=5)
    assert {"shapes": Status.ERROR, "repeat": Status.MATCH} == found


def test_a_function_that_ends_the_process() -> None:
    """os._exit gets past every except; the parent tells the code."""
    results = check_function(f"{FILE}:dies", "sin(x)", at={"x": 1}, only=["forward"])
    assert Status.ERROR is results[0].status
    assert "exit code 7" in (results[0].verdict.reason or "")


@pytest.mark.usefixtures("warm")
def test_a_file_that_ends_the_process_while_it_is_loaded(tmp_path: Path) -> None:
    """Each item is told once, and the reason once."""
    (tmp_path / "dies.py").write_text("import os\nos._exit(3)\n", encoding="utf-8")
    results = check_function(f"{tmp_path / 'dies.py'}:f", "x", at={"x": 1}, only=["forward", "backward"])
    assert [("forward", Status.ERROR), ("backward", Status.SKIPPED)] == [(row.item, row.status) for row in results]
    assert "exit code 3 while it was being loaded" in (results[0].verdict.reason or "")
    assert "see `forward`" in (results[1].verdict.reason or "")


def test_what_is_printed_is_no_result(capfd: pytest.CaptureFixture[str]) -> None:
    """Results come through all the same; the text goes to stderr."""
    assert {"forward": Status.MATCH} == statuses("prints", "forward")
    captured = capfd.readouterr()
    assert "" == captured.out
    assert "hello from the function" in captured.err


@pytest.mark.usefixtures("warm")
def test_what_cannot_be_loaded_is_an_error_of_ours() -> None:
    """It crosses the process boundary with its hint."""
    with pytest.raises(DerivcheckError, match="did you mean") as caught:
        check_function(f"{FILE}:SX", "x", at={"x": 1})
    assert caught.value.hint
    with pytest.raises(ParseError, match=r"sin\(x\)\*"):
        check_function(f"{FILE}:sine", "sin(x)*", at={"x": 1})


@pytest.mark.usefixtures("warm")
def test_an_interrupt_of_the_functions_own() -> None:
    """What Ctrl-C raises, raised by the user's code, ends that process; the parent goes on."""
    results = check_function(f"{FILE}:InterruptsBackward", "x**2", at={"x": 1}, only=["forward", "backward"])
    assert [Status.MATCH, Status.ERROR] == [result.status for result in results]
    assert "exit code 130" in (results[1].verdict.reason or "")
