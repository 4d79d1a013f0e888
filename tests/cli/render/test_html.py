"""The data of the HTML page; `test_html_page` looks at it in a browser.

Covers also: html_columns, html_details, left_out, room.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from report_files import HOSTILE_CASES, many, named, page_data, page_numbers, room, written
from results import kink, row, stopped, tensor

from derivcheck.model import Case, Status, What
from derivcheck_cli.render import html
from derivcheck_cli.render.html import HtmlRenderer
from derivcheck_cli.render.html_details import MAX_ELEMENTS


class _Outline(HTMLParser):
    """The elements of a page as a browser sees them, the data aside, and what they might load."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scripts and addresses."""
        found = dict(attrs)
        if tag == "script":
            self.scripts.append(found.get("type") or "text/javascript")
        self.loads += [
            value or "" for name, value in attrs if name in {"src", "href"} and not (value or "").startswith("#")
        ]
        self.loads += [tag] if tag in {"link", "iframe", "img", "object", "embed"} else []


def test_the_page_loads_nothing_and_runs_one_script() -> None:
    """Whatever the cases are called."""
    outline = _Outline()
    outline.feed(written(HtmlRenderer, HOSTILE_CASES))
    assert [] == outline.loads
    assert ["text/javascript"] == [kind for kind in outline.scripts if kind != "application/json"]


def test_the_page_holds_every_case_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the list needs apart from what an open case needs."""
    monkeypatch.setattr(html, "CHUNK", 50)
    text = written(HtmlRenderer, many(101))
    entries, details, summary = page_data(text)
    assert 101 == len(entries) == len(details)
    assert (3, 3, 0) == tuple(text.count(f"data-{part}=") for part in ("list", "details", "numbers"))
    assert ("synthetic/00007", "mismatch", "fail", "1e+05") == tuple(
        entries[7][key] for key in ("name", "status", "severity", "ulps")
    )
    assert "<math><mrow>" in details[7]["math"]
    assert ["df/dx", "f"] == [shown["text"] for shown in details[7]["points"][0]["rows"]]
    assert "6 ± 0" == details[7]["points"][0]["rows"][0]["truth"]
    assert {"pass": 90, "warn": 10, "fail": 1} == summary["cases"]


def test_what_is_no_number_is_valid_json() -> None:
    """An infinite error, a case without any, one that could not be run."""
    infinite = named("inf", Status.MISMATCH, ulps=float("inf"))
    entries, details, _ = page_data(written(HtmlRenderer, [infinite, [kink()], [stopped()], [stopped(trace="Trace")]]))
    assert ["inf", None, None, None] == [entry["ulps"] for entry in entries]
    assert "do something else" in details[2]["points"][0]["rows"][0]["stopped"]
    assert "Trace" in details[3]["points"][0]["rows"][0]["stopped"]


def test_the_page_knows_what_is_unexpected_and_plots_no_claim() -> None:
    """A status of its own with its advice; the error of torch's number says nothing of a claim that is wrong."""
    expecting = replace(Case("x**2", at=({"x": "2"},), name="mended"), expect=Status.CONVENTION)
    claim = replace(row(Status.WRONG_FORMULA), what=What.CLAIM, gradient=None)
    entries, details, summary = page_data(written(HtmlRenderer, [[row(case=expecting)], [row(), claim], [row()]]))
    assert ("unexpected", "unexpected match", "fail") == tuple(
        entries[0][key] for key in ("status", "label", "severity")
    )
    assert "✗ unexpected match" == details[0]["label"]
    known = [status["label"] for status in summary["statuses"]]
    assert known.index("inaccurate") < known.index("unexpected") < known.index("nonfinite")
    assert ["0", None, "0"] == [entry["ulps"] for entry in entries]


