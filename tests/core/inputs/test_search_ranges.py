"""The ranges of a hunt, and its seconds, as they are typed."""

from __future__ import annotations

import pytest

from derivcheck.errors import DerivcheckError
from derivcheck.inputs.search_ranges import check_search, ends_of, read_budget, split_ranges
from derivcheck.model import Search, SearchRange


def told(error: DerivcheckError) -> str:
    """The message and the hint."""
    return f"{error.message}; {error.hint}"


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("x=-100..100", ("x in [-100, 100]",)),
        ("x = 1e-3 .. pi/4", ("x in [1e-3, pi/4]",)),
        ("x=.5...75", ("x in [.5, .75]",)),
        ("x=-1…1", ("x in [-1, 1]",)),
        ("x=[-1, 1]; y=0..max(1, 2)", ("x in [-1, 1]", "y in [0, max(1, 2)]")),
        ("x=-inf..inf", ("x in [-inf, inf]",)),
        ("W[0,2]=-1..1", ("W[0, 2] in [-1, 1]",)),
    ],
)
def test_a_range_is_two_ends(text: str, ranges: tuple[str, ...]) -> None:
    """With dots between them, or in brackets; commas within brackets split nothing."""
    assert ranges == tuple(map(str, split_ranges([text])))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-50..50", "'-50..50' is no range of a variable; name the variable: x=-50..50"),
        ("x", "'x' is no range of a variable; a range is written x=-10..10"),
        ("x=5", "'x=5' is no range; a range has two ends: x=-10..10; what is held is given by --at"),
        ("x=1..", "'x=1..' is no range; a range has two ends: x=-10..10; what is held is given by --at"),
        ("x=[1, 2, 3]", "the range of `x` has not two ends; a range is written x=-10..10"),
        ("x=1..2,x=3..4", "`x` has two ranges; give each variable one"),
        ("2x=1..2", "'2x' is not a variable's name; write it as x=2"),
    ],
)
def test_what_is_no_range_is_told_with_what_to_write(text: str, message: str) -> None:
    """What happened, and what to do."""
    with pytest.raises(DerivcheckError) as caught:
        split_ranges([text])
    assert message == told(caught.value)


def test_a_variable_is_searched_or_held() -> None:
    """An element of a tensor is searched while the tensor is given."""
    with pytest.raises(DerivcheckError, match="`x` has a range and a value"):
        check_search(Search((SearchRange("x", "0", "1"),)), [{"x": "1"}])
    element = Search((SearchRange("W[0, 2]", "0", "1"),))
    check_search(element, [{"W": "zeros(1, 3)"}])
    check_search(Search((SearchRange("W", "0", "1"),)), [{"W": "zeros(1, 3)"}])
    with pytest.raises(DerivcheckError, match="`W` has no value"):
        check_search(element, [{}])
    with pytest.raises(DerivcheckError, match="at one point"):
        check_search(element, [{"W": "zeros(1, 3)"}, {"W": "ones(1, 3)"}])


@pytest.mark.parametrize(("text", "seconds"), [("30", 30.0), ("30s", 30.0), ("500ms", 0.5), ("2 min", 120.0)])
def test_a_budget_is_a_time(text: str, seconds: float) -> None:
    """In seconds where no unit is given."""
    assert seconds == read_budget(text)


@pytest.mark.parametrize("text", ["0", "-1s", "nan", "inf", "soon", "3 days", ""])
def test_no_other_budget(text: str) -> None:
    """The hint says how it is written."""
    with pytest.raises(DerivcheckError, match="is no time above 0"):
        read_budget(text)


def test_what_is_no_range_has_no_ends() -> None:
    """The caller says what is wrong."""
    assert () == ends_of("5") == ends_of("..") == ends_of("1..")
