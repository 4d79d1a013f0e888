"""Definitions: what stands before a formula and says what it is, `f(x) =`, `lambda x:`, `d/dx`, `∂f/∂x =`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NoReturn

from derivcheck.errors import ParseError, Span, TwoReadingsError
from derivcheck.language.as_written.other_names import BARE
from derivcheck.language.as_written.signs import Sign, SignKind
from derivcheck.language.as_written.words_as_written import Words
from derivcheck.model.point import Wrt

_NAME = r"[^\W\d_²³¹⁰⁴]+(?:_\w+)?"
_POWER = r"(?:\s*\^\s*[1-9]|[²³⁴])?"
_LEIBNIZ = re.compile(rf"\s*([d∂])({_POWER})\s*({_NAME})?\s*/\s*((?:\1\s*{_NAME}{_POWER}\s*)+)")
_BELOW = re.compile(rf"[d∂]\s*({_NAME})({_POWER})\s*")
_PRIMES = re.compile(rf"\s*({_NAME})\s*(['′″‴]+|\^\(\d\))\s*(?:\(\s*({_NAME})\s*\))?\s*=(?!=)")
_SUPERSCRIPTS = {"²": 2, "³": 3, "⁴": 4}
_PRIME_COUNTS = {"'": 1, "′": 1, "″": 2, "‴": 3}
_EQUATION = "an equation has no derivative: write one side of it; a point is given by --at x=2"


@dataclass(frozen=True, slots=True)
class Body:
    """A formula without what stands before it.

    Attributes:
        signs: its signs.
        by: what `d/dx` before it asks to differentiate by.
        states: the derivative that it is said to be, as by `∂f/∂x =`.
    """

    signs: list[Sign]
    by: Wrt = ()
    states: Wrt = ()


def without_definition(text: str, signs: list[Sign], given: Collection[str] | None) -> Body:
    """The formula behind what says what it is.

    Args:
        text: the whole text.
        signs: its signs.
        given: the names that have a value: an equation for one of these is no definition. None: any name may be one.

    Raises:
        ParseError: for an equation, and for what is derived in more than one bracket.
    """
    return _Stripping(text, given).run(signs)


class _Stripping:
    """One run over the signs of one text."""

    def __init__(self, text: str, given: Collection[str] | None) -> None:
        self.text = text
        self.given = given or ()
        self.is_open = given is None

    def run(self, signs: list[Sign]) -> Body:
        """The body."""
        while signs and signs[-1].text == ";" and signs[-1].kind is SignKind.OPERATOR:
            signs = signs[:-1]
        leibniz = self.leibniz(signs)
        if leibniz is not None:
            return leibniz
        primes = _PRIMES.match(self.text)
        if primes and primes[1] not in self.given:
            count = sum(_PRIME_COUNTS.get(char, 0) for char in primes[2]) or int(re.sub(r"\D", "", primes[2]) or 1)
            states = (primes[3],) * count if primes[3] else ()
            return Body(self.behind(signs, primes.end()), states=states)
        for strip in (
            self.without_return,
            self.without_lambda,
            self.without_def,
            self.without_arrow,
            self.without_name,
        ):
            signs = strip(signs)
        return Body(signs)

    @staticmethod
    def behind(signs: Sequence[Sign], place: int) -> list[Sign]:
        """The signs behind a place in the text."""
        return [sign for sign in signs if sign.start >= place]

    def leibniz(self, signs: list[Sign]) -> Body | None:
        """What stands behind d/dx or ∂f/∂x =."""
        found = _LEIBNIZ.match(self.text)
        if found is None:
            return None
        by = tuple(name for each in _BELOW.finditer(found[4]) for name in (each[1],) * _count(each[2]))
        written = found[0].split()
        is_quotient = (
            found[1] in self.given or f"{found[1]}{found[3]}" in self.given or f"{found[1]}{by[0]}" in self.given
        )
        if is_quotient or not written or len(by) != _count(found[2]):
            return None
        body = self.behind(signs, found.end())
        if not body:
            return None
        if body[0].text == "=" and body[0].kind is SignKind.OPERATOR:
            return Body(body[1:], states=by)
        if found[3] is not None:
            return None
        equal = _first(body, "=")
        if equal is not None:
            names, place = ",".join(by), body[equal].start
            formula, claim = self.text[body[0].start : place].strip(), self.text[place + 1 :].strip()
            hint = f'write {formula}, and --claim "{names}: {claim}"'
            self.fail(body[equal], "this is a formula and a claim about its derivative", hint)
        closed = _closing(body, 0)
        if closed is not None and closed < len(body) - 1 and not body[0].is_apart:
            hint = "write only what is differentiated; a derivative has no value within an expression"
            self.fail(body[closed + 1], "something stands behind what is differentiated", hint)
        self.check_reach(body)
        return Body(body, by=by)

    def check_reach(self, body: list[Sign]) -> None:
        """Refuse a sum behind d/dx: `d/dx x² + x` may be a derivative and x, or the derivative of the sum."""
        depth = 0
        closed = _closing(body, 0)
        for at, sign in enumerate(body):
            depth += (sign.kind is SignKind.OPEN) - (sign.kind is SignKind.CLOSE)
            is_operand_before = at > 0 and body[at - 1].kind is not SignKind.OPERATOR
            is_sum = depth == 0 and is_operand_before and (_is(sign, "+") or _is(sign, "-"))
            is_behind = closed is not None and at == closed + 1 and not (_is(sign, "^") or _is(sign, "**"))
            if is_sum or is_behind:
                before = self.text[body[0].start : body[at - 1].end].strip()
                whole = self.text[body[0].start : body[-1].end].strip()
                head = self.text[: body[0].start].strip()
                raise TwoReadingsError(
                    f"`{self.text.strip()}` can be read in two ways",
                    text=self.text,
                    span=Span(body[0].start, body[-1].end),
                    hint=f"write `{head} ({whole})`, or `{head} {before}` alone",
                )

    @staticmethod
    def without_return(signs: list[Sign]) -> list[Sign]:
        """The signs without `return` and without an `=` at the begin."""
        while signs and (_is(signs[0], "=") or (signs[0].text == "return" and signs[0].kind is SignKind.WORD)):
            signs = signs[1:]
        return signs

    def without_lambda(self, signs: list[Sign]) -> list[Sign]:
        """The signs behind `lambda x:` and MATLAB's `@(x)`."""
        if signs and _is(signs[0], "@"):
            closed = _closing(signs, 1)
            return signs if closed is None else signs[closed + 1 :]
        if len(signs) > 1 and signs[0].text == "lambda" and (signs[1].kind is SignKind.WORD or signs[1].text in "*:"):
            colon = _first(signs, ":")
            return signs if colon is None else signs[colon + 1 :]
        return signs

    def without_def(self, signs: list[Sign]) -> list[Sign]:
        """The signs behind `def f(x):`, without `return`."""
        if not signs or signs[0].text != "def" or signs[0].kind is not SignKind.WORD:
            return signs
        colon = _first(signs, ":")
        if colon is None:
            return signs
        kept: list[Sign] = []
        for sign in signs[colon + 1 :]:
            if sign.text == "return" and sign.kind is SignKind.WORD:
                continue
            if kept and kept[-1].end <= sign.start and "return" in self.text[kept[-1].end : sign.start]:
                sign.is_on_new_line = True
            kept.append(sign)
        return kept

    def without_arrow(self, signs: list[Sign]) -> list[Sign]:
        """The signs behind `x ->`, `(x, y) =>` and `x ↦`."""
        arrow = _first(signs, "->")
        if not arrow:
            return signs
        are_names = all(sign.kind is SignKind.WORD or sign.text in {"(", ")", ",", ":"} for sign in signs[:arrow])
        return signs[arrow + 1 :] if are_names else signs

    def without_name(self, signs: list[Sign]) -> list[Sign]:
        """The signs without `y =` or `f(x, y) =` before the last statement."""
        begin = self.last_statement(signs)
        sign = signs[begin] if begin < len(signs) else None
        if sign is None or sign.kind is not SignKind.WORD:
            return signs
        at = begin + 1
        if at < len(signs) and signs[at].kind is SignKind.OPEN:
            closed = _closing(signs, at)
            are_names = closed is not None and all(
                each.kind is SignKind.WORD or each.text in {",", ":", "_"} for each in signs[at + 1 : closed]
            )
            at = closed + 1 if are_names and closed is not None else len(signs)
        if at >= len(signs) or not (_is(signs[at], "=") or _is(signs[at], ":=")) or at == len(signs) - 1:
            return signs
        if self.is_open and at == begin + 1:
            return signs
        body = signs[at + 1 :]
        is_equation = sign.text in BARE or self.is_of_given(sign.text)
        if is_equation or any(each.text == sign.text and each.kind is SignKind.WORD for each in body):
            self.fail(signs[at], "`=` is no operator here", _EQUATION)
        body[0].is_on_new_line = body[0].is_on_new_line or bool(begin)
        return [*signs[:begin], *self.without_lambda(body)]

    def is_of_given(self, word: str) -> bool:
        """Whether a word is a variable that has a value, by any of its names, or a product of such: PV = nRT."""
        if self.is_open:
            return word in self.given
        words = Words(self.given, ())
        return words.variable(word) is not None or bool(words.segmented(word, is_followed=False, is_raised=False))

    @staticmethod
    def last_statement(signs: Sequence[Sign]) -> int:
        """The index of the first sign of the last statement."""
        begin = depth = 0
        for at, sign in enumerate(signs):
            if depth == 0 and at and sign.is_on_new_line:
                begin = at
            depth += (sign.kind is SignKind.OPEN) - (sign.kind is SignKind.CLOSE)
            if depth == 0 and _is(sign, ";"):
                begin = at + 1
        return begin

    def fail(self, sign: Sign, message: str, hint: str) -> NoReturn:
        """Raise the ParseError about a sign."""
        raise ParseError(message, text=self.text, span=Span(sign.start, sign.end), hint=hint)


def _is(sign: Sign, text: str) -> bool:
    return sign.kind is SignKind.OPERATOR and sign.text == text


def _count(power: str) -> int:
    """How often a derivative is taken: 2 for ² and ^2."""
    power = power.strip()
    return _SUPERSCRIPTS.get(power) or int(power.lstrip("^ ") or 1)


def _first(signs: Sequence[Sign], text: str) -> int | None:
    """The index of the first operator of a text outside of every bracket."""
    depth = 0
    for at, sign in enumerate(signs):
        depth += (sign.kind is SignKind.OPEN) - (sign.kind is SignKind.CLOSE)
        if depth == 0 and _is(sign, text):
            return at
    return None


def _closing(signs: Sequence[Sign], at: int) -> int | None:
    """The index of the bracket that closes the one at an index; None where there is none."""
    depth = 0
    for index in range(at, len(signs)):
        depth += (signs[index].kind is SignKind.OPEN) - (signs[index].kind is SignKind.CLOSE)
        if depth == 0:
            return index if index > at else None
    return None
