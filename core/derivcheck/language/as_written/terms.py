"""Terms: the items between two brackets as plain tokens, with the products and brackets that are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from derivcheck.language.as_written.choices import Choices
from derivcheck.language.as_written.items import Factor, Item, ItemKind
from derivcheck.language.as_written.joining import Joining
from derivcheck.language.as_written.token_pieces import Piece, added

_PRODUCTS = frozenset({"*", "/", "//", "%", "@"})
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
_DIVISIONS = _PRODUCTS - {"*"}
_JOINTS = {"&": "and", "|": "or"}
_MOST_CHOICES = 40
"""Conditionals within one another."""


class Terms(Joining):
    """Reads the items of one level: the whole formula, or what stands in one pair of brackets.

    Args:
        text: the formula.
        choices: which of two readings is tried.
        is_of_c: whether the formula shows that `&` binds as in C, Octave and Julia: behind comparisons.
    """

    def __init__(self, text: str, choices: Choices, *, is_of_c: bool = False) -> None:
        super().__init__(text, choices)
        self.is_of_c = is_of_c

    def arguments(self, items: Sequence[Item]) -> list[list[Piece]]:
        """The plain tokens of what stands between the commas."""
        found: list[list[Piece]] = []
        begin = 0
        for at, item in enumerate([*items, None]):
            if item is None or (item.kind is ItemKind.OPERATOR and item.text == ","):
                found.append(self.argument(items[begin:at], 0))
                begin = at + 1
        return found

    @staticmethod
    def is_condition(items: Sequence[Item]) -> bool:
        """Whether a comparison stands among the items."""
        return any(item.kind is ItemKind.OPERATOR and item.text in _COMPARISONS for item in items)

    def argument(self, items: Sequence[Item], depth: int) -> list[Piece]:
        """The plain tokens of an argument, which may be a conditional: a > 0 ? b : c."""
        question = next((at for at, item in enumerate(items) if self.is_operator(item, "?")), None)
        if question is None:
            return self.sequence(items)
        if depth > _MOST_CHOICES:
            self.fail(items[question], f"conditionals may stand {_MOST_CHOICES} deep")
        colon = _matching_colon(items, question)
        if colon is None or question == 0 or colon == len(items) - 1 or colon == question + 1:
            self.fail(items[question], "`?` belongs to `condition ? a : b`", "write where(condition, a, b)")
        return [
            added("where", items[0].start),
            added("(", items[0].start),
            *self.sequence(items[:question]),
            Piece(",", items[question].start, items[question].end),
            *self.argument(items[question + 1 : colon], depth + 1),
            Piece(",", items[colon].start, items[colon].end),
            *self.argument(items[colon + 1 :], depth + 1),
            added(")", items[-1].end),
        ]

    def sequence(self, items: Sequence[Item]) -> list[Piece]:
        """The plain tokens of operands and operators."""
        items = self.with_words(items)
        pieces: list[Piece] = []
        at, wants_operand = 0, True
        while at < len(items):
            item = items[at]
            if item.kind is ItemKind.OPERATOR:
                text = "not" if item.text == "!" and wants_operand else None
                pieces += [Piece(text, item.start, item.end)] if text else item.pieces
                wants_operand, at = True, at + 1
                continue
            if not wants_operand and not item.is_on_new_line and not self.is_word(items, at):
                self.fail(item, "an operator is missing here")
            found, at = self.product(items, at)
            pieces += found
            wants_operand = False
        return pieces

    def with_words(self, items: Sequence[Item]) -> Sequence[Item]:
        """The items with `and` for `&` and `or` for `|` where comparisons stand on both sides, as in C and Octave."""
        signs = [at for at, item in enumerate(items) if self.is_operator(item, *_JOINTS)]
        if not signs or not self.is_of_c or any(self.is_operator(item, "=", ";") for item in items):
            return items
        bounds = [-1, *signs, len(items)]
        if not all(self.is_comparison(items[begin + 1 : end]) for begin, end in pairwise(bounds)):
            return items
        found = list(items)
        for at in signs:
            word = _JOINTS[items[at].text]
            found[at] = replace(items[at], text=word, pieces=[Piece(word, items[at].start, items[at].end)])
        return found

    def is_comparison(self, items: Sequence[Item]) -> bool:
        """Whether some items are a comparison of values, or one in brackets."""
        if len(items) == 1:
            return items[0].is_condition
        return self.is_condition(items) and not any(item.is_condition for item in items)

    @staticmethod
    def is_word(items: Sequence[Item], at: int) -> bool:
        """Whether an item and the one before are words or what else the plain language is to judge."""
        return ItemKind.OTHER in {items[at].kind, items[at - 1].kind}

    def product(self, items: Sequence[Item], at: int) -> tuple[list[Piece], int]:
        """The plain tokens of a product whose factors have signs between them, or nothing."""
        factor, at = self.factor(items, at)
        factors: list[Factor] = [factor]
        signs: list[Item | None] = []
        while at < len(items):
            item = items[at]
            if item.kind is ItemKind.OPERATOR and item.text in _PRODUCTS and at + 1 < len(items):
                sign, at = item, at + 1
            elif item.begins_operand() and not item.is_on_new_line:
                sign = None
                if self.is_open_name(factor, item):
                    factor.pieces += item.pieces
                    at += 1
                    continue
            else:
                break
            factor, at = self.factor(items, at, has_signs=sign is not None)
            factors.append(factor)
            signs.append(sign)
        self.merge(factors, signs)
        return self.divided(factors, signs), at

    def merge(self, factors: list[Factor], signs: list[Item | None]) -> None:
        """Decide for each two factors in a row whether the second belongs into the first: sin x y."""
        at = 1
        while at < len(factors):
            joined = self.joined(factors[at - 1], signs[at - 1], factors[at])
            if joined is not None:
                factors[at - 1 : at + 1] = [joined]
                del signs[at - 1]
            else:
                at += 1

    def divided(self, factors: list[Factor], signs: list[Item | None]) -> list[Piece]:
        """The tokens of a product, once it is decided what each division divides by."""
        pieces = list(factors[0].whole)
        at = 1
        while at < len(factors):
            sign = signs[at - 1]
            last = at
            while last < len(signs) and signs[last] is None:
                last += 1
            pieces += sign.pieces if sign is not None else [added("*", factors[at].start)]
            is_open = sign is not None and sign.text in _DIVISIONS and last > at
            if is_open and self.is_closed(factors[at], factors[at + 1]):
                is_open = False
            if is_open and not self.choices.choose(factors[at - 1].start, factors[last].end):
                pieces.append(added("(", factors[at].start))
                pieces += factors[at].whole
                for each in factors[at + 1 : last + 1]:
                    pieces += [added("*", each.start), *each.whole]
                pieces.append(added(")", factors[last].end))
                at = last + 1
                continue
            pieces += factors[at].whole
            at += 1
        return pieces

    @staticmethod
    def is_closed(divisor: Factor, following: Factor) -> bool:
        """Whether a divisor in brackets ends a fraction, since a blank stands behind it: 1/(2σ) e^x."""
        is_in_brackets = divisor.item.kind is ItemKind.GROUP and not divisor.is_factorial
        return is_in_brackets and following.item.is_apart and following.item.kind is not ItemKind.GROUP


def _matching_colon(items: Sequence[Item], question: int) -> int | None:
    """The index of the `:` that belongs to a `?`."""
    depth = 0
    for at in range(question, len(items)):
        if items[at].kind is ItemKind.OPERATOR and items[at].text in {"?", ":"}:
            depth += 1 if items[at].text == "?" else -1
            if depth == 0:
                return at
    return None
