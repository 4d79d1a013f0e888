"""How a function is called: what goes by place and by keyword, what is left alone, what does not fit."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.autograd.binding import Given, bind
from derivcheck.autograd.module_values import values_of
from derivcheck.autograd.signatures import signature_of
from derivcheck.errors import CaseError
from derivcheck.model.constants import Constants, NamedType, PlainList


def called(
    function: Callable[..., Any],
    tensors: str,
    constants: Constants = (),
    order: str = "",
    *,
    is_by_place: bool = False,
) -> Any:
    """What a function returns when it is called with the names of its tensors as they are."""
    binding = bind(
        signature_of(function, is_by_place=is_by_place), Given(tuple(tensors.split()), constants, tuple(order.split()))
    )
    return binding.call(function, binding.args)  # type: ignore[arg-type]


def plain(x: Any, y: Any, n: Any = 1, *, mode: Any = "a") -> tuple[Any, ...]:
    """Two tensors, an optional constant, and a word by keyword."""
    return x, y, n, mode


@pytest.mark.parametrize(
    ("tensors", "constants", "order", "due"),
    [
        ("x y", (), "", ("x", "y", 1, "a")),
        ("y x", (), "", ("x", "y", 1, "a")),  # the formula names them the other way round
        ("u v", (), "", ("u", "v", 1, "a")),
        ("u x", (), "", ("x", "u", 1, "a")),  # x goes to x, and u to what is left
        ("x y", (("mode", "b"),), "", ("x", "y", 1, "b")),
        ("x y", (("n", 2),), "", ("x", "y", 2, "a")),
        ("u v", (("n", 2),), "v u n", ("v", "u", 2, "a")),
        ("u v", (("mode", "b"),), "v u", ("v", "u", 1, "b")),
        ("u", (("y", 2),), "", ("u", 2, 1, "a")),
        ("u", (("k", 2),), "", ("u", 2, 1, "a")),  # as many as must be passed
        ("u v w", (), "", ("u", "v", "w", "a")),  # the optional one takes a tensor, too
    ],
)
def test_who_takes_what(tensors: str, constants: Constants, order: str, due: tuple[object, ...]) -> None:
    """By the names, then by the order of the formula, or as `order` says."""
    assert due == called(plain, tensors, constants, order)


def test_a_parameter_that_is_left_alone_keeps_its_default() -> None:
    """Those behind it go by keyword; where nothing can, it is passed its default."""

    def gap(x: Any, a: Any = "default", b: Any = 0) -> tuple[Any, ...]:
        return x, a, b

    assert ("x", "default", 2) == called(gap, "x", (("b", 2),))
    assert ("x", "default", 2) == called(gap, "x", (("b", 2),), is_by_place=True)
    assert ("x", "default", 0) == called(gap, "x", is_by_place=True)

    def by_place(x: Any, a: Any = "default", b: Any = 0, /) -> tuple[Any, ...]:
        return x, a, b

    assert ("x", "default", 2) == called(by_place, "x", (("b", 2),))


def test_any_number_of_arguments() -> None:
    """Tensors go by place, and constants by keyword where any are taken."""
    assert (("x", "y"), {}) == called(lambda *args: (args, {}), "x y", (("n", 2),))
    assert (("x", "y"), {"n": 2}) == called(lambda *args, **rest: (args, rest), "x y", (("n", 2),))
    assert ("x", ("y", "z")) == called(lambda x, *rest: (x, rest), "y x z")
    assert (("x", 3, "y"), {}) == called(lambda *args: (args, {}), "x y", (("n", 3),), "x n y")
    assert ("x", {"n": 2}) == called(lambda x, **rest: (x, rest), "x", (("n", 2),))


def test_what_is_bound_already_is_no_argument() -> None:
    """A partial function keeps its own; the constant stands in the formula alone."""
    half = functools.partial(plain, n=0.5)
    assert ("x", "y", 0.5, "a") == called(half, "x y")
    binding = bind(signature_of(lambda x: x), Given(("x",), (("n", 2), ("k", 3))))
    assert ("the function does not take `n`, `k`: this stands in the formula alone",) == binding.notes


def test_a_guess_is_told() -> None:
    """Where the order of the formula decides which parameter takes a constant."""
    binding = bind(signature_of(lambda p, q: (p, q)), Given(("x",), (("n", 2),)))
    assert ("it is called with (x, 2), in the order of the formula: --args says another one",) == binding.notes
    assert () == bind(signature_of(lambda p, n: (p, n)), Given(("x",), (("n", 2),))).notes


def test_a_builtin_shows_no_arguments() -> None:
    """torch.logsumexp takes its constants by keyword."""
    binding = bind(signature_of(torch.logsumexp), Given(("x",), (("dim", -1),)))
    assert torch.equal(torch.logsumexp(torch.eye(2), -1), binding.call(torch.logsumexp, [torch.eye(2)]))


def test_constants_become_what_the_function_takes() -> None:
    """A dtype of torch's, a list of its own in each call."""
    constants: Constants = (("n", NamedType("float32")), ("mode", PlainList((0, PlainList((NamedType("long"),))))))
    *_, dtype, items = called(plain, "x y", constants)
    *_, again = called(plain, "x y", constants)
    assert torch.float32 is dtype
    assert [0, [torch.long]] == items == again
    assert items is not again


