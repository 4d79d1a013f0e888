"""Conditionals, `a if c else b`: constants choose a branch, and a condition on variables is where(c, a, b).

Covers also: constant_conditions, comments.
"""

from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsing import error_of, underlined

from derivcheck import check
from derivcheck.errors import DerivcheckError
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.model import Status
from derivcheck.model.constants import NamedType

_REDUCED = "v = (x - y)**2; sum(v) if reduction == 'sum' else mean(v) if reduction == 'mean' else v"


@pytest.mark.parametrize(
    ("reduction", "written"),
    [("sum", "sum((x - y)**2)"), ("mean", "mean((x - y)**2)"), ("none", "(x - y)**2")],
)
def test_a_chain_is_chosen_by_a_word(reduction: str, written: str) -> None:
    """The first branch whose condition holds is the formula."""
    assert to_text(parse(_REDUCED, constants=(("reduction", reduction),))) == written


@pytest.mark.parametrize(
    ("condition", "constants", "holds"),
    [
        ("bias is not None", {"bias": None}, False),
        ("bias is not None", {}, True),  # a variable has a value
        ("bias == None", {}, False),
        ("n in (1, 2)", {"n": 1}, True),
        ("n not in [1, 2]", {"n": 1}, False),
        ("not training", {"training": True}, False),
        ("1 < n < 3", {"n": 2}, True),
        ("n > 0 and x > 0", {"n": -1}, False),
        ("n > 0 or x > 0", {"n": 1}, True),
        ("(n > 0) & ~(n > 5)", {"n": 1}, True),
        ("n % 2 == 0", {"n": 4}, True),
        ("-n + 2*n == n", {"n": 4}, True),
        ("len(dims) == 2", {"dims": (0, 1)}, True),
        ("p == inf", {"p": math.inf}, True),
        ("p == float('inf')", {"p": 2.0}, False),
        ("p != p", {"p": math.nan}, True),
        ("flag is True", {"flag": 1}, False),
        ("mode is 'same'", {"mode": "same"}, True),
        ("'mean' in mode", {"mode": "batchmean"}, True),
        ("isinstance(alpha, (int, float))", {"alpha": 0.5}, True),
        ("isinstance(alpha, torch.Tensor)", {"alpha": 0.5}, False),
        ("dtype == torch.float32", {"dtype": NamedType("float32")}, True),
        ("shape", {"shape": ()}, False),
    ],
)
def test_what_constants_decide(condition: str, constants: dict[str, object], holds: bool) -> None:
    """A condition has the value that Python would give it, and the other branch is not read at all."""
    for text, chosen in ((f"x if {condition} else y + None", holds), (f"None*x if {condition} else x", not holds)):
        if chosen:
            assert to_text(parse(text, constants=tuple(constants.items()))) == "x"
        else:
            with pytest.raises(DerivcheckError):
                parse(text, constants=tuple(constants.items()))


@pytest.mark.parametrize(
    ("text", "constants", "meant"),
    [
        ("x if x > 0 else a*x", {}, "where(x > 0, x, a*x)"),
        ("1 if x > 1 else x if x > -1 else -1", {}, "where(x > 1, 1, where(x > -1, x, -1))"),
        ("2*(x if y > 0 else z) + 1", {}, "2*where(y > 0, x, z) + 1"),
        ("x if p is not None and x > p else y", {"p": 2}, "where(True and x > 2, x, y)"),
        ("x if not (x > 0 or flag) else y", {"flag": False}, "where(not (x > 0 or False), x, y)"),
        ("sum(x, dim=0 if flag else 1)", {"flag": False}, "sum(x, dim=1)"),
        ("x[1 if flag else 0:]", {"flag": True}, "x[1:]"),
        ("a, b if flag else c", {"flag": True}, "a, b"),
        ("h = x if flag else y; h*h", {"flag": True}, "h = x; h*h"),
        ("sin(x if y > 0 else (z if flag else y))", {"flag": True}, "sin(where(y > 0, x, z))"),
    ],
)
def test_what_a_conditional_means(text: str, constants: dict[str, object], meant: str) -> None:
    """It binds less than any operator, ends at a comma, a bracket, a colon or a statement, and may be nested."""
    assert parse(text, constants=tuple(constants.items())) == parse(meant)


