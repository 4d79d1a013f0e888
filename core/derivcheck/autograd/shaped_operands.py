"""The arguments of a shaped program's steps: slots, plain values, several of these, and settings made of sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from torch import Tensor

from derivcheck.language.plain_values import Slice


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain value among the arguments of a call."""

    value: Any


@dataclass(frozen=True, slots=True)
class Several:
    """Several tensors that are one argument: the factors of a product."""

    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """A setting that is computed from sizes: the integer, or the integers, that an operand gives.

    Attributes:
        operand: what gives them.
        is_slice: whether they are the start, the stop and the step of a slice.
    """

    operand: Operand
    is_slice: bool = False


Operand: TypeAlias = "int | Plain | Several | Sizes"
"""An argument: the slot of an earlier result, a plain value, or several of these."""


def argument_of(operand: Operand, slots: Sequence[Any]) -> Any:
    """What a kernel is called on."""
    if isinstance(operand, int):
        return slots[operand]
    if isinstance(operand, Several):
        return [argument_of(one, slots) for one in operand.operands]
    if isinstance(operand, Sizes):
        found = _plain_integers(argument_of(operand.operand, slots))
        return Slice(*found) if operand.is_slice else found
    return operand.value


def _plain_integers(value: Any) -> Any:
    """Integers as Python has them: of a tensor, or of several."""
    if isinstance(value, Tensor):
        return tuple(map(int, value)) if value.ndim else int(value)
    return tuple(map(_plain_integers, value)) if isinstance(value, list | tuple) else value
