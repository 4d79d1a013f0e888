"""JUnit XML, which the schema of Jenkins' plug-in has to accept."""

from __future__ import annotations

import pytest
from report_files import EVERY_STATUS, KNOWN, UNEXPECTED, many, named, room, valid_junit, written
from results import stopped

from derivcheck.errors import Location
from derivcheck.model import Case, Status
from derivcheck_cli.render import junit
from derivcheck_cli.render.junit import JUnitRenderer


@pytest.mark.parametrize(("strict", "failures"), [(False, 3), (True, 7)])
def test_junit_says_what_passes_and_what_does_not(strict: bool, failures: int) -> None:
    """A warning is a failure under --strict alone."""
    root = valid_junit(written(JUnitRenderer, EVERY_STATUS, strict=strict))
    (suite,) = root
    assert ("11", str(failures), "1", "0", "cases/a.toml") == tuple(
        suite.get(name) for name in ("tests", "failures", "errors", "skipped", "file")
    )
    tests = {test.get("name"): test for test in suite}
    assert [] == list(tests["match"])
    assert ["system-out"] == [child.tag for child in tests["convention"]]
    assert [("failure" if strict else "system-out")] == [child.tag for child in tests["unstable"]]
    (failure,) = tests["mismatch"]
    assert ("failure", "mismatch", "df/dx at x = 2: the reason of mismatch") == (
        failure.tag,
        failure.get("type"),
        failure.get("message"),
    )
    assert failure.text is not None
    assert failure.text.startswith("cases/a.toml:9\nf(x) = x**2 + 2*x + 1   at x = 2")
    assert ["error"] == [child.tag for child in tests["error"]]
    assert {"cases.a"} == {test.get("classname") for test in suite}


def test_junit_skips_only_what_was_not_run_at_all() -> None:
    """A value that was checked is a test."""
    (value, slope) = named("skipped", Status.SKIPPED)
    root = valid_junit(written(JUnitRenderer, [[value, slope], [slope]]))
    assert ["system-out", "skipped"] == [child.tag for test in root.iter("testcase") for child in test]
    assert "1" == root[0].get("skipped")


def test_junit_passes_what_is_known_and_fails_what_is_not() -> None:
    """The status that is expected is a pass, and a match in its place is a failure."""
    mended, known = valid_junit(written(JUnitRenderer, [KNOWN, UNEXPECTED])).iter("testcase")
    assert ["system-out"] == [child.tag for child in known]
    assert (
        "nonfinite: as expected: pytorch#108618; df/dx at x = 2: the reason of known"
        == (known[0].text or "").split("\n")[0]
    )
    assert ("failure", "expected mismatch, found match", "unexpected match") == (
        mended[0].tag,
        mended[0].get("message"),
        mended[0].get("type"),
    )


def test_junit_has_a_suite_a_file() -> None:
    """In order; a case without a name has its line, one without a file is derivcheck's."""
    elsewhere = Case(expr="x", location=Location("b.csv", 7))
    loose = Case(expr="x")
    root = valid_junit(written(JUnitRenderer, [named("a"), [stopped(elsewhere)], [stopped(loose, trace="Traceback")]]))
    assert ["cases/a.toml", "b.csv", "derivcheck"] == [suite.get("name") for suite in root]
    assert ["a", "line 7", "x"] == [test.get("name") for test in root.iter("testcase")]
    assert ("3", "2") == (root.get("tests"), root.get("errors"))
    assert "do something else" in (root[1][0][0].text or "")


def test_junit_counts_what_it_has_no_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails is listed although there is no room for what passes; the counts are those of the whole run."""
    monkeypatch.setattr(junit, "LISTED", room(10**6, 0, 1_000))
    (suite,) = valid_junit(written(JUnitRenderer, many(300)))
    listed = [test.get("name") for test in suite if test.tag == "testcase"]
    said = suite.findtext("system-out")
    assert ("300", "3") == (suite.get("tests"), suite.get("failures"))
    assert ["synthetic/00007", "synthetic/00107", "synthetic/00207"] == listed[:3]
    assert 3 < len(listed) < 30
    assert f"Not listed: 30 that warn and {270 - len(listed)} that pass." == said
