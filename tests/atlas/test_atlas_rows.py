"""Rows of the atlas: their keys, their verdicts, their curves, and how a file holds them."""

from __future__ import annotations

import json
import math
import re
from dataclasses import fields
from pathlib import Path

import pytest
from atlas_rows import LARGE_ERRORS, LETTERS, MOST_POINTS, VERDICTS, Row, lines_of, read_atlas, read_rows, thinned
from atlas_rows import verdict_of as verdict
from made_rows import row

from derivcheck.model import Mode, Status
from derivcheck.model.hunt import ErrorCurve

ATLAS = Path(__file__).resolve().parents[2] / "atlas"
README = (ATLAS / "README.md").read_text("utf-8")


def test_the_page_explains_every_key_and_every_letter() -> None:
    """A row in its table for each, and for each verdict."""
    named = set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))
    assert {one.name for one in fields(Row)} <= named
    assert {name for name, _ in VERDICTS} <= set(re.findall(r"^\| `([\w ]+)` \|", README, re.MULTILINE))
    assert all(f"`{letter}`" in README for letter in LETTERS.values())


def test_every_status_has_one_verdict_and_one_letter() -> None:
    """And the worst status decides, of one point in a thousand too."""
    assert sorted(map(str, Status)) == sorted(str(status) for _, statuses in VERDICTS for status in statuses)
    assert len(Status) == len(set(LETTERS.values())) == len(LETTERS)
    assert "right" == verdict({Status.MATCH: 9, Status.CONVENTION: 1, Status.UNDEFINED: 5})
    assert "loses digits" == verdict({Status.MATCH: 999, Status.UNSTABLE: 1})
    assert "wrong" == verdict({Status.MATCH: 999, Status.UNSTABLE: 9, Status.NONFINITE: 1})
    assert "undecided" == verdict({Status.MATCH: 999, Status.WRONG_FORMULA: 1})
    assert "not supported" == verdict({Status.SKIPPED: 3}) == verdict({})


def test_a_file_gives_its_rows_back() -> None:
    """What all rows share stands in its first line alone, and what those of a look share once in theirs."""
    rows = [
        row(counts={"match": 5}),
        row(mode="forward", counts={"match": 4, "unstable": 1}, curve={"x": [1.0], "ulps": [None], "status": "m"}),
        row(format="float64", look="samples", points=0, verdict="not supported", reason="none"),
    ]
    lines = lines_of(rows)
    assert {"torch": "2.13.0", "device": "cpu"} == json.loads(lines[0])
    assert [2, 1] == [len(json.loads(line)["rows"]) for line in lines[1:]]
    assert not {"torch", "counts", "format"} & json.loads(lines[1])["rows"][0].keys()
    assert rows == read_rows(lines)


def test_a_curve_keeps_its_worst_points() -> None:
    """Of each stretch the one with the worst status, else with the largest error; what is not finite is a word."""
    ulps = [0.5] * 1000
    ulps[700], ulps[20], ulps[21] = 123.456, math.inf, math.nan
    statuses: list[Status | None] = [Status.MATCH] * 1000
    statuses[700], statuses[20], statuses[900] = Status.MISMATCH, Status.NONFINITE, None
    found = thinned(ErrorCurve(("x",), Mode.REVERSE, tuple(map(float, range(1000))), tuple(ulps), tuple(statuses)))
    assert found is not None
    assert LARGE_ERRORS == len(found["x"]) == len(found["ulps"]) == len(found["status"])
    assert 120.0 == found["ulps"][found["x"].index(700)]
    assert "inf" == found["ulps"][found["x"].index(20)]
    assert "x" == found["status"][found["x"].index(700)]
    flat = thinned(ErrorCurve(("x",), Mode.REVERSE, tuple(map(float, range(1000))), (0.5,) * 1000))
    assert flat is not None
    assert "." * MOST_POINTS == flat["status"]
    assert thinned(ErrorCurve((), None, (1.0,), (math.nan,))) is None


@pytest.mark.parametrize("path", sorted(ATLAS.glob("torch-*.jsonl")), ids=lambda path: path.name)
def test_the_rows_that_are_shipped(path: Path) -> None:
    """Every key is known, no two rows have one key, counts are those of the points, and all is small."""
    rows = read_atlas(path)
    assert path.stat().st_size < 3_000_000
    assert len(rows) == len({one.key for one in rows}) > 0
    for one in rows:
        assert one.verdict in dict(VERDICTS)
        assert sum(one.counts.values()) == one.points
        assert one.verdict == verdict({Status.named(name): count for name, count in one.counts.items()}) or one.reason
        assert one.look != "enumeration" or not one.points or one.points + (one.not_asked or 0) == 1 << 16
        if one.verdict in {"wrong", "loses digits"}:
            assert one.worst is not None
            assert one.command
