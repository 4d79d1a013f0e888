"""What is said of a text that is no expression: what is wrong, where, and what to do.

Covers also: names, slips.
"""

from __future__ import annotations

import pytest
from parsing import error_of, underlined


@pytest.mark.parametrize(
    ("text", "message", "at", "hint"),
    [
        ("x 'a'", "an operator is missing between `x` and `'a'`", "x 'a'", "did you mean `x*'a'`?"),
        ("1 2", "two numbers stand beside each other", "2", "write 1*2"),
        ("2 1/2", "two numbers stand beside each other", "1", "write 2 + 1/2, or 2*1/2"),
        ("x 2", "a number behind an operand can be read in two ways", "2", "write x*2, or x**2"),
        ("2j*x", "an operator is missing between `2` and `j`", "2j", "complex numbers are not part of the language"),
        ("1 + max x", "`max` is a function", "max", "did you mean `max(x)`?"),
        ("tnah(x)", "no function is called `tnah`", "tnah", "did you mean `tanh`?"),
        ("qqq(x)", "no function is called `qqq`", "qqq", "`derivcheck functions` lists what there is"),
        (
            "__import__('os').system('x')",
            "no function is called `__import__`",
            "__import__",
            "`derivcheck functions` lists what there is",
        ),
        ("lambda x", "`lambda` is not part of the expression language", "lambda", "write the function's body only"),
        ("x for x", "`for` is not part of the expression language", "for", "loops are not part of the language"),
        ("x + 'a'", "an operand of `+` must be a number, not a word", "'a'", None),
        ("x + 'a", "`'` is not part of the expression language", "'", "the quote is not closed"),
        (
            "x . 2",
            "`.` is not part of the expression language",
            ".",
            "what is elementwise needs no dot: `*`, `/` and `^` are; a method is written x.sum(-1)",
        ),
        (
            "x\x00",
            "U+0000 is not part of the expression language",
            "\N{REPLACEMENT CHARACTER}",
            "the text holds a NUL byte: is it the right file?",
        ),
        ("\ud800", "U+D800 is not part of the expression language", "\N{REPLACEMENT CHARACTER}", None),
        (
            "x = 2",
            "`=` is no operator here",
            "=",
            "an equation has no derivative: write one side of it; a point is given by --at x=2",
        ),
        ("where(x = 2, 1, 0)", "`=` is no comparison", "x", "did you mean `x == …`?"),
        ("where((x = 2), 1, 0)", "`=` is no operator here", "=", "did you mean `==`?"),
        ("|x", "an operand is missing before `|`", "|", "did you mean `abs(…)`?"),
        (
            "x!!",
            "`!!` is not part of the expression language",
            "!",
            "write factorial(factorial(x)) if that is meant",
        ),
        (
            "0,5*x",
            "a comma separates the arguments of a function, and nothing else",
            ",",
            "decimals are written with a point: 0.5",
        ),
        (
            "x ± 1",
            "`±` is not part of the expression language",
            "±",
            "write both, each in its own expression: x + 1, and x - 1",
        ),
        ("1 + (x*2", "a bracket is opened and never closed", "(", None),
        ("x + 1)", "a bracket is closed that was never opened", ")", None),
        ("x + ", "the expression ends where an operand is due", "", None),
        ("x +* 2", "an operand is missing before `*`", "*", None),
        ("sin()", "`sin` takes 1 argument, not 0", "sin", "sin(x)"),
        ("1 + atan2(x)", "`atan2` takes 2 arguments, not 1", "atan2", "atan2(y, x)"),
        ("log(x, 2, 3)", "`log` takes 1 to 2 arguments, not 3", "log", "log(x, base=E)"),
        ("Max(x)", "`Max` takes at least 2 arguments, not 1", "Max", "Max(x, y, ...)"),
        (
            "leaky_relu(x, slope=0.2)",
            "`leaky_relu` has no argument `slope`",
            "slope",
            "leaky_relu(x, negative_slope=0.01)",
        ),
        ("elu(alpha=1)", "`elu` lacks the argument `x`", "elu", "elu(x, alpha=1)"),
        ("elu(x, 2, alpha=1)", "`elu` takes 1 to 2 arguments, not 3", "elu", "elu(x, alpha=1)"),
        ("elu(x, x=1)", "`x` is given twice", "1", None),
        ("elu(alpha=1, 2)", "an argument without a name follows one with a name", "2", None),
        ("Max(x=1, y=2)", "the arguments of `Max` have no names", "x", "did you mean `==`?"),
        ("Rational(1, q=2)", "the arguments of `Rational` have no names", "q", "did you mean `==`?"),
        (
            "x > 0",
            "the expression must be a number, not a condition",
            "x > 0",
            "a condition becomes a number by where(condition, 1, 0)",
        ),
        (
            "where(x > 0 & y > 0, 1, 0)",
            "an operand of `&` must be a condition, not a number",
            "0",
            "put each comparison in brackets: (x > 0) & (y < 1)",
        ),
        (
            "where(x, 1, 0)",
            "an argument of `where` must be a condition, not a number",
            "x",
            "a condition compares: x > 0",
        ),
        (
            "where((x > 0) & not y > 0 | z > 0, 1, 0)",
            "`not` must be in brackets here",
            "not",
            "write (not …)",
        ),
        ("Piecewise(x, 1)", "Piecewise takes branches: Piecewise((value, condition), …)", "Piecewise(x, 1)", None),
        ("Piecewise((x, x > 0, 1))", "a branch of Piecewise is (value, condition)", "(x, x > 0, 1)", None),
        ("", "there is no expression", "", "for example: x**2 + 2*x + 1"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) and value.isprintable() else "",
)
def test_errors_say_what_where_and_what_to_do(text: str, message: str, at: str, hint: str | None) -> None:
    """Each mistake has a sentence, carets under the very characters, and a hint where one is known."""
    error = error_of(text)

    assert message == error.message
    assert at == underlined(error)
    assert hint == error.hint


def test_rendered_error() -> None:
    """The whole message: the sentence, the line, the carets in their columns, the hint."""
    expected = """\
an operator is missing between `2` and `'a'`
    sin(x) + 2'a'
             ^^^^
  hint: did you mean `2*'a'`?"""

    assert expected == error_of("sin(x) + 2'a'").render()


def test_caret_stands_on_its_line() -> None:
    """Of a text of several lines the one at fault is shown, with the caret in its column."""
    assert "  + 2''\n    ^^^" == error_of("x**2\n  + 2''\n  + 1").caret()


def test_caret_of_a_long_line() -> None:
    """Of a long line only what is around the fault is shown."""
    line, carets = error_of("x + " * 1000 + "2''" + " + x" * 1000).caret().split("\n")

    assert len(line) < 110
    assert "2''" == line[carets.index("^") : carets.rindex("^") + 1]
