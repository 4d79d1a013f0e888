"""How a user's own function was posed, as data for JSON and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.model import Case, OwnFunction
from derivcheck.model.constants import NamedType, PlainList, constants_key
from derivcheck.reporting.serialization.posed_data import posed_data, read_posed

NAMES = st.sampled_from(["n", "eps", "dims", "reduction"])
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.just(NamedType("long")),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.lists(inner, max_size=3).map(PlainList),
    max_leaves=4,
)
TEXTS = st.none() | st.sampled_from(["x", "g*x", "x > 0"])


@given(
    st.dictionaries(NAMES, PLAIN),
    st.lists(st.sampled_from(["mask", "w"]), unique=True),
    TEXTS,
    TEXTS,
    st.dictionaries(st.sampled_from("xy"), st.sampled_from(["g", "2*g"])),
    st.booleans(),
)
def test_what_is_written_is_read_back(
    constants: dict[str, object],
    held: list[str],
    surrogate: str | None,
    domain: str | None,
    gradients: dict[str, str],
    is_linear: bool,
) -> None:
    """Constants of every kind, what is held, surrogate, gradients and domain, by way of JSON."""
    linear = is_linear or not gradients
    own = OwnFunction(
        "f.py:f", (), "x", "f.py:f", surrogate, tuple(constants.items()), tuple(gradients.items()), linear, domain
    )
    data = json.loads(json.dumps(posed_data(Case("x", functions=(own,), const=tuple(held)))))
    functions, names = read_posed("f.py:f", "x", data.get("function"))
    assert tuple(held) == names
    if data:
        (read,) = functions or (own,)
        assert constants_key(own.constants) == constants_key(read.constants)
        fields = ("surrogate", "gradients", "is_linear", "domain", "formula")
        assert [getattr(own, field) for field in fields] == [getattr(read, field) for field in fields]
    else:
        assert (functions, not constants, surrogate, domain) == ((), True, None, None)


def test_an_expression_has_no_such_data() -> None:
    """There is nothing to say of a function that was only called."""
    assert posed_data(Case("sin(x)")) == {}
    assert read_posed("f", "x", None) == ((), ())


@pytest.mark.parametrize("text", ["i**2", ""])
def test_a_formula_that_was_read(text: str) -> None:
    """That nobody has stated it is told, also where it has no text, and survives."""
    own = OwnFunction("f.py:f", (), text or None, "f.py:f", is_read=True)
    data = json.loads(json.dumps(posed_data(Case(text, functions=(own,)))))
    assert {"function": {"formula_read": True}} == data
    ((found,), _) = read_posed("f.py:f", text, data["function"])
    assert own == found
