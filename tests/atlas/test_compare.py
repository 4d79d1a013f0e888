"""What changed between two atlases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from atlas_rows import Row, lines_of
from compare import compare_files, compare_rows, latest_other
from made_rows import row


def new(*rows: Row) -> list[Row]:
    """The same rows of the next torch."""
    return [replace(one, torch="2.14.0") for one in rows]


def test_nothing_changed() -> None:
    """Another torch alone is no change, nor is another hunt's luck."""
    old = [row(worst={"ulps": 10.0}, counts={"match": 5}), row(derivative="", worst={"ulps": 0.2})]
    later = new(replace(old[0], worst={"ulps": 14.0}, counts={"match": 7}), replace(old[1], worst={"ulps": 0.9}))
    assert () == compare_rows(old, later).changes


def test_a_verdict_an_error_and_counts_changed() -> None:
    """The weightiest first; of a row one change is told."""
    verdict = row(operation="a", verdict="wrong", worst={"ulps": "inf"})
    worst = row(operation="b", worst={"ulps": 3.0})
    counts = row(operation="c", look="enumeration", counts={"match": 4, "unstable": 1})
    changes = compare_rows(
        [counts, worst, verdict],
        new(
            replace(counts, counts={"match": 5}),
            replace(worst, worst={"ulps": 30.0}),
            replace(verdict, verdict="right", worst=None),
        ),
    )
    assert ("2.13.0", "2.14.0") == (changes.old, changes.new)
    told = [(one.what, one.operation, one.before, one.after) for one in changes.changes]
    assert [
        ("verdict", "a", "wrong", "right"),
        ("worst error", "b", "3 ulps", "30 ulps"),
        ("counts", "c", "4 match, 1 unstable", "5 match"),
    ] == told


def test_operations_come_and_go(tmp_path: Path) -> None:
    """In files, as text and as data."""
    older, newer = tmp_path / "torch-2.9.0-cpu.jsonl", tmp_path / "torch-2.14.0-cpu.jsonl"
    older.write_text("\n".join(lines_of([row(operation="old", verdict="wrong")])), "utf-8")
    newer.write_text("\n".join(lines_of(new(row(operation="new")))), "utf-8")
    changes = compare_files(older, newer)
    assert [("gone", "wrong", None), ("new", None, "right")] == [
        (one.what, one.before, one.after) for one in changes.changes
    ]
    assert changes.text.startswith("torch 2.13.0 → 2.14.0: 2 changes\ngone        old")
    assert "gone" == json.loads(changes.json)["changes"][0]["what"]
    assert older == latest_other(tmp_path, newer, "cpu")
    assert newer == latest_other(tmp_path, tmp_path / "torch-2.15.0-cpu.jsonl", "cpu")
    assert latest_other(tmp_path, newer, "cuda") is None
