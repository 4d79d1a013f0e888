"""SARIF, which its published schema has to accept."""

from __future__ import annotations

import pytest
from report_files import EVERY_STATUS, KNOWN, UNEXPECTED, many, named, room, valid_sarif, written
from results import stopped

from derivcheck.errors import Location
from derivcheck.model import Case, Status
from derivcheck_cli.render import sarif
from derivcheck_cli.render.sarif import SarifRenderer


def test_sarif_has_a_result_for_what_says_something() -> None:
    """With its level, its place and its rule."""
    log = valid_sarif(written(SarifRenderer, [*EVERY_STATUS, KNOWN, UNEXPECTED]))
    (run,) = log["runs"]
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert {
        "skipped": "note",
        "convention": "note",
        "undefined": "warning",
        "undecided": "warning",
        "unstable": "warning",
        "inaccurate": "warning",
        "nonfinite": "error",
        "mismatch": "error",
        "wrong-formula": "error",
        "error": "error",
        "unexpected": "error",
    } == levels
    rules = run["tool"]["driver"]["rules"]
    assert [*map(str, Status), "unexpected"] == [rule["id"] for rule in rules]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    (unexpected,) = (result for result in run["results"] if result["ruleId"] == "unexpected")
    assert "mended: expected mismatch, found match" == unexpected["message"]["text"]
    place = {"artifactLocation": {"uri": "cases/a.toml", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 2}}
    assert place in [result["locations"][0]["physicalLocation"] for result in run["results"]]


def test_a_sarif_fingerprint_stays_when_lines_move() -> None:
    """And differs from another case's."""
    cases = [named("a", Status.MISMATCH, line=line) for line in (1, 50)] + [named("b", Status.MISMATCH)]
    (run,) = valid_sarif(written(SarifRenderer, cases))["runs"]
    here, moved, other = (result["partialFingerprints"]["derivcheck/v1"] for result in run["results"])
    assert here == moved != other


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("./cases/a b%.toml", "cases/a%20b%25.toml"),
        ("/srv/ü.toml", "file:///srv/%C3%BC.toml"),
        ("<stdin>", None),
        (None, None),
    ],
)
def test_sarif_names_files_by_uri(file: str | None, uri: str | None) -> None:
    """Standard input is none."""
    case = Case(expr="x", location=Location(file, 3))
    (run,) = valid_sarif(written(SarifRenderer, [[stopped(case)]]))["runs"]
    physical = run["results"][0]["locations"][0].get("physicalLocation")
    assert uri == (physical and physical["artifactLocation"]["uri"])


def test_sarif_counts_what_it_has_no_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a notification; what fails does not give way to what warns."""
    monkeypatch.setattr(sarif, "LISTED", room(10**6, 5_000, 0))
    (run,) = valid_sarif(written(SarifRenderer, many(300)))["runs"]
    levels = [result["level"] for result in run["results"]]
    assert ["error"] * 3 == levels[:3]
    assert 0 < levels.count("warning") < 30
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    left = 30 - levels.count("warning")
    assert f"The log is long enough; not in it are {left} that warn." == notification["message"]["text"]
