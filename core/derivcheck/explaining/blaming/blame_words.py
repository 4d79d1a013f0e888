"""The words of a blame: what an operation is called, where an element stands, and how numbers are written."""

from __future__ import annotations

import math

from derivcheck.explaining.blaming.numbers_of_tape import index_at
from derivcheck.model.explanation import TapeTensor
from derivcheck.model.shaped_values import Shape
from derivcheck.numbers import DType, Enclosure

_LONGEST = 60


def called(tensor: TapeTensor) -> str:
    """What is written where the operation stands, else its name, between backticks; an input's name."""
    text = tensor.place.text if tensor.place is not None else ""
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    return f"`{text or tensor.name or tensor.operation or 'a constant'}`"


def node_of(tensor: TapeTensor) -> str:
    """The name of an operation's backward pass: of a user's Function that of its node, else what it is the pass of."""
    if tensor.is_own and tensor.grad_fn:
        return f"`{tensor.grad_fn}`"
    return f"the backward pass of {called(tensor)}"


def at_column(tensor: TapeTensor) -> str:
    """In which column, or in which line, an operation is written; "" where that is not known."""
    if tensor.place is None:
        return ""
    if tensor.place.span is not None:
        return f" at column {tensor.place.span.start + 1}"
    return f" in line {tensor.place.line}" if tensor.place.line is not None else ""


def at_index(shape: Shape, place: int) -> str:
    """Where an element stands: ` at [2, 0]`; "" in a number."""
    return f" at [{', '.join(map(str, index_at(shape, place)))}]" if shape else ""


def exactly(exact: Enclosure, computed: float | None = None) -> str:
    """An exact number, written as Python writes floats, to as many digits as tell it from a computed one.

    Example:
        >>> from derivcheck.numbers import Dyadic
        >>> third = Enclosure(Dyadic(6004799503160661, -54), Dyadic(1, -60))
        >>> exactly(third), exactly(third, 0.333333333)
        ('0.33333333', '0.333333333333')
    """
    if not exact.mid.is_moderate or not _LEAST < exact.mid.magnitude < _MOST:
        return exact.decimal(8)
    number = float(exact.mid.fraction())
    for digits in (8, 12, 17):
        text = f"{number:.{digits}g}"
        if computed is None or not math.isfinite(computed) or f"{computed:.{digits}g}" != text:
            return text
    return exact.decimal(21)


_LEAST, _MOST = -1020, 1024
"""The magnitudes of what a float64 holds without a loss."""


def shortly(number: float) -> str:
    """A number as Python writes it, without a needless `.0`.

    Example:
        >>> shortly(4.0), shortly(0.1), shortly(float("nan"))
        ('4', '0.1', 'nan')
    """
    return repr(number).removesuffix(".0")


def factor(number: float) -> str:
    """A factor to two digits.

    Example:
        >>> factor(1.24e10), factor(43.2)
        ('1.2e10', '43')
    """
    return f"{number:.2g}".replace("e+", "e").replace("e0", "e")


def digits_lost(condition: float, dtype: DType) -> str:
    """How many digits a condition number costs, of those that a format carries.

    Example:
        >>> digits_lost(1.2e10, DType.FLOAT64)
        '10 of 16'
    """
    lost = min(dtype.digits, math.log10(max(condition, 1.0)))
    return f"{lost:.0f} of {dtype.digits:.0f}"


def capital(sentence: str) -> str:
    """A sentence with a capital letter at its beginning."""
    return sentence[:1].upper() + sentence[1:]
