"""The bounds: what would exhaust time or memory ends at once, and what people write does not."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.bounds import MAX_NODES
from derivcheck.language.parse import parse
from derivcheck.model.expression import Expression

# One second is the promise on a quiet machine; the machine that runs the tests may be busy with other things.
SECONDS = 2.0
BYTES = 200_000_000


@contextmanager
def bounded() -> Iterator[None]:
    """Fail unless what happens inside takes little time and memory."""
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS


def error_of(text: str) -> ParseError:
    """Return the error that parsing the text raises."""
    with bounded(), pytest.raises(ParseError) as caught:
        parse(text)
    return caught.value


def attempt(text: str) -> Expression | ParseError:
    """Return what the text parses to, or the error that parsing raises."""
    try:
        return parse(text, ["x"])
    except ParseError as error:
        return error


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("9**9**9**9", "the exponent is larger than 10,000", "9**9"),
        ("9^9^9^9", "the exponent is larger than 10,000", "9^9"),
        ("x**(10**9)", "the exponent is larger than 10,000", "10**9"),
        ("2**10000*2**5000", "the number is too large to be written out", "2**10000*2**5000"),
        ("x*7**9999", "the number is too large to be written out", "7**9999"),
        ("(1/3)**9999", "the number is too large to be written out", "(1/3)**9999"),
        ("1e2000**2000", "the number is too large to be written out", "1e2000**2000"),
        ("(" * 10_000 + "x" + ")" * 10_000, "brackets are nested more than 200 deep", "("),
        ("sin(" * 10_000, "brackets are nested more than 200 deep", "("),
        ("-" * 10_000 + "x", "the expression is more than 400 operations deep", None),
        ("x**" * 500 + "x", "the expression is more than 400 operations deep", None),
        ("+".join(["x"] * 40_000), "the expression has more than 30,000 operations", None),
        ("x+" * 5_000_000, "the expression has 10,000,000 characters; 100,000 are allowed", ""),
        ("mvlgamma(x, x)", "`p` of `mvlgamma` must be a constant", "x"),
        ("leaky_relu(x, 2*x)", "`negative_slope` of `leaky_relu` must be a constant", "2*x"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else None,
)
def test_beyond_the_bounds(text: str, message: str, at: str | None) -> None:
    """Each bound has an error of its own that shows where."""
    error = error_of(text)

    assert message == error.message
    assert at is None or at == error.text[error.span.start : error.span.end]
    assert "^" in error.render()


@pytest.mark.parametrize(
    "text",
    [
        "factorial(10**9)",
        "2**10000",
        "0**9999 + 1**9999 + (-1)**9999",
        " + ".join(f"{k}.5*sin({k}*x)/{k + 1}" for k in range(2000)),
        " + ".join(f"{k + 1}*x**{k}" for k in range(501)),
        " + ".join(f"{k}/{2 * k + 1}" for k in range(300)),
        "*".join(["x"] * 2000),
        " - ".join(["x"] * 2000),
        "x" + "\n" * 1000 + "+ 1",
        "(" * 199 + "x" + ")" * 199,
    ],
    ids=lambda text: text[:24],
)
def test_within_the_bounds(text: str) -> None:
    """What is long but legitimate is read in little time."""
    with bounded():
        assert parse(text).nodes


@pytest.mark.parametrize(
    "text",
    [
        "+".join(["3e-1999"] * 8_000),
        "+".join(f"{k}e-900" for k in range(5_000)),
        "*".join(["1.0000000000000001"] * 5_000),
        "+".join(f"1/{k}" for k in range(1, 5_000)),
        "+".join(["7**-4000"] * 7_000),
        "x" * 99_999 + "²",
        "<".join(["x"] * 14_000),
        "where(x<" * 150 + "x<x" + ",x,x)" * 150,
        "x<(" * 190 + "x" + ")<x" * 190,
        "+".join(f"x{k}" for k in range(9_000)),
    ],
    ids=lambda text: text[:24],
)
def test_hostile_texts_end(text: str) -> None:
    """No text makes the parser slow, however it is answered."""
    with bounded():
        answer = attempt(text)
    assert len(str(answer)) < 1_000 or text == str(answer)


def test_memory_is_bounded() -> None:
    """A tree takes so little memory that the largest that is read stays far below 200 MB."""
    text = "+".join(["x"] * 3_000)
    tracemalloc.start()
    try:
        nodes = len(parse(text))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak * MAX_NODES / nodes < BYTES


def test_many_missing_names_are_counted() -> None:
    """A long list of missing names is cut, with how many more there are."""
    with pytest.raises(ParseError) as caught:
        parse("+".join(f"x{k}" for k in range(20)), [])

    assert caught.value.message.endswith("`x7` and 12 more")
