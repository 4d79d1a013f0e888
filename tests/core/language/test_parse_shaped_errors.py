"""What is said of a text about values with shapes that is wrong: what, where, and what to do.

Covers also: hints, keywords, names, slips.
"""

from __future__ import annotations

import time

import pytest
from parsing import error_of, underlined

from derivcheck.errors import ParseError
from derivcheck.language.bounds import MAX_DIMENSIONS
from derivcheck.language.parse import parse

_PLAIN = "write a number, True, False, None, a word in quotes, or a tuple of them"


@pytest.mark.parametrize(
    ("text", "message", "at", "hint"),
    [
        # indices
        ("x[]", "an operand is missing before `]`", "]", None),
        ("x[0", "a bracket is opened and never closed", "[", None),
        ("x[0)", "`]` is due here, which closes the bracket before", ")", None),
        ("(x]", "`)` is due here, which closes the bracket before", "]", None),
        ("x]", "a bracket is closed that was never opened", "]", None),
        (
            "x[x > 0]",
            "an index is no condition",
            "x > 0",
            "a shape cannot depend on a condition: write where(condition, x, 0)",
        ),
        ("x[1.5]", "an index must be an integer", "1.5", None),
        ("x['a']", "an index is an integer or a slice, not a word", "'a'", None),
        ("x[(0, 1)]", "an index is an integer or a slice, not a tuple", "(0, 1)", None),
        ("x[0, ::-1]", "torch has no slices with a step below 1", "::-1", "write flip(x, 0)"),
        ("x[1:2:3:4]", "a slice is start:stop:step", ":", None),
        (
            "x[:t]",
            "a slice has integers that are written out",
            "t",
            "a shape cannot depend on a variable; a single element can: x[t]",
        ),
        ("2[0]", "an operator is missing between `2` and `[`", "2[", "an index stands behind a value with a shape"),
        ("x ... y", "`...` is no operator here", "...", "the three dots stand in an index only: x[..., 0]"),
        ("x : y", "`:` is no operator here", ":", "conditions are written where(condition, a, b)"),
        # lists and tuples
        ("[[1, 2], [3]]", "the lists within a list must be of one length", "[[1, 2], [3]]", None),
        ("[1, [2]]", "the lists within a list must be of one length", "[1, [2]]", None),
        ("[]", "a list has at least one item", "[]", "an empty array is a variable of the point"),
        ("(x, y)*2", "an operand of `*` must be a number, not a tuple", "(x, y)", None),
        ("x,", "the expression ends where an operand is due", "", None),
        # settings
        ("softmax(x, dim=k)", "`dim` of `softmax` is a setting and cannot depend on a variable", "k", _PLAIN),
        ("sum(x, dim=1/2)", "`dim` of `sum` is a setting and is not computed", "1/2", _PLAIN),
        ("sum(x, dmi=0)", "`sum` has no argument `dmi`", "dmi", "did you mean `dim`? sum(x, dim=None, keepdim=False)"),
        ("sum(x, dtype=1)", "`sum` has no argument `dtype`", "dtype", "the format is chosen by --dtype"),
        ("sum(x, 0, axis=1)", "`dim` is given twice", "1", None),
        ("sum(x, 1, True, 3)", "`sum` takes 1 to 3 arguments, not 4", "sum", "sum(x, dim=None, keepdim=False)"),
        ("var(x, unbiased=3)", "`unbiased` is True or False", "3", None),
        ("softmax(dim=-1)", "`softmax` lacks the argument `x`", "softmax", "softmax(x, dim=None)"),
        ("reshape(x)", "`reshape` takes at least 2 arguments, not 1", "reshape", "reshape(x, shape, ...)"),
        ("one_hot(1.5)", "`labels` of `one_hot` must be an integer", "1.5", None),
        ("cat(x, y)", "`tensors` of `cat` is a list", "x", "for example cat([x, y], dim=0)"),
        ("sin(None)", "an argument of `sin` must be a number, not `None`", "None", None),
        ("sum('mean')", "`x` of `sum` must be a number, not a word", "'mean'", None),
        # methods and attributes
        (
            "2*x.shape",
            "an operand of `*` must be a number, not a shape: write x.shape[0] for a size",
            "x.shape",
            None,
        ),
        (
            "x.shape[1:]",
            "the expression must be a number, not a shape: write x.shape[0] for a size",
            "x.shape[1:]",
            None,
        ),
        ("x.shape[0, 1]", "sizes are taken one by one", "x.shape[0, 1]", "write x.shape[0]"),
        (
            "reshape(x, x[0])",
            "`shape` of `reshape` is a setting and cannot depend on a variable",
            "x[0]",
            _PLAIN,
        ),
        ("x.item()", "no method is called `item`", ".item", "leave it out: a value with one element is a number"),
        ("x.smu()", "no method is called `smu`", ".smu", "did you mean `.sum()`?"),
        ("x.exp_()", "no method is called `exp_`", ".exp_", "an expression writes into no memory: write `.exp()`"),
        ("x.sum", "no attribute is called `sum`", ".sum", "a method has brackets: `.sum()`"),
        (
            "model.var_y*x",
            "no attribute is called `var_y`",
            ".var_y",
            "there is `.T` and `.mT`; a name has no dot in it: `var_y`",
        ),
        (
            "sort(x)[0]",
            "`sort` gives the values alone here, without their indices",
            "sort(x)[0]",
            "leave the index out; an element is (sort(x))[…]",
        ),
        (
            "x.values",
            "no attribute is called `values`",
            ".values",
            "max along a dim, sort and topk give their values alone",
        ),
        # statements
        ("h = x; x", "`h` is not used", "h", "leave the statement out"),
        ("h = x; h = 2; h", "`h` is not used", "h", "leave the statement out"),
        (
            "h; x",
            "a statement gives a name to what it computes",
            "h",
            "write `h = …; …`; several outputs stand with commas between them",
        ),
        ("a = x, y; a", "a statement gives a name to one value", ",", "write `a = …; b = …`"),
        (
            "a = x; b = a",
            "the last statement gives a name, and nothing follows it",
            "b",
            "the last statement has no name: it is what is differentiated",
        ),
        (
            "mean = x.mean(); mean(x)",
            "`mean` is what a statement defines, and no function",
            "mean",
            "for the product write `mean*(…)`; for the function choose another name in the statement",
        ),
        (
            "a, 2*b = chunk(x, 2); a*b",
            "`=` is no operator here",
            "=",
            "before the `=` of a statement stands a name, or several: `a, b = chunk(x, 2); …`",
        ),
        ("h = x; h += 2; h", "an operand is missing before `=`", "=", "a statement is `h = h + …`"),
        ("(h = x; h)", "`=` is no operator here", "=", "did you mean `==`?"),
        ("sin(x; 2)", "a bracket is opened and never closed", "(", None),
        # slips
        (
            "@x**2",
            "an operand is missing before `@`",
            "@",
            "write the function's body only; a point is given by --at",
        ),
        ("x + inf", "an operand of `+` must be a number, not infinity", "inf", None),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) and value.isprintable() else "",
)
def test_errors_say_what_where_and_what_to_do(text: str, message: str, at: str, hint: str | None) -> None:
    """Each mistake has a sentence, carets under the very characters, and a hint where one is known."""
    error = error_of(f"sum({text})" if text == "x + inf" else text)

    assert message == error.message
    assert at == underlined(error)
    assert hint == error.hint


