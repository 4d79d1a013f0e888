"""The baseline: what is known, what is worse and what is mended.

Covers also: faults.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from results import SOFTMAX, SQUARE, row, stopped, tensor

from derivcheck.errors import Location
from derivcheck.model import Case, Coordinate, Result, Severity, Status
from derivcheck.reporting.baseline import Baseline, Faults, KnownFailure, read_baseline, write_baseline
from derivcheck.reporting.baseline.known import Key
from derivcheck.reporting.outcomes.expect import Judge, Outcome


def at(x: int, status: Status = Status.MISMATCH, wrt: tuple[str, ...] = ("x",), *, case: Case = SQUARE) -> Result:
    """A result at a point."""
    return replace(row(status, wrt, case=case), point={"x": Coordinate(str(x), Fraction(x), Fraction(x))})


def judged(baseline: Baseline, *results: Result) -> Outcome:
    """What a case comes to with a baseline."""
    case = results[0].case
    jury, faults = Judge(case), Faults(case)
    for result in results:
        jury.add(result)
        faults.add(result)
    return baseline.judge(jury.outcome(), faults)


def knowing(path: Path, *runs: tuple[Result, ...], strict: bool = False) -> Baseline:
    """A baseline that was written by a run over some cases, and read again."""
    writer = Baseline(strict=strict, writing=True)
    for results in runs:
        assert judged(writer, *results).severity is not Severity.FAIL
    write_baseline(path, writer.written())
    return Baseline.of(read_baseline(path), strict=strict)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the baseline is."""
    return tmp_path / "baseline.toml"


def test_what_is_known_passes_and_what_is_new_fails(path: Path) -> None:
    """A failure of another derivative, or of another case, is new."""
    baseline = knowing(path, (at(1), at(2)))
    known = judged(baseline, at(1), at(2))
    assert (Severity.PASS, True, Status.MISMATCH) == (known.severity, known.known, known.status)
    new = judged(baseline, at(1), at(2), at(1, wrt=("x", "x")))
    assert (Severity.FAIL, "derivative x,x reverse: mismatch is not in the baseline") == (new.severity, new.message)
    other = judged(baseline, at(1, case=replace(SQUARE, name="other", expr="x**3")))
    assert (Severity.FAIL, None, False) == (other.severity, other.message, other.known)


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ((at(1, Status.WRONG_FORMULA), at(2)), "derivative x reverse: known as mismatch, found wrong-formula"),
        ((at(1), at(2), at(3)), "derivative x reverse: known to fail at 2 points, found at 3"),
        ((at(1), at(3)), "derivative x reverse: not known to fail at x=3"),
        ((at(1), at(2), at(1, Status.ERROR, ())), "derivative reverse: error is not in the baseline"),
    ],
)
def test_what_is_worse_fails_and_says_how(path: Path, results: tuple[Result, ...], message: str) -> None:
    """By its status, by the number of its points, by other points, by something else that fails."""
    outcome = judged(knowing(path, (at(1), at(2))), *results)
    assert outcome.severity in {Severity.FAIL, Severity.ERROR}
    assert message.split(": ")[1] in (outcome.message or "")


def test_fewer_points_or_a_milder_status_are_known(path: Path) -> None:
    """The failure is no worse than it was."""
    baseline = knowing(path, (at(1), at(2)))
    assert judged(baseline, at(1), at(2, Status.MATCH)).known
    assert judged(baseline, at(1, Status.NONFINITE)).known


def test_what_is_mended_warns_and_says_what_to_do(path: Path) -> None:
    """So that --strict fails; a part that is mended is told as well."""
    baseline = knowing(path, (at(1), at(1, wrt=("x", "x"))))
    whole = judged(baseline, at(1, Status.MATCH))
    assert (Severity.WARN, True, False) == (whole.severity, whole.mended, whole.known)
    part = judged(baseline, at(1))
    assert (Severity.WARN, True, True) == (part.severity, part.mended, part.known)
    assert "mended: derivative x,x reverse was known as mismatch: strike it from the baseline" == part.message
    assert not judged(baseline, at(1), at(1, Status.UNSTABLE, ("x", "x"))).mended


def test_many_points_are_known_by_their_number(path: Path) -> None:
    """Sixteen are listed."""
    baseline = knowing(path, tuple(at(x) for x in range(40)))
    assert judged(baseline, *(at(x) for x in range(10, 50))).known
    assert judged(baseline, *(at(x) for x in range(41))).severity is Severity.FAIL


