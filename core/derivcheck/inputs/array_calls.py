"""The calls that make arrays: which argument is which, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from types import MappingProxyType

from derivcheck.inputs.arrays import Piece, check_size
from derivcheck.inputs.coordinates import read_number
from derivcheck.model import Coordinate
from derivcheck.model.shaped_values import Shape
from derivcheck.numbers import DType

SIZE = "*size"
"""The parameter that takes all arguments that are left."""

_BRACKETS = MappingProxyType({"(": ")", "[": "]"})
_OTHER_NAMES = MappingProxyType({"fill_value": "value", "shape": "size", "num": "steps", "stop": "end"})
"""What NumPy, and torch's own `full`, call a parameter."""

_LONGEST = 10_000
"""Characters of the arguments of a call that makes an array."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call in a value.

    Attributes:
        whole: the call, for messages.
        given: the pieces of its arguments, by parameter; those of `*size` together.
        dtype: the format of the numbers.
        seed: the seed of the point.
        hint: an example of such a call.
    """

    whole: Piece
    given: Mapping[str, Sequence[Piece]]
    dtype: DType
    seed: int
    hint: str

    def shape(self, name: str = "size") -> Shape:
        """The shape that an argument says: `2, 3`, `(2, 3)` or `[2, 3]`."""
        pieces = self.given.get(name, ())
        if len(pieces) == 1 and is_bracketed(pieces[0]):
            (piece,) = pieces
            pieces = split(piece.part(piece.start + 1, piece.end - 1))
        shape = tuple(map(self._size, pieces))
        check_size(shape, f"`{self.whole.name}`")
        return shape

    def size(self, name: str) -> int:
        """The size of at least 0 that an argument holds."""
        return self._size(self.piece(name))

    def integer(self, name: str) -> int:
        """The integer that an argument holds."""
        return self._integer(self.piece(name))

    def number(self, name: str) -> Coordinate:
        """The number that an argument holds."""
        return read_number(f"{self.whole.name}: {name}", self.piece(name).text, self.dtype)

    def rational(self, name: str) -> Fraction:
        """The rational number that an argument holds."""
        found = self.number(name).typed
        if found is None:
            raise self.piece(name).error("this is no rational number", hint="linspace(0, pi, 5) takes such ends")
        return found

    def piece(self, name: str) -> Piece:
        """The piece of an argument that the call must have."""
        if not self.given.get(name):
            raise self.whole.error(f"the call has no {name}", hint=self.hint)
        return self.given[name][0]

    def random(self) -> Random:
        """The generator of the value's random numbers, which differ from those of another variable."""
        return Random(f"{self.seed} {self.whole.name}")

    def _size(self, piece: Piece) -> int:
        size = self._integer(piece)
        if size < 0:
            raise piece.error("a size is at least 0", hint=self.hint)
        return size

    def _integer(self, piece: Piece) -> int:
        found = read_number(f"{self.whole.name}: {piece.text}", piece.text, self.dtype).typed
        if found is None or found.denominator != 1:
            raise piece.error("this is no integer", hint=self.hint)
        return found.numerator


def is_bracketed(piece: Piece) -> bool:
    """Whether a piece is a tuple or a list, as far as its ends tell."""
    text = piece.text
    return len(text) > 1 and _BRACKETS.get(text[0]) == text[-1]


def split(piece: Piece) -> list[Piece]:
    """The parts between the commas that stand outside of every bracket; a comma at the end is none.

    Raises:
        NoNumberError: for an empty part, and for a text that is too long.
    """
    if piece.end - piece.start > _LONGEST:
        raise piece.error(f"the arguments have more than {_LONGEST:,} characters")
    parts, depth, start = [], 0, piece.start
    for at in range(piece.start, piece.end):
        char = piece.whole[at]
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth <= 0:
            parts.append(piece.part(start, at))
            start = at + 1
    last = piece.part(start, piece.end)
    parts += [last] if last.text else []
    for part in parts:
        if not part.text:
            raise piece.part(part.start, part.start + 1).error("there is nothing before this comma")
    return parts


def keyword(argument: Piece) -> tuple[str | None, Piece]:
    """The name and the value of an argument `name=value`; None for one without a name."""
    name, sign, _ = argument.text.partition("=")
    if not sign or not name.strip().isidentifier():
        return None, argument
    return name.strip(), argument.part(argument.start + len(name) + 1, argument.end)


def bind(
    whole: Piece, params: Sequence[str], arguments: Sequence[Piece], dtype: DType, seed: int, example: str
) -> Call:
    """Say which argument is which.

    Args:
        whole: the call.
        params: the parameters in order.
        arguments: the arguments.
        dtype: the format of the numbers.
        seed: the seed of the point.
        example: such a call.

    Raises:
        NoNumberError: for an argument that no parameter takes.
    """
    hint = f"for example {example}"
    given: dict[str, list[Piece]] = {}
    for place, argument in enumerate(arguments):
        name, piece = keyword(argument)
        name = _OTHER_NAMES.get(name or "", name)
        if name is None and place >= len(params) and params[-1] != SIZE:
            raise argument.error(f"there are more than {len(params)} arguments", hint=hint)
        param = name or params[min(place, len(params) - 1)].lstrip("*")
        if param not in {known.lstrip("*") for known in params}:
            raise argument.error(f"there is no argument `{name}`", hint=hint)
        if param in given and (name or SIZE not in params):
            raise argument.error(f"`{param}` is given twice", hint=hint)
        given.setdefault(param, []).append(piece)
    return Call(whole, given, dtype, seed, hint)
