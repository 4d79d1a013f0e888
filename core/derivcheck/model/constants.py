"""Constants: the arguments of a user's own function that are no tensors, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class NamedType:
    """A dtype of torch's as a constant, by its name: torch itself is not loaded where constants are read.

    Attributes:
        name: the name that torch has it under: "float32".
    """

    name: str

    def __repr__(self) -> str:
        return f"torch.{self.name}"


Constants: TypeAlias = tuple[tuple[str, object], ...]
"""The value of each constant: a number, a bool, None, a string, a tuple of these, a NamedType; from Python any object.
The formulas may name those of the first kinds."""


def constants_key(constants: Constants) -> tuple[object, ...]:
    """What is equal for equal constants alone: 1, 1.0 and True are three, and an object is the same as itself only.

    Example:
        >>> constants_key((("n", 1),)) == constants_key((("n", True),))
        False
    """
    return tuple((name, type(value), value if _is_plain(value) else id(value)) for name, value in constants)


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, bool | int | float | str | NamedType)
