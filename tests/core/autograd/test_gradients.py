"""The autograd reading: what torch is given to run, in every mode, and where its tensors live.

Covers also: engines, reverse, sweeps, tensors, transforms.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from derivcheck.autograd.devices import TORCH_DTYPES, available
from derivcheck.autograd.gradients import gradients
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.autograd.torch_program import compile_torch
from derivcheck.language.parse import parse
from derivcheck.model import Mode, RefusalKind, Wrt
from derivcheck.numbers import DType
from derivcheck.readings import readings

MODES = [mode for mode in Mode if mode is not Mode.COMPILE]


def numbers(expr: str, at: dict[str, float], *wrts: Wrt, mode: Mode = Mode.REVERSE) -> list[float | None]:
    """Return torch's number for each derivative of the expression at the point."""
    program = readings(expr, frozenset(at), tuple(name for wrt in wrts for name in wrt)).torch
    exact = {name: Fraction(x) for name, x in at.items()}
    return [g.value for g in gradients(program, exact, wrts, TorchSetting("cpu", DType.FLOAT64, mode))]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("expr", "at", "wrt", "expected"),
    [
        ("x**2 + 2*x + 1", {"x": 2.0}, "", 9.0),
        ("x**2 + 2*x + 1", {"x": 2.0}, "x", 6.0),
        ("2*x**3 + x", {"x": 1.0}, "xxx", 12.0),
        ("u*v + (u*v)**2", {"u": 2.0, "v": 1.0}, "v", 10.0),
        ("u*v + (u*v)**2", {"u": 2.0, "v": 1.0}, "uv", 9.0),
        ("x**2*y**3", {"x": 1.0, "y": 2.0}, "yxy", 24.0),
        ("x*y", {"x": 3.0, "y": 5.0}, "xx", 0.0),
        ("2*y", {"x": 3.0, "y": 5.0}, "x", 0.0),
        ("floor(x)", {"x": 2.5}, "x", 0.0),
        ("where(x > 0, x**2, -x)", {"x": 3.0}, "x", 6.0),
    ],
)
def test_derivatives_in_every_mode(mode: Mode, expr: str, at: dict[str, float], wrt: str, expected: float) -> None:
    """Every engine, any order and mixed partials give the exact small integers."""
    assert [expected] == numbers(expr, at, tuple(wrt), mode=mode)


def test_a_constant_may_stand_before_or_after_a_tensor() -> None:
    """Orders come first in polygamma and last in mvlgamma; torch gets each where it belongs."""
    assert numbers("polygamma(2, x)", {"x": 1.5}, ())[0] == pytest.approx(-0.8287966442343199, rel=1e-14)
    assert numbers("mvlgamma(x, 1)", {"x": 3.0}, ())[0] == pytest.approx(math.log(2), rel=1e-15)
    assert [5.0, 20.0] == [numbers("threshold(x, 1, 20)", {"x": x}, ())[0] for x in (5.0, 0.5)]


def test_a_literal_is_rounded_once() -> None:
    """A literal goes to float32 directly, not by way of float64 (which would round it twice)."""
    between = Fraction(2**24 + 1, 2**24) + Fraction(1, 2**60)  # just above the middle between two float32 numbers
    tensor = TorchSetting("cpu", DType.FLOAT32, Mode.REVERSE).literal(between)
    assert 1 + 2**-23 == float(tensor)


@pytest.mark.parametrize(("own", "expected"), [(False, [False, True]), (True, [True, True])])
def test_what_is_not_differentiated_by_is_a_constant(own: bool, expected: list[bool]) -> None:
    """Of a*x by x no graph records a, unless a function of the user's own takes part, which may look at it."""
    seen: list[list[bool]] = []

    def product(*tensors: torch.Tensor) -> torch.Tensor:
        seen.append([tensor.requires_grad for tensor in tensors])
        return torch.mul(*tensors)

    program = compile_torch(parse("a*x"))
    program = replace(program, own=own, steps=(program.steps[0]._replace(run=product),))
    point = {"a": Fraction(3), "x": Fraction(5)}
    value, by_x = gradients(program, point, [(), ("x",)], TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE))
    assert (15.0, 3.0, [expected]) == (value.value, by_x.value, seen)


def test_a_derivative_that_torch_lacks_does_not_hide_the_others() -> None:
    """igamma(a, x) has no derivative by a; that by x is x**(a - 1)*exp(-x)/gamma(a), 3*exp(-3) at (2, 3)."""
    program = readings("gammainc(a, x)", frozenset({"a", "x"})).torch
    exact = {"a": Fraction(2), "x": Fraction(3)}
    by_a, by_x = gradients(program, exact, [("a",), ("x",)], TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE))
    assert by_a.refusal is not None
    assert RefusalKind.NO_DERIVATIVE is by_a.refusal.kind
    assert by_x.value == pytest.approx(3 * math.exp(-3), rel=1e-15)


