"""The reader of LaTeX: formulas, products, and what they are made of."""

from __future__ import annotations

import re

from derivcheck.language.latex.big_operators import BigOperators
from derivcheck.language.latex.commands import (
    CALLING_PAIRS,
    EULER,
    FRACTIONS,
    FUNCTIONS,
    GREEK,
    IGNORED,
    OPERATORS,
    PAIRS,
    REFUSED,
    RELATIONS,
    SIGNS,
    SYMBOLS,
    WORDS,
)
from derivcheck.language.latex.cursor import Ends, piece
from derivcheck.language.latex.environments import Environments
from derivcheck.language.latex.fenced import Fenced
from derivcheck.language.latex.function_calls import separated, text_of
from derivcheck.language.latex.marks import Mark, MarkKind
from derivcheck.language.latex.names_or_calls import NamesOrCalls
from derivcheck.language.latex.openings import Openings
from derivcheck.language.latex.written import Pieces, enclosed, is_in_brackets

_ENDS_TEXT = frozenset({".", ","})


class Formulas(Openings, BigOperators, Environments, Fenced, NamesOrCalls):
    """Reads formulas."""

    def whole(self) -> Pieces:
        """The whole text."""
        self._pass_around()
        opening = self.opening()
        found = (*opening, *self.formula(lambda mark: mark.kind is MarkKind.END))
        if not found:
            self.fail("no formula stands here", self.next)
        return found

    def _pass_around(self) -> None:
        """Leave out the environment around the formula, and a full stop or comma behind it."""
        marks = [mark for mark in self.marks if mark.text not in IGNORED or mark.kind is not MarkKind.COMMAND]
        if len(marks) > 1 and marks[-2].is_sign(*_ENDS_TEXT):
            del marks[-2]
        self.marks = tuple(marks)
        self.pass_environment()

    def formula(self, ends: Ends) -> Pieces:
        """The formula from here to the mark at which it ends."""
        found: Pieces = ()
        while not (ends(self.next) and self._may_end(found)):
            mark = self.next
            if mark.kind is MarkKind.END:
                break
            sign = SIGNS.get(mark.text) if mark.kind is MarkKind.OTHER else OPERATORS.get(mark.text)
            if sign is None or (mark.kind is MarkKind.COMMAND and mark.text not in OPERATORS):
                if found and text_of(found[-1:]) not in _BEFORE_VALUE:
                    self.fail("this cannot stand here", mark)
                found = (*found, *self.product(ends))
                continue
            self.check_decimal(mark)
            self.take()
            if sign in {">", "<"}:
                sign += "=" if self.take_sign("=") else ""
            is_first = not found or text_of(found[-1:]) in _BEFORE_VALUE
            found = (*found, *piece(_spaced(sign, is_first), mark))
            if sign == "/":
                found = (*found, *self._divisor(ends, mark))
        if found and text_of(found[-1:]) in _BEFORE_VALUE:
            self.fail("the formula ends where a value should stand", self.next)
        return found

    def _may_end(self, found: Pieces) -> bool:
        """Whether a formula may end here: a bar behind an operator opens."""
        return not (self.next.is_sign("|") and found and text_of(found[-1:]) in _BEFORE_VALUE)

    def _divisor(self, ends: Ends, slash: Mark) -> Pieces:
        """What a slash divides by: one value; of a product nobody knows where it ends."""
        start = self.at
        found = self.factor(ends) if self.starts_value() and not ends(self.next) else ()
        end = self.at
        if found and self.starts_value() and not ends(self.next):
            divisor, more = self.shown(start, end), self.text[self.next.start : self.next.end]
            self.fail(
                "where the divisor ends has two readings",
                slash,
                self.next,
                hint=f"write /({divisor}{more}…), or a fraction: \\frac{{…}}{{{divisor}}} {more}…",
            )
        return found

    def product(self, ends: Ends) -> Pieces:
        """What is multiplied from here on, side by side."""
        found: Pieces = ()
        last: Mark | None = None
        while self.starts_value() and not (found and ends(self.next)):
            first = self.next
            if last is not None:
                self._check_neighbours(last, first)
                found = (*found, *piece("*", first))
            value = self.factor(ends)
            if found and self.marks[self.at - 1].is_sign("!") and not first.is_sign("("):
                self.fail("of what this is the factorial has two readings", first, hint="write (2n)!, or 2(n!)")
            found = (*found, *value)
            self.check_bracket(value, first)
            last = first
        if not found:
            self._refuse(self.next)
        return found

    def _check_neighbours(self, last: Mark, first: Mark) -> None:
        """Refuse two numbers side by side, and a number before a fraction of numbers, which may be a mixed number."""
        if last.kind is not MarkKind.NUMBER or self.marks[self.at - 1] is not last:
            return
        if first.kind is MarkKind.NUMBER:
            self.fail("two numbers side by side", last, first, hint="write \\cdot between them")
        power = self.after(2) if self.after().is_sign("-", "+") else self.after()
        if first.text in ("e", "E") and not first.is_apart and power.kind is MarkKind.NUMBER and not power.is_apart:
            self.fail(
                "a number with an exponent, or a product with e",
                last,
                power,
                hint=f"write {last.text} \\cdot 10^{{…}}, or {last.text} \\cdot e …",
            )
        if first.text in FRACTIONS and _OF_NUMBERS.match(self.text, first.start):
            self.fail(
                "a number before a fraction has two readings",
                last,
                first,
                hint=f"write {last.text} + \\frac{{…}}{{…}}, or {last.text} \\cdot \\frac{{…}}{{…}}",
            )

    def starts_value(self) -> bool:
        """Whether a value comes next."""
        mark = self.next
        if mark.kind in (MarkKind.NUMBER, MarkKind.LETTER):
            return True
        if mark.kind is MarkKind.OTHER:
            return mark.text in "([{|" or mark.text in SYMBOL_SIGNS
        if mark.kind is not MarkKind.COMMAND:
            return False
        if mark.text in ("left", "bigl", "Bigl", "biggl", "Biggl", "big", "Big", "bigg", "Bigg"):
            return True
        return self.starts_name() or mark.text in _VALUES

    def starts_function(self) -> bool:
        """Whether a function's name comes next."""
        mark = self.next
        if mark.kind is MarkKind.COMMAND:
            return mark.text in FUNCTIONS or mark.text in ("operatorname", "mathrm")
        return mark.kind is MarkKind.LETTER and self.word_of_function() is not None

    def factor(self, ends: Ends) -> Pieces:
        """One value that is multiplied, with what is raised behind it."""
        self.count_step()
        first = self.next
        found = self.deeper(lambda: self._value(ends))
        while self.take_sign("!"):
            if self.next.is_sign("!"):
                hint = "write a product, or (x!)! for the factorial of a factorial"
                self.fail("a double factorial is not read", first, self.next, hint=hint)
            found = (*piece("factorial(", first), *found, *piece(")", self.marks[self.at - 1]))
        if not self.next.is_sign("^"):
            return found
        caret = self.take()
        if self.next.is_command("circ"):
            self.take()
            return (*piece("(", first), *found, *piece("*pi/180)", caret))
        if self.next.is_command("prime"):
            self.fail("a derivative by a prime stands at the beginning of a claim alone: f'(x) = …", caret)
        if self.next.is_sign("T") or (self.next.text == "T" and not self.is_known("T")):
            self.fail("a transpose is not read in LaTeX", caret, self.next, hint=REFUSED["top"])
        if self.next.is_sign("{") and self.after().is_sign("(") and self.after(3).is_sign(")"):
            self.fail(
                "a number in brackets above the line has two readings",
                caret,
                self.after(4),
                hint="write ^{2} for the power; a number of a step or a layer belongs to the name: x_2",
            )
        power = self.script(is_power=True)
        if self.next.is_sign("^"):
            self.fail("two powers at one base", self.next, hint="write a^{b^c} or {(a^b)}^c")
        if text_of(found) == EULER and not self.is_known(EULER):
            return (*piece("exp(", first), *power, *piece(")", self.marks[self.at - 1]))
        return (*found, *piece("^", caret), *enclosed(power))

    def _value(self, ends: Ends) -> Pieces:
        """One value, without what is raised behind it."""
        mark = self.next
        if mark.kind is MarkKind.NUMBER:
            return piece(self.take().text, mark)
        if mark.kind is MarkKind.LETTER:
            return self.letters_or_call(ends)
        if mark.is_sign("{"):
            return enclosed(self.group())
        if mark.is_sign("|") or (mark.text in _SIZED and self.behind_size().is_sign("|")):
            return self.bars("|", "abs")
        if mark.is_command("|", "Vert") or (mark.text in _SIZED and self.behind_size().is_command("|", "Vert")):
            return self.norm()
        if mark.is_sign(*SYMBOL_SIGNS):
            return piece(SYMBOL_SIGNS[self.take().text], mark)
        behind = self.behind_size()
        if behind.is_command(*CALLING_PAIRS):
            self.skip_sizes()
            closing, function = CALLING_PAIRS[self.take().text]
            return self.within(closing, function, behind)
        if self.opens():
            if self.opens_cases():
                return self.cases()
            inner = self.inside()
            if len(separated(inner)) > 1:
                self.fail("a list is no value", mark, self.marks[self.at - 1])
            if is_in_brackets(text_of(inner)):
                return inner
            return (*piece("(", mark), *inner, *piece(")", self.marks[self.at - 1]))
        return self._command(ends)

    def _command(self, ends: Ends) -> Pieces:
        """The value that a command makes."""
        mark = self.next
        if mark.text in FUNCTIONS and mark.text not in GREEK:
            self.take()
            return self.call(FUNCTIONS[mark.text], mark, ends)
        if mark.text in FRACTIONS:
            return self._fraction()
        if mark.text == "sqrt":
            return self._root()
        if mark.text in ("sum", "prod"):
            return self.big_operator(ends)
        if mark.text == "begin":
            return self.cases()
        if mark.text in SYMBOLS:
            symbol = mark.text if self.is_known(mark.text) else SYMBOLS[mark.text]
            self.take()
            return piece(symbol, mark)
        if mark.text == "binom":
            self.take()
            return self._binomial(mark)
        if mark.text in WORDS:
            return self.word_or_call(ends)
        if self.starts_name():
            return self.name_or_call()
        return self._refuse(mark)

    def _fraction(self) -> Pieces:
        r"""\frac{…}{…}."""
        first = self.take()
        above = self.group()
        below = self.group()
        last = self.marks[self.at - 1]
        if text_of(above).startswith(("d/", "∂")):
            self.fail("a derivative inside of a formula is not read", first, last)
        return (*piece("(", first), *enclosed_sum(above), *piece("/", first), *enclosed(below), *piece(")", last))

    def _root(self) -> Pieces:
        r"""\sqrt{…} or \sqrt[n]{…}."""
        first = self.take()
        degree: Pieces = ()
        if self.next.is_sign("["):
            self.take()
            degree = self.deeper(lambda: self.formula(lambda mark: mark.is_sign("]")))
            self.expect("]", first)
        inner = self.group()
        last = self.marks[self.at - 1]
        shown = text_of(degree)
        name = {"": "sqrt", "2": "sqrt", "3": "cbrt"}.get(shown)
        if name:
            return (*piece(f"{name}(", first), *inner, *piece(")", last))
        return (*piece("root(", first), *inner, *piece(", ", first), *degree, *piece(")", last))

    def _binomial(self, first: Mark) -> Pieces:
        r"""\binom{n}{k}, by factorials."""
        above, below = self.group(), self.group()
        last = self.marks[self.at - 1]
        top, bottom = enclosed(above), enclosed(below)
        return (
            *piece("(factorial(", first), *above, *piece(")/(factorial(", first), *below,
            *piece(")*factorial(", first), *top, *piece(" - ", first), *bottom, *piece(")))", last),
        )  # fmt: skip

    def group(self) -> Pieces:
        """The argument of a command: what braces hold, or one mark."""
        mark = self.next
        if mark.is_sign("{"):
            self.take()
            found = self.deeper(lambda: self.formula(lambda one: one.is_sign("}")))
            self.expect("}", mark)
            if not found:
                self.fail("nothing stands in these braces", mark, self.marks[self.at - 1])
            return found
        if mark.kind is MarkKind.NUMBER and len(mark.text) > 1:
            return self._digit(mark)
        if mark.kind in (MarkKind.NUMBER, MarkKind.LETTER):
            self.take()
            return piece(mark.text, mark) if mark.kind is MarkKind.NUMBER else self._bare(mark.text, mark, mark)
        if mark.kind is MarkKind.COMMAND and self.starts_value():
            return self.deeper(lambda: self._value(_never))
        return self._refuse(mark)

    def _digit(self, mark: Mark) -> Pieces:
        r"""The first digit of a number: without braces a command takes no more, so that \frac12 is a half."""
        first = Mark(mark.kind, mark.text[0], mark.start, mark.start + 1, mark.is_apart)
        rest = Mark(mark.kind, mark.text[1:], mark.start + 1, mark.end)
        if not rest.text.isdigit():
            self.fail("braces are missing around this number", mark)
        self.marks = (*self.marks[: self.at], first, rest, *self.marks[self.at + 1 :])
        self.take()
        return piece(first.text, first)

    def _refuse(self, mark: Mark) -> Pieces:
        """Refuse what is no value."""
        if mark.kind is MarkKind.END:
            self.fail("the formula ends where a value should stand", mark)
        if mark.kind is MarkKind.COMMAND:
            hint = REFUSED.get(mark.text, "docs/language.md lists the commands that are read")
            self.fail(f"`\\{mark.text}` is not read", mark, hint=hint)
        return self.fail(f"`{mark.text}` cannot stand here", mark)


