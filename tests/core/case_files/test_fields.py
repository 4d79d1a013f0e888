"""The fields of a case, whichever format they stand in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from case_reading import Write, cases, outline

from derivcheck.case_files import Unreadable, read_cases
from derivcheck.case_files.fields import FIELDS
from derivcheck.case_files.functions import KEYS
from derivcheck.errors import Location


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "1"),
        ("expr", "5"),
        ("at", "5"),
        ("at", "[]"),
        ("at", '{"x": true}'),
        ("at", '{"x": [null]}'),
        ("at", '{"x": [[1, "1, 2"]]}'),
        ("at", '{"x": ["[1]"]}'),
        ("at", '{"x": [{}]}'),
        ("at", '{"2": 1}'),
        ("at", '"x"'),
        ("wrt", '"x,,y"'),
        ("wrt", "1"),
        ("order", "0"),
        ("order", "1.5"),
        ("order", '"2"'),
        ("order", "99999999999999999999"),
        ("const", '"2x"'),
        ("const", '["eps", 1]'),
        ("seed", "-1"),
        ("seed", "0.5"),
        ("seed", '"1"'),
        ("seed", "18446744073709551616"),
        ("mode", '"backward"'),
        ("mode", "[]"),
        ("dtype", '"double"'),
        ("device", "0"),
        ("value", "null"),
        ("derivative", '"2*x"'),
        ("derivative", '{"x": null}'),
        ("derivative", '{"": "1"}'),
        ("expect", '"mismatched"'),
        ("expect", '{"x": 1}'),
        ("why", "[]"),
        ("rtol", '"a"'),
        ("rtol", "-1"),
        ("atol", "1e999"),
        ("atol", "true"),
        ("in", '{"x": 3}'),
        ("in", '{"x": [1, 2, 3]}'),
        ("in", "{}"),
        ("in", '"x=3"'),
        ("budget", "0"),
        ("budget", '"soon"'),
        ("exhaustive", '"often"'),
    ],
)
def test_a_wrong_value_is_an_error_at_its_key(write: Write, key: str, value: str) -> None:
    """A value of the wrong type or out of range names file, line and key."""
    expr = "" if key == "expr" else '"expr": "x", '
    path = write("wrong.jsonl", f'{{{expr}"{key}": {value}}}\n')
    (item,) = read_cases(path)
    assert isinstance(item, Unreadable)
    assert Location(path, 1, key) == item.error.location


def test_every_key_has_a_wrong_value_above() -> None:
    """The table of keys and the table of slips go together."""
    marks = test_a_wrong_value_is_an_error_at_its_key.pytestmark  # type: ignore[attr-defined]
    assert set(FIELDS) == {key for mark in marks for key, _ in mark.args[1]}


def test_an_unknown_key_comes_with_a_hint(write: Write) -> None:
    """A slip in a key is told from a wish for another one."""
    (item,) = read_cases(write("hint.jsonl", '{"expr": "x", "derivatives": {}}'))
    assert isinstance(item, Unreadable)
    assert "did you mean 'derivative'?" == item.error.hint


@pytest.mark.parametrize("expect", ['"mismatch"', '{"x": "mismatch"}'])
def test_an_expected_failure_needs_a_reason(write: Write, expect: str) -> None:
    """`why` is required wherever `expect` is not match."""
    lines = [f'{{"expr": "x", "expect": {expect}}}', f'{{"expr": "x", "expect": {expect}, "why": "#1"}}']
    message = "a case that expects anything but match must say why"
    assert [(1, "why", message), "x"] == outline(write("why.jsonl", "\n".join([*lines, ""])))


def test_a_match_may_be_expected_without_a_reason(write: Write) -> None:
    """It is what everyone expects."""
    assert ["x"] == outline(write("match.jsonl", '{"expr": "x", "expect": "match"}'))


def test_the_documentation_has_every_key_and_whether_all_cases_may_share_it() -> None:
    """The table of docs/case_files.md is FIELDS."""
    page = (Path(__file__).resolve().parents[3] / "docs" / "case_files.md").read_text(encoding="utf-8")
    of_cases, _, of_functions = page.partition("### Functions of your own")
    rows = [row.split(" | ") for row in of_cases.splitlines() if row.startswith("| `")]
    documented = {key: "yes" in row[2] for row in rows for key in re.findall(r"`(\w+)`", row[0])}
    assert {key: field.shared for key, field in FIELDS.items()} == documented
    rows = [row.split(" | ") for row in of_functions.partition("## JSON")[0].splitlines() if row.startswith("| `")]
    assert set(KEYS) == {key for row in rows for key in re.findall(r"`(\w+)`", row[0])}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.jsonl",
            '{"expr": "x", "at": {"x": 1, "y": 2}}\n{"expr": "x", "at": [{"x": 1, "y": 2}, {"x": 1, "y": 3}]}\n',
        ),
        ("a.toml", '[[case]]\nexpr="x"\nat={x=1, y=2}\n[[case]]\nexpr="x"\nat=[{x=1, y=2}, {x=1, y=3}]\n'),
        ("a.csv", 'expr,at\nx,"x=1,y=2"\nx,"x=1,y=2; x=1,y=3"\n'),
        ("a.txt", "x @ x=1, y=2\nx @ x=1, y=2; x=1, y=3\n"),
    ],
)
def test_only_points_that_are_shared_may_give_more_names(write: Write, name: str, content: str) -> None:
    """One point of a case's own may not, be the format what it may; a list whose points are alike may."""
    assert [False, True] == [case.allow_unused for case in cases(write(name, content))]


