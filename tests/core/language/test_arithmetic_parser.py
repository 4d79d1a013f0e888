"""The arithmetic parser: what it reads it reads as the plain parser does, and what is wrong it leaves to that one."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.errors import ParseError
from derivcheck.language.arithmetic_parser import read_arithmetic
from derivcheck.language.plain_parser import PlainParser
from derivcheck.model.expression import Expression

_GIVEN = frozenset({"x", "y", "beta"})
_WORDS = """x y beta gamma e nan pi sin log where besselj leaky_relu atan2 Max sum pow and not if True None inf z
( ( ( ) ) ) , , + - * / ** ^ // % = 0 1 2 2 0.5 .5 1. 1_0 1e3 0x1 9999 1e-2000 99999999 2x x( sin( atan2( )( x) 1/2 )**2
µ ² \n"""


def _plain(text: str, given: frozenset[str] | None) -> Expression | None:
    """What the plain parser makes of a text; None where it refuses it."""
    try:
        return PlainParser(text, given, (), False, ()).run()
    except ParseError:
        return None


def _is_the_same(mine: Expression, plain: Expression | None) -> bool:
    """Whether two Expressions are equal in every detail, the spelling of literals and the places of nodes included."""
    assert plain is not None
    parts = (mine.source, mine.nodes, mine.variables, tuple(mine.extents))
    return parts == (plain.source, plain.nodes, plain.variables, tuple(plain.extents))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(_WORDS.split(" ")), max_size=12),
    st.sampled_from(["", " "]),
    st.sampled_from([None, _GIVEN]),
)
def test_it_reads_nothing_in_another_way(words: list[str], between: str, given: frozenset[str] | None) -> None:
    """Whatever it reads is what the plain parser reads, node by node and place by place."""
    text = between.join(words)
    read = read_arithmetic(text, given)

    assert read is None or _is_the_same(read, _plain(text, given))


_ARITHMETIC = st.recursive(
    st.sampled_from(["x", "y", "beta", "pi", "2", "1/2", "10.5", "(x)"]),
    lambda inner: st.one_of(
        st.builds("{}{}{}".format, inner, st.sampled_from([" + ", "-", "*", " / ", "**", "^"]), inner),
        st.builds("{}{}".format, st.sampled_from(["-", "+", "- "]), inner),
        st.builds("{}( {} )".format, st.sampled_from(["", "sin", "ln", "gelu "]), inner),
        st.builds("atan2({},{})".format, inner, inner),
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(_ARITHMETIC)
def test_it_reads_arithmetic(text: str) -> None:
    """It reads all of it, but for what is beyond the bounds."""
    read, plain = read_arithmetic(text, _GIVEN), _plain(text, _GIVEN)

    assert (read is None) == (plain is None)
    assert read is None or _is_the_same(read, plain)


@pytest.mark.parametrize("levels", [100, 200, 201])
def test_it_reads_no_deeper_than_the_plain_parser(levels: int) -> None:
    """Brackets are nested 200 deep at most."""
    text = "(" * levels + "x" + ")" * levels

    assert (read_arithmetic(text, None) is None) == (_plain(text, None) is None) == (levels > 200)


@pytest.mark.parametrize(
    "text",
    [
        "x**10001",
        "2**9999**9",
        "x**(5000 + 5001)",
        "10**2000*10**2000*10**2000",
        "+".join(["sin(" * 40 + ")" * 40] * 2),
    ],
)
def test_what_is_beyond_the_bounds_is_left_alone(text: str) -> None:
    """The plain parser says what is wrong."""
    assert read_arithmetic(text, None) is _plain(text, None) is None


def test_deep_sums_are_bounded() -> None:
    """A chain of powers is as deep as it is long, a sum is not."""
    assert read_arithmetic("+".join(["x"] * 1000), None) is not None
    assert read_arithmetic("**".join(["x"] * 1000), None) is None


def test_an_expression_can_be_sent() -> None:
    """The places of the nodes go along."""
    read = read_arithmetic("sin(x) + 1", None)
    assert read is not None

    assert _is_the_same(pickle.loads(pickle.dumps(read)), _plain("sin(x) + 1", None))
