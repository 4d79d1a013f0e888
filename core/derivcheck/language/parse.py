"""The parser: text in, an Expression out, and nothing ever evaluated.

An operator-precedence parser with an explicit stack (E. W. Dijkstra's shunting yard, 1961), so that neither the text's
length nor its nesting can exhaust Python's recursion, and every error knows its characters. The language is Python's
arithmetic, with Python's precedences, but for two things: `^` is `**`, and brackets hold arguments of functions only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NoReturn

from derivcheck.language.bounds import MAX_NESTING
from derivcheck.language.builder import OPERAND, PIECEWISE, Builder, Call
from derivcheck.language.names import Names
from derivcheck.language.operators import BINARY, BRACKET, COMPARISON, PREFIX, Operator
from derivcheck.language.slips import EQUATION, OPERATOR_HINTS, RESERVED, missing_operator
from derivcheck.language.table import Sort
from derivcheck.language.tokens import Lexeme, TokenKind, stray_error, tokenize
from derivcheck.model import OwnFunction
from derivcheck.model.expression import Expression, Extent

_AND = BINARY["and"]
_NAME, _STRAY = TokenKind.NAME, TokenKind.STRAY
_REAL = Sort.REAL


@dataclass(slots=True)
class _Frame:
    """An open bracket, or the whole text, and the arguments that have been read inside it.

    Attributes:
        name: the function whose arguments these are, None for a group.
        start: where the bracket stands.
        callee: where the function's name stands, or the bracket of a group.
        is_branch: whether this is a branch of Piecewise, which has two arguments.
        keyword: the index of the token that names the argument that is being read.
    """

    name: str | None
    start: int
    callee: Extent
    is_branch: bool = False
    arguments: list[int] = field(default_factory=list)
    keywords: dict[str, int] = field(default_factory=dict)
    keyword: int | None = None


def parse(text: str, variables: Collection[str] | None = None, own: tuple[OwnFunction, ...] = ()) -> Expression:
    """Read an expression.

    Args:
        text: Python arithmetic over the functions of `derivcheck.language.table`.
        variables: the names that have a value; any other name must be a constant. None: every name that is not a
            constant is a variable.
        own: the user's own functions that may be called.

    Returns:
        The Expression, whose nodes know their spans in `text`.

    Raises:
        ParseError: for anything that is not an expression, and for one beyond the bounds of this module.

    Example:
        >>> parse("2*x^3 + 1").variables
        ('x',)
    """
    return _Parser(text, None if variables is None else frozenset(variables), own).run()


class _Parser:
    """One run over one text.

    Attributes:
        operands: what waits for its operator, in all brackets that are open.
        operators: what waits for its operands, each with where it stands; a bracket's begin with `BRACKET`.
        names: what the names stand for.
        frames: the brackets that are open.
        callee: the index of the token that names the function whose bracket comes next.
    """

    def __init__(self, text: str, given: frozenset[str] | None, own: tuple[OwnFunction, ...]) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.lexemes = self.tokens.lexemes
        self.starts = self.tokens.starts
        self.extent = self.tokens.extent
        self.tree = Builder(text, constant_expression, own)
        self.names = Names(text, given, own, self.tokens, self.tree)
        self.operands: list[int] = []
        self.operators: list[tuple[Operator, int]] = [(BRACKET, 0)]
        self.frames = [_Frame(None, 0, (0, 0))]
        self.callee: int | None = None

    # --- the loop ------------------------------------------------------------------------------------------------

    def run(self) -> Expression:
        wants_operand = True
        for index, lexeme in enumerate(self.lexemes[:-1]):
            wants_operand = self.operand(lexeme, index) if wants_operand else self.operator(lexeme, index)
        if self.lexemes[-1].kind is _STRAY:
            raise stray_error(self.tokens[-1], self.text)
        root = self.finish(wants_operand)
        self.names.check_values()
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
        is_empty = not (frame.arguments or frame.keyword is not None or self.has_begun())
        if text == ")" and frame.name is not None and is_empty:
            self.close(index)
            return False
        hint = "did you mean `abs(…)`?" if text == "|" else OPERATOR_HINTS.get(text)
        return self.fail(f"an operand is missing before `{text}`", self.extent(index), hint)

    def name(self, name: str, index: int) -> bool:
        """Read a name where an operand is due; whether one is still due after it."""
        if name in RESERVED:
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
            if frame.name is not None and frame.keyword is None and not self.has_begun():
                self.names.check_keyword(frame.name, name, index, None if frame.keywords else len(frame.arguments))
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
            self.close(index)
            return False
        if text == ",":
            self.comma(index)
            return True
        if text in OPERATOR_HINTS:
            hint = EQUATION if text == "=" and len(self.frames) == 1 else OPERATOR_HINTS[text]
            self.fail(f"`{text}` is no operator here", self.extent(index), hint)
        raise missing_operator(self.text, self.tokens, index)

    # --- brackets ------------------------------------------------------------------------------------------------

    def has_begun(self) -> bool:
        """Whether an operator stands before the operand that is due, in the same argument."""
        return self.operators[-1][0] is not BRACKET

    def open(self, index: int) -> None:
        """Open a bracket."""
        if len(self.frames) > MAX_NESTING:
            self.fail(f"brackets are nested more than {MAX_NESTING} deep", self.extent(index))
        start = self.starts[index]
        if self.callee is not None:
            frame = _Frame(self.lexemes[self.callee].text, start, self.extent(self.callee))
            self.callee = None
        else:
            is_branch = self.frames[-1].name == PIECEWISE and not self.has_begun()
            frame = _Frame(None, start, self.extent(index), is_branch)
        self.frames.append(frame)
        self.operators.append((BRACKET, start))

    def close(self, index: int) -> None:
        """Close a bracket: of a group, of a branch of Piecewise, or of a call."""
        if len(self.frames) == 1:
            self.fail("a bracket is closed that was never opened", self.extent(index))
        frame = self.frames.pop()
        extent = (frame.callee[0], self.starts[index] + 1)
        if frame.name is not None:
            if self.lexemes[index - 1].text not in {"(", ","}:
                self.end_argument(frame)
            called = Call(frame.name, frame.callee, frame.arguments, frame.keywords)
            self.names.check_no_product(called)
            operand = self.tree.call(called, extent)
        elif frame.is_branch and frame.arguments:
            self.end_argument(frame)
            operand = self.tree.branch(frame.arguments, extent)
        else:
            operand = self.tree.bracketed(self.reduced(), extent)
        self.operators.pop()
        self.operands.append(operand)

    def comma(self, index: int) -> None:
        """End an argument."""
        frame = self.frames[-1]
        if frame.name is None and not frame.is_branch:
            self.fail(
                "a comma separates the arguments of a function, and nothing else",
                self.extent(index),
                "decimals are written with a point: 0.5",
            )
        self.end_argument(frame)

    def end_argument(self, frame: _Frame) -> None:
        """Move what has been read since the last comma to the arguments."""
        value = self.reduced()
        if frame.keyword is not None:
            name = self.lexemes[frame.keyword].text
            if name in frame.keywords:
                self.fail(f"`{name}` is given twice", self.extent(frame.keyword))
            frame.keywords[name] = value
            frame.keyword = None
        elif frame.keywords:
            self.fail("an argument without a name follows one with a name", self.tree.outer[value])
        else:
            frame.arguments.append(value)

    def finish(self, wants_operand: bool) -> int:
        """The root, once the text has ended."""
        if len(self.lexemes) == 1:
            self.fail("there is no expression", (0, 0), "for example: x**2 + 2*x + 1")
        if len(self.frames) > 1:
            start = self.frames[-1].start
            self.fail("a bracket is opened and never closed", (start, start + 1))
        if wants_operand:
            self.fail("the expression ends where an operand is due", self.extent(-1))
        root = self.reduced()
        self.tree.need_sort(root, _REAL, "the expression")
        return root

    # --- operators -----------------------------------------------------------------------------------------------

    def reduce(self, least: int) -> None:
        """Apply the operators of the innermost bracket down to a precedence, the last first."""
        operators, operands, outer = self.operators, self.operands, self.tree.outer
        while operators[-1][0].precedence >= least:
            operator, start = operators[-1]
            if operator.precedence == COMPARISON:
                self.apply_comparisons()
                continue
            operators.pop()
            right = operands.pop()
            if operator.is_prefix:
                operands.append(self.apply_prefix(operator, right, (start, outer[right][1])))
            else:
                left = operands.pop()
                extent = (outer[left][0], outer[right][1])
                operands.append(self.tree.apply(operator.row, (left, right), extent, operator.text, OPERAND))

    def reduced(self) -> int:
        """Apply all operators of the innermost bracket and hand out the one operand that remains."""
        self.reduce(BRACKET.precedence + 1)
        return self.operands.pop()

    def apply_prefix(self, operator: Operator, operand: int, extent: Extent) -> int:
        """Apply `-`, `+` or `not`."""
        if operator.text != "+":
            return self.tree.apply(operator.row, (operand,), extent, operator.text, OPERAND)
        self.tree.need_sort(operand, _REAL, "the operand of `+`")
        return self.tree.bracketed(operand, extent)

    def apply_comparisons(self) -> None:
        """Apply a chain of comparisons: 0 < x < 1 is (0 < x) and (x < 1)."""
        chain: list[Operator] = []
        while self.operators[-1][0].precedence == COMPARISON:
            chain.append(self.operators.pop()[0])
        operands = self.operands[-len(chain) - 1 :]
        del self.operands[-len(chain) - 1 :]
        outer = self.tree.outer
        whole: int | None = None
        for operator, left, right in zip(reversed(chain), operands, operands[1:], strict=False):
            extent = (outer[left][0], outer[right][1])
            link = self.tree.apply(operator.row, (left, right), extent, operator.text, OPERAND)
            if whole is None:
                whole = link
            else:
                extent = (outer[whole][0], outer[link][1])
                whole = self.tree.apply(_AND.row, (whole, link), extent, _AND.text, OPERAND)
                self.tree.in_order = False
        assert whole is not None
        self.operands.append(whole)

    def fail(self, message: str, extent: Extent, hint: str | None = None) -> NoReturn:
        self.tree.fail(message, extent, hint)


@lru_cache(maxsize=512)
def definition(text: str, names: tuple[str, ...]) -> Expression:
    """A composite's definition over the names of its arguments; parsed once."""
    return parse(text, names)


@lru_cache(maxsize=256)
def constant_expression(text: str) -> Expression:
    """An expression without variables, such as an option's default; parsed once."""
    return parse(text, frozenset())
