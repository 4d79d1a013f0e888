"""Words: what a run of letters and digits stands for: a variable, a function, or several of them in a product."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from derivcheck.language import table
from derivcheck.language.as_written.items import Item, ItemKind
from derivcheck.language.as_written.other_names import (
    BARE,
    BASE_OF_POWERS,
    CONSTANTS,
    FORTRAN,
    FUNCTIONS,
    GLUED,
    GREEK,
    LOGARITHMS,
    OF_ANY_BASE,
    OF_BASE,
    OTHER_CASES,
    PI,
    REFUSED,
    SINGLE,
    TEMPLATES,
    plain_pieces,
)
from derivcheck.language.as_written.signs import Sign
from derivcheck.language.as_written.token_pieces import Piece
from derivcheck.model import OwnFunction

_MOST_LETTERS = 40
"""Letters of a word that is read as a product."""

_GREEK_OF = {name: [letter for letter, its in GREEK.items() if its == name] for name in GREEK.values()}
_VERBATIM = frozenset({"True", "False", "None", "true", "false"})


class Words:
    """What the words of one formula stand for.

    Args:
        known: the names that have a value.
        is_open: whether any other name is a variable, too.
        own: the user's own functions.
    """

    def __init__(self, known: Collection[str], own: Collection[OwnFunction], *, is_open: bool = False) -> None:
        self.known = frozenset(known)
        self.is_open = is_open
        self.own = frozenset([function.name for function in own])

    def items(self, sign: Sign, *, is_called: bool, is_applied: bool, is_raised: bool) -> list[list[Item]]:
        """The readings of a word, each as the items that it is.

        Args:
            sign: the word.
            is_called: whether a bracket follows.
            is_applied: whether what follows could be an argument.
            is_raised: whether a power follows.
        """
        word = sign.text
        if sign.lowered:
            return [[self.lowered(sign)]]
        name = self.variable(word)
        if name is not None:
            return [[self.name(sign, name)]]
        logarithm, _, base = word.partition("_")
        if logarithm in LOGARITHMS and (base.isdigit() or base in OF_BASE or base in self.known):
            return [[self.logarithm(sign, base)]]
        if word in _VERBATIM:
            return [[self.name(sign, word)]]
        function = self.function(word, is_called=is_called, is_applied=is_applied)
        if function is not None:
            item = self.item(ItemKind.FUNCTION, sign, function, [Piece(function, sign.start, sign.end)])
            parts = [] if self.is_plain(word) else self.segmented(word, is_followed=True, is_raised=is_raised)
            return [[item], *(self.product(sign, each) for each in parts[:1])]  # Asin(t) may be A*sin(t)
        constant = self.constant(word)
        if constant is not None:
            pieces = [Piece(text, sign.start, sign.end) for text in constant]
            return [[self.item(ItemKind.NAME, sign, word, pieces)]]
        found = [
            self.product(sign, parts)
            for parts in self.segmented(word, is_followed=is_called or is_applied, is_raised=is_raised)
        ]
        return found or [[self.name(sign, word, is_known=False)]]

    @staticmethod
    def item(kind: ItemKind, sign: Sign, text: str, pieces: list[Piece]) -> Item:
        """An item that takes the characters of a word."""
        return Item(kind, text, pieces, sign.start, sign.end, sign.is_apart, sign.is_on_new_line)

    def name(self, sign: Sign, name: str, *, is_known: bool = True) -> Item:
        """A name as an item."""
        item = self.item(ItemKind.NAME, sign, name, [Piece(name, sign.start, sign.end)])
        item.is_known = is_known
        item.is_missing = not is_known and not self.is_open
        item.is_function = name in self.own or table.function(name) is not None
        return item

    def variable(self, word: str) -> str | None:
        """The variable that a word is: itself, or the same Greek letter by its other name."""
        if word in self.known:
            return word
        return next((other for other in _other_letters(word) if other in self.known), None)

    def lowered(self, sign: Sign) -> Item:
        """A word with an index below the line: a variable's name, or a logarithm to that base."""
        word, index = sign.text, sign.lowered
        letters = (word, *_other_letters(word))
        for name in (each for letter in letters for each in (f"{letter}_{index}", f"{letter}{index}")):
            found = self.variable(name)
            if found is not None:
                return self.name(sign, found)
        if word in LOGARITHMS:
            return self.logarithm(sign, index)
        return self.name(sign, f"{word}_{index}", is_known=False)

    def logarithm(self, sign: Sign, base: str) -> Item:
        """A logarithm to a base."""
        plain = OF_BASE.get(base, OF_ANY_BASE)
        item = self.item(ItemKind.FUNCTION, sign, plain, [Piece(plain, sign.start, sign.end)])
        item.base = "" if base in OF_BASE else base
        return item

    def is_plain(self, word: str) -> bool:
        """Whether a function has just this name."""
        return word in self.own or table.function(word) is not None

    def function(self, word: str, *, is_called: bool, is_applied: bool = False) -> str | None:
        """The plain name of the function that a word is where something follows that can be its argument."""
        if word in self.own:
            return word if is_called else None
        if not is_called:
            return FUNCTIONS.get(word, word) if is_applied and word in BARE else None
        if table.function(word) is not None:
            return word
        if word in FUNCTIONS:
            return FUNCTIONS[word]
        if word in FORTRAN:
            return FUNCTIONS[word.lower()]
        if any((word, count) in TEMPLATES for count in (1, 2, 3)) or word in REFUSED:
            return word
        if word in SINGLE:
            return word[:-1] if table.function(word[:-1]) else FUNCTIONS.get(word[:-1])
        return word.lower() if word.lower() in OTHER_CASES else None

    @staticmethod
    def constant(word: str) -> tuple[str, ...] | None:
        """The plain tokens of a constant."""
        if table.constant(word) is not None:
            return (word,)
        return tuple(plain_pieces(CONSTANTS[word])) if word in CONSTANTS else None

    def product(self, sign: Sign, parts: tuple[str, ...]) -> list[Item]:
        """A word that is several factors without anything between them."""
        items: list[Item] = []
        at = sign.start
        for part in parts:
            here = Sign(sign.kind, part, at, min(at + len(part), sign.end), sign.is_apart and not items)
            here.is_on_new_line = sign.is_on_new_line and not items
            variable = self.variable(part)
            if variable is not None:
                item = self.name(here, variable)
            elif part in GLUED:
                plain = FUNCTIONS.get(part, part)
                item = self.item(ItemKind.FUNCTION, here, plain, [Piece(plain, here.start, here.end)])
            else:
                pieces = [Piece(text, here.start, here.end) for text in self.constant(part) or (part,)]
                item = self.item(ItemKind.NAME, here, part, pieces)
            item.is_glued = bool(items)
            items.append(item)
            at = here.end
        return items

    def segmented(self, word: str, *, is_followed: bool, is_raised: bool) -> list[tuple[str, ...]]:
        """The ways to read a word as several names, two of them at most."""
        if self.is_open or len(word) > _MOST_LETTERS or word.startswith("_"):
            return []
        return _segmented(word, self.known, is_followed, is_raised)


@lru_cache(maxsize=256)
def _segmented(word: str, known: frozenset[str], is_followed: bool, is_raised: bool) -> list[tuple[str, ...]]:
    """The ways to read a word as several names: variables, pi, and functions before what follows; e at the end."""
    ends: list[list[tuple[str, ...]]] = [[] for _ in range(len(word) + 1)]
    ends[0].append(())
    for end in range(1, len(word) + 1):
        for start in range(end):
            if not ends[start]:
                continue
            part = word[start:end]
            is_last = end == len(word)
            if _is_part(part, known, is_last and is_raised, not is_last or is_followed):
                ends[end] += [(*before, part) for before in ends[start]]
                del ends[end][2:]
    return [parts for parts in ends[-1] if len(parts) > 1]


def _other_letters(word: str) -> list[str]:
    """The other names of a Greek letter, in letters or in Greek."""
    name = GREEK.get(word, word)
    return [other for other in (name, *_GREEK_OF.get(name, ())) if other != word]


def _is_part(part: str, known: frozenset[str], is_base: bool, has_argument: bool) -> bool:
    if part in known or not known.isdisjoint(_other_letters(part)):
        return True
    return part in PI or (part == BASE_OF_POWERS and is_base) or (part in GLUED and has_argument)
