"""The texts of values with shapes. Covers also: array_calls, arrays."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.errors import DerivcheckError, InfinitePointError, NoNumberError, PointError
from derivcheck.inputs.array_texts import Source, read_array
from derivcheck.inputs.arrays import Array
from derivcheck.inputs.shape_texts import has_shape
from derivcheck.model.shaped_values import Shape
from derivcheck.numbers import DType


def read(text: str, dtype: DType = DType.FLOAT64, seed: int = 0, name: str = "x") -> Array:
    """Read a value."""
    return read_array(name, text, Source(dtype, seed))


def numbers(text: str, dtype: DType = DType.FLOAT64) -> list[float]:
    """The numbers that a tensor of the format holds."""
    return [float(element.exact) for element in read(text, dtype).elements]


@pytest.mark.parametrize(
    "text",
    ["[1]", "[[1, 2], [3, 4]]", "-[1, 2]", "zeros(3)", "np.ones (2)", "0.1*randn(2)", "@x.npy", " @x.csv", "tensor(2)"],
)
def test_a_list_a_call_and_a_file_have_shapes(text: str) -> None:
    """So checking takes them the way of tensors."""
    assert has_shape(text)


@pytest.mark.parametrize("text", ["2", "-0.5", "pi/4", "Max(1, 3)", "sqrt(2)", "0x1p-3", "x", "ones", "onesided(2)"])
def test_a_number_has_none(text: str) -> None:
    """So checking takes it the way of numbers, as ever."""
    assert not has_shape(text)


@pytest.mark.parametrize(
    ("text", "shape", "values"),
    [
        ("[[1, 2], [3, 1/4]]", (2, 2), [1, 2, 3, 0.25]),
        ("[pi/4, -1e-3]", (2,), [math.pi / 4, -1e-3]),
        ("tensor([1., 2])", (2,), [1, 2]),
        ("torch.tensor([[0.5]], dtype=torch.float64, requires_grad=True)", (1, 1), [0.5]),
        ("np.array([1, 2], float)", None, []),
        ("tensor(2.5)", (), [2.5]),
        ("zeros(2, 3)", (2, 3), [0] * 6),
        ("zeros((2, 1))", (2, 1), [0, 0]),
        ("ones([2])", (2,), [1, 1]),
        ("zeros(0, 3)", (0, 3), []),
        ("ones()", (), [1]),
        ("ones(2*2)", (4,), [1, 1, 1, 1]),
        ("full((2,), pi)", (2,), [math.pi, math.pi]),
        ("full(size=(1, 2), fill_value=0.5)", (1, 2), [0.5, 0.5]),
        ("eye(2)", (2, 2), [1, 0, 0, 1]),
        ("eye(2, 3)", (2, 3), [1, 0, 0, 0, 1, 0]),
        ("linspace(0, 1, 4)", (4,), [0, 1 / 3, 2 / 3, 1]),
        ("linspace(2, 0, num=3)", (3,), [2, 1, 0]),
        ("linspace(0, pi, 3)", (3,), [0, math.pi / 2, math.pi]),
        ("linspace(pi, 2*pi, 2)", (2,), [math.pi, 2 * math.pi]),
        ("linspace(3, 4, 1)", (1,), [3]),
        ("arange(3)", (3,), [0, 1, 2]),
        ("arange(1, 2, 0.25)", (4,), [1, 1.25, 1.5, 1.75]),
        ("arange(3, 0, step=-2)", (2,), [3, 1]),
        ("arange(2, 1)", (0,), []),
    ],
)
def test_a_value_is_written_as_in_torch(text: str, shape: Shape | None, values: list[float]) -> None:
    """Lists, what wraps them where they are copied from a program, and what makes arrays."""
    if shape is None:
        with pytest.raises(NoNumberError, match="takes one list"):
            read(text)
        return
    assert (shape, values) == (read(text).shape, numbers(text))


def test_each_number_is_rounded_once() -> None:
    """1/10 in float32 is not the float32 of the float64; what lies between two numbers of linspace is exact before."""
    (tenth,) = read("[0.1]", DType.FLOAT32).elements
    assert (Fraction(1, 10), DType.FLOAT32.nearest(Fraction(1, 10))) == (tenth.typed, tenth.exact)
    third = read("linspace(0, 1, 4)", DType.BFLOAT16).elements[1]
    assert (Fraction(1, 3), DType.BFLOAT16.nearest(Fraction(1, 3))) == (third.typed, third.exact)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("-[1, 2]", [-1, -2]),
        ("[1, 2]/10", [0.1, 0.2]),
        ("3*[0.1, 1]", [0.3, 3]),
        ("1 + 2*ones(2)", [3, 3]),
        ("exp([0, 1])", [1, math.e]),
        ("sqrt(abs([-4, 2]))", [2, math.sqrt(2)]),
    ],
)
def test_a_formula_of_an_array_is_computed_exactly_and_rounded_once(text: str, values: list[float]) -> None:
    """3*0.1 is 0.3, and not Python's 0.30000000000000004."""
    assert values == numbers(text)


