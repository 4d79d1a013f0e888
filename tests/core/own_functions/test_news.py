"""An item that finds nothing new after another failed says nothing."""

from __future__ import annotations

import own_functions as own

from derivcheck import check_function
from derivcheck.model import Status, Verdict
from derivcheck.own_functions.checks.comparison import Comparison, report_error
from derivcheck.own_functions.checks.table import BY_NAME
from derivcheck.own_functions.news import News


def wrong(*wrt: str) -> Comparison:
    """A derivative that is wrong."""
    return Comparison(Verdict(Status.MISMATCH, "the true number is 2, torch returned 1.0"), wrt=wrt)


def test_the_same_argument_is_told_once() -> None:
    """A gradient that is wrong at the points given is wrong at others."""
    news = News()
    assert [wrong("x")] == news.of(BY_NAME["backward"], [wrong("x")])
    (later,) = news.of(BY_NAME["points"], [wrong("x")])
    assert Status.SKIPPED is later.verdict.status
    assert "as in `backward`" in (later.verdict.reason or "")


def test_another_argument_is_news() -> None:
    """What is wrong by y has not been told by what is wrong by x; what is wrong by both has."""
    news = News()
    news.of(BY_NAME["backward"], [wrong("x")])
    assert [wrong("y")] == news.of(BY_NAME["points"], [wrong("x"), wrong("y")])
    (second,) = news.of(BY_NAME["second"], [wrong("x", "y")])
    assert Status.SKIPPED is second.verdict.status


def test_an_exception_is_told_once() -> None:
    """Whatever the item looks at, the backward pass raises in it."""
    news = News()
    raises, other = (report_error(Status.MISMATCH, error) for error in (KeyError("k"), KeyError("j")))
    assert [raises] == news.of(BY_NAME["backward"], [raises])
    (later,) = news.of(BY_NAME["memory"], [raises])
    assert (Status.SKIPPED, "nothing new: it raises the same as in `backward`") == (
        later.verdict.status,
        later.verdict.reason,
    )
    assert [other] == news.of(BY_NAME["repeat"], [raises, other])


def test_another_part_of_the_code_is_news() -> None:
    """A jvp is written apart from the backward pass, and may be wrong in its own way."""
    news = News()
    news.of(BY_NAME["backward"], [wrong("x")])
    assert [wrong("x")] == news.of(BY_NAME["forward-mode"], [wrong("x")])


def test_what_is_asked_for_by_name_is_told() -> None:
    """Who names an item wants to know what it says."""
    results = check_function(own.SQ, "i**2", at={"i": 2}, only=["upstream", "second"])
    assert [Status.MISMATCH, Status.MISMATCH] == [result.status for result in results]