def test_what_torch_raises_is_the_gradients_error() -> None:
    """A derivative that torch has not implemented is an error in words, not an exception."""
    program = readings("gammainc(a, x)", frozenset("ax")).torch
    found = gradients(
        program, {"a": Fraction(2), "x": Fraction(1)}, [("a",)], TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
    )
    assert found[0].value is None
    assert found[0].refusal is not None
    assert found[0].refusal.text == found[0].error
    assert "not implemented" in found[0].refusal.text


# --- devices -----------------------------------------------------------------------------------------------------


class _OnlyOn(TorchDispatchMode):
    """Rejects every operation that makes or reads a tensor elsewhere."""

    def __init__(self, device: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.device = torch.device(device)
        self.seen = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        for tensor in (*args, result):
            if isinstance(tensor, torch.Tensor):
                self.seen += 1
                assert tensor.device.type == self.device.type, f"{func} touched a tensor on {tensor.device}"
        return result


@contextmanager
def only_on(device: str) -> Iterator[_OnlyOn]:
    """Reject every operation on a tensor that lies on another device."""
    with _OnlyOn(device) as mode:
        yield mode


@pytest.mark.parametrize(
    "expr",
    [
        "0.1*x**2 + sin(pi*x)/E",
        "where(x > 0.5, exp(-x), 2)",
        "Piecewise((x, x > 0), (1, True))",
        "leaky_relu(x, 0.2) + gelu(x) + softplus(x, 2) + hardswish(x)",
        "sec(x) + acoth(2 + x**2) + log2(x)",
        "Max(x, 1, 2) + clamp(x, 0, 1) + heaviside(x) + floor(x)",
        "gamma(x) + lgamma(x) + polygamma(2, x) + besseli(1, x) + zeta(2, x)",
        "x**0.3 + 2**x + x % 3 + x // 2",
    ],
)
def test_every_tensor_lives_on_the_device_asked_for(expr: str) -> None:
    """On the meta device, which has no data, every operation stays there, forward and backward."""
    program = compile_torch(parse(expr))
    meta = TorchSetting("meta", DType.FLOAT32, Mode.REVERSE)
    inputs = (meta.tensor(Fraction(3, 4)).requires_grad_(),)
    with only_on("meta") as mode:
        result = program(inputs, meta.literal)
        gradient = torch.autograd.grad(result, inputs)[0]
    assert ("meta", torch.float32) == (gradient.device.type, gradient.dtype)
    assert mode.seen > 4


@pytest.mark.accelerator
@pytest.mark.parametrize("dtype", list(DType))
def test_gradients_on_an_accelerator(dtype: DType) -> None:
    """An accelerator computes the same derivative in each of its formats."""
    for device in available()[1:]:
        if dtype not in device.dtypes:
            continue
        found = gradients(
            readings("sin(x)*exp(x)", frozenset("x")).torch,
            {"x": Fraction(5, 4)},
            [("x",)],
            TorchSetting(device.name, dtype, Mode.REVERSE),
        )[0]
        expected = math.exp(1.25) * (math.sin(1.25) + math.cos(1.25))
        assert found.value == pytest.approx(expected, rel=16 * dtype.unit_roundoff)


def test_every_format_has_a_torch_dtype() -> None:
    """The table of formats and torch's agree on precision and range."""
    for dtype, torch_dtype in TORCH_DTYPES.items():
        info = torch.finfo(torch_dtype)
        assert (2 * dtype.unit_roundoff, float(dtype.largest)) == (info.eps, info.max)
        assert float(dtype.smallest_subnormal) == info.smallest_normal * info.eps


# --- modes ---------------------------------------------------------------------------------------------------------


def test_reverse_over_forward_has_tangents_before_the_last_derivative_only() -> None:
    """It is grad of jvp: igamma, which has no forward mode, is refused by it from the second derivative on."""
    program = readings("gammainc(2, x)", frozenset("x")).torch
    setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE_OVER_FORWARD)
    first, second = gradients(program, {"x": Fraction(3)}, [("x",), ("x", "x")], setting)
    assert first.value == pytest.approx(3 * math.exp(-3), rel=1e-15)
    assert second.refusal is not None
    assert RefusalKind.NO_FORWARD_MODE is second.refusal.kind


@pytest.mark.parametrize("mode", list(Mode))
def test_a_mode_is_told_as_it_is_written(mode: Mode) -> None:
    """What a compiler makes of a program is explained by the rounding of the program as it is written."""
    assert (Mode.REVERSE if mode is Mode.COMPILE else mode) is mode.as_written
    assert mode.has_tangents is ("forward" in mode.value)
