"""The selection of cases by an expression over names, as pytest's `-k` has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from derivcheck.errors import ParseError, Span
from derivcheck.reporting.outcomes.summary import Summary
from derivcheck.running.interface import Item

_TOKEN = re.compile(
    r"""\s*(?:(?P<bracket>[()])|(?P<quote>["'])(?P<quoted>.*?)(?P=quote)|(?P<word>(?:[\w:+\-.\[\]\\/*^,=<>]|\*\*)+))"""
)
_HINT = "write words, and, or, not and brackets: -k 'sin and not (slow or \"log(x)\")'"
_DEEPEST = 100


@dataclass(slots=True)
class Selected:
    """The items that a selection leaves.

    A word, or a text in quotes, is looked for in the case's name, file and expression, and case does not matter.
    `not` binds closer than `and`, and that closer than `or`. What could not be read at all is kept: nobody knows
    whether it was asked for.

    Attributes:
        text: the expression.
        deselected: how many items so far were left out.

    Example:
        >>> from derivcheck.model import Case
        >>> items = [Case(expr="sin(x)", name="slow"), Case(expr="sin(x)"), Case(expr="cos(x)")]
        >>> [item.name or item.expr for item in Selected("sin and not slow").of(items)]
        ['sin(x)']
    """

    text: str
    deselected: int = 0
    _holds: Callable[[str], bool] = field(init=False)

    def __post_init__(self) -> None:
        self._holds = compile_selection(self.text)

    def of(self, items: Iterable[Item]) -> Iterator[Item]:
        """Choose the items that are selected, in order."""
        for item in items:
            if not (item.name or item.expr) or self._holds(_searched_text(item)):
                yield item
            else:
                self.deselected += 1

    def tell(self, summary: Summary) -> None:
        """Say in the summary how many were left out."""
        summary.deselected = self.deselected


def compile_selection(text: str) -> Callable[[str], bool]:
    """Compile an expression to a function that tells whether it selects a text.

    Raises:
        ParseError: where the expression is none, with the place.
    """
    return _Parser(text).parse()


def read_selection(text: str) -> str:
    """Check that a text is such an expression, and return it."""
    compile_selection(text)
    return text


def _searched_text(item: Item) -> str:
    return "\n".join(filter(None, (item.name, item.location.file, item.expr))).lower()


class _Parser:
    """Reads the expression by recursive descent: or, and, not, brackets, words."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._scan())
        self._at = 0
        self._depth = 0

    def parse(self) -> Callable[[str], bool]:
        found = self._any()
        kind, _, span = self._tokens[self._at]
        if kind != "end":
            raise self._error("expected `and`, `or` or the end", span)
        return found

    def _scan(self) -> Iterator[tuple[str, str, Span]]:
        at = 0
        while self._text[at:].strip():
            found = _TOKEN.match(self._text, at)
            if not found:
                at += len(self._text[at:]) - len(self._text[at:].lstrip())
                what = "the quote is not closed" if self._text[at] in "\"'" else f"unexpected {self._text[at]!r}"
                raise self._error(what, Span(at, at + 1))
            span = Span(found.start(found.lastgroup or 0), found.end())
            if found["quote"]:
                yield "word", found["quoted"], Span(found.start("quote"), found.end())
            elif found["bracket"]:
                yield found["bracket"], found["bracket"], span
            else:
                word = found["word"]
                yield word if word in {"and", "or", "not"} else "word", word, span
            at = found.end()
        yield "end", "", Span(len(self._text), len(self._text) + 1)

    def _error(self, what: str, span: Span) -> ParseError:
        return ParseError(f"no selection: {what}", text=self._text, span=span, hint=_HINT)

    def _accept(self, kind: str) -> bool:
        accepted = self._tokens[self._at][0] == kind
        self._at += accepted
        return accepted

    def _any(self) -> Callable[[str], bool]:
        parts = [self._all()]
        while self._accept("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else lambda text: any(part(text) for part in parts)

    def _all(self) -> Callable[[str], bool]:
        parts = [self._one()]
        while self._accept("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda text: all(part(text) for part in parts)

    def _one(self) -> Callable[[str], bool]:
        negated = False
        while self._accept("not"):
            negated = not negated
        inner = self._atom()
        return (lambda text: not inner(text)) if negated else inner

    def _atom(self) -> Callable[[str], bool]:
        kind, word, span = self._tokens[self._at]
        if self._accept("("):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise self._error("the brackets are nested too deeply", span)
            inner = self._any()
            self._depth -= 1
            if not self._accept(")"):
                raise self._error("expected `)`", self._tokens[self._at][2])
            return inner
        if not self._accept("word"):
            raise self._error("expected a word, `not` or `(`" + (f", not {kind!r}" if kind != "end" else ""), span)
        sought = word.lower()
        return lambda text: sought in text
