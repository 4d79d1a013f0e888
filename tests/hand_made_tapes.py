"""Hand-made tapes for tests of the blame: operations with the numbers that torch held beside the exact ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derivcheck.errors import Span
from derivcheck.model.explanation import BesideExact, Place, ReturnedGradient, TapeTensor
from derivcheck.model.shaped_values import Shape
from derivcheck.numbers import DType, Dyadic, Enclosure

Number = float | str | Fraction | None
"""An exact number; as a text it may be of any size; None where there is none."""

_BITS = 300


def enclose(number: Number) -> Enclosure | None:
    """A number to 300 bits."""
    if number is None:
        return None
    exact = Fraction(number)
    shift = _BITS - exact.numerator.bit_length() + exact.denominator.bit_length()
    scaled = exact * (Fraction(2) ** shift)
    return Enclosure(Dyadic(round(scaled), -shift), Dyadic(0, 0))


def beside(
    computed: Sequence[float],
    exact: Sequence[Number],
    due: Sequence[Number] | None = None,
    dtype: DType = DType.FLOAT64,
) -> BesideExact:
    """Torch's numbers beside the exact ones, with the errors in ulps that follow from them."""
    dues = list(exact if due is None else due)
    enclosed = tuple(map(enclose, exact)), tuple(map(enclose, dues))
    local = tuple(_ulps(number, one, dtype) for number, one in zip(computed, dues, strict=True))
    inherited = tuple(
        None
        if one is None or other is None
        else float(abs(Fraction(one) - Fraction(other)) / dtype.ulp(Fraction(other)))
        for one, other in zip(dues, exact, strict=True)
    )
    return BesideExact(tuple(computed), enclosed[0], local, inherited, enclosed[1])


def _ulps(computed: float, due: Number, dtype: DType) -> float | None:
    if due is None or not math.isfinite(computed):
        return None
    return float(min(abs(Fraction(computed) - Fraction(due)) / dtype.ulp(Fraction(due)), Fraction(10) ** 300))


class HandMadeTape:
    """A tape that is written down tensor by tensor.

    Args:
        text: the expression, in which the operations' texts are looked up.
        dtype: the format of its tensors.
    """

    def __init__(self, text: str = "", dtype: DType = DType.FLOAT64) -> None:
        self.text = text
        self.dtype = dtype
        self.tensors: list[TapeTensor] = []

    def put(
        self,
        operation: str | None,
        arguments: Sequence[int],
        value: BesideExact,
        *,
        text: str = "",
        name: str = "",
        shape: Shape = (),
        requires_grad: bool = True,
        adjoint: BesideExact | None = None,
        returned: Sequence[BesideExact | None] = (),
        condition: float | None = None,
        grad_fn: str | None = None,
        is_own: bool = False,
    ) -> int:
        """Put a tensor on the tape; returns its position."""
        at = self.text.find(text) if text else -1
        place = Place(text, Span(at, at + len(text))) if at >= 0 else None
        gradients = tuple(ReturnedGradient(at, one) for at, one in enumerate(returned) if one is not None)
        node = grad_fn if operation is None or grad_fn else f"{operation.title().replace('_', '')}Backward0"
        self.tensors.append(
            TapeTensor(
                operation,
                tuple(arguments),
                place,
                name,
                shape,
                self.dtype,
                requires_grad,
                operation is None,
                node if requires_grad else None,
                value,
                adjoint,
                condition=condition,
                returned=gradients,
                is_own=is_own,
            )
        )
        return len(self.tensors) - 1

    def given(self, name: str, value: float, adjoint: BesideExact | None = None, *, requires_grad: bool = True) -> int:
        """Put an input on the tape."""
        return self.put(None, (), self.numbers(value, value), name=name, adjoint=adjoint, requires_grad=requires_grad)

    def numbers(self, computed: float, exact: Number, due: Number | str = "as exact") -> BesideExact:
        """One number beside the exact one."""
        return beside([computed], [exact], None if due == "as exact" else [due], self.dtype)

    def finished(self) -> tuple[TapeTensor, ...]:
        """The tape, whose last tensor is the output."""
        return (*self.tensors[:-1], replace(self.tensors[-1], is_output=True))
