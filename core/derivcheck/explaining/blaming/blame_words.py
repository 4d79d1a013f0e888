"""The words of a blame: what an operation is called, where an element stands, and how numbers are written."""

from __future__ import annotations

import math

from derivcheck.explaining.blaming.numbers_of_tape import Tape, index_at
from derivcheck.model.shaped_values import Shape
from derivcheck.numbers import DType, Enclosure

_LONGEST = 60


def called(tape: Tape, position: int) -> str:
    """What a tensor's operation is called, between backticks: as it is written, if nothing else stands there.

    Else, in a line of code and where a function does several things, it is torch's name with what is written.
    """
    tensor = tape[position]
    text = " ".join((tensor.place.text if tensor.place is not None else "").split())
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    name = f"`{tensor.name or tensor.operation or 'a constant'}`"
    if not text:
        return name
    return f"`{text}`" if tape.stands_alone(position) else f"{name} in `{text}`"


def beside(tape: Tape, position: int, told: int) -> str:
    """What an operation is called in a sentence that has told where another one stands."""
    tensor = tape[position]
    if tensor.place is None or tensor.place != tape[told].place or not tensor.operation:
        return called(tape, position)
    return f"`{tensor.operation}`"


def node_of(tape: Tape, position: int) -> str:
    """The name of an operation's backward pass: of a user's Function that of its node, else what it is the pass of."""
    tensor = tape[position]
    if tensor.is_own and tensor.grad_fn:
        return f"`{tensor.grad_fn}`"
    return f"the backward pass of {called(tape, position)}"


def at_column(tape: Tape, position: int) -> str:
    """In which column of an expression an operation is written; "" where that is not known, and in code."""
    place = tape[position].place
    return "" if place is None or place.span is None else f" at column {place.span.start + 1}"


def placed(tape: Tape, position: int) -> str:
    """What an operation is called, and in which column it is written."""
    return f"{called(tape, position)}{at_column(tape, position)}"


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
        >>> shortly(4.0), shortly(-0.0), shortly(float("nan"))
        ('4', '0', 'nan')
    """
    return repr(number).removesuffix(".0") if number else "0"


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
