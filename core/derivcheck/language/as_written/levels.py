"""Levels: the brackets of a formula, each of which is read when it is closed, so that no depth exhausts anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from derivcheck.errors import ParseError, Span
from derivcheck.language.as_written.choices import Choices
from derivcheck.language.as_written.items import Item, ItemKind
from derivcheck.language.as_written.other_names import (
    LIBRARIES,
    LIKE_C,
    MODULES,
    OF_C_AND_SCRIPT,
    OF_SYMPY,
    OPERATOR_WORDS,
    SCRIPT_CONSTANTS,
    plain_pieces,
)
from derivcheck.language.as_written.signs import Sign, SignKind, has_dotted_operators, has_question
from derivcheck.language.as_written.terms import Terms
from derivcheck.language.as_written.token_pieces import Piece, added
from derivcheck.language.as_written.words_as_written import Words

_CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|", "⌊": "⌋", "⌈": "⌉"}
_CALLING = {"|": "abs", "⌊": "floor", "⌈": "ceil"}
_MOST_DEEP = 100
_TORCHS = frozenset(
    {"torch", "F", "nn", "sympy", "sm", "sy", "math", "np", "numpy", "jnp", "jax", "scipy", "special", "sp", "tf", "K"}
)
_OWNERS = frozenset({"self", "this", "params", "cls"})
_APPLICABLE = frozenset({SignKind.NUMBER, SignKind.FRACTION, SignKind.WORD, SignKind.OPEN, SignKind.BAR, SignKind.ROOT})


@dataclass(slots=True)
class _Level:
    """A bracket that is open, or the whole formula.

    Attributes:
        opened: the sign of the bracket.
        items: what has been read in it.
        is_call: whether a function stands before the bracket.
    """

    opened: Sign | None
    items: list[Item] = field(default_factory=list)
    is_call: bool = False


class Levels:
    """Reads the signs of one formula.

    Args:
        text: the formula.
        signs: its signs.
        words: what its words stand for.
        choices: which of two readings is tried.
        has_shapes: whether a variable has a shape: then `[…]` is a list.
    """

    def __init__(
        self, text: str, signs: Sequence[Sign], words: Words, choices: Choices, *, has_shapes: bool = False
    ) -> None:
        self.text = text
        self.signs = signs
        self.words = words
        self.choices = choices
        self.has_shapes = has_shapes
        is_of_c = has_dotted_operators(text, signs) or has_question(signs)
        self.terms = Terms(text, choices, is_of_c=is_of_c)
        self.levels = [_Level(None)]

    def run(self) -> list[Piece]:
        """The plain tokens of the whole formula."""
        at = 0
        while at < len(self.signs):
            at = self.read(at)
        if len(self.levels) > 1:
            opened = self.levels[-1].opened
            assert opened is not None
            self.fail(opened, "a bracket is opened and never closed")
        found: list[Piece] = []
        for index, argument in enumerate(self.terms.arguments(self.levels[0].items)):
            commas = [item for item in self.levels[0].items if self.terms.is_operator(item, ",")]
            found += [*(commas[index - 1].pieces if index else ()), *argument]
        return found

    @property
    def items(self) -> list[Item]:
        """What has been read at the innermost level."""
        return self.levels[-1].items

    def read(self, at: int) -> int:
        """Read the sign at an index; the index of the next one."""
        sign = self.signs[at]
        kind = sign.kind
        if len(self.levels) > 1:
            sign.is_on_new_line = False
        if kind is SignKind.WORD:
            return self.word(at)
        if kind is SignKind.BAR:
            return self.bar(at)
        if kind is SignKind.OPEN:
            self.open(sign)
        elif kind is SignKind.CLOSE:
            self.close(sign)
        elif kind is SignKind.NUMBER:
            self.add(ItemKind.NUMBER, sign)
        elif kind is SignKind.FRACTION:
            top, _, bottom = sign.text.partition("/")
            texts = ("(", top, "/", bottom, ")")
            self.add(ItemKind.NUMBER, sign, [Piece(text, sign.start, sign.end) for text in texts])
        else:
            kinds = {
                SignKind.ROOT: ItemKind.ROOT,
                SignKind.ATTRIBUTE: ItemKind.ATTRIBUTE,
                SignKind.OPERATOR: ItemKind.OPERATOR,
            }
            self.add(kinds.get(kind, ItemKind.OTHER), sign)
        return at + 1

    def add(self, kind: ItemKind, sign: Sign, pieces: list[Piece] | None = None) -> None:
        """Add an item that takes the characters of one sign."""
        pieces = pieces or [Piece(sign.text, sign.start, sign.end)]
        self.items.append(Item(kind, sign.text, pieces, sign.start, sign.end, sign.is_apart, sign.is_on_new_line))

    # --- brackets ------------------------------------------------------------------------------------------------

    def open(self, sign: Sign) -> None:
        """Open a bracket."""
        if len(self.levels) > _MOST_DEEP:
            self.fail(sign, f"a text that is not plain may have brackets {_MOST_DEEP} deep")
        before = self.items[-1] if self.items else None
        is_call = before is not None and before.kind in {ItemKind.FUNCTION, ItemKind.ATTRIBUTE}
        self.levels.append(_Level(sign, is_call=is_call))

    def close(self, sign: Sign) -> None:
        """Close a bracket."""
        level = self.levels[-1]
        opened = level.opened
        if opened is None or _CLOSING[opened.text] != sign.text:
            self.fail(sign, f"`{sign.text}` closes no bracket")
        self.levels.pop()
        self.items.append(self.group(level, opened, sign))

    def group(self, level: _Level, opened: Sign, closed: Sign) -> Item:
        """What stood in a bracket as one item."""
        arguments = self.terms.arguments(level.items)
        commas = [item for item in level.items if self.terms.is_operator(item, ",")]
        inner = list(arguments[0])
        for comma, argument in zip(commas, arguments[1:], strict=True):
            inner += [*comma.pieces, *argument]
        bracket = opened.text
        if bracket in _CALLING:
            function = _CALLING[bracket]
            if len(arguments) != 1 or not inner:
                self.fail(opened, f"`{bracket}…{closed.text}` holds one value", f"write {function}(x)")
            begin = [Piece(function, opened.start, opened.end), added("(", opened.end)]
            bracket = "|"
            pieces = [*begin, *inner, Piece(")", closed.start, closed.end)]
        else:
            texts = ("[", "]") if bracket == "[" else ("(", ")")
            pieces = [Piece(texts[0], opened.start, opened.end), *inner, Piece(texts[1], closed.start, closed.end)]
        item = Item(ItemKind.GROUP, bracket, pieces, opened.start, closed.end, opened.is_apart, opened.is_on_new_line)
        item.arguments, item.is_condition = arguments, self.terms.is_condition(level.items)
        if bracket == "[" and self.is_group(level.items, arguments):
            item.text = "("
            item.pieces = [pieces[0]._replace(text="("), *inner, pieces[-1]._replace(text=")")]
        elif len(inner) == 1 and opened.start == opened.end:
            item.pieces = inner  # the 2 of x²
        return item

    def is_group(self, items: Sequence[Item], arguments: Sequence[Sequence[Piece]]) -> bool:
        """Whether a square bracket only groups: [x + 1]*y, 2x[x + 1]; not one of a list, an index, or a call."""
        before = self.items[-1] if self.items else None
        if self.has_shapes or len(arguments) != 1 or not any(item.kind is ItemKind.OPERATOR for item in items):
            return False
        if before is None or before.kind is ItemKind.OPERATOR:
            outer = self.levels[-1]
            is_within = outer.is_call or (outer.opened is not None and outer.opened.text == "[")
            return not (is_within and (before is None or before.text == ","))
        is_mask = any(item.text in {"<", "<=", ">", ">=", "==", "!="} for item in items)
        if is_mask and before.kind is ItemKind.NAME and self.items and self.levels[-1].items[-1] is before:
            return False
        is_formula = any(piece.text.isidentifier() for piece in arguments[0]) and ":" not in {
            item.text for item in items
        }
        return (
            is_formula
            and not self.terms.is_condition(items)
            and before.kind in {ItemKind.NAME, ItemKind.NUMBER, ItemKind.GROUP}
        )

    # --- bars ----------------------------------------------------------------------------------------------------

    def bar(self, at: int) -> int:
        """Read a bar, which opens or closes an absolute value, or is the operator `or`."""
        sign = self.signs[at]
        following = self.signs[at + 1] if at + 1 < len(self.signs) else None
        is_double = following is not None and following.kind is SignKind.BAR and following.start == sign.end
        opened = self.levels[-1].opened
        is_open = opened is not None and opened.text == "|"
        wants_operand = self.wants_operand()
        if wants_operand:
            if is_double:
                self.fail(sign, "`||` is a norm", "write norm(x), or abs(x) of a number")
            self.open(sign)
            return at + 1
        if is_open:
            self.close(sign)
            return at + 1
        if is_double:
            assert following is not None
            self.add(ItemKind.OPERATOR, sign, [Piece("or", sign.start, following.end)])
            return at + 2
        if self.is_operator_bar(at):
            self.add(ItemKind.OPERATOR, sign)
            return at + 1
        for item in reversed(self.items[:-1] if self.items[-1].text == "|" else self.items):
            if item.kind is ItemKind.OPERATOR:
                break
            if item.text == "|" and item is not self.items[-1]:
                self.fail(sign, "which bars belong together is not clear", "write abs(x)")
        self.open(sign)
        return at + 1

    def wants_operand(self) -> bool:
        """Whether an operand is due at the innermost level."""
        if not self.items:
            return True
        last = self.items[-1]
        return last.kind in {ItemKind.FUNCTION, ItemKind.ROOT} or (
            last.kind is ItemKind.OPERATOR and last.text not in "!°'"
        )

    def is_operator_bar(self, at: int) -> bool:
        """Whether a bar behind an operand is the operator `or`: no other one closes it, or it stands at a condition."""
        if self.items[-1].is_condition or self.terms.is_condition(self.items):
            return True
        depth = 0
        for sign in self.signs[at + 1 :]:
            if sign.kind is SignKind.OPEN:
                depth += 1
            elif sign.kind is SignKind.CLOSE:
                depth -= 1
            if depth < 0 or (depth == 0 and sign.kind is SignKind.OPERATOR and sign.text == ","):
                return True
            if depth == 0 and sign.kind is SignKind.BAR:
                return False
        return True

    # --- words ---------------------------------------------------------------------------------------------------

    def word(self, at: int) -> int:
        """Read a word, with the libraries before it; the index of the next sign."""
        sign = self.signs[at]
        if sign.text in OPERATOR_WORDS and sign.text not in self.words.known:
            self.add(ItemKind.OPERATOR, sign)
            return at + 1
        end = self.library(at)
        if end is not None:
            return end
        following = self.signs[at + 1] if at + 1 < len(self.signs) else None
        if following is not None and following.kind is SignKind.OPERATOR and following.text == "=":
            self.items.append(self.words.name(sign, sign.text))
            return at + 1
        is_called = following is not None and following.kind is SignKind.OPEN
        is_raised = following is not None and following.text in {"^", "**"}
        is_applied = self.is_applied(at + 1)
        readings = self.words.items(sign, is_called=is_called, is_applied=is_applied, is_raised=is_raised)
        second = len(readings) > 1 and self.choices.choose(sign.start, sign.end)
        self.items.extend(readings[1 if second else 0])
        return at + 1

    def is_applied(self, at: int) -> bool:
        """Whether what begins at an index could be the argument of a function, or its power and that."""
        if at >= len(self.signs):
            return False
        sign = self.signs[at]
        if sign.kind is SignKind.OPERATOR:
            return sign.text in {"^", "**", "-"} and at + 1 < len(self.signs)
        return sign.kind in _APPLICABLE and not sign.is_on_new_line and sign.text not in OPERATOR_WORDS

    def library(self, at: int) -> int | None:
        """Read what a library's name stands before, np.exp or std::exp; None where there is none."""
        sign = self.signs[at]
        if sign.text in self.words.known:
            return None
        end = at + 1
        while end < len(self.signs) and self.signs[end].kind is SignKind.ATTRIBUTE:
            end += 1
        is_called = end < len(self.signs) and self.signs[end].kind is SignKind.OPEN
        last = self.signs[end - 1]
        name = last.text.removeprefix(".")
        if sign.text in _OWNERS and end == at + 2 and not is_called:
            whole = Sign(SignKind.WORD, name, sign.start, last.end, sign.is_apart, sign.is_on_new_line)
            readings = self.words.items(whole, is_called=False, is_applied=False, is_raised=False)
            self.items.extend(readings[0])
            return end
        if sign.text in OF_C_AND_SCRIPT:
            return self.of_c(at, end, is_called)
        if end == at + 1 or sign.text not in _TORCHS | LIBRARIES:
            return None
        return self.of_python(at, end, is_called)

    def of_python(self, at: int, end: int, is_called: bool) -> int | None:
        """Read a name of a Python library."""
        sign, last = self.signs[at], self.signs[end - 1]
        name = last.text.removeprefix(".")
        path = [each.text.removeprefix(".") for each in self.signs[at + 1 : end - 1]]
        if path == ["S"] and name in OF_SYMPY:
            pieces = [Piece(text, sign.start, last.end) for text in plain_pieces(OF_SYMPY[name])]
            self.place(ItemKind.NAME, name, pieces, sign, last)
            return end
        if not is_called:
            constant = SCRIPT_CONSTANTS.get(name)
            if constant is None or not {*path} <= MODULES:
                return None
            self.place(
                ItemKind.NAME, name, [Piece(text, sign.start, last.end) for text in plain_pieces(constant)], sign, last
            )
            return end
        if not {*path} <= MODULES:
            return None
        found = self.words.function(name, is_called=True)
        if found is None:
            return None
        if found != name:
            self.place(ItemKind.FUNCTION, found, [Piece(found, sign.start, last.end)], sign, last)
            return end
        prefix = sign.text if sign.text in _TORCHS else "np"  # so that a namesake of torch's is found
        inner = [module for module in path if module in {"linalg", "special", "functional", "nn"}]
        pieces = [Piece(prefix, sign.start, sign.end), *(Piece(f".{module}", sign.end, sign.end) for module in inner)]
        self.place(ItemKind.FUNCTION, name, [*pieces, Piece(f".{name}", last.start, last.end)], sign, last)
        return end

    def of_c(self, at: int, end: int, is_called: bool) -> int | None:
        """Read a name of C++'s, JavaScript's or Rust's library of mathematics."""
        sign = self.signs[at]
        last = self.signs[end - 1]
        if end == at + 1:
            between = [each.text for each in self.signs[end : end + 2]]
            if between != [":", ":"] or end + 2 >= len(self.signs) or self.signs[end + 2].kind is not SignKind.WORD:
                return None
            last, end = self.signs[end + 2], end + 3
            is_called = end < len(self.signs) and self.signs[end].kind is SignKind.OPEN
        name = last.text.removeprefix(".")
        if not is_called:
            constant = SCRIPT_CONSTANTS.get(name)
            if constant is None:
                return None
            self.place(
                ItemKind.NAME, name, [Piece(text, sign.start, last.end) for text in plain_pieces(constant)], sign, last
            )
            return end
        if name not in LIKE_C:
            self.fail(last, f"`{name}` may be another function there", "write it without the library's name")
        found = self.words.function(name, is_called=True) or name
        self.place(ItemKind.FUNCTION, found, [Piece(found, sign.start, last.end)], sign, last)
        return end

    def place(self, kind: ItemKind, text: str, pieces: list[Piece], first: Sign, last: Sign) -> None:
        """Add an item that takes the characters of several signs."""
        self.items.append(Item(kind, text, pieces, first.start, last.end, first.is_apart, first.is_on_new_line))

    def fail(self, sign: Sign, message: str, hint: str | None = None) -> NoReturn:
        """Raise the ParseError about a sign."""
        raise ParseError(message, text=self.text, span=Span(sign.start, sign.end), hint=hint)
