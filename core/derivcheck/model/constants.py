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


class PlainList(tuple[object, ...]):
    """A list as a constant: like a tuple it never changes, and the function gets a list of its own in each call."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self))}]"


Constants: TypeAlias = tuple[tuple[str, object], ...]
"""The value of each constant: a number, a bool, None, a string, a tuple of these, a NamedType; from Python any object.
The formulas may name those of the first kinds."""


def constants_key(constants: Constants) -> tuple[object, ...]:
    """What is equal for equal constants alone: 1, 1.0 and True are three, and an object is the same as itself only.

    Example:
        >>> constants_key((("n", 1),)) == constants_key((("n", True),))
        False
        >>> constants_key((("n", (0, 0.0)),)) == constants_key((("n", (0, -0.0)),))
        False
    """
    return tuple((name, _key(value)) for name, value in constants)


def _key(value: object) -> object:
    if isinstance(value, tuple):
        return (type(value), *map(_key, value))
    if type(value) is float:
        return (float, value.hex())  # in which nan is equal to itself, and -0.0 is not 0.0
    is_plain = value is None or type(value) in {bool, int, str, NamedType}
    return (type(value), value if is_plain else id(value))


class KeyedConstants:
    """Constants as the key of a cache, which keeps them: so no other object gets the identity of one of them.

    Args:
        constants: the constants.

    Example:
        >>> KeyedConstants((("n", 1),)) == KeyedConstants((("n", 1),)), KeyedConstants((("n", 1.0),)) == 1
        (True, False)
    """

    __slots__ = ("_key", "constants")

    def __init__(self, constants: Constants) -> None:
        self.constants = constants
        self._key = constants_key(constants)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyedConstants) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def is_plain(value: object) -> bool:
    """Whether a value is plain: a number, a bool, None, a string, a dtype by its name, a tuple or a list of these."""
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    return value is None or isinstance(value, bool | int | float | str | NamedType)