def test_a_warning_is_known_where_it_would_fail(path: Path) -> None:
    """With --strict; without, it is no failure, and not written."""
    assert judged(knowing(path, (at(1, Status.UNSTABLE),), strict=True), at(1, Status.UNSTABLE)).known
    writer = Baseline(writing=True)
    judged(writer, at(1, Status.UNSTABLE))
    assert [] == list(writer.written())


def test_a_bug_of_ours_and_what_cannot_be_read_are_never_known(path: Path) -> None:
    """There, nothing was checked."""
    writer = Baseline(writing=True)
    assert judged(writer, stopped(trace="…")).severity is Severity.ERROR
    assert judged(writer, replace(row(Status.ERROR, ()), case=Case(expr=""))).severity is Severity.ERROR
    assert [] == list(writer.written())


def test_an_expectation_comes_first(path: Path) -> None:
    """What it speaks of and holds is no failure; where it does not hold, that is what the baseline may know."""
    case = replace(SQUARE, expect=Status.NONFINITE)
    baseline = knowing(path, (at(1, case=case),))
    assert judged(baseline, at(1, case=case)).known
    (known,) = read_baseline(path)
    assert {Key("expect"): KnownFailure(Status.MISMATCH, reason="expected nonfinite, found mismatch")} == known.failures
    assert "mended" in (judged(baseline, at(1, Status.NONFINITE, case=case)).message or "")


def test_a_case_is_known_by_name_else_by_content(path: Path) -> None:
    """Moving it changes nothing; a named one may change, a nameless one is another case then."""
    nameless = replace(SQUARE, name=None)
    baseline = knowing(path, (at(1),), (at(1, case=nameless),))
    elsewhere = Location("b.toml", 99)
    assert judged(baseline, at(1, case=replace(SQUARE, location=elsewhere, order=2))).known
    assert judged(baseline, at(1, case=replace(nameless, location=elsewhere))).known
    assert not judged(baseline, at(1, case=replace(nameless, order=2))).known


def test_an_entry_never_excuses_two_cases(path: Path) -> None:
    """The known one comes second: it fails, since another was taken for it."""
    baseline = knowing(path, (at(1),))
    stranger = replace(SQUARE, expr="x**3")
    assert judged(baseline, at(1, case=stranger)).known
    second = judged(baseline, at(1))
    assert second.severity is Severity.FAIL
    assert "two cases are called 'notebook/quadratic'" in (second.message or "")
    third = judged(knowing(path, (at(1),)), at(1))
    assert third.known
    later = knowing(path, (at(1),))
    assert judged(later, at(1)).known
    assert not judged(later, at(1, case=stranger)).known


def test_writing_again_keeps_what_people_wrote_and_what_the_run_has_not_met(path: Path) -> None:
    """And drops what is mended; a reason whose digits alone differ stays as it is."""
    other = replace(SQUARE, name="other")
    gone = replace(SQUARE, name="gone")
    knowing(
        path, (replace(at(1), verdict=replace(at(1).verdict, reason="0.1")),), (at(1, case=other),), (at(1, case=gone),)
    )
    path.write_text(path.read_text().replace('why = ""', 'why = "#7"'))
    before = path.read_text()
    again = Baseline.of(read_baseline(path), writing=True)
    judged(again, replace(at(1), verdict=replace(at(1).verdict, reason="0.1000001")))
    judged(again, at(1, Status.MATCH, case=other))
    assert 2 == write_baseline(path, again.written())
    after = path.read_text()
    assert set(after.splitlines()) <= set(before.splitlines())
    assert ['case = "gone"', 'case = "notebook/quadratic"'] == [line for line in after.splitlines() if "case =" in line]
    assert 2 == after.count('why = "#7"')


def test_a_tensor_that_fails_in_more_elements_is_worse(path: Path) -> None:
    """Its three rows, each with an upstream gradient, are one point; one wrong element more is not in the baseline."""
    few = [Status.MATCH, Status.MISMATCH, Status.CONVENTION]
    rows = tuple(tensor(few, (3,), ("x",), upstream=number) for number in (1, 2, 3))
    baseline = knowing(path, rows)
    assert ("elements = 1", "points = 1") == tuple(
        next(line for line in path.read_text("utf-8").splitlines() if line.startswith(key))
        for key in ("elements", "points")
    )
    assert "W=randn(4, 3), x=[1, 2, 3]" in path.read_text("utf-8")
    assert judged(baseline, *rows).known
    worse = judged(baseline, *rows[:2], tensor([Status.MISMATCH] * 2 + few[2:], (3,), ("x",), upstream=3))
    assert (SOFTMAX, Severity.FAIL) == (worse.case, worse.severity)
    assert "derivative x reverse: known to fail in 1 elements, found in 2" == worse.message