def test_beyond_its_room_a_case_is_numbers_then_a_line_then_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails has room of its own, and the page says what is not there."""
    monkeypatch.setattr(html, "DETAILED", room(10**6, 4_000, 4_000))
    monkeypatch.setattr(html, "NUMBERED", room(0, 1_000, 1_000))
    monkeypatch.setattr(html, "LISTED", room(10**6, 10**6, 8_000))
    text = written(HtmlRenderer, many(300))
    entries, details, summary = page_data(text)
    in_full = Counter(entry["status"] for entry, full in zip(entries, details, strict=True) if full)
    listed = Counter(entry["status"] for entry in entries)
    (numbers,) = page_numbers(text)
    short = Counter(entries[int(at)]["status"] for at in numbers["cases"])
    assert (3, 3, 30) == (in_full["mismatch"], listed["mismatch"], listed["unstable"])
    assert 0 < in_full["match"] < in_full["match"] + short["match"] < listed["match"] < 267
    bare = listed - in_full - short
    assert [
        f"Shown in short, without formulas: {short['unstable']} that warn and {short['match']} that pass.",
        f"Without their numbers: {bare['unstable']} that warn and {bare['match']} that pass.",
        f"Not listed, since a report is kept below 40 MB: {267 - listed['match']} that pass.",
    ] == summary["left"]


def test_a_case_in_short_has_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of every row, with what many rows have in common in tables; the truth of a claim is the derivative's."""
    monkeypatch.setattr(html, "DETAILED", room(0, 0, 0))
    claim = replace(row(), what=What.CLAIM, gradient=None, formula="2*x + 2", symbolic=None)
    (numbers,) = page_numbers(written(HtmlRenderer, [[row(), claim], [row(Status.MISMATCH)], [stopped()]]))
    (point,) = numbers["cases"]["0"][0]
    assert ([["x"], []], ["float64 · cpu", ""]) == (numbers["names"], numbers["settings"])
    assert [0, ["2"], 0] == point[:3]
    shown, claimed = point[3]
    assert [0, "6 ± 0", "6.0", "0", "16.0", "6"] == shown
    assert [1, 0, "", "0", "16.0", "", "2*x + 2"] == claimed
    assert ["✓ match", "✓ match", "✗ mismatch"] == [kind[5] for kind in numbers["kinds"]]
    assert "do something else" in numbers["cases"]["2"][0][0][3][0][1]


def test_a_tensor_holds_the_elements_that_do_not_pass_and_no_others() -> None:
    """Twenty at most, however many there are: a tensor takes a few kilobytes."""
    ten_thousand = tensor([Status.MISMATCH] * 9_990 + [Status.CONVENTION] * 10, (100, 100))
    text = written(HtmlRenderer, [[ten_thousand, tensor()]])
    assert len(text) < len(written(HtmlRenderer, [[row()]])) + 6_000
    big, small = page_data(text)[1][0]["points"][0]["rows"]
    assert ("✗ 9,990 of 10,000 mismatch", "4.5e+15 ulp at [0, 0]", "(100, 100)", ["also 10 convention"]) == (
        *(big[key] for key in ("label", "error", "shape", "asides")),
    )
    assert (MAX_ELEMENTS, 9_990 - MAX_ELEMENTS) == (len(big["elements"]), big["left"])
    assert ["fail", "W[0, 0]", "0.3333333333333333", "0.6666666666666666", "4.5e+15 ulp", "✗ mismatch"] == big[
        "elements"
    ][0]
    assert ("✓ 12 of 12 match", [], 0, "", "") == (
        *(small[key] for key in ("label", "elements", "left", "truth", "autograd")),
    )


def test_the_numbers_of_a_small_tensor_are_lists() -> None:
    """The true ones and torch's; what is no number is told by its kind."""
    result = tensor([Status.CONVENTION, Status.MATCH], (2,), ("x",))
    shown = page_data(written(HtmlRenderer, [[result]]))[1][0]["points"][0]["rows"][0]
    assert ("[one-sided, 0.6666666666666666]", "[0.0, 0.6666666666666666]") == (shown["truth"], shown["autograd"])