def test_a_statement_may_be_used_in_the_other_branch_alone() -> None:
    """It is computed by nothing, and is no error: the text is right for another constant."""
    text = "v = x**2; w = exp(x)\nv if flag else w"
    assert to_text(parse(text, constants=(("flag", True),))) == "x**2"
    assert to_text(parse(text, constants=(("flag", False),))) == "exp(x)"


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ("x if x > 0", "`if` without `else`", "if"),
        ("(x if x > 0) else y", "`if` without `else`", "if"),
        ("x if x > 0 else y if y > 0", "`if` without `else`", "if"),
        ("x if if y else z", "`if` stands where `else` is due", "if"),
        ("x if x > 0 else", "an operand is missing behind `else`", "else"),
        ("if x > 0 else y", "an operand is missing before `if`", "if"),
        ("x else y", "`else` is not part of the expression language", "else"),
        ("x if x else y", "an argument of `where` must be a condition, not a number", "x"),
        ("x if x > 0 else (y", "a bracket is opened and never closed", "("),
        ("x if x > 0 else y)", "a bracket is closed that was never opened", ")"),
        ("x if x > 0 ? y", "`?` belongs to `condition ? a : b`", "?"),
    ],
)
def test_what_is_no_conditional(text: str, message: str, where: str) -> None:
    """Each error stands at the word, or the character, that is wrong."""
    error = error_of(text)
    assert (error.message, underlined(error)) == (message, where)


@given(st.text("xn if else()and not<1,;='#\n ", max_size=60))
def test_any_text_is_an_expression_or_an_error(text: str) -> None:
    """No text of these words ends in anything else than an Expression or an error of ours."""
    try:
        expression = parse(f"{text} if n > 0 else {text}", constants=(("n", 1),))
    except DerivcheckError:
        return
    assert parse(to_text(expression), expression.variables) == expression


@pytest.mark.parametrize(
    "condition", ["not " * 5000 + "n", "(" * 150 + "n" + ")" * 150, "n+" * 9000 + "n", "n**" * 99 + "n"]
)
def test_hostile_conditions_are_read_in_no_time(condition: str) -> None:
    """A condition that is too long to be decided is one on the variables, and an error where it is none."""
    before = sys.getrecursionlimit()
    with pytest.raises(DerivcheckError):
        parse(f"x if {condition} else y +", constants=(("n", 9),))
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize(("x", "slope"), [("2", "2*x"), ("-2", "0.1")])
def test_the_branches_are_differentiated(x: str, slope: str) -> None:
    """A condition on a variable chooses at the point; the claim of the other branch is wrong."""
    other = "0.1" if slope == "2*x" else "2*x"
    for claim, status in ((slope, Status.MATCH), (other, Status.WRONG_FORMULA)):
        *_, result = check("x**2 if x > 0 else 0.1*x", at={"x": x}, derivative={"x": claim})
        assert result.status is status


def test_one_condition_on_a_value_broadcasts_nothing() -> None:
    """Python would give a number or a vector here; where would give a vector always, and is not what is meant."""
    (wrong,) = check("sum(x) if x[0] > 0 else x", at={"x": [1, 2]})
    assert wrong.status is Status.ERROR
    for result in check("sum(x if x > 0 else 0.1*x)", at={"x": [1, -2]}):
        assert result.status is Status.MATCH
    for result in check("sum(x**2) if x[0] > 0 else prod(x)", at={"x": [1, -2]}):
        assert result.status is Status.MATCH


def test_comments_are_left_out() -> None:
    """A comment ends at its line, and a # within quotes is none; the carets stay at their characters."""
    text = "h = x**2  # it's squared; h = 2\n# a line of its own\nh + 1 # done"
    assert parse(text) == parse("h = x**2; h + 1")
    assert underlined(error_of("x + ) # y")) == ")"
    assert parse("x + \\\n 1") == parse("x + 1")
