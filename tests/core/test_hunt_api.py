"""Hunts from Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import made_hunts
import pytest
import torch

import derivcheck
from derivcheck.errors import CaseError
from derivcheck.model.hunt import Hunt, HuntRequest


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[HuntRequest]:
    """The hunts that are asked for."""
    seen: list[HuntRequest] = []

    def hunt(request: HuntRequest, **_: object) -> Hunt:
        seen.append(request)
        return made_hunts.softplus_hunt()

    monkeypatch.setattr("derivcheck.hunt_api.search", hunt)
    return seen


def gelu(x: torch.Tensor) -> torch.Tensor:
    """Gelu with a constant of five digits."""
    return x * (1 + torch.erf(x * 0.70711)) / 2


def test_what_is_asked_for_reaches_the_hunt(asked: list[HuntRequest]) -> None:
    """Ends are numbers or texts; a range is a pair or a text."""
    found = derivcheck.hunt(
        "x**y",
        ranges={"x": (0.1, "pi"), "y": "-1..1"},
        at={"z": 2},
        wrt=["x", "x,y"],
        mode=["reverse", "forward"],
        dtype=torch.float32,
        budget="2min",
        seed=7,
    )
    (request,) = asked
    assert ["x in [0.1, pi]", "y in [-1, 1]"] == [str(one) for one in request.ranges]
    assert (120.0, 7, {"z": "2"}) == (request.budget, request.seed, request.case.at[0])
    assert (("x",), ("x", "y")) == request.case.wrt
    assert isinstance(found, derivcheck.Hunted)
    assert derivcheck.Status.MISMATCH is found.status


def test_code_is_called_by_its_formula(asked: list[HuntRequest]) -> None:
    """The code itself, or its name."""
    derivcheck.hunt(gelu, "x*ndtr(x)", ranges={"x": (-5, 5)})
    derivcheck.hunt("layers.py:Gelu", "x*ndtr(x)", ranges={"x": (-5, 5)}, resume=Path("hunt.json"))
    assert ["gelu", "layers.py:Gelu"] == [request.case.name for request in asked]
    assert ["my_gelu(x)", "Gelu(x)"] == [request.case.expr for request in asked]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"ranges": {}}, "no variable a range"),
        ({"ranges": {"x": 3}}, "has not two ends"),
        ({"ranges": {"x": (1, 2, 3)}}, "has not two ends"),
        ({"ranges": {"x": (0, 1)}, "at": {"x": 1}}, "a range and a value"),
        ({"ranges": {"x": (0, 1)}, "budget": 0}, "no time above 0"),
        ({"ranges": {"x": (0, 1)}, "formula": "x"}, "formula is for torch code of your own"),
        ({"ranges": {"x": (0, 1)}, "exhaustive": True}, "too many numbers"),
    ],
)
def test_what_is_wrong_is_told(more: Mapping[str, Any], message: str, asked: list[HuntRequest]) -> None:
    """Before anything is searched."""
    hunt: Callable[..., object] = derivcheck.hunt
    with pytest.raises(CaseError, match=message):
        hunt("x**2", **more)
    assert [] == asked