_OF_NUMBERS = re.compile(r"\\[cdt]?frac\s*(?:\{\s*\d+\s*\}|\d)\s*(?:\{\s*\d+\s*\}|\d)")
"""A fraction of two numbers."""

SYMBOL_SIGNS = {"π": "pi", "∞": "inf"}
"""Characters that are a value."""

_SIZED = frozenset({"left", "bigl", "Bigl", "biggl", "Biggl", "big", "Big", "bigg", "Bigg"})
_VALUES = frozenset({*FRACTIONS, *FUNCTIONS, *SYMBOLS, *WORDS, *CALLING_PAIRS, *PAIRS, "sqrt", "sum", "prod", "begin",
                     "binom", "|", "Vert", *REFUSED})  # fmt: skip
_BEFORE_VALUE = frozenset({"+", "-", "*", "/", " + ", " - ", ", ", *(f" {sign} " for sign in RELATIONS)})


def _never(_: Mark) -> bool:
    """Where nothing ends."""
    return False


def _spaced(sign: str, is_first: bool) -> str:
    """An operator as the language is usually written."""
    if sign == ",":
        return ", "
    return sign if is_first or sign in "*/" else f" {sign} "


def enclosed_sum(pieces: Pieces) -> Pieces:
    """What stands above a fraction's line: a product needs no brackets."""
    is_sum = any(one.text in (" + ", " - ") for one in pieces)
    return enclosed(pieces) if is_sum or text_of(pieces).startswith("-") else pieces
