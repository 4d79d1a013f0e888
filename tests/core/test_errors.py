"""What an error says, and where."""

from __future__ import annotations

import pickle

import pytest

from derivcheck.errors import CaseError, Location, NoNumberError, ParseError, PointError, Span, WorkerError


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location(), ""),
        (Location("a.toml"), "a.toml"),
        (Location("a.toml", 3), "a.toml:3"),
        (Location("a.toml", 3, "at"), "a.toml:3 (at)"),
        (Location(line=3), "line 3"),
        (Location(key="--dtype"), "--dtype"),
    ],
)
def test_a_location_is_written_as_editors_read_it(location: Location, text: str) -> None:
    """File, line and key, as far as they are known."""
    assert text == str(location)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
def test_a_span_does_not_end_before_it_begins(start: int, end: int) -> None:
    """One character too few in a parser would put a caret anywhere."""
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)


def test_an_error_is_where_what_and_what_to_do() -> None:
    """The first place that it was given stays."""
    error = CaseError("no such key", hint="remove it").at(Location("a.toml", 3)).at(Location("b.toml"))
    assert "a.toml:3: no such key\n  hint: remove it" == error.render() == str(error)


def test_a_caret_stands_below_what_is_wrong() -> None:
    """On the line at fault alone."""
    error = ParseError("unknown name", text="x + 1\n+ foo*y", span=Span(8, 11))
    assert "unknown name\n    + foo*y\n      ^^^" == error.render()


def test_a_long_line_is_cut_around_the_caret() -> None:
    """The characters at fault are among the seventy that are shown, and the caret is below them."""
    line, carets = ParseError("no", text="a" * 100 + "!" + "b" * 100, span=Span(100, 101)).caret().splitlines()
    assert line.startswith("…a")
    assert line.endswith("b…")
    assert 72 == len(line)
    assert "!" == line[carets.index("^")]


def test_a_caret_at_the_end_of_the_text_is_seen() -> None:
    """Where something is missing, there is no character to stand below."""
    assert "x +\n   ^" == ParseError("it ends here", text="x +", span=Span(3, 3)).caret()


def test_no_part_of_an_error_begins_a_line() -> None:
    """A key that a file holds may contain a line break."""
    assert 2 == len(CaseError("a\nb", hint="c\nd", location=Location("e\nf")).render().splitlines())


def test_an_error_comes_whole_out_of_another_process() -> None:
    """With all that it knows, although its class asks for more than a message."""
    parse_error = NoNumberError("no number", text="1..2", span=Span(1, 3), hint="1.2")
    worker_error = WorkerError("it took too long", limit=("--case-timeout", 10.0))
    read, stopped = pickle.loads(pickle.dumps((parse_error, worker_error)))
    assert isinstance(read, PointError)
    assert parse_error.render() == read.render()
    assert ("--case-timeout", 10.0) == stopped.limit
