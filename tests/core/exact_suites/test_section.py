"""The section at the end of a run."""

from __future__ import annotations

from collections import Counter

from derivcheck.exact_suites.figures import CRASHED, RAISED, UNREAD, Figures, Remark
from derivcheck.exact_suites.section import line, lines


def quiet(number: int) -> Remark:
    """A call that passes with a warning."""
    return Remark(f"test_a.py::test_{number}", "unstable", "backward by x[0]: …")


FIGURES = Figures(
    labels=Counter({"match": 1200, "unstable": 12, "mismatch": 1, UNREAD: 3, RAISED: 1, CRASHED: 2}),
    unread=Counter({"aten::b": 1, "aten::a": 2}),
    constants=Counter({"random numbers": 4}),
    errors=Counter({"Traceback …\n  in f\nIndexError: 1": 2}),
    remarks=[
        *map(quiet, range(12)),
        Remark("test_a.py::test_wrong", "mismatch", "backward by x[1]: …", is_failing=True),
    ],
    differences=[Remark("test_a.py::test_wrong", "mismatch", "torch's passes; backward by x[1]: …", is_failing=True)],
    failing=1,
    ours=2.0,
    torchs=1.0,
    lost=["gw1"],
)


def test_the_whole_section() -> None:
    """Counts, what could not be read, constants, differences, what is worth a look, failures of ours, seconds."""
    text = list(lines(FIGURES, is_beside=True, is_all=False))
    head = "1,219 calls, 1 of them wrong: 1,200 match, 12 unstable, 1 mismatch, 3 not read, "
    assert text == [
        head + "1 refused as torch's own does, 2 in which derivcheck failed",
        "what could not be read:",
        "  2 × aten::a",
        "  1 × aten::b",
        "taken for constants of the run:",
        "  4 × random numbers",
        "the outcome is not torch's:",
        "  test_a.py::test_wrong: mismatch",
        "    torch's passes; backward by x[1]: …",
        "they pass, and are worth a look:",
        *(text for n in range(10) for text in (f"  test_a.py::test_{n}: unstable", "    backward by x[0]: …")),
        "  … and 2 more, which -v shows",
        "derivcheck failed (2 times), torch's own gradcheck answered. Please report this:",
        "  Traceback …",
        "    in f",
        "  IndexError: 1",
        "gw1 ended without its figures",
        "2.00 s, torch's own 1.00 s",
    ]


def test_with_v_everything_that_is_no_match_is_listed() -> None:
    """What fails as well, and all of it."""
    text = list(lines(FIGURES, is_beside=False, is_all=True))
    assert "  test_a.py::test_11: unstable" in text
    assert "  test_a.py::test_wrong: mismatch" in text
    assert not [one for one in text if "more" in one or "not torch's" in one]


def test_one_line() -> None:
    """Of a run with -q."""
    text = line(FIGURES)
    assert text.startswith("exact gradcheck: 1,219 calls, 1 of them wrong: 1,200 match, ")
    assert text.endswith("; 1 differ from torch's; 2.00 s")


def test_without_a_call() -> None:
    """It says so: perhaps the suite uses another function."""
    assert "exact gradcheck: no call of gradcheck; 0.00 s" == line(Figures())
    assert ["no call of gradcheck", "0.00 s"] == list(lines(Figures(), is_beside=False, is_all=False))


def test_no_text_is_a_command_to_a_terminal_or_a_runner() -> None:
    """A test's name may hold anything."""
    figures = Figures(remarks=[Remark("a\x1b[2J\n::error::x", "unstable", "b\n::error::y")], labels=Counter(match=1))
    text = "\n".join(lines(figures, is_beside=False, is_all=True))
    assert "\x1b" not in text
    assert "\n::" not in text