def test_random_numbers_depend_on_the_seed_and_the_name_alone() -> None:
    """Two variables of one point differ, and a further variable changes no other."""
    first, again = read("randn(3)"), read("torch.randn((3,))")
    assert first.elements == again.elements
    assert first.elements != read("randn(3)", seed=1).elements
    assert first.elements != read("randn(3)", name="y").elements
    assert first.elements == read("randn(2, 3)").elements[:3]


def test_the_random_numbers_of_a_seed_stay_for_ever() -> None:
    """A case that was found with a seed is found again, whichever torch, NumPy or Python is installed."""
    assert [-0.04075735663991509, -1.6242610609870098] == numbers("randn(2)")
    generator = Random("0 x")
    assert [generator.random(), generator.random()] == numbers("rand(2)") == [0.4837446677806616, 0.052160051975347455]
    assert [2, 0, 4] == numbers("randint(0, 5, (3,))")


@pytest.mark.parametrize("dtype", DType)
def test_random_numbers_are_held_exactly(dtype: DType) -> None:
    """So no output needs to say that a number was rounded."""
    for element in (*read("randn(50)", dtype).elements, *read("rand(50)", dtype).elements):
        assert element.typed == element.exact == dtype.nearest(element.exact)


def test_normal_numbers_are_distributed_so() -> None:
    """Mean 0, variance 1, a fraction of 0.6827 within one σ, each to four of their own deviations at n = 20,000."""
    drawn = numbers("randn(20000)")
    count = len(drawn)
    assert abs(sum(drawn) / count) < 4 / math.sqrt(count)
    assert abs(sum(number**2 for number in drawn) / count - 1) < 4 * math.sqrt(2 / count)
    within = sum(abs(number) < 1 for number in drawn) / count
    assert abs(within - 0.6827) < 4 * math.sqrt(0.6827 * 0.3173 / count)


def test_uniform_numbers_are_from_0_to_1_and_integers_below_the_end() -> None:
    """As torch has both."""
    assert all(0 <= number < 1 for number in numbers("rand(1000)"))
    assert {-2, -1, 0, 1} == set(numbers("randint(-2, 2, (100,))"))
    assert {0, 1, 2} == set(numbers("randint(3, (100,))"))


@pytest.mark.parametrize(
    "text",
    [
        "randint(0, 5, (2,))",
        "tensor([1, 2], dtype=torch.int64)",
        "np.array([1, 0], dtype=bool)",
        "zeros(2, dtype=long)",
        "[True, False]",
        "2*randint(0, 5, (2,))",
    ],
)
def test_an_array_may_say_that_it_holds_integers(text: str) -> None:
    """By what makes it, by its dtype, or since it holds True and False."""
    assert read(text).is_integer


