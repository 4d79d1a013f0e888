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

from derivcheck.errors import NOWHERE, Span
from derivcheck.language import functions
from derivcheck.language.bounds import MAX_NESTING
from derivcheck.language.builder import PIECEWISE, WRITTEN_OUT, Builder, Call, Operand
from derivcheck.language.functions import Sort
from derivcheck.language.hints import instead_of_function, instead_of_variable, shortened
from derivcheck.language.tokens import Token, TokenKind, stray_error, tokenize
from derivcheck.model import OwnFunction
from derivcheck.tree import Expression, NodeKind


@dataclass(frozen=True, slots=True)
class _Operator:
    """An operator: the function it stands for, its precedence, whether it groups from the right."""

    function: str
    precedence: int
    right: bool = False
    unary: bool = False


_COMPARISON = 4
_UNARY = 9
_BINARY: dict[str, _Operator] = {
    "or": _Operator("or", 1),
    "and": _Operator("and", 2),
    "<": _Operator("lt", _COMPARISON, right=True),
    "<=": _Operator("le", _COMPARISON, right=True),
    ">": _Operator("gt", _COMPARISON, right=True),
    ">=": _Operator("ge", _COMPARISON, right=True),
    "==": _Operator("eq", _COMPARISON, right=True),
    "!=": _Operator("ne", _COMPARISON, right=True),
    "|": _Operator("or", 5),
    "&": _Operator("and", 6),
    "+": _Operator("add", 7),
    "-": _Operator("sub", 7),
    "*": _Operator("mul", 8),
    "/": _Operator("div", 8),
    "//": _Operator("floor_divide", 8),
    "%": _Operator("remainder", 8),
    "**": _Operator("pow", 10, right=True),
    "^": _Operator("pow", 10, right=True),
}
_PREFIX: dict[str, _Operator] = {
    "-": _Operator("neg", _UNARY, right=True, unary=True),
    "+": _Operator("", _UNARY, right=True, unary=True),
    "~": _Operator("not", _UNARY, right=True, unary=True),
    "not": _Operator("not", 3, right=True, unary=True),
}
_RESERVED: dict[str, str] = {
    "lambda": "write the function's body only",
    "if": "conditions are written where(condition, a, b)",
    "else": "conditions are written where(condition, a, b)",
    "for": "loops are not part of the language",
    "in": "comparisons are <, <=, >, >=, == and !=",
    "is": "comparisons are <, <=, >, >=, == and !=",
    "import": "only arithmetic and the functions of `derivcheck functions` are understood",
    "None": "only numbers are understood",
}
_OPERATOR_HINTS: dict[str, str] = {
    "=": "did you mean `==`?",
    ":=": "did you mean `==`?",
    "<>": "did you mean `!=`?",
    "&&": "did you mean `&`?",
    "||": "did you mean `|`?",
}
_TRUTH_VALUES = {"True": "True", "true": "True", "False": "False", "false": "False"}
_EQUATION = "an equation has no derivative: write one side of it; a point is given by --at x=2"
_OPERAND = "an operand"
_LISTED = 8


@dataclass(slots=True)
class _Frame:
    """An open bracket, or the whole text, and what has been read inside it."""

    name: str | None
    start: int
    callee: Span = NOWHERE
    is_branch: bool = False
    operands: list[Operand] = field(default_factory=list)
    operators: list[tuple[_Operator, Token]] = field(default_factory=list)
    arguments: list[Operand] = field(default_factory=list)
    keywords: dict[str, Operand] = field(default_factory=dict)
    keyword: Token | None = None


