"""A tensor that was written part by part, as the pieces that it is made of."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from derivcheck.tracing.wording.called import NotWritten, own_tensor
from derivcheck.tracing.wording.placing import Region
from derivcheck.tracing.wording.word import Word

_UNWRITTEN = Word(("…",))
"""What no text can be written for; a formula in which it stands is none."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece: the places from `start` to below `stop`.

    Attributes:
        start: the first place.
        stop: the place behind the last one.
        word: what stands there; of numbers that the code had there by itself these.
        is_one: whether the word lacks the dim, since it was written to one place.
    """

    start: int
    stop: int
    word: Word | Tensor
    is_one: bool = False

    def cut(self, start: int, stop: int, dim: int) -> Piece:
        """A part of it."""
        if (start, stop) == (self.start, self.stop):
            return self
        if isinstance(self.word, Tensor):
            return Piece(start, stop, self.word.narrow(dim, start - self.start, stop - start))
        colons = ":, " * dim
        first = "" if start == self.start else start - self.start
        last = "" if stop == self.stop else stop - self.start
        word = Word((self.word, f"[{colons}{first}:{last}]"), is_name=True)
        return Piece(start, stop, word)

    def text(self, dim: int) -> Word:
        """What stands there, with the dim."""
        word = _word(self.word)
        return Word((word, f".unsqueeze({dim})"), is_name=True) if self.is_one else word


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces along a dim, in order."""

    dim: int
    pieces: tuple[Piece, ...]

    def with_part(self, region: Region, word: Word) -> Pieces:
        """The same with something else in a part."""
        start, stop = region.start, region.stop
        made = [Piece(start, stop, word, region.is_one)]
        for piece in self.pieces:
            if piece.start < start:
                made.append(piece.cut(piece.start, min(piece.stop, start), self.dim))
            if piece.stop > stop:
                made.append(piece.cut(max(piece.start, stop), piece.stop, self.dim))
        return Pieces(self.dim, tuple(sorted(made, key=lambda piece: piece.start)))

    @property
    def word(self) -> Word:
        """The whole tensor."""
        if all(piece.is_one for piece in self.pieces):
            return _joined("stack", [_word(piece.word) for piece in self.pieces], self.dim)
        words = [piece.text(self.dim) for piece in self.pieces]
        return words[0] if len(words) == 1 else _joined("cat", words, self.dim)


def _word(word: Word | Tensor) -> Word:
    if isinstance(word, Word):
        return word
    try:
        return Word((own_tensor(word, is_wide=True),), is_name=True)
    except NotWritten:
        return _UNWRITTEN


def _joined(function: str, words: list[Word], dim: int) -> Word:
    parts = [part for at, word in enumerate(words) for part in ([", "] if at else []) + [word]]
    return Word((f"{function}([", *parts, f"], dim={dim})"), is_name=True)
