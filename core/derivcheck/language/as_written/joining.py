"""Joining: whether two factors in a row are a product, or the second belongs into the first: sin x y, e^2x, 2n!."""

from __future__ import annotations

import re
from typing import NoReturn

from derivcheck.language import table
from derivcheck.language.as_written.factors import Factors
from derivcheck.language.as_written.items import Factor, Item, ItemKind
from derivcheck.language.as_written.other_names import BETWEEN, INDICATORS, REFUSED, REMARKS
from derivcheck.language.as_written.token_pieces import added, in_brackets

_IMAGINARY = frozenset({"i", "j", "I", "J"})
_DENOMINATOR = re.compile(r"\s*/\s*([0-9]+)")


class Joining(Factors):
    """Decides what two factors in a row are."""

    def is_open_name(self, factor: Factor, item: Item) -> bool:
        """Whether a name before a bracket is left as it is, for the plain language to judge: f(x)."""
        if factor.item.kind is not ItemKind.NAME or factor.has_power or factor.is_factorial or item.text != "(":
            return False
        if factor.item.is_function:
            return True
        return not item.is_apart and (not factor.item.is_known or len(item.arguments) != 1)

    def joined(self, before: Factor, sign: Item | None, after: Factor) -> Factor | None:
        """Two factors as one, where the second belongs into the argument or the exponent of the first; else None."""
        span = (before.start, after.end)
        if sign is not None:
            is_open = self.is_open_behind_sign(before, sign, after)
        else:
            self.check_beside(before, after)
            if before.exponent is not None:
                is_open = self.is_open_exponent(before, after)
            elif before.is_call_apart and not after.is_call:
                return self.joined_to_call(before, after)
            elif before.hole is not None and not after.is_call:
                is_open = True
            else:
                return self.joined_otherwise(before, after)
        return self.extended(before, sign, after) if is_open and not self.choices.choose(*span) else None

    def joined_to_call(self, before: Factor, after: Factor) -> Factor | None:
        """A call whose bracket stands apart, with what follows in its argument: sin (x + 1)(x - 1)."""
        if self.choices.choose(before.start, after.end):
            return None
        opened = next(at for at, piece in enumerate(before.pieces) if piece.text == "(")
        inner = [*in_brackets(before.pieces[opened + 1 : -1]), added("*", after.start), *after.whole]
        before.pieces = [*before.pieces[: opened + 1], *inner, before.pieces[-1]]
        before.end = after.end
        return before

    def check_beside(self, before: Factor, after: Factor) -> None:
        """Fail for two factors that cannot stand beside each other."""
        if after.is_a(ItemKind.NUMBER):
            self.fail_at_number(before, after)
        if after.item.text in REMARKS and after.item.kind is ItemKind.NAME:
            hint = "leave the remark out: a point is given by --at x=1"
            self.fail(after.item, f"`{after.item.text}` begins a remark", hint)
        if after.item.kind is ItemKind.NAME and not after.item.is_known and after.item.text in BETWEEN:
            self.fail(after.item, f"`{after.item.text}` is no operator here", BETWEEN[after.item.text])
        for each in (before, after):
            is_name = each.item.kind is ItemKind.NAME and not each.item.is_known
            is_prose = is_name and not each.item.is_missing and len(each.item.text) > 1  # where any name is a variable
            if is_prose or (is_name and table.function(each.item.text) is not None):
                self.fail(each.item, f"`{each.item.text}` is no factor")
        name = after.item.text
        is_name = after.item.kind is ItemKind.NAME and not after.item.is_known
        if is_name and name in _IMAGINARY and before.is_a(ItemKind.NUMBER) and not after.item.is_apart:
            self.fail(after.item, "complex numbers are not part of the language")
        if after.item.is_missing:
            hint = f"give it a value, {name}=…; a remark is left out, and a point is given by --at"
            hint = REFUSED.get(name, hint)
            self.fail(after.item, f"`{name}` is neither a variable of the point nor a function", hint)

    @staticmethod
    def is_open_behind_sign(before: Factor, sign: Item, after: Factor) -> bool:
        """Whether what stands behind a sign could belong to what is before it: sin x/2, x^1/2."""
        if before.hole is not None and not before.is_root:
            return not after.is_call
        is_tight = sign.text == "/" and not sign.is_apart and not after.item.is_apart
        is_one = before.exponent is not None and before.exponent_text == "1"
        return is_one and is_tight and after.is_a(ItemKind.NUMBER)

    @staticmethod
    def is_open_exponent(before: Factor, after: Factor) -> bool:
        """Whether what stands behind an exponent without brackets could belong to it: e^2x, and not x^2 y."""
        item = after.item
        if before.exponent_text.isdigit():
            if before.item.kind is ItemKind.GROUP or before.is_call:
                return not (item.is_apart or item.kind is ItemKind.GROUP or after.is_call)
            is_variable = before.item.kind is ItemKind.NAME and table.constant(before.item.text) is None
            if is_variable and item.text != before.item.text:
                return False
        return not (item.is_apart and (after.is_call or item.kind is ItemKind.GROUP))

    def joined_otherwise(self, before: Factor, after: Factor) -> Factor | None:
        """Two factors as one where they could be no product: 2n!, y(x), x (x > 0)."""
        item = after.item
        span = (before.start, after.end)
        if after.is_factorial:
            if not self.choices.choose(*span):
                return None
            called, closed = after.pieces[:2], after.pieces[-1]
            pieces = [*called, *before.pieces, added("*", after.start), *after.pieces[2:-1], closed]
            return Factor(pieces, before.item, after.end, is_factorial=True, signs=before.signs)
        if item.kind is not ItemKind.GROUP or item.text == "|" or after.has_power:
            return None
        if item.is_condition and before.item.text in INDICATORS and not before.has_power:
            condition = self.text[item.start + 1 : item.end - 1].strip()
            self.fail(before.item, f"`{before.item.text}` is no function here", f"write where({condition}, 1, 0)")
        is_one = [piece.text for piece in before.pieces] == ["1"]
        is_remark = item.is_condition and not is_one
        is_argument = before.item.kind is ItemKind.NAME and len(item.pieces) == 3
        is_open = is_remark or (is_argument and not item.is_apart)
        return before if is_open and self.choices.choose(*span) else None

    def extended(self, before: Factor, sign: Item | None, after: Factor) -> Factor:
        """A factor with the next one in its argument, or in its exponent."""
        link = list(sign.pieces) if sign is not None else [added("*", after.start)]
        pieces = before.pieces
        if before.exponent is not None:
            exponent = [*pieces[before.exponent :], *link, *after.whole]
            before.pieces = [*pieces[: before.exponent], *in_brackets(exponent)]
            before.exponent = None
        else:
            assert before.hole is not None
            before.pieces = [*pieces[: before.hole], *link, *after.whole, *pieces[before.hole :]]
            before.hole += len(link) + len(after.whole)
        before.end = after.end
        return before

    def fail_at_number(self, before: Factor, after: Factor) -> NoReturn:
        """Raise the error about a number behind an operand."""
        left, right = self.text[before.start : before.end], self.text[after.start : after.end]
        if before.is_a(ItemKind.NUMBER):
            number = "".join(piece.text for piece in after.pieces).strip("()")
            over = _DENOMINATOR.match(self.text, after.end)
            number += f"/{over[1]}" if over and "/" not in number else ""
            hint = f"write {left} + {number}, or {left}*{number}" if "/" in number else f"write {left}*{number}"
            self.fail(after.item, "two numbers stand beside each other", hint)
        self.fail(
            after.item,
            "a number behind an operand can be read in two ways",
            f"write {left}*{right}, or {left}**{right}",
        )
