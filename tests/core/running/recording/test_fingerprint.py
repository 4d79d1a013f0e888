"""The fingerprint of a case, by which its recorded results are found again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from recorded_runs import case

from derivcheck.errors import Location
from derivcheck.model import Case, Checklist, Mode, OwnFunction, Search, SearchRange, Status, Tolerance
from derivcheck.numbers import DType
from derivcheck.reporting.baseline.known import content_of
from derivcheck.running.recording.fingerprint import fingerprint

pytestmark = pytest.mark.usefixtures("small_pieces")


@pytest.mark.parametrize(
    "change",
    [
        {"expr": "x + 5"},
        {"at": ({"x": "1"},)},
        {"wrt": (("x", "x"),)},
        {"order": 2},
        {"modes": (Mode.FORWARD,)},
        {"dtype": DType.FLOAT32},
        {"device": "cuda"},
        {"value": "1"},
        {"derivative": {("x",): "1"}},
        {"expect": Status.MATCH},
        {"expect": {("x",): Status.UNSTABLE}},
        {"why": "because"},
        {"tolerance": Tolerance(rtol=0.1)},
        {"allow_unused": False},
        {"functions": (OwnFunction("f", ("x",), "x", f"{__file__}:run"),)},
        {"checklist": Checklist(only=("forward",))},
        {"const": ("x",)},
        {"seed": 1},
        {"is_strict": True},
        {"search": Search((SearchRange("x", "0", "1"),))},
    ],
    ids=",".join,
)
def test_whatever_changes_a_case_changes_its_fingerprint(change: dict[str, Any]) -> None:
    """Every field but its name and place."""
    before = case("1")
    assert fingerprint(before) != fingerprint(replace(before, **change))
    assert fingerprint(before) == fingerprint(replace(before, name=None, location=Location()))
    assert set(Case.__dataclass_fields__) == {
        *("expr", "at", "wrt", "order", "modes", "dtype", "device", "value", "derivative", "expect", "why"),
        *("tolerance", "allow_unused", "functions", "const", "seed", "checklist", "search", "name", "location"),
        "is_strict",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"constants": (("n", 3),)},
        {"constants": (("n", 3.0),)},
        {"constants": (("n", True),)},
        {"gradients": (("x", "g"),)},
        {"gradients": (("x", "g"),), "is_linear": False},
        {"domain": "x > 0"},
        {"order": ("n", "x")},
        {"surrogate": "x"},
    ],
    ids=str,
)
def test_whatever_a_function_is_posed_with_changes_the_fingerprint(change: dict[str, Any]) -> None:
    """Each in its own way, and in the digest of a baseline too; without any of it both stay what they were."""
    plain = OwnFunction("f", ("x",), "x", f"{__file__}:run", constants=(("n", 1),))
    before, after = (replace(case("1"), functions=(own,)) for own in (plain, replace(plain, **change)))
    assert fingerprint(before) != fingerprint(after)
    if "order" not in change:
        assert content_of(before) != content_of(after)


def test_another_version_changes_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of torch, say."""
    from derivcheck.running.recording import fingerprint as module

    before = fingerprint(case("1"))
    monkeypatch.setattr(module, "_versions", lambda: ["torch 99"])
    assert before != fingerprint(case("1"))


def test_a_file_that_a_value_names_counts_by_what_it_holds(tmp_path: Path) -> None:
    """Another array under the same name makes other Results; one that is missing is as good as another."""
    weights = tmp_path / "w.pt"
    tensor = replace(case("1"), at=({"x": f"@{weights}:layer.weight"},), location=Location())
    missing = fingerprint(tensor)
    weights.write_bytes(b"1")
    before = fingerprint(tensor)
    weights.write_bytes(b"22")
    assert 3 == len({missing, before, fingerprint(tensor)})


def test_a_file_that_a_value_names_lies_beside_the_case_file(tmp_path: Path) -> None:
    """A name goes from the case file's folder on, wherever the run was started."""
    (tmp_path / "a.toml").touch()
    tensor = replace(case("1"), at=({"x": "@x.npy"},), location=Location(str(tmp_path / "a.toml"), 1))
    missing = fingerprint(tensor)
    (tmp_path / "x.npy").write_bytes(b"1")
    assert missing != fingerprint(tensor)
    assert missing == fingerprint(replace(tensor, at=({"x": "@x.npy"},), location=Location()))


def test_a_case_of_numbers_has_the_fingerprint_that_it_always_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that were made before there were tensors still hold."""
    from derivcheck.running.recording import fingerprint as module

    monkeypatch.setattr(module, "_versions", lambda: ["derivcheck 1"])
    assert "38cd6e8ec0933d5800d4f738396a5039" == fingerprint(Case("x**2", ({"x": "2"},)))