def test_a_variable_of_a_functions_name_has_an_index() -> None:
    """Only where the point gives it no value is `Exp[x]` Mathematica's call."""
    assert "index" == parse("sum[0]*x", ["x", "sum"]).nodes[2].name
    assert parse("exp(x)") == parse("Exp[x]", ["x"])


def test_a_variable_is_not_assigned() -> None:
    """The point says what it holds."""
    error = error_of("x = 2; x**2", ["x"])

    assert "`x` is a variable, and a statement cannot change it" == error.message
    assert "x" == underlined(error)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("h = x\n+ 2*y", "`h` is not used"),
        ("h = x\nh\n- 1", "a statement gives a name to what it computes"),
        ("h = x\nh\n(y)", "a statement gives a name to what it computes"),
    ],
)
def test_a_line_that_was_to_go_on_is_an_error(text: str, message: str) -> None:
    """A line of statements ends as in Python, and what it leaves behind is noticed."""
    assert message == error_of(text).message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("max(x, 1)", "`max(x, dim=1)` reduces, `Max(x, 1)` is element by element"),
        ("min(2*x, -1)", "`min(2*x, dim=-1)` reduces, `Min(2*x, -1)` is element by element"),
    ],
)
def test_both_readings_of_a_maximum_are_shown(text: str, hint: str) -> None:
    """With a tensor at the point, torch reads a dim and mathematics a number; with numbers it is the number."""
    with pytest.raises(ParseError) as caught:
        parse(text, has_shapes=True)

    assert hint == caught.value.hint
    assert text[:3] == underlined(caught.value)
    assert text[:3].capitalize() == parse(text).nodes[-1].name


def test_nesting_is_bounded() -> None:
    """Lists within lists, and brackets within brackets, are counted before anything is made of them."""
    start = time.process_time()
    deep = MAX_DIMENSIONS + 1
    error = error_of("[" * deep + "x" + "]" * deep)
    assert f"lists are nested more than {MAX_DIMENSIONS} deep" == error.message
    assert "nested" in error_of("[" * 5000 + "x" + "]" * 5000).message
    assert "nested" in error_of("x" + "[x" * 300 + "]" * 300).message
    assert "nested" in error_of(f"a = [1]; {'a = [a]; ' * 3000}a").message
    wide = f"a = [{', '.join(['1'] * 1000)}]; b = [{', '.join('a' * 1000)}]; c = [{', '.join('b' * 1000)}]; "
    assert "is not computed" in error_of(f"{wide}sum(x, dim=c)").message
    assert 3 == len(parse(f"{wide}x[c]").nodes[-1].args) + 1
    assert "operations deep" in error_of("x" + "[0]" * 1000).message
    assert time.process_time() - start < 1


def test_a_list_of_many_items_is_read_in_no_time() -> None:
    """Ten thousand numbers, and statements that double what the ones before them named."""
    start = time.process_time()
    assert 10_001 == len(parse(f"[{', '.join(['1'] * 10_000)}]"))
    doubled = "".join(f"h{at + 1} = h{at} + h{at}; " for at in range(300))
    assert 301 == len(parse(f"h0 = x; {doubled}h300"))
    assert time.process_time() - start < 1
