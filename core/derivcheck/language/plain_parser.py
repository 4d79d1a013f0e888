"""The plain parser: a text of the expression language in, an Expression out, and nothing ever evaluated.

An operator-precedence parser with an explicit stack (E. W. Dijkstra's shunting yard, 1961), so that neither the text's
length nor its nesting can exhaust Python's recursion, and every error knows its characters. The language is Python's
arithmetic, with Python's precedences, but for one thing: `^` is `**`.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import NoReturn

from derivcheck.language.builder import CASTS
from derivcheck.language.comments import without_comments
from derivcheck.language.conditionals import IF, with_choices
from derivcheck.language.frames import Frame, SquareFrame
from derivcheck.language.indexing_builder import IndexingBuilder
from derivcheck.language.infinities import with_infinities
from derivcheck.language.names import Names
from derivcheck.language.operators import BINARY, BRACKET, COMPARISON, PREFIX
from derivcheck.language.plain_values import INFINITY
from derivcheck.language.prefixes import without_prefixes
from derivcheck.language.slips import EQUATION, NONE, OPERATOR_HINTS, RESERVED, UNPACKING, in_place, missing_operator
from derivcheck.language.squares import Squares
from derivcheck.language.statements import SEPARATOR, with_names_together, with_separators
from derivcheck.language.static_sizes import DIM, NDIM
from derivcheck.language.table import Sort
from derivcheck.language.tokens import Lexeme, TokenKind, Tokens, stray_error, tokenize
from derivcheck.model import OwnFunction
from derivcheck.model.constants import Constants
from derivcheck.model.expression import Expression

_NAME, _NUMBER, _STRING, _ATTRIBUTE = TokenKind.NAME, TokenKind.NUMBER, TokenKind.STRING, TokenKind.ATTRIBUTE
_STRAY = TokenKind.STRAY
_REAL = Sort.REAL
_NOTHING: frozenset[str] = frozenset()


class PlainParser(Squares):
    """One run over one text.

    Args:
        text: the text.
        given: the variables that have a value; None: any name may be one.
        own: the user's own functions that may be called.
        has_shapes: whether one of the variables has a shape.
        constants: the names that stand for plain values.
        tokens: the text's tokens, where another reader has made them.
        plain: what these are as a text.

    Attributes:
        has_statements: whether the text may have statements.
    """

    def __init__(
        self,
        text: str,
        given: frozenset[str] | None,
        own: tuple[OwnFunction, ...],
        has_shapes: bool,
        constants: Constants,
        tokens: Tokens | None = None,
        plain: str | None = None,
    ) -> None:
        self.text = text
        self.tokens = plain_tokens(text, given) if tokens is None else tokens
        left_out = _NOTHING
        has_shapes = has_shapes or "[" in (text if plain is None else plain)
        if IF in text and any(lexeme.text == IF for lexeme in self.tokens.lexemes):
            choices = with_choices(self.tokens, dict(constants), text, has_shapes=has_shapes)
            self.tokens, left_out = choices.tokens, choices.left_out
        self.lexemes = self.tokens.lexemes
        self.starts = self.tokens.starts
        self.extent = self.tokens.extent
        self.tree = IndexingBuilder(text, _constant, own, has_shapes)
        self.names = Names(text, given, own, self.tokens, self.tree, constants, left_out)
        self.operands = []
        self.operators = [(BRACKET, 0)]
        self.frames = [Frame(None, 0, (0, 0))]
        self.callee = self.receiver = self.decimal_comma = None
        self.has_statements = SEPARATOR in text or "\n" in text

    # --- the loop ------------------------------------------------------------------------------------------------

    def run(self) -> Expression:
        """The Expression."""
        wants_operand = True
        for index, lexeme in enumerate(self.lexemes[:-1]):
            wants_operand = self.operand(lexeme, index) if wants_operand else self.operator(lexeme, index)
        if self.lexemes[-1].kind is _STRAY:
            raise stray_error(self.tokens[-1], self.text)
        root = self.finish(wants_operand)
        self.names.check_values()
        if self.names.defined:
            self.names.check_used()
        return self.tree.finished(root, self.names.variables)

    def operand(self, lexeme: Lexeme, index: int) -> bool:
        """Read a token where an operand is due; whether one is still due after it."""
        text = lexeme.text
        if lexeme.number is not None:
            self.operands.append(self.tree.add(lexeme.number, self.extent(index)))
            return False
        if text in PREFIX:
            prefix, before = PREFIX[text], self.operators[-1][0]
            if prefix.precedence < COMPARISON and before.precedence > prefix.precedence:
                self.fail(f"`{text}` must be in brackets here", self.extent(index), f"write ({text} …)")
            self.operators.append((prefix, self.starts[index]))
            return True
        if lexeme.kind is _NAME:
            return self.name(text, index)
        if text == "(":
            self.open(index)
            return True
        frame = self.frames[-1]
        if text == "=" and index - 1 == frame.keyword:
            return True
        if text == ")" and frame.name is not None and self.starts[index - 1] == frame.start:
            self.close(index)
            return False
        return self.other_operand(lexeme, index, frame)

    def other_operand(self, lexeme: Lexeme, index: int, frame: Frame) -> bool:
        """Read a token that is no number where an operand is due; whether one is still due after it."""
        text = lexeme.text
        if lexeme.kind is _STRING:
            plain, what = (text, "infinity") if text.removeprefix("-") == INFINITY else (repr(text[1:-1]), "a word")
            self.operands.append(self.tree.setting(plain, self.extent(index), what))
            return False
        if text == "[":
            return self.open_square(index, None)
        if isinstance(frame, SquareFrame):
            wants_operand = None if self.has_begun() else self.square_operand(frame, text, index)
            if wants_operand is not None:
                return wants_operand
        elif text == ")" and self.is_tuple(frame) and self.lexemes[index - 1].text == ",":
            return self.close_tuple(index)
        elif text == ")" and self.is_empty(frame, index):
            return self.close_empty(index)
        hint = "did you mean `abs(…)`?" if text == "|" else OPERATOR_HINTS.get(text)
        if text == "=" and index > 1 and self.lexemes[index - 1].text in BINARY:
            hint = in_place(self.lexemes[index - 2].text, self.lexemes[index - 1].text)
        return self.fail(f"an operand is missing before `{text}`", self.extent(index), hint)

    def name(self, name: str, index: int) -> bool:
        """Read a name where an operand is due; whether one is still due after it."""
        if name in RESERVED and not self.names.is_variable(name):
            if name == NONE:
                self.operands.append(self.tree.setting(name, self.extent(index), "`None`"))
                return False
            self.fail(f"`{name}` is not part of the expression language", self.extent(index), RESERVED[name])
        if name in BINARY:
            self.fail(f"an operand is missing before `{name}`", self.extent(index))
        following = self.lexemes[index + 1].text
        if following == "(":
            self.names.check_function(name, index)
            self.callee = index
            return True
        if following == "=":
            frame = self.frames[-1]
            if frame.keyword is None and not self.has_begun():
                if frame.name is not None:
                    self.names.check_keyword(frame.name, name, index, None if frame.keywords else len(frame.arguments))
                    frame.keyword = index
                    return True
                if len(self.frames) == 1 and self.has_statements and not frame.arguments:
                    self.names.check_definition(name, index)
                    frame.keyword = index
                    return True
        self.operands.append(self.names.leaf(name, index))
        return False

    def operator(self, lexeme: Lexeme, index: int) -> bool:
        """Read a token where an operator is due; whether an operand is due after it."""
        text = lexeme.text
        binary = BINARY.get(text)
        if binary is not None:
            self.reduce(binary.least)
            self.operators.append((binary, self.starts[index]))
            return True
        if text == ")":
            return self.close(index)
        if text == ",":
            frame = self.frames[-1]
            if not isinstance(frame, SquareFrame):
                return self.comma(index)
            self.end_item(frame, index)
            return True
        if lexeme.kind is _ATTRIBUTE:
            return self.attribute(text, index)
        frame = self.frames[-1]
        if text == "[" and self.lexemes[index - 1].kind is not _NUMBER:
            return self.open_square(index, self.operands.pop())
        if text == "]":
            return self.close_square(index)
        if text == ":" and isinstance(frame, SquareFrame) and frame.receiver is not None:
            return self.colon(frame, index)
        if text == SEPARATOR:
            self.end_statement()
            return True
        if text in OPERATOR_HINTS:
            hint = EQUATION if text == "=" and len(self.frames) == 1 else OPERATOR_HINTS[text]
            if text == "=" and self.has_statements and len(self.frames) == 1 and self.frames[0].arguments:
                hint = UNPACKING
            self.fail(f"`{text}` is no operator here", self.extent(index), hint)
        raise missing_operator(self.text, self.tokens, index)

    def attribute(self, name: str, index: int) -> bool:
        """Read `.name` behind an operand; whether an operand is due after it."""
        operand = self.operands.pop()
        if self.lexemes[index + 1].text == "(":
            if name == DIM and self.lexemes[index + 2].text == ")":
                name = NDIM
                self.lexemes[index] = Lexeme(_ATTRIBUTE, NDIM, self.lexemes[index].length)
            if name not in CASTS or operand not in self.tree.conditions:
                self.names.check_method(name, index)
            self.callee, self.receiver = index, operand
            return True
        self.operands.append(self.names.attribute(operand, name, index))
        return False

    # --- statements ----------------------------------------------------------------------------------------------

    def end_statement(self) -> None:
        """Give what has been read since the last `;` its name."""
        if len(self.frames) > 1:
            self.fail_open()
        frame = self.frames[0]
        value = self.reduced()
        if frame.keyword is not None and frame.arguments:
            values = [*frame.arguments, value]
            frame.arguments = []
            value = self.tree.tupled(values, (self.tree.outer[values[0]][0], self.tree.outer[value][1]))
        if frame.keyword is None:
            hint = "write `h = …; …`; several outputs stand with commas between them"
            self.fail("a statement gives a name to what it computes", self.tree.outer[value], hint)
        self.names.define(frame.keyword, value)
        frame.keyword = None

    def fail_open(self) -> NoReturn:
        """Raise the ParseError about the bracket that is still open."""
        start = self.frames[-1].start
        self.fail("a bracket is opened and never closed", (start, start + 1))

    def finish(self, wants_operand: bool) -> int:
        """The root, once the text has ended."""
        if len(self.lexemes) == 1:
            self.fail("there is no expression", (0, 0), "for example: x**2 + 2*x + 1")
        if len(self.frames) > 1:
            self.fail_open()
        if wants_operand:
            self.fail("the expression ends where an operand is due", self.extent(-1))
        root = self.reduced()
        top = self.frames[0]
        if top.keyword is not None:
            hint = "the last statement has no name: it is what is differentiated"
            self.fail("the last statement gives a name, and nothing follows it", self.extent(top.keyword), hint)
        if top.arguments:
            return self.outputs([*top.arguments, root])
        if root in self.tree.items and not self.tree.is_list(root):
            return self.outputs(self.tree.items[root])
        self.tree.need_sort(root, _REAL, "the expression")
        return root

    def outputs(self, operands: list[int]) -> int:
        """The root of an expression with several outputs."""
        if self.decimal_comma is not None:
            self.fail(
                "a comma separates the arguments of a function, and nothing else",
                self.extent(self.decimal_comma),
                "decimals are written with a point: 0.5",
            )
        outer = self.tree.outer
        for operand in operands:
            self.tree.need_sort(operand, _REAL, "an output")
        return self.tree.tupled(operands, (outer[operands[0]][0], outer[operands[-1]][1]))


def plain_tokens(text: str, given: Collection[str] | None) -> Tokens:
    """The tokens, without the libraries' names and with a `;` at the end of each statement."""
    if "#" in text or "\\" in text:
        text = without_comments(text)
    return finished_tokens(tokenize(text), text, given)


def finished_tokens(tokens: Tokens, text: str, given: Collection[str] | None) -> Tokens:
    """The tokens, without the libraries' names and with a `;` at the end of each statement."""
    if "." in text and any(lexeme.kind is _ATTRIBUTE for lexeme in tokens.lexemes):
        tokens = without_prefixes(tokens, given or (), text)
    if INFINITY in text:
        tokens = with_infinities(tokens, given or ())
    if "=" not in text:
        return tokens
    if "\n" in text:
        tokens = with_separators(tokens, text)
    return with_names_together(tokens) if "," in text and (SEPARATOR in text or "\n" in text) else tokens


@lru_cache(maxsize=256)
def _constant(text: str) -> Expression:
    """What `parse.constant_expression` gives, for what is built here."""
    return PlainParser(text, frozenset(), (), False, ()).run()
