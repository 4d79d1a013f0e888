"""Items: what stands within one pair of brackets of a formula, once the brackets within it have been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from derivcheck.language.as_written.token_pieces import Piece


class ItemKind(Enum):
    """What an item is."""

    NUMBER = auto()
    NAME = auto()
    FUNCTION = auto()
    GROUP = auto()
    ROOT = auto()
    ATTRIBUTE = auto()
    OPERATOR = auto()
    OTHER = auto()


@dataclass(slots=True)
class Item:
    """An operand, a function, or an operator.

    Attributes:
        kind: what it is.
        text: the name, the operator, the bracket of a group.
        pieces: its plain tokens; those of a group with the brackets around them.
        start, end: its characters in the formula.
        is_apart: whether a blank stands before it.
        is_on_new_line: whether a line begins with it, outside of every bracket.
        is_glued: whether it and the item before are one word: `xy`.
        is_known: whether a name has a value.
        is_missing: whether it has none, and needs one.
        is_function: whether a function has the same name.
        arguments: what stands between the commas of a group.
        is_condition: whether a group holds a comparison.
        base: the base that stands below the line of a logarithm.
    """

    kind: ItemKind
    text: str
    pieces: list[Piece]
    start: int
    end: int
    is_apart: bool = False
    is_on_new_line: bool = False
    is_glued: bool = False
    is_known: bool = True
    is_missing: bool = False
    is_function: bool = False
    arguments: list[list[Piece]] = field(default_factory=list)
    is_condition: bool = False
    base: str = ""

    def begins_operand(self) -> bool:
        """Whether an operand may begin with it."""
        return self.kind in _BEGINNINGS and self.text != "["


_BEGINNINGS = frozenset({ItemKind.NUMBER, ItemKind.NAME, ItemKind.FUNCTION, ItemKind.GROUP, ItemKind.ROOT})


@dataclass(slots=True)
class Factor:
    """A factor of a product, and what of it is open to a second reading.

    Attributes:
        pieces: its plain tokens.
        item: the item that it begins with.
        end: where it ends in the formula.
        hole: the place among the pieces where more could be added to an argument without brackets; None where there
            is no such argument: `sin x`.
        exponent: the place of an exponent without brackets; None where there is none: `x^2`.
        exponent_text: that exponent, if it is one token.
        has_power: whether it has an exponent of any kind.
        is_call: whether it is a function's value.
        is_factorial: whether a `!` ends it.
        is_call_apart: whether a blank stands between the function and its bracket.
        is_root: whether the argument without brackets is that of a sign of a root.
        signs: signs before it.
    """

    pieces: list[Piece]
    item: Item
    end: int
    hole: int | None = None
    exponent: int | None = None
    exponent_text: str = ""
    has_power: bool = False
    is_call: bool = False
    is_factorial: bool = False
    is_call_apart: bool = False
    is_root: bool = False
    signs: list[Piece] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Where it begins in the formula."""
        return self.item.start

    @property
    def whole(self) -> list[Piece]:
        """Its tokens and the signs before them."""
        return [*self.signs, *self.pieces]

    def is_a(self, *kinds: ItemKind) -> bool:
        """Whether it is nothing but an item of one of these kinds, but for a power."""
        return self.item.kind in kinds and not self.is_factorial
