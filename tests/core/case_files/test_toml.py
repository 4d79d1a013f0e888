"""Case files in TOML.

Covers also: nesting.
"""

from __future__ import annotations

import pytest
from case_reading import Write, cases, outline

from derivcheck.case_files import Unreadable, read_cases
from derivcheck.errors import Location
from derivcheck.model import Case, Mode, Status, Tolerance
from derivcheck.numbers import DType

FULL_TOML = """
# [[case]] in a comment is none
[defaults]
dtype = "float32"
at = { x = 7 }

[[case]]
name = "full"
expr = "x*y"
at = [{ x = 0.1000000000000000055511151231257827, y = "pi/4" }, { x = 1_000, y = 0x10 }]
wrt = ["x", "x,y"]
mode = ["reverse", "forward"]
dtype = "float64"
device = "cpu"
value = 9
rtol = 1e-3
expect = { x = "convention" }
why = '''
[[case]]
'''
  [case.derivative]
  x = "y"
  "x, y" = 1

[[case]]
expr = "x**2"
order = 2
"""


def test_toml_holds_every_key(write: Write) -> None:
    """Every key of a case is read, over the defaults, with its number's digits and the header's line."""
    path = write("all.toml", FULL_TOML)
    first, second = cases(path)
    assert (
        Case(
            name="full",
            expr="x*y",
            at=({"x": "0.1000000000000000055511151231257827", "y": "pi/4"}, {"x": "1000", "y": "16"}),
            wrt=(("x",), ("x", "y")),
            modes=(Mode.REVERSE, Mode.FORWARD),
            dtype=DType.FLOAT64,
            value="9",
            derivative={("x",): "y", ("x", "y"): "1"},
            expect={("x",): Status.CONVENTION},
            why="[[case]]\n",
            tolerance=Tolerance(rtol=1e-3),
            location=Location(path, 7),
        )
        == first
    )
    assert (({"x": "7"},), DType.FLOAT32, 2, Location(path, 25)) == (
        second.at,
        second.dtype,
        second.order,
        second.location,
    )


def test_a_broken_case_stops_no_other_in_toml(write: Write) -> None:
    """What is not TOML, and a wrong key, cost one case each; the line is that of the key or of the slip."""
    text = """[defaults]
dtipe = "float32"
name = "all"
[[case]]
expr = "a"
[[case]]
expr = "unterminated
[[case]]
name = "wrong"

expr = 5
[[case]]
expr = "d"
at = { x = 1979-05-27 }
[[cases]]
expr = "lost"
[[case]]
expr = "b"
"""
    assert [
        (7, None, "this is not TOML: Illegal character '\\n' in column 21"),
        (2, "dtipe", "unknown key 'dtipe'"),
        (3, "name", "name belongs to one case, not to all of them"),
        (15, "cases", "unknown key 'cases'"),
        "a",
        (11, "expr", "this is a number, and should be a string"),
        (14, "at", 'this is a date, and should be a number or a string such as "pi/4"'),
        "b",
    ] == outline(write("broken.toml", text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b'[case]\nexpr = "x"\n', 1),
        (b'case = "x"\n', 1),
        (b"defaults = 1\n", 1),
        (b'[[case]]\nexpr = "\xff"\n', 2),
        (b'[[case]]\nexpr = "a"\nname = "\0"\n', 3),
        (b"[[case]]\nexpr = " + b"[" * 100_000, 1),
        (b"[[case]]\nvalue = " + b"9" * 10_000, 1),
        (b'[[case]]\nexpr = "a"\nwhy = """', 1),
    ],
)
def test_toml_of_every_broken_sort_is_an_error(write: Write, text: bytes, line: int) -> None:
    """Nothing but values comes out of the reader, whatever goes in."""
    path = write("odd.toml", text)
    errors = [item.error for item in read_cases(path) if isinstance(item, Unreadable)]
    assert [line] == [error.location.line for error in errors if error.location]


GOOD_CASE = '[[case]]\nname = "{}"\nexpr = "x**2"\nat = {{ x = 2 }}\n'


@pytest.mark.parametrize(
    ("broken", "line", "message"),
    [
        ('[case]\nname = "bad"\nexpr = "x"\n', 5, "a case is a table in a list of its own"),
        ('[[case]\nname = "bad"\nexpr = "x"\n', 5, "this is not TOML"),
        ('[[cases]]\nname = "bad"\nexpr = "x"\n', 5, "unknown key 'cases'"),
        ('[[case]]\nname = "bad\nexpr = "x"\n', 6, "this is not TOML"),
        ('[[case]]\nexpr = """x\n', 5, "this is not TOML"),
        ('[[case]]\nexpr = "x"\nat = [\n[1],\n', 5, "this is not TOML"),
        ('[defaults]\ndtype = "float32"\n[defaults]\ndtype = "float64"\n', 8, "dtype is given twice"),
        ("[defaults\n", 5, "this is not TOML"),
    ],
)
def test_cases_before_and_after_a_broken_one_are_read(write: Write, broken: str, line: int, message: str) -> None:
    """What a broken header begins is no part of the case before it."""
    read = list(read_cases(write("some.toml", f"{GOOD_CASE.format('before')}{broken}{GOOD_CASE.format('after')}")))
    assert ["before", "after"] == [item.name for item in read if isinstance(item, Case)]
    (wrong,) = (item for item in read if isinstance(item, Unreadable))
    assert message in wrong.error.message
    assert wrong.error.location is not None
    assert line == wrong.error.location.line


def test_deeply_nested_values_are_an_error_of_their_file(write: Write) -> None:
    """Python reads lists within lists by the hundred, and cannot send them to a worker."""
    text = b'[[case]]\nexpr = "x"\nat = [{ x = 2 }, { x = ' + b"[" * 300 + b"]" * 300 + b" }]\n"
    (found,) = read_cases(write("deep.toml", text))
    assert isinstance(found, Unreadable)
    assert "the values are nested too deeply" in str(found.error)