@pytest.mark.parametrize(
    ("tensors", "constants", "order", "message"),
    [
        ("x", (), "", "takes `y`, which nobody gave"),
        ("x y z u", (), "", "has no argument `u`"),
        ("u v", (), "u", "has no argument `v`|takes `y`, which nobody gave"),
        ("x y", (), "x y z", "nothing is given for the argument `z`"),
        ("x y", (), "x x y", "an argument is named twice"),
        ("x y", (("n", 1), ("k", 2), ("m", 3)), "x y n k", "there are 4 arguments"),
        ("u", (("k", 1), ("m", 2)), "", "which of `u`, `k`, `m` these are, nobody has said"),
    ],
)
def test_what_does_not_fit(tensors: str, constants: Constants, order: str, message: str) -> None:
    """It says which, and what to do."""
    with pytest.raises(CaseError, match=message) as caught:
        called(plain, tensors, constants, order)
    assert caught.value.hint or "twice" in message


@given(st.permutations(["x", "y", "z"]), st.sets(st.sampled_from(["a", "b", "c"])))
def test_names_decide_whatever_the_order(tensors: list[str], chosen: set[str]) -> None:
    """Each parameter takes what has its name, for any order of what is given."""

    def takes(x: Any, y: Any, a: Any = None, z: Any = None, *, b: Any = None, c: Any = None) -> dict[str, Any]:
        return {"x": x, "y": y, "z": z, "a": a, "b": b, "c": c}

    constants = tuple((name, name) for name in sorted(chosen))
    for is_by_place in (False, True):
        if is_by_place and chosen & {"b", "c"}:
            continue
        found = called(takes, " ".join(tensors), constants, is_by_place=is_by_place)
        assert {name: name for name in [*tensors, *chosen]} == {k: v for k, v in found.items() if v is not None}


def test_a_modules_tensors_go_to_the_module() -> None:
    """The others are arguments of its forward method; a tied parameter has two names."""
    module = torch.nn.Linear(2, 1)
    binding = bind(signature_of(module.forward), Given(("input", "bias", "weight")), values_of(module))
    assert (("bias", "bias"), ("weight", "weight")) == binding.of_module
    tensors = [torch.tensor(numbers) for numbers in ([1.0, 2.0], [0.5], [[3.0, 4.0]])]
    assert [11.5] == binding.call(module, tensors).tolist()
    assert module.weight.tolist() != [[3.0, 4.0]]
    with pytest.raises(CaseError, match=re.escape("has no argument `gain`")) as caught:
        bind(signature_of(module.forward), Given(("x", "gain")), values_of(module))
    assert "its module has `weight`, `bias`" in (caught.value.hint or "")
