"""Looks of the atlas: their rows say what `derivcheck check` says at the same point."""

from __future__ import annotations

import shlex
from dataclasses import replace

import atlas_looks
import pytest
from atlas_jobs import Job, Look, functions_of_numbers
from atlas_looks import rows_of
from atlas_rows import Row

from derivcheck.checking.one_point import check_case
from derivcheck.hunting.bit_patterns import number_at, place_of
from derivcheck.model import Case, Mode, Status, Wrt
from derivcheck.model.hunt import ErrorCurve, Find, FindKind, Hunt, HuntRequest
from derivcheck.numbers import DType


def job(look: Look, name: str, dtype: DType, **more: object) -> Job:
    """A small job for a function of numbers."""
    function, text, names = next(one for one in functions_of_numbers() if one[0].name == name)
    return replace(Job(look, name, function.group, text, names, dtype, quick=True), **more)  # type: ignore[arg-type]


def statuses_of(command: str) -> set[str]:
    """The statuses of what a row's command checks."""
    words = shlex.split(command)
    assert ["derivcheck", "check"] == words[:2]
    given = dict(word.removeprefix("--").split("=", 1) for word in words[3:])
    point = dict(part.strip().split("=", 1) for part in given["at"].split(";"))
    wrt = (tuple(given["wrt"].split(",")),) if "wrt" in given else ()
    modes = (Mode(given.get("mode", "reverse")),)
    results = check_case(Case(words[2], at=(point,), wrt=wrt, modes=modes, dtype=DType.named(given["dtype"])))
    return {str(result.status) for result in results}


def by_key(rows: list[Row]) -> dict[tuple[str, str | None], Row]:
    """The rows by derivative and mode."""
    return {(one.derivative, one.mode): one for one in rows}


def test_an_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its counts are those of the ordinary way at 193 numbers; its worst point is one that the command shows."""
    monkeypatch.setattr(atlas_looks, "WHOLE", ("-8", "-3"))
    low, high = place_of(-8.0, DType.BFLOAT16), place_of(-3.0, DType.BFLOAT16)
    numbers = [number_at(place, DType.BFLOAT16) for place in range(low, high + 1)]
    rows = by_key(rows_of(job(Look.ENUMERATION, "expm1", DType.BFLOAT16)))
    assert {("", None), ("x", "reverse"), ("x", "forward")} == rows.keys()
    backward = rows["x", "reverse"]
    assert len(numbers) == backward.points == sum(backward.counts.values())
    assert {"x": ["-8.0", "-3.0"]} == backward.range
    case = Case("expm1(x)", at=tuple({"x": repr(number)} for number in numbers), dtype=DType.BFLOAT16)
    plain = [str(result.status) for result in check_case(case) if result.wrt]
    assert backward.counts == {name: plain.count(name) for name in backward.counts}
    assert "loses digits" == backward.verdict
    assert backward.worst is not None
    assert backward.command is not None
    assert backward.worst["status"] in statuses_of(backward.command)
    assert backward.curve is not None
    assert rows["x", "forward"].curve is None, "it is the same"


def test_a_hunt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its worst point is one that fails, although another one has a larger error; the second order has no value."""

    def hunt(request: HuntRequest) -> Hunt:
        asked: tuple[Wrt, Mode] = ("x", "x"), Mode.REVERSE
        finds = [
            Find(kind, {"x": at}, tuple(check_case(replace(request.case, at=({"x": at},)))), *asked, ulps)
            for kind, at, ulps in ((FindKind.WORST, "1", 1e20), (FindKind.FAILS, "30", 9.0))
        ]
        counts = {asked: {Status.MATCH: 10, Status.MISMATCH: 2}, ((), None): {Status.MATCH: 12}}
        return Hunt(request, tuple(finds), (), (ErrorCurve(*asked, (1.0, 30.0), (0.5, 9.0)),), counts)

    monkeypatch.setattr(atlas_looks, "hunt", hunt)
    (found,) = rows_of(job(Look.HUNT, "softplus", DType.FLOAT64, order=2))
    assert ("x,x", "reverse", 2, "wrong", 12) == (
        found.derivative,
        found.mode,
        found.order,
        found.verdict,
        found.points,
    )
    assert found.worst is not None
    assert ("x=30", "mismatch") == (found.worst["at"], found.worst["status"])
    assert found.command is not None
    assert "mismatch" in statuses_of(found.command)
    assert {"x": [1.0, 30.0], "ulps": [0.5, 9.0], "status": ".."} == found.curve


def test_what_torch_has_no_kernel_for() -> None:
    """In torch's own words."""
    rows = rows_of(job(Look.ENUMERATION, "erfcx", DType.FLOAT16))
    assert {"not supported"} == {one.verdict for one in rows}
    assert all(one.reason and "not implemented for 'Half'" in one.reason for one in rows)


def test_a_derivative_that_torch_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """`derivcheck check` fails there; but an exception is no wrong number, and its words are the row's reason."""

    def hunt(request: HuntRequest) -> Hunt:
        counts = {
            ((), None): {Status.MATCH: 2},
            (("a",), Mode.REVERSE): {Status.NONFINITE: 2},
            (("x",), Mode.REVERSE): {Status.MATCH: 2},
            (("x",), Mode.FORWARD): {Status.SKIPPED: 2},
        }
        return Hunt(request, (), (), (), counts)

    monkeypatch.setattr(atlas_looks, "hunt", hunt)
    rows = by_key(rows_of(job(Look.HUNT, "gammainc", DType.FLOAT64)))
    assert ["right", "not supported", "right", "not supported"] == [one.verdict for one in rows.values()]
    assert "the derivative for 'igamma: input' is not implemented" in (rows["a", "reverse"].reason or "")
    assert "forward AD with igamma" in (rows["x", "forward"].reason or "")
    assert 0 == rows["a", "reverse"].points


def test_a_kink_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of relu, at 0."""
    monkeypatch.setattr(atlas_looks, "WHOLE", ("-6e-8", "6e-8"))
    row = by_key(rows_of(job(Look.ENUMERATION, "relu", DType.FLOAT16)))["x", "reverse"]
    assert ({"match": 2, "convention": 1}, "right") == (row.counts, row.verdict)