def parse(text: str, variables: Collection[str] | None = None, own: tuple[OwnFunction, ...] = ()) -> Expression:
    """Read an expression.

    Args:
        text: Python arithmetic over the functions of `derivcheck.language.functions`.
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
    """One run over one text."""

    def __init__(self, text: str, given: frozenset[str] | None, own: tuple[OwnFunction, ...]) -> None:
        self.text = text
        self.given = given
        self.own = own
        self.tokens = tokenize(text)
        self.tree = Builder(text, constant_expression, own)
        self.missing: dict[str, Span] = {}
        self.frames = [_Frame(None, 0)]
        self.callee: Token | None = None

    # --- the loop ------------------------------------------------------------------------------------------------

    def run(self) -> Expression:
        wants_operand = True
        for index, token in enumerate(self.tokens):
            if token.kind is TokenKind.END:
                break
            if token.kind is TokenKind.STRAY:
                raise stray_error(token, self.text)
            following = self.tokens[index + 1]
            wants_operand = self.operand(token, following, index) if wants_operand else self.operator(token, index)
        root = self.finish(wants_operand)
        self.report_missing()
        return self.tree.in_postorder(root.position)

    def operand(self, token: Token, following: Token, index: int) -> bool:
        """Read a token where an operand is due; whether one is still due after it."""
        frame = self.frames[-1]
        if token.kind is TokenKind.NUMBER:
            frame.operands.append(self.tree.leaf(NodeKind.NUMBER, token.text, token.span, value=token.value))
            return False
        if token.text in _PREFIX:
            prefix = _PREFIX[token.text]
            if (
                prefix.precedence < _COMPARISON
                and frame.operators
                and frame.operators[-1][0].precedence > prefix.precedence
            ):
                self.fail(f"`{token.text}` must be in brackets here", token.span, f"write ({token.text} …)")
            frame.operators.append((prefix, token))
            return True
        if token.kind is TokenKind.NAME:
            return self.name(token, following)
        if token.text == "(":
            self.open(token)
            return True
        if token.text == "=" and self.tokens[index - 1] is frame.keyword:
            return True
        if token.text == ")":
            if frame.name is not None and not (frame.operators or frame.arguments or frame.keyword):
                self.close(token)
                return False
            self.fail("an operand is missing before `)`", token.span)
        if token.text == "|":
            self.fail("an operand is missing before `|`", token.span, "did you mean `abs(…)`?")
        return self.fail(f"an operand is missing before `{token.text}`", token.span, _OPERATOR_HINTS.get(token.text))

    def name(self, token: Token, following: Token) -> bool:
        """Read a name where an operand is due; whether one is still due after it."""
        frame = self.frames[-1]
        if token.text in _RESERVED:
            self.fail(f"`{token.text}` is not part of the expression language", token.span, _RESERVED[token.text])
        if token.text in _BINARY:
            self.fail(f"an operand is missing before `{token.text}`", token.span)
        if following.text == "(":
            self.known_function(token)
            return True
        if following.text == "=" and frame.name and not frame.operands and not frame.operators and not frame.keyword:
            self.known_keyword(frame, token)
            frame.keyword = token
            return True
        frame.operands.append(self.name_leaf(token, following))
        return False

    def operator(self, token: Token, index: int) -> bool:
        """Read a token where an operator is due; whether an operand is due after it."""
        binary = _BINARY.get(token.text)
        if binary is not None:
            frame = self.frames[-1]
            self.reduce(frame, binary)
            frame.operators.append((binary, token))
            return True
        if token.text == ")":
            self.close(token)
            return False
        if token.text == ",":
            self.comma(token)
            return True
        if token.text in _OPERATOR_HINTS:
            hint = _EQUATION if token.text == "=" and len(self.frames) == 1 else _OPERATOR_HINTS[token.text]
            self.fail(f"`{token.text}` is no operator here", token.span, hint)
        return self.missing_operator(index)

    # --- brackets ------------------------------------------------------------------------------------------------

    def open(self, token: Token) -> None:
        """Open a bracket."""
        if len(self.frames) > MAX_NESTING:
            self.fail(f"brackets are nested more than {MAX_NESTING} deep", token.span)
        if self.callee is not None:
            self.frames.append(_Frame(self.callee.text, token.span.start, callee=self.callee.span))
            self.callee = None
            return
        outer = self.frames[-1]
        is_branch = outer.name == PIECEWISE and not outer.operands and not outer.operators
        self.frames.append(_Frame(None, token.span.start, callee=token.span, is_branch=is_branch))

    def known_function(self, token: Token) -> None:
        """Take note of a function's name, whose bracket comes next."""
        known = functions.function(token.text, self.own) or token.text in WRITTEN_OUT
        if not known:
            hint = instead_of_function(token.text, self.text, self.given or (), self.own)
            self.fail(f"no function is called `{token.text}`", token.span, hint)
        self.callee = token

    def known_keyword(self, frame: _Frame, token: Token) -> None:
        """Fail unless the function that is being called has an argument of this name."""
        name = frame.name
        row = functions.function(name or "", self.own)
        if row is None or row.variadic:
            self.fail(f"the arguments of `{name}` have no names", token.span, "did you mean `==`?")
        wants_condition = row.sort_of(len(frame.arguments)) is Sort.BOOL and not frame.keywords
        if wants_condition and token.text not in row.params[:1]:
            self.fail("`=` is no comparison", token.span, f"did you mean `{token.text} == …`?")
        if token.text not in {*row.params, *(option.name for option in row.options)}:
            self.fail(f"`{name}` has no argument `{token.text}`", token.span, row.signature)

    def close(self, token: Token) -> None:
        """Close a bracket: of a group, of a branch of Piecewise, or of a call."""
        frame = self.frames.pop()
        if not self.frames:
            self.frames.append(frame)
            self.fail("a bracket is closed that was never opened", token.span)
        outer = self.frames[-1]
        span = Span(frame.callee.start, token.span.end)
        if frame.name is not None:
            if frame.operands or frame.operators:
                self.end_argument(frame)
            outer.operands.append(self.tree.call(Call(frame.name, frame.callee, frame.arguments, frame.keywords), span))
        elif frame.is_branch and frame.arguments:
            self.end_argument(frame)
            if len(frame.arguments) != 2:
                self.fail("a branch of Piecewise is (value, condition)", span)
            value, condition = frame.arguments
            self.tree.need_sort(value, Sort.REAL, "the value of a branch")
            self.tree.need_sort(condition, Sort.BOOL, "the condition of a branch")
            outer.operands.append(Operand(value.position, Sort.REAL, span, condition))
        else:
            inside = self.value_of(frame)
            outer.operands.append(Operand(inside.position, inside.sort, span))

    def comma(self, token: Token) -> None:
        """End an argument."""
        frame = self.frames[-1]
        if frame.name is None and not frame.is_branch:
            self.fail(
                "a comma separates the arguments of a function, and nothing else",
                token.span,
                "decimals are written with a point: 0.5",
            )
        self.end_argument(frame)

    def end_argument(self, frame: _Frame) -> None:
        """Move what has been read since the last comma to the arguments."""
        value = self.value_of(frame)
        if frame.keyword is not None:
            if frame.keyword.text in frame.keywords:
                self.fail(f"`{frame.keyword.text}` is given twice", frame.keyword.span)
            frame.keywords[frame.keyword.text] = value
        elif frame.keywords:
            self.fail("an argument without a name follows one with a name", value.span)
        else:
            frame.arguments.append(value)
        frame.keyword = None

    def value_of(self, frame: _Frame) -> Operand:
        """Apply the operators that are left and hand out the one operand that remains."""
        self.reduce(frame, None)
        if len(frame.operands) != 1:
            raise AssertionError("operators and operands do not balance")
        return frame.operands.pop()

    def finish(self, wants_operand: bool) -> Operand:
        """The root, once the text has ended."""
        end = self.tokens[-1].span
        if len(self.tokens) == 1:
            self.fail("there is no expression", Span(0, 0), "for example: x**2 + 2*x + 1")
        if len(self.frames) > 1:
            start = self.frames[-1].start
            self.fail("a bracket is opened and never closed", Span(start, start + 1))
        if wants_operand:
            self.fail("the expression ends where an operand is due", end)
        root = self.value_of(self.frames[0])
        self.tree.need_sort(root, Sort.REAL, "the expression")
        return root

    # --- operators -----------------------------------------------------------------------------------------------

    def reduce(self, frame: _Frame, coming: _Operator | None) -> None:
        """Apply the operators that bind tighter than the one that is coming, or all."""
        while frame.operators:
            operator, token = frame.operators[-1]
            if coming is not None and (
                operator.precedence < coming.precedence or (operator.precedence == coming.precedence and coming.right)
            ):
                return
            if operator.precedence == _COMPARISON:
                self.apply_comparisons(frame)
                continue
            frame.operators.pop()
            if operator.unary:
                operand = frame.operands.pop()
                span = Span(token.span.start, operand.span.end)
                if not operator.function:
                    self.tree.need_sort(operand, Sort.REAL, "the operand of `+`")
                    frame.operands.append(Operand(operand.position, operand.sort, span))
                else:
                    frame.operands.append(self.tree.apply(operator.function, [operand], span, token.text, _OPERAND))
            else:
                right, left = frame.operands.pop(), frame.operands.pop()
                span = Span(left.span.start, right.span.end)
                frame.operands.append(self.tree.apply(operator.function, [left, right], span, token.text, _OPERAND))

    def apply_comparisons(self, frame: _Frame) -> None:
        """Apply a chain of comparisons: 0 < x < 1 is (0 < x) and (x < 1)."""
        chain: list[tuple[_Operator, Token]] = []
        while frame.operators and frame.operators[-1][0].precedence == _COMPARISON:
            chain.append(frame.operators.pop())
        operands = [frame.operands.pop() for _ in range(len(chain) + 1)][::-1]
        whole: Operand | None = None
        for (operator, token), left, right in zip(reversed(chain), operands, operands[1:], strict=False):
            span = Span(left.span.start, right.span.end)
            link = self.tree.apply(operator.function, [left, right], span, token.text, _OPERAND)
            whole = (
                link
                if whole is None
                else self.tree.apply("and", [whole, link], Span(whole.span.start, link.span.end), "and", _OPERAND)
            )
        assert whole is not None
        frame.operands.append(whole)

    # --- leaves --------------------------------------------------------------------------------------------------

    def name_leaf(self, token: Token, following: Token) -> Operand:
        """A name that no bracket follows: a variable if it has a value, else a constant."""
        name = token.text
        if self.given is not None and name in self.given:
            return self.tree.leaf(NodeKind.VARIABLE, name, token.span)
        if name in _TRUTH_VALUES:
            return self.tree.leaf(NodeKind.CONSTANT, _TRUTH_VALUES[name], token.span)
        row = functions.constant(name)
        if row is not None:
            return self.tree.leaf(NodeKind.CONSTANT, row.name, token.span)
        if functions.function(name, self.own) is not None and following.kind in {TokenKind.NAME, TokenKind.NUMBER}:
            self.fail(f"`{name}` is a function", token.span, f"did you mean `{name}({following.text})`?")
        if self.given is not None:
            self.missing.setdefault(name, token.span)
        return self.tree.leaf(NodeKind.VARIABLE, name, token.span)

    def report_missing(self) -> None:
        """Fail if there are names that have no value, listing all of them."""
        if not self.missing:
            return
        names = list(self.missing)
        listed = ", ".join(f"`{name}`" for name in names[:_LISTED])
        if len(names) > _LISTED:
            listed += f" and {len(names) - _LISTED} more"
        hint = f"--at {','.join(f'{name}=…' for name in names[:_LISTED])} (`at` in a file)"
        meants = (instead_of_variable(name, self.given or ()) for name in names)
        meant = next(filter(None, meants), None)
        if meant:
            hint = (
                f"{meant} Or give it a value: {hint}" if meant.endswith("?") else f"{meant}, or give it a value: {hint}"
            )
        self.fail(f"the point has no value for {listed}", self.missing[names[0]], hint)

    # --- errors --------------------------------------------------------------------------------------------------

    def missing_operator(self, index: int) -> NoReturn:
        """Fail for two operands in a row, the second of which begins with the token at `index`."""
        before, token = self.tokens[index - 1], self.tokens[index]
        following = self.tokens[index + 1]
        if token.text in _RESERVED:
            self.fail(f"`{token.text}` is not part of the expression language", token.span, _RESERVED[token.text])
        left, right = (shortened(self.text[each.span.start : each.span.end]) for each in (before, token))
        called = f"{right}(…)" if token.kind is TokenKind.NAME and following.text == "(" else right
        hint = f"did you mean `{left}*{called}`?"
        if before.kind is TokenKind.NUMBER and token.text in {"j", "J"}:
            hint = "complex numbers are not part of the language"
        elif token.text == "(" and before.text != ")":
            power = self.tokens[max(index - 3, 0)]
            raised = self.tokens[index - 2].text in {"**", "^"} and functions.function(power.text)
            hint = f"did you mean `{power.text}(…)**{left}`?" if raised else f"did you mean `{left}*(…)`?"
        span = Span(before.span.start, token.span.end)
        self.fail(f"an operator is missing between `{left}` and `{right}`", span, hint)

    def fail(self, message: str, span: Span, hint: str | None = None) -> NoReturn:
        self.tree.fail(message, span, hint)


@lru_cache(maxsize=512)
def definition(text: str, names: tuple[str, ...]) -> Expression:
    """A composite's definition over the names of its arguments; parsed once."""
    return parse(text, names)


@lru_cache(maxsize=256)
def constant_expression(text: str) -> Expression:
    """An expression without variables, such as an option's default; parsed once."""
    return parse(text, frozenset())
