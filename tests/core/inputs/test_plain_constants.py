"""Constants as they are typed, and as they come from a Python program. Covers also: python_constants."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.errors import CaseError, DerivcheckError, ParseError
from derivcheck.inputs.plain_constants import read_typed_constants, read_value
from derivcheck.inputs.python_constants import as_constant, is_tensor, read_constants, with_tensors
from derivcheck.model.constants import NamedType, PlainList

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just(NamedType("float32")),
    lambda inner: st.lists(inner).map(tuple) | st.lists(inner).map(PlainList),
    max_leaves=6,
)


@given(PLAIN)
def test_what_python_writes_is_read_again(value: object) -> None:
    """Any plain value, alone and between others."""
    read = read_value(repr(value))
    assert value == read
    assert type(value) is type(read)
    assert (("a", 1), ("b", value), ("c", 2)) == read_typed_constants([f"a=1, b={value!r}, c=2"]).constants


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("n=3", {"n": 3}),
        ("eps=1e-5, reduction=mean; training=False", {"eps": 1e-5, "reduction": "mean", "training": False}),
        ("p=inf, q=-inf", {"p": math.inf, "q": -math.inf}),
        ("a=1/3, b=2**-4, c=-(1 + 1)*3, d=7//2", {"a": 1 / 3, "b": 0.0625, "c": -6, "d": 3}),
        ("sep=',', mode=\"a=b;\"", {"sep": ",", "mode": "a=b;"}),
        ("size=(2, 3), dims=[], one=(1,)", {"size": (2, 3), "dims": PlainList(), "one": (1,)}),
        ("dtype=torch.float32, bias=None", {"dtype": NamedType("float32"), "bias": None}),
        ("pad=same,", {"pad": "same"}),
        ("flag='true'", {"flag": "true"}),
    ],
)
def test_values(text: str, due: dict[str, object]) -> None:
    """As Python writes them, with bare words besides."""
    found = dict(read_typed_constants([text]).constants)
    assert due == found
    assert [type(value) for value in due.values()] == [type(value) for value in found.values()]


def test_a_name_alone_is_a_tensor_that_is_held() -> None:
    """Between constants, too, and from several texts."""
    found = read_typed_constants(["mask, n=3", "target"])
    assert ((("n", 3),), ("mask", "target")) == found


@pytest.mark.parametrize(
    ("text", "message", "under"),
    [
        ("n=3, x=true", "`true` is True in Python", "true"),
        ("x=null", "`null` is None in Python", "null"),
        ("n=3, f=open('x')", "no value of a constant", "open('x')"),
        ("x='é', y=('é', f(2))", "no value of a constant", "f(2)"),
        ("x=", "no value behind", ""),
        ("n=3,, m=4", "a name is missing", ""),
        ("=3", "no name before", "=3"),
        ("n 3=4", "'n 3' is no name", "n 3=4"),
        ("n=9**9**9", "too large", "9**9**9"),
        ("n=1/0", "has no value: division by zero", "1/0"),
        ("n=(-8)**0.5", "complex", "(-8)**0.5"),
        ("n=1e400", "too large for a float", "1e400"),
        ("d=torch.float33", "no format `float33`", "torch.float33"),
        ("n=(1, 2", "no value of a constant", "(1, 2"),
        ("n='a'*3", "this is no number", "'a'"),
        (f"n={'(' * 300}1{')' * 300}", "no value of a constant", None),
        (f"n={'9' * 5000}", "no value of a constant", None),
        ("n=x for x in y", "no value of a constant", "x for x in y"),
        ("n=lambda: 1", "no value of a constant", "lambda: 1"),
    ],
)
def test_what_is_no_value_has_its_characters(text: str, message: str, under: str | None) -> None:
    """The caret stands under what is wrong."""
    with pytest.raises(ParseError, match=message.replace("(", r"\(")) as caught:
        read_typed_constants([text])
    if under is not None:
        assert under == text[caught.value.span.start : caught.value.span.end].strip()


def test_a_name_twice_and_a_value_too_long() -> None:
    """One error each."""
    with pytest.raises(CaseError, match="`n` is given twice"):
        read_typed_constants(["n=3", "n"])
    with pytest.raises(CaseError, match="characters, more than"):
        read_typed_constants([f"n={'1' * 20_000}"])


@given(st.text())
def test_no_text_makes_an_error_that_is_not_ours(text: str) -> None:
    """Whatever it is."""
    try:
        read_typed_constants([text, f"n={text}"])
    except DerivcheckError as error:
        error.render()


# --- from Python ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "due"),
    [
        (torch.float32, NamedType("float32")),
        (torch.Size([2, 3]), (2, 3)),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        ([1, [torch.long]], PlainList((1, PlainList((NamedType("int64"),))))),
        ((1, "a"), (1, "a")),
    ],
)
def test_a_programs_values_are_plain(value: object, due: object) -> None:
    """torch's and NumPy's own classes are not kept."""
    assert due == as_constant(value)
    assert type(due) is type(as_constant(value))


def test_tensors_are_held_and_other_objects_are_kept() -> None:
    """A 0-d tensor is one, a number of NumPy's is none."""
    found = read_constants({"mask": torch.ones(2), "scale": torch.tensor(2.0), "f": torch.sin, "n": np.float64(2)})
    assert ("mask", "scale") == found.held
    assert {"f": torch.sin, "n": 2.0} == dict(found.constants)
    assert [True, True, False, False] == [is_tensor(v) for v in (np.ones(2), np.array(1.0), np.float64(1), 1.0)]


def test_tensors_join_every_point() -> None:
    """One point or several; one that gives it already is an error."""
    tensors: dict[str, Any] = {"m": 1}
    assert {"x": 2, "m": 1} == with_tensors({"x": 2}, tensors)
    assert [{"x": 2, "m": 1}, {"x": 3, "m": 1}] == with_tensors([{"x": 2}, {"x": 3}], tensors)
    with pytest.raises(CaseError, match="`m` is given twice"):
        with_tensors({"m": 2}, tensors)


@pytest.mark.parametrize("const", [3, [3], {3: 4}, {"a b": 1}])
def test_what_is_no_constant(const: object) -> None:
    """An error of ours."""
    with pytest.raises(DerivcheckError):
        read_constants(const)
