"""Expressions over tensors, judged element by element: torch against what is proven of what they are lowered to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from lowered import about
from tensor_points import Numbers, shaped_point
from torch import Tensor

from derivcheck.autograd.requests import Request
from derivcheck.autograd.shaped_gradients import shaped_gradients
from derivcheck.autograd.shaped_program import compile_shaped
from derivcheck.autograd.tensors import TorchSetting
from derivcheck.elements.elements import Elements
from derivcheck.elements.lowering import lower
from derivcheck.language.parse import parse
from derivcheck.model import Mode, Refusal, Truth, Verdict
from derivcheck.model.shaped_values import ShapedPoint, addresses
from derivcheck.numbers import DType
from derivcheck.rounding.explanation_of_tensors import Explained, judge_elements
from derivcheck.truth.partials_of_elements import ElementTruths

Lie = Callable[[Sequence[float]], Sequence[float]]
"""What becomes of torch's numbers before they are judged."""


def judged(
    text: str,
    values: dict[str, Numbers | Tensor],
    dtype: DType = DType.FLOAT64,
    mode: Mode = Mode.REVERSE,
    *,
    wrts: Sequence[str] | None = None,
    upstream: tuple[float, ...] | None = None,
    lie: Lie | None = None,
) -> dict[str, list[Verdict]]:
    """The verdicts on the value, by the name "", and on the derivatives by variables, by their names.

    Args:
        text: the expression.
        values: what its variables hold; integer tensors are integers.
        dtype: the format.
        mode: the mode.
        wrts: the variables to differentiate by; None: all that are no integers.
        upstream: the upstream gradient; None: every output is differentiated.
        lie: what becomes of torch's numbers for the derivatives.
    """
    integers = "".join(
        name for name, value in values.items() if isinstance(value, Tensor) and not value.is_floating_point()
    )
    expression, point = parse(text, list(values)), shaped_point(values, dtype, integers)
    elements = lower(expression, point, about(point)).elements
    program, setting = compile_shaped(expression), TorchSetting("cpu", dtype, mode)
    names = [name for name in expression.variables if name not in integers] if wrts is None else list(wrts)
    requests = [Request(), *[Request((name,), upstream) for name in names]]
    truths = truths_of(elements, point, names, upstream)
    explained = Explained(program, elements, point, setting)
    returned = shaped_gradients(program, point, requests, setting)
    found: dict[str, list[Verdict]] = {}
    for name, request, truth, numbers in zip(["", *names], requests, truths, returned, strict=True):
        told = lie(numbers) if lie and name and not isinstance(numbers, Refusal) else numbers
        found[name] = judge_elements(explained, request, truth, told, values=returned[0])
    return found


def truths_of(
    elements: Elements, point: ShapedPoint, names: Sequence[str], upstream: tuple[float, ...] | None
) -> list[list[Truth]]:
    """The truths about the value and about the derivatives."""
    exact = {
        address: element.exact
        for name, value in point.items()
        if not value.is_integer
        for address, element in zip(addresses(name, value.shape), value.elements, strict=True)
    }
    weights = [] if upstream is None else [[Fraction(weight) for weight in upstream]]
    truths = ElementTruths(elements, exact, weights)
    roots = range(len(elements.roots))
    found = [[truths.value(root) for root in roots]]
    for name in names:
        by = addresses(name, point[name].shape)
        rows = truths.jacobian(roots, by) if upstream is None else [truths.weighted(0, by)]
        found.append([partial.truth for row in rows for partial in row])
    return found