@pytest.mark.parametrize("text", ["[1, 2]", "arange(3)", "[True, 2]", "tensor([1, 2])", "randint(0, 5, (2,))/2 + 0.25"])
def test_whole_numbers_alone_are_no_integers(text: str) -> None:
    """One differentiates by x = [1, 2]."""
    assert not read(text).is_integer


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("[1, y]", "the value of `x[1]` is no number: it refers to `y`", "y"),
        ("[[1, 2], [3, sin()]]", "the value of `x[1, 1]` is no number: ", ""),
        ("[1, 2", "the bracket is not closed", "["),
        ("[1, 2]]", "this bracket closes nothing", "]"),
        ("zeros(2", "the bracket is not closed", "("),
        ("zeros(-1)", "a size is at least 0", "-1"),
        ("zeros(1.5)", "this is no integer", "1.5"),
        ("zeros(2,, 3)", "there is nothing before this comma", ","),
        ("zeros(2, y=3)", "there is no argument `y`", "y=3"),
        ("full((2,))", "the call has no value", "full((2,))"),
        ("eye(1, 2, 3)", "there are more than 2 arguments", "3"),
        ("full((2,), value=1, fill_value=2)", "`value` is given twice", "fill_value=2"),
        ("arange(0, 1, 0)", "the step is 0", "0"),
        ("arange(pi)", "this is no rational number", "pi"),
        ("randint(3, 3, (2,))", "there is no integer from 3 to below 3", "randint(3, 3, (2,))"),
        ("tensor([1] 2)", "there is no comma before this", "2"),
        ("tensor([1.5], dtype=torch.float32)", "the case's format is float64", "torch.float32"),
        ("[1, 2] + [3, 4]", "there are several arrays in one value", "[1, 2] + [3, 4]"),
        ("@", "`x` names no file of an array", "@"),
        ("@x.txt", "`x` names no file of an array", "@x.txt"),
        ("@x.npy:w", "a file .npy holds one array, which has no name", "@x.npy:w"),
        ("[1 -2]", "two values with a blank", "1 -2"),
        ("[[1. -2.]]", "two values with a blank", "1. -2."),
    ],
)
def test_a_slip_is_an_error_that_shows_the_place(text: str, message: str, marked: str) -> None:
    """The whole value is shown, with carets below the characters at fault."""
    with pytest.raises(NoNumberError) as caught:
        read(text)
    assert text == caught.value.text
    assert caught.value.message.startswith(message)
    assert not marked or marked == text[caught.value.span.start : caught.value.span.end]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.1*randn(3) + y", "the value of `x` is no array: "),
        ("sum([1, 2])", "the value of `x` is no array: it holds `sum`, which is no function of numbers"),
        ("[1, 2], 3", "the value of `x` is no array: it holds several values"),
        ("1/[0, 1]", "the value of `x[0]` is no real number: division by zero"),
        ("sqrt([1, -1])", "the value of `x[1]` is no real number: the square root of a negative number"),
    ],
)
def test_a_formula_that_has_no_value_is_an_error(text: str, message: str) -> None:
    """At the first element where it has none."""
    with pytest.raises(PointError) as caught:
        read(text)
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[1, inf]", "`x[1]` = inf"),
        ("[[1], [nan]]", "`x[1, 0]` = nan"),
        ("[1e400]", "`x[0]`"),
        ("1e300*[1, 1e10]", "`x[1]`"),
    ],
)
def test_an_infinite_element_is_named(text: str, where: str) -> None:
    """There is nothing to check at such a point, as with numbers."""
    with pytest.raises(InfinitePointError) as caught:
        read(text)
    assert caught.value.message.startswith(where)


@pytest.mark.parametrize(
    "text",
    [
        "randn(100000, 100000)",
        "ones(10**9)",
        "ones(10**9)*0.1",
        "full((10**6,), 1)",
        "eye(1000)",
        "linspace(0, pi, 10**6)",
        "arange(10**30)",
        "randint(0, 2, (10**9,))",
        "[" + "1," * 500_000 + "1]",
    ],
)
def test_too_many_elements_are_refused_before_they_are_made(text: str) -> None:
    """Within a second, by an error that says how many are allowed."""
    start = time.process_time()
    with pytest.raises(PointError, match=r"200,000 (?:elements|are allowed)"):
        read(text)
    assert time.process_time() - start < 1


def test_an_array_has_so_many_dimensions_at_most() -> None:
    """A shape of more is as wrong as a list that is nested deeper."""
    with pytest.raises(PointError, match="17 dimensions; 16 are allowed"):
        read(f"zeros({', '.join('1' * 17)})")


@pytest.mark.parametrize(
    "text", ["[" + "1" * 1_000_000 + "]", f"zeros({'1,' * 100_000})", "[" * 1_000_000, f"zeros{'(' * 100_000}"]
)
def test_a_long_text_is_refused_soon(text: str) -> None:
    """One number of a million digits, a call of as many arguments, brackets alone."""
    start = time.process_time()
    with pytest.raises(NoNumberError):
        read(text)
    assert time.process_time() - start < 1


_PIECES = (
    "[",
    "]",
    "(",
    ")",
    ",",
    "=",
    "1",
    "-2.5",
    "pi",
    "x",
    "@",
    "@x.npy",
    ":w",
    "randn",
    "zeros",
    "full",
    "linspace",
)
_MORE = (
    "randint",
    "tensor",
    "np.",
    "*",
    "/",
    "**",
    "True",
    "nan",
    " ",
    "\n",
    "dtype=",
    "int64",
    "size=",
    "sum",
    "{",
    "}",
    ".T",
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(_PIECES + _MORE), min_size=1, max_size=8), st.sampled_from(DType))
def test_whatever_is_typed_is_a_value_or_an_error_of_ours(pieces: list[str], dtype: DType) -> None:
    """No slip shows a traceback."""
    text, array = "".join(pieces), None
    with suppress(DerivcheckError):
        array = read(text, dtype)
    assert array is None or len(array.elements) == math.prod(array.shape)
