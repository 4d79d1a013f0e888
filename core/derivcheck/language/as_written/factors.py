"""Factors: one operand with its function, its powers, factorials, methods and indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from derivcheck.errors import ParseError, Span
from derivcheck.language import table
from derivcheck.language.as_written.choices import Choices
from derivcheck.language.as_written.items import Factor, Item, ItemKind
from derivcheck.language.as_written.other_names import (
    BARE,
    FIRST_POWERS,
    INVERSES,
    OF_MATHEMATICA,
    REFUSED,
    ROOTS,
    TEMPLATES,
    plain_pieces,
)
from derivcheck.language.as_written.token_pieces import Piece, added, in_brackets

_POWERS = frozenset({"^", "**"})
_SIGNS = frozenset({"+", "-", "~"})
_MINUS_ONE = (["-", "1"], ["(", "-", "1", ")"])
_MOST_FUNCTIONS = 20
"""Functions that stand in a row without brackets: ln sin x."""


class Factors:
    """Reads factors.

    Args:
        text: the formula.
        choices: which of two readings is tried.
    """

    def __init__(self, text: str, choices: Choices) -> None:
        self.text = text
        self.choices = choices
        self.nested = 0

    @staticmethod
    def is_operator(item: Item, *texts: str) -> bool:
        """Whether an item is one of these operators."""
        return item.kind is ItemKind.OPERATOR and item.text in texts

    def factor(self, items: Sequence[Item], at: int, *, has_signs: bool = True) -> tuple[Factor, int]:
        """The factor that begins at an index, and the index behind it."""
        signs: list[Piece] = []
        while has_signs and at < len(items) and self.is_operator(items[at], *_SIGNS):
            signs += items[at].pieces
            at += 1
        if at == len(items):
            self.fail(items[-1], f"an operand is missing behind `{items[-1].text}`")
        item = items[at]
        if item.kind is ItemKind.FUNCTION:
            factor, at = self.application(items, at)
        elif item.kind is ItemKind.ROOT:
            factor, at = self.root(items, at)
        else:
            if item.kind is ItemKind.OPERATOR:
                self.fail(item, f"an operand is missing before `{item.text}`")
            factor, at = Factor(self.grouped(item), item, item.end), at + 1
        at = self.behind(factor, items, at)
        factor.signs = signs
        return factor, at

    def grouped(self, item: Item) -> list[Piece]:
        """The tokens of an operand: brackets that only group are round."""
        if item.kind is ItemKind.GROUP and item.text == "{" and len(item.arguments) != 1:
            self.fail(item, "`{…}` groups one value", "several values stand in [1, 2]")
        return list(item.pieces)

    # --- behind an operand ---------------------------------------------------------------------------------------

    def behind(self, factor: Factor, items: Sequence[Item], at: int) -> int:
        """Read the powers, factorials, methods and indices behind an operand; the index behind them."""
        while at < len(items):
            item = items[at]
            if self.is_operator(item, *_POWERS):
                at = self.power(factor, items, at)
            elif self.is_operator(item, "!"):
                self.factorial(factor, item)
                at += 1
            elif self.is_operator(item, "°"):
                factor.pieces = [*_opened(factor), added("*", item.start), Piece("pi", item.start, item.end)]
                factor.pieces += [added("/", item.end), added("180", item.end), added(")", item.end)]
                factor.end, at = item.end, at + 1
            elif item.kind is ItemKind.ATTRIBUTE:
                factor.pieces += item.pieces
                factor.end, factor.is_call, at = item.end, True, at + 1
                if at < len(items) and items[at].kind is ItemKind.GROUP and items[at].text == "(":
                    factor.pieces += items[at].pieces
                    factor.end, at = items[at].end, at + 1
            elif item.kind is ItemKind.GROUP and item.text == "[" and not item.is_on_new_line:
                if factor.item.kind is ItemKind.NUMBER and any(piece.text.isidentifier() for piece in item.pieces):
                    item.text = "("
                    item.pieces = _round(item)
                    return at
                factor.pieces += item.pieces
                factor.end, at = item.end, at + 1
            elif self.is_operator(item, "'", "\N{PRIME}", "\N{DOUBLE PRIME}"):
                self.fail(
                    item, f"`{item.text}` is not part of a formula", "a transpose is written A.T; a derivative df/dx"
                )
            else:
                return at
        return at

    def power(self, factor: Factor, items: Sequence[Item], at: int) -> int:
        """Read a power behind an operand; the index behind it."""
        sign = items[at]
        if factor.is_call_apart:
            name = factor.item.text
            hint = f"write {name}((…)**2), or {name}(…)**2"
            self.fail(factor.item, f"a power behind `{name} (…)` can be read in two ways", hint)
        if factor.is_root and factor.hole is not None:
            end = items[min(at + 1, len(items) - 1)].end
            if not self.choices.choose(factor.start, end):
                inner, at = self.exponent(items, at + 1)
                factor.pieces[factor.hole : factor.hole] = [Piece("**", sign.start, sign.end), *inner.whole]
                factor.hole, factor.end = None, inner.end
                return at
            factor.hole = None
        exponent, at = self.exponent(items, at + 1)
        factor.pieces.append(Piece("**", sign.start, sign.end))
        is_open = exponent.item.kind is not ItemKind.GROUP or exponent.hole is not None
        factor.exponent = len(factor.pieces) if is_open else None
        whole = exponent.whole
        factor.exponent_text = whole[0].text if len(whole) == 1 else ""
        factor.pieces += whole
        factor.has_power, factor.end = True, exponent.end
        return at

    def exponent(self, items: Sequence[Item], at: int) -> tuple[Factor, int]:
        """What stands behind a `^`, without powers and factorials of its own."""
        signs: list[Piece] = []
        while at < len(items) and self.is_operator(items[at], *_SIGNS):
            signs += items[at].pieces
            at += 1
        if at == len(items) or items[at].kind is ItemKind.OPERATOR:
            self.fail(items[min(at, len(items) - 1)], "an exponent is missing")
        item = items[at]
        if item.kind is ItemKind.FUNCTION:
            found, at = self.application(items, at)
        elif item.kind is ItemKind.ROOT:
            found, at = self.root(items, at)
        else:
            pieces = _round(item) if item.text == "[" else list(item.pieces)
            found, at = Factor(pieces, item, item.end), at + 1
        found.signs = signs
        return found, at

    def factorial(self, factor: Factor, item: Item) -> None:
        """Read the `!` behind an operand."""
        if factor.is_factorial:
            self.fail(
                item, "`!!` is not part of the expression language", "write factorial(factorial(x)) if that is meant"
            )
        if factor.is_call:
            self.fail(
                item, "`!` behind a function can be read in two ways", "write factorial(sin(x)), or sin(factorial(x))"
            )
        begin = 0
        if factor.has_power:
            at = factor.exponent
            if at is None:
                at = next(each for each, piece in enumerate(factor.pieces) if piece.text == "**") + 1
            begin = 0 if self.choices.choose(factor.start, item.end) else at
        inner = factor.pieces[begin:]
        place = inner[0].start
        factor.pieces[begin:] = [
            added("factorial", place),
            added("(", place),
            *inner,
            Piece(")", item.start, item.end),
        ]
        factor.is_factorial, factor.end = True, item.end

    # --- functions -----------------------------------------------------------------------------------------------

    def root(self, items: Sequence[Item], at: int) -> tuple[Factor, int]:
        """A root's sign, and what stands behind it."""
        item = items[at]
        name, opened, _, *rest = plain_pieces(ROOTS[item.text])
        at += 1
        if at == len(items) or not (items[at].begins_operand() or items[at].text == "["):
            self.fail(item, f"`{item.text}` has no argument", f"write {name}(x)")
        argument = items[at]
        if argument.kind in {ItemKind.FUNCTION, ItemKind.ROOT}:
            self.enter(item)
            inner, at = self.root(items, at) if argument.kind is ItemKind.ROOT else self.application(items, at)
            self.nested -= 1
            pieces, is_open = inner.whole, inner.hole is not None
        else:
            pieces, is_open, at = list(argument.pieces), argument.kind is not ItemKind.GROUP, at + 1
            pieces = _round(argument)[1:-1] if argument.text in {"(", "[", "{"} else pieces
        if not pieces:
            self.fail(argument, f"`{item.text}` has no argument", f"write {name}(x)")
        end = pieces[-1].end
        hole = 2 + len(pieces)
        whole = [Piece(name, item.start, item.end), added(opened, item.end), *pieces]
        whole += [added(text, end) for text in rest]
        return Factor(whole, item, end, hole if is_open else None, is_call=True, is_root=True), at

    def application(self, items: Sequence[Item], at: int) -> tuple[Factor, int]:
        """A function with its argument, in brackets or not: sin(x), sin x, sin^2 x."""
        function = items[at]
        is_of_system = at + 1 < len(items) and self.template(function.text, items[at + 1]) is not None
        if function.text in REFUSED and table.function(function.text) is None and not is_of_system:
            self.fail(function, f"`{function.text}` is no function here", REFUSED[function.text])
        at += 1
        power: Factor | None = None
        if at < len(items) and self.is_operator(items[at], *_POWERS):
            power, at = self.exponent(items, at + 1)
            if at < len(items) and items[at].is_glued:
                hint = f"write {function.text}(…)**(…)"
                self.fail(items[at], "where the exponent ends and the argument begins is not clear", hint)
        inverse = power is not None and [piece.text for piece in power.whole] in _MINUS_ONE
        name = function.text
        if inverse:
            if name not in INVERSES:
                other = FIRST_POWERS.get(name, "the inverse function by its own name")
                self.fail(function, f"`{name}^-1` can be read in two ways", f"write 1/{name}(x), or {other}")
            name = INVERSES[name]
        hole: int | None = None
        is_call_apart = is_in_bars = False
        if at < len(items) and items[at].kind is ItemKind.GROUP and items[at].text in {"(", "[", "{"}:
            group = items[at]
            called, is_call_apart, end = self.call(function, name, group), group.is_apart, group.end
            at += 1
        elif self.takes_one(name) and self.begins_argument(items, at):
            first = items[at]
            signs = list(first.pieces) if first.kind is ItemKind.OPERATOR else []
            argument, at = self.bare_argument(items, at + bool(signs), function)
            argument = [*signs, *argument]
            end = argument[-1].end
            called = [*self.named(function, name), added("(", argument[0].start), *argument]
            hole = len(called)
            called += [*self.base(function, end), added(")", end)]
            is_in_bars = len(argument) > 1 and not signs and first.text == "|" and first.end == end
        else:
            return Factor(list(function.pieces), function, function.end), at
        if function.base and not function.base.isdigit():
            quotient = [added("/", end), added("log", end), added("(", end), added(function.base, end), added(")", end)]
            called = [added("(", function.start), *called, *quotient, added(")", end)]
            hole = None if hole is None else hole + 1
        if power is not None and not inverse:
            exponent = power.whole
            called = [added("pow", function.start), added("(", function.start), *called, added(",", end)]
            called += [*exponent, added(")", end)]
            hole = None if hole is None else hole + 2
        factor = Factor(called, function, end, hole, is_call=True, is_call_apart=is_call_apart, is_root=is_in_bars)
        return factor, at

    def begins_argument(self, items: Sequence[Item], at: int) -> bool:
        """Whether an argument without brackets begins at an index: x, or -x behind a blank."""
        if at >= len(items) or items[at].is_on_new_line:
            return False
        if not self.is_operator(items[at], "-"):
            return items[at].begins_operand()
        following = items[at + 1] if at + 1 < len(items) else None
        return items[at].is_apart and following is not None and following.begins_operand() and not following.is_apart

    @staticmethod
    def takes_one(name: str) -> bool:
        """Whether a function's argument may stand without brackets."""
        row = table.function(name)
        return (
            row is not None
            and len(row.params) == 1
            and not row.is_shaped
            and (name in BARE or name in INVERSES.values())
        )

    @staticmethod
    def named(function: Item, name: str) -> list[Piece]:
        """The tokens of a function's name, with the library before it."""
        if name == function.text:
            return list(function.pieces)
        return [*function.pieces[:-1], function.pieces[-1]._replace(text=name)]

    @staticmethod
    def base(function: Item, end: int) -> list[Piece]:
        """The tokens of a logarithm's base."""
        return [added(",", end), added(function.base, end)] if function.base.isdigit() else []

    def call(self, function: Item, name: str, group: Item) -> list[Piece]:
        """The tokens of a call."""
        template = self.template(name, group)
        if any(piece.text == "=" for argument in group.arguments for piece in argument):
            template = None
        if template is not None:
            pieces = [added("(", function.start)]
            for part in plain_pieces(template):
                is_argument = part.startswith("{")
                pieces += in_brackets(group.arguments[int(part[1:-1])]) if is_argument else [added(part, group.end)]
            return [*pieces, added(")", group.end)]
        opened, *inner, closed = _round(group)
        return [*self.named(function, name), opened, *inner, *self.base(function, closed.start), closed]

    @staticmethod
    def template(name: str, group: Item) -> str | None:
        """The plain text of a call that has another form here; None for one that has not."""
        key = (name, len(group.arguments))
        if table.function(name) is not None:
            return None
        return (OF_MATHEMATICA.get(key) if group.text == "[" else None) or TEMPLATES.get(key)

    def bare_argument(self, items: Sequence[Item], at: int, function: Item) -> tuple[list[Piece], int]:
        """The argument of a function without brackets: a number and a word, `2x`, with powers, or one factor."""
        self.enter(function)
        if items[at].text == "|":
            self.nested -= 1
            return list(items[at].pieces), at + 1
        first, at = self.factor(items, at, has_signs=False)
        self.nested -= 1
        parts = [first]
        is_coefficient = first.is_a(ItemKind.NUMBER) and not first.has_power
        while at < len(items) and items[at].kind is ItemKind.NAME:
            is_next = is_coefficient and len(parts) == 1 and not items[at].is_apart
            if not (items[at].is_glued or is_next):
                break
            part, at = self.factor(items, at, has_signs=False)
            parts.append(part)
        if any(part.is_factorial for part in parts):
            hint = f"write {function.text}(factorial(x)), or factorial({function.text}(x))"
            self.fail(function, "`!` behind a function can be read in two ways", hint)
        pieces = parts[0].whole
        for part in parts[1:]:
            pieces = [*pieces, added("*", part.start), *part.whole]
        return pieces, at

    def enter(self, item: Item) -> None:
        """Count the functions without brackets that stand within one another."""
        self.nested += 1
        if self.nested > _MOST_FUNCTIONS:
            self.fail(item, f"functions without brackets may stand {_MOST_FUNCTIONS} in a row", "write f(g(x))")

    def fail(self, item: Item, message: str, hint: str | None = None) -> NoReturn:
        """Raise the ParseError about an item."""
        raise ParseError(message, text=self.text, span=Span(item.start, item.end), hint=hint)


def _opened(factor: Factor) -> list[Piece]:
    return [added("(", factor.start), *factor.pieces]


def _round(group: Item) -> list[Piece]:
    """The tokens of a group with round brackets."""
    opened, *inner, closed = group.pieces
    return [opened._replace(text="("), *inner, closed._replace(text=")")]
