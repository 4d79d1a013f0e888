"""Conventions of other languages that give a text another value: their texts are refused with both readings."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NoReturn

from derivcheck.errors import ParseError, Span, TwoReadingsError
from derivcheck.language.as_written.other_names import BASE_OF_POWERS, NATURAL_BASE, TAKES_X_FIRST, UNCLEAR_BASE
from derivcheck.language.as_written.signs import Sign, SignKind

_POWERS = frozenset({"^", "**"})
_COMPILED = re.compile(
    r"\bstd\s*::|\bMath\s*\.|\bd?(?:f|D)abs\(|\d[fF]\b|\d\.?\d*[dD][+-]?\d|\b(?:pow|exp|log|sqrt|sin|cos|tan|tanh)f\("
    r"|\b(?:DEXP|DLOG|DSQRT|DSIN|DCOS|DTANH|ALOG)\("
)
"""What only C, C++, Java, JavaScript and Fortran have."""

_WHOLE_QUOTIENT = re.compile(r"(?<![\w.^*/])(\d+)\s*/\s*(\d+)(?![\w.])")
_PYTHON = re.compile(r"\b(?:lambda|def|return|np|numpy|torch|math|jnp)\b")
_ELEMENTWISE = re.compile(r"\.[\^*/]")
_RAISED_NUMBER = re.compile(r"\^\{\s*\(\s*(\w+)\s*\)\s*\}")
_LIMIT = re.compile(r"\s*lim(?:it)?\b")


def refuse_other_conventions(text: str, signs: Sequence[Sign], known: Collection[str]) -> None:
    """Refuse a text that another language, or a copy that lost its raised characters, gives another value.

    Args:
        text: the formula.
        signs: its signs.
        known: the names that have a value.

    Raises:
        ParseError: with what to write for each reading.

    Example:
        >>> from derivcheck.language.as_written.signs import read_signs
        >>> refuse_other_conventions("2x^2", read_signs("2x^2", ["x"]), ["x"])
    """
    check = _Check(text, signs, known)
    for rule in (
        check.limits,
        check.raised_numbers,
        check.spreadsheets,
        check.powers_of_powers,
        check.powers_of_functions,
        check.whole_quotients,
        check.remainders,
        check.logarithms,
        check.lost_powers,
        check.rows,
    ):
        rule()


class _Check:
    """The rules over the signs of one text."""

    def __init__(self, text: str, signs: Sequence[Sign], known: Collection[str]) -> None:
        self.text = text
        self.signs = signs
        self.known = known
        self.is_python = _PYTHON.search(text) is not None
        self.is_compiled = _COMPILED.search(text) is not None

    def limits(self) -> None:
        """`lim x→0 sin(x)/x` and `x → 0` are limits; `x -> 2x` is a function."""
        arrow = next((at for at, sign in enumerate(self.signs) if _is(sign, "->")), None)
        if arrow is None:
            return
        is_bare = len(self.signs) == arrow + 2 and self.signs[-1].kind is SignKind.NUMBER
        if _LIMIT.match(self.text) or is_bare:
            hint = "write what it is, or the function whose limit it is, at a point"
            self.fail(self.signs[arrow], self.signs[arrow], "a limit is not read", hint)

    def raised_numbers(self) -> None:
        """x^{(2)} is the x of step 2, or a second derivative, rather than a power."""
        found = _RAISED_NUMBER.search(self.text)
        if found is not None:
            hint = f"write ^{found[1]} for the power; a number of a step or a layer belongs to the name: x_{found[1]}"
            message = "a number in brackets above the line has two readings"
            raise ParseError(message, text=self.text, span=Span(*found.span()), hint=hint)

    def spreadsheets(self) -> None:
        """Behind a `=` a spreadsheet reads -x^2 as (-x)^2, x^2^3 from the left, and LOG(x) to the base 10."""
        if not self.signs or not _is(self.signs[0], "="):
            return
        for at, sign in enumerate(self.signs[1:], 1):
            before, last = self.signs[at - 1], self.signs[min(at + 1, len(self.signs) - 1)]
            if sign.text.upper() == "LOG" and last.text == "(":
                closed = _closing(self.signs, at + 1)
                if any(_is(each, ",") for each in self.signs[at + 1 : closed]):
                    continue
                self.fail_both(sign, sign, "spreadsheets have the base 10", "log10(…)", "log(…)")
            if sign.text.upper() == TAKES_X_FIRST and last.text == "(":
                hint = "write atan2(y, x), whose first argument is y"
                self.fail(sign, sign, "spreadsheets write x first, and then y", hint)
            is_sign = before.kind is SignKind.OPEN or (before.kind is SignKind.OPERATOR and before.text != "%")
            end = self.operand_end(at + 1)
            if _is(sign, "-") and is_sign and end < len(self.signs) and _is(self.signs[end], *_POWERS):
                base = self.shown(at + 1, end)
                self.fail_both(
                    sign, self.signs[end], "spreadsheets take the sign first", f"(-{base})^…", f"-({base}^…)"
                )
        self.chains(is_from_left=True)

    def powers_of_powers(self) -> None:
        """MATLAB reads x.^2.^3 from the left, Julia from the right; of x²^3 nobody knows."""
        self.chains(is_from_left=False)

    def chains(self, *, is_from_left: bool) -> None:
        """Refuse a power whose exponent has a power, where the first one is elementwise or raised."""
        for at, sign in enumerate(self.signs):
            if not _is(sign, *_POWERS) or at == 0:
                continue
            end = self.operand_end(at + 1)
            if end >= len(self.signs) or not _is(self.signs[end], *_POWERS):
                continue
            second = self.signs[end]
            is_dotted = "." in self.text[sign.start : sign.end] + self.text[second.start : second.end]
            if not (is_from_left or is_dotted or sign.start == sign.end):
                continue
            base, exponent = self.operand_before(at), self.shown(at + 1, end)
            self.fail_both(
                sign,
                second,
                "some begin from the left",
                f"({base}^{exponent})^…",
                f"{base}^({exponent}^…)",
            )

    def powers_of_functions(self) -> None:
        """sin^22x may be sin(x)^22 or sin(2x)^2."""
        for at in range(1, len(self.signs) - 2):
            power, number, following = self.signs[at : at + 3]
            is_power = _is(power, *_POWERS) and number.kind is SignKind.NUMBER and len(number.text) > 1
            is_glued = following.kind is SignKind.WORD and not following.is_apart and number.text.isdigit()
            function = self.signs[at - 1]
            if is_power and is_glued and function.kind is SignKind.WORD and function.text not in self.known:
                first, rest, name = number.text[0], number.text[1:], function.text
                argument = following.text
                self.fail_both(
                    function,
                    following,
                    "the power may end earlier",
                    f"{name}({argument})^{number.text}",
                    f"{name}({rest}{argument})^{first}",
                )

    def whole_quotients(self) -> None:
        """1/2 is 0 in C, C++, Java and Fortran."""
        found = _WHOLE_QUOTIENT.search(self.text)
        if found is None or not self.is_compiled or int(found[2]) == 0 or int(found[1]) % int(found[2]) == 0:
            return
        rounded = int(found[1]) // int(found[2])
        raise TwoReadingsError(
            f"`{found[0]}` can be read in two ways: it is {rounded} in C, Java and Fortran",
            text=self.text,
            span=Span(*found.span()),
            hint=f"write `{found[1]}.0/{found[2]}`, or `{rounded}`",
        )

    def remainders(self) -> None:
        """% begins a comment in MATLAB and LaTeX, and has the sign of x in C; // makes a fraction in Julia."""
        if self.is_python and not self.is_compiled:
            return
        is_juxtaposed = any(
            before.kind is SignKind.NUMBER and sign.kind is SignKind.WORD and not sign.is_on_new_line
            for before, sign in pairwise(self.signs)
        )
        if not (is_juxtaposed or self.is_compiled or _ELEMENTWISE.search(self.text)):
            return
        for sign in self.signs:
            if _is(sign, "%"):
                hint = "write remainder(x, y), which has the sign of y, or fmod(x, y), x/100 for percent"
                self.fail(sign, sign, "`%` is a remainder, percent, or begins a comment", hint)
            if _is(sign, "//"):
                hint = "write floor(x/y), or x/y; a comment begins with #"
                self.fail(sign, sign, "`//` rounds down, is a fraction, or begins a comment", hint)

    def logarithms(self) -> None:
        """Who writes ln and log in one formula may mean the base 10 by log."""
        words = [sign for sign in self.signs if sign.kind is SignKind.WORD and sign.text not in self.known]
        unclear = next((sign for sign in words if sign.text in UNCLEAR_BASE and not sign.lowered), None)
        if unclear is not None and any(sign.text in NATURAL_BASE for sign in words):
            self.fail_both(unclear, unclear, "beside `ln` its base may be 10", "log10(…)", "ln(…)")

    def lost_powers(self) -> None:
        """2e-x may be a copy of 2e⁻ˣ."""
        for word, sign, after in zip(self.signs, self.signs[1:], self.signs[2:], strict=False):
            is_euler = word.kind is SignKind.WORD and word.text == BASE_OF_POWERS and BASE_OF_POWERS not in self.known
            if is_euler and _is(sign, "-") and not sign.is_apart and not after.is_apart and after.text not in "(":
                argument = after.text
                self.fail_both(word, after, "a copy may have lost the power", f"e^(-{argument})", f"e - {argument}")

    def rows(self) -> None:
        """[x y] and [x -2y] are rows of two values in MATLAB and Julia."""
        opened: list[bool] = []
        for at, sign in enumerate(self.signs):
            before = self.signs[at - 1] if at else None
            if sign.kind is SignKind.OPEN:
                is_call = before is not None and before.kind in {SignKind.WORD, SignKind.ATTRIBUTE}
                opened.append(sign.text == "[" and not (is_call and not sign.is_apart))
            elif sign.kind is SignKind.CLOSE and opened:
                opened.pop()
            elif opened and opened[-1] and before is not None and self.ends_value(before):
                following = self.signs[at + 1] if at + 1 < len(self.signs) else sign
                is_value = sign.kind in {SignKind.WORD, SignKind.NUMBER} and sign.is_apart
                is_signed = _is(sign, "-", "+") and sign.is_apart and not following.is_apart
                if is_value or is_signed:
                    first, second = before.text, self.text[sign.start : following.end if is_signed else sign.end]
                    other = f"{first} {second}" if is_signed else f"{first}*{second}"
                    message = "in MATLAB a blank separates values"
                    self.fail_both(before, sign, message, f"[{first}, {second}]", f"({other})")

    # --- parts ---------------------------------------------------------------------------------------------------

    def ends_value(self, sign: Sign) -> bool:
        """Whether a value ends with a sign: a number, a bracket, or a word that is no function."""
        if sign.kind is SignKind.WORD:
            return sign.text in self.known
        return sign.kind in {SignKind.NUMBER, SignKind.CLOSE}

    def operand_end(self, at: int) -> int:
        """The index behind the operand that begins at one, with its signs and its bracket."""
        while at < len(self.signs) and _is(self.signs[at], "-", "+"):
            at += 1
        if at < len(self.signs) and self.signs[at].kind is not SignKind.OPEN:
            at += 1
        if at < len(self.signs) and self.signs[at].kind is SignKind.OPEN:
            is_call = self.signs[at - 1].kind is SignKind.WORD and self.signs[at - 1].text not in self.known
            if at and self.signs[at - 1].kind is not SignKind.OPERATOR and not is_call:
                return at
            return _closing(self.signs, at) + 1
        return at

    def operand_before(self, at: int) -> str:
        """The characters of the operand before an index."""
        begin, depth = at - 1, 0
        while begin > 0:
            depth += (self.signs[begin].kind is SignKind.CLOSE) - (self.signs[begin].kind is SignKind.OPEN)
            if depth == 0:
                break
            begin -= 1
        return self.shown(begin, at)

    def shown(self, begin: int, end: int) -> str:
        """The characters of some signs, in plain characters where they are one raised run."""
        signs = self.signs[begin:end]
        if signs and signs[0].kind is SignKind.OPEN and signs[0].start == signs[0].end:
            return "".join(sign.text for sign in signs[1:-1])
        return self.text[signs[0].start : signs[-1].end] if signs else ""

    def fail_both(self, first: Sign, last: Sign, message: str, one: str, other: str) -> NoReturn:
        """Raise the error about a text with two readings."""
        span = Span(first.start, max(last.end, first.end))
        message = f"`{self.text[span.start : span.end]}` can be read in two ways: {message}"
        raise TwoReadingsError(message, text=self.text, span=span, hint=f"write `{one}`, or `{other}`")

    def fail(self, first: Sign, last: Sign, message: str, hint: str) -> NoReturn:
        """Raise the error about some signs."""
        raise ParseError(message, text=self.text, span=Span(first.start, last.end), hint=hint)


def _is(sign: Sign, *texts: str) -> bool:
    return sign.kind is SignKind.OPERATOR and sign.text in texts


def _closing(signs: Sequence[Sign], at: int) -> int:
    """The index of the bracket that closes the one at an index; that of the last sign where there is none."""
    depth = 0
    for index in range(at, len(signs)):
        depth += (signs[index].kind is SignKind.OPEN) - (signs[index].kind is SignKind.CLOSE)
        if depth == 0:
            return index
    return len(signs) - 1