def test_the_defaults_give_points_to_every_case(write: Write) -> None:
    """Such a point may give more than a case uses, and a case's own point may not."""
    text = '[defaults]\nat = {x = 1, y = 2}\n[[case]]\nexpr = "x"\n[[case]]\nexpr = "x"\nat = {x = 1, y = 2}\n'
    assert [True, False] == [case.allow_unused for case in cases(write("a.toml", text))]


@pytest.mark.parametrize(("order", "told"), [("1000000000", "1000000000"), ("1" * 30, "1" * 30), ("9" * 50, "9" * 40)])
def test_an_order_is_told_as_it_was_given(write: Write, order: str, told: str) -> None:
    """Every digit, up to forty; Python itself refuses to read some thousand."""
    (item,) = read_cases(write("a.jsonl", f'{{"expr": "x", "at": {{"x": 1}}, "order": {order}}}\n'))
    assert isinstance(item, Unreadable)
    assert item.error.message.startswith(f"the order {told}")
    assert item.error.message.endswith("is not from 1 to 20")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"expr": "sum(A)", "at": {"A": [[1, 2.50], [-3, "pi/4"]]}, "const": ["A"], "seed": 3}\n'),
        ("a.toml", '[[case]]\nexpr = "sum(A)"\nat = { A = [[1, 2.50], [-3, "pi/4"]] }\nconst = "A"\nseed = 3\n'),
        (
            "a.toml",
            '[defaults]\nconst = ["A", "b"]\nseed = 3\n[[case]]\nexpr = "sum(A)"\nat = "A=[[1, 2.50], [-3, pi/4]]"\n',
        ),
        ("a.csv", 'expr,at,const,seed\nsum(A),"A=[[1, 2.50], [-3, pi/4]]",A,3\n'),
    ],
)
def test_an_array_is_a_list_or_its_text(write: Write, name: str, content: str) -> None:
    """Its numbers keep their digits; constants of all cases are those that a case gives a value."""
    (case,) = cases(write(name, content))
    assert (("A",), 3) == (case.const, case.seed)
    assert ({"A": "[[1, 2.50], [-3, pi/4]]"},) == case.at


def test_a_list_of_tables_is_several_points_and_a_list_at_a_variable_is_an_array(write: Write) -> None:
    """A mask is one of true and false."""
    text = '{"expr": "sum(x)", "at": [{"x": [1, 2]}, {"x": [3, 4]}]}\n{"expr": "sum(x)", "at": {"x": [true, false]}}\n'
    several, one = cases(write("a.jsonl", text))
    assert ({"x": "[1, 2]"}, {"x": "[3, 4]"}) == several.at
    assert ({"x": "[True, False]"},) == one.at


def test_a_claim_may_be_a_list(write: Write) -> None:
    """The value of a gradient, element by element."""
    (case,) = cases(write("a.jsonl", '{"expr": "sum(x**2)", "at": {"x": [1, 2]}, "derivative": {"x": [2, 4]}}'))
    assert {("x",): "[2, 4]"} == case.derivative


@pytest.mark.parametrize(
    ("line", "expr", "at"),
    [
        ("x @ A @ x @ x=[1, 2]; A=[[1, 2], [3, 4]]", "x @ A @ x", {"x": "[1, 2]", "A": "[[1, 2], [3, 4]]"}),
        ("sum(x) @ x=@x.npy, y=@y.npy", "sum(x)", {"x": "@x.npy", "y": "@y.npy"}),
        ("where(x @ y == 1, 1, 2) @ x=[1]; y=[1]", "where(x @ y == 1, 1, 2)", {"x": "[1]", "y": "[1]"}),
    ],
)
def test_a_line_of_text_may_hold_a_matrix_product(write: Write, line: str, expr: str, at: dict[str, str]) -> None:
    """The sign before the point is the one that an assignment follows."""
    (case,) = cases(write("a.txt", line))
    assert (expr, (at,)) == (case.expr, case.at)


def test_a_line_of_text_may_name_a_file_of_points(write: Write) -> None:
    """As it could before there were matrix products."""
    write("p.csv", "x\n1\n2\n")
    (case,) = cases(write("a.txt", "x**2 @ @p.csv"))
    assert [{"x": "1"}, {"x": "2"}] == list(case.at)
