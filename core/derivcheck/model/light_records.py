"""Records: frozen dataclasses that are made by the thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def record(kind: type[_T]) -> type[_T]:
    """A slotted dataclass that the type checker holds to be frozen, and nobody at run time.

    To make one takes a third of the time of `@dataclass(frozen=True, slots=True)`, which sets each field through
    `object.__setattr__`. It is compared and hashed by its fields all the same, so its fields must not change.

    Example:
        >>> @record
        ... class Place:
        ...     x: int
        ...     y: int = 0
        >>> Place(1), hash(Place(1)) == hash(Place(1, 0))
        (Place(x=1, y=0), True)
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)
