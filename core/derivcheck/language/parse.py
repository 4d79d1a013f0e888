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

from derivcheck.language import table
from derivcheck.language.bounds import MAX_NESTING
from derivcheck.language.builder import PIECEWISE, WRITTEN_OUT, Builder, Call
from derivcheck.language.hints import both_readings, instead_of_function, instead_of_variable, shortened
from derivcheck.language.table import Function, Sort
from derivcheck.language.tokens import Lexeme, TokenKind, stray_error, tokenize
from derivcheck.model import OwnFunction
from derivcheck.model.expression import CONSTANT, VARIABLE, Expression, Extent, Node
from derivcheck.model.light_records import record


@record
class _Operator:
    """An operator.

    Attributes:
        text: how it is written.
        precedence: how tightly it binds.
        row: the function that it stands for; `positive` for what makes no node.
        least: the least precedence of operators before it that are applied first: they bind tighter, or as tightly
            where it groups from the left.
        is_prefix: whether it has one operand.
    """

    text: str
    precedence: int
    row: Function
    least: int
    is_prefix: bool


def _operator(text: str, precedence: int, function: str, *, right: bool = False, prefix: bool = False) -> _Operator:
    row = table.function(function)
    assert row is not None, function
    return _Operator(text, precedence, row, precedence + right, prefix)


_COMPARISON = 4
_UNARY = 9
_BINARY: dict[str, _Operator] = {
    operator.text: operator
    for operator in (
        _operator("or", 1, "or"),
        _operator("and", 2, "and"),
        _operator("<", _COMPARISON, "lt", right=True),
        _operator("<=", _COMPARISON, "le", right=True),
        _operator(">", _COMPARISON, "gt", right=True),
        _operator(">=", _COMPARISON, "ge", right=True),
        _operator("==", _COMPARISON, "eq", right=True),
        _operator("!=", _COMPARISON, "ne", right=True),
        _operator("|", 5, "or"),
        _operator("&", 6, "and"),
        _operator("+", 7, "add"),
        _operator("-", 7, "sub"),
        _operator("*", 8, "mul"),
        _operator("/", 8, "div"),
        _operator("//", 8, "floor_divide"),
        _operator("%", 8, "remainder"),
        _operator("**", 10, "pow", right=True),
        _operator("^", 10, "pow", right=True),
    )
}
_PREFIX: dict[str, _Operator] = {
    operator.text: operator
    for operator in (
        _operator("-", _UNARY, "neg", prefix=True),
        _operator("+", _UNARY, "positive", prefix=True),
        _operator("~", _UNARY, "not", prefix=True),
        _operator("not", 3, "not", prefix=True),
    )
}
_BRACKET = _operator("(", 0, "positive")
"""What stands below the operators of a bracket, or of the whole text, and binds less than any of them."""
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
_AND = _BINARY["and"]
_TRUTH_VALUES = {"True": "True", "true": "True", "False": "False", "false": "False"}
_EQUATION = "an equation has no derivative: write one side of it; a point is given by --at x=2"
_OPERAND = "an operand"
_LISTED = 8
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
        operators: what waits for its operands, each with where it stands; a bracket's begin with `_BRACKET`.
        leaves: the nodes of the variables and constants that have been read, by their text.
        variables: the variables, in order of appearance.
        missing: the names without a value, each with where it stands first.
        frames: the brackets that are open.
        callee: the index of the token that names the function whose bracket comes next.
    """

    def __init__(self, text: str, given: frozenset[str] | None, own: tuple[OwnFunction, ...]) -> None:
        self.text = text
        self.given = given
        self.own = own
        self.tokens = tokenize(text)
        self.lexemes = self.tokens.lexemes
        self.starts = self.tokens.starts
        self.tree = Builder(text, constant_expression, own)
        self.operands: list[int] = []
        self.operators: list[tuple[_Operator, int]] = [(_BRACKET, 0)]
        self.leaves: dict[str, Node] = {}
        self.variables: dict[str, None] = {}
        self.missing: dict[str, Extent] = {}
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
        self.report_missing()
        return self.tree.finished(root, self.variables)

    def operand(self, lexeme: Lexeme, index: int) -> bool:
        """Read a token where an operand is due; whether one is still due after it."""
        text = lexeme.text
        if lexeme.number is not None:
            self.operands.append(self.tree.add(lexeme.number, self.extent(index)))
            return False
        if text in _PREFIX:
            prefix, before = _PREFIX[text], self.operators[-1][0]
            if prefix.precedence < _COMPARISON and before.precedence > prefix.precedence:
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
        hint = "did you mean `abs(…)`?" if text == "|" else _OPERATOR_HINTS.get(text)
        return self.fail(f"an operand is missing before `{text}`", self.extent(index), hint)

    def name(self, name: str, index: int) -> bool:
        """Read a name where an operand is due; whether one is still due after it."""
        if name in _RESERVED:
            self.fail(f"`{name}` is not part of the expression language", self.extent(index), _RESERVED[name])
        if name in _BINARY:
            self.fail(f"an operand is missing before `{name}`", self.extent(index))
        following = self.lexemes[index + 1].text
        if following == "(":
            self.known_function(name, index)
            self.callee = index
            return True
        if following == "=":
            frame = self.frames[-1]
            if frame.name is not None and frame.keyword is None and not self.has_begun():
                self.known_keyword(frame, name, index)
                frame.keyword = index
                return True
        self.operands.append(self.named(name, index))
        return False

    def operator(self, lexeme: Lexeme, index: int) -> bool:
        """Read a token where an operator is due; whether an operand is due after it."""
        text = lexeme.text
        binary = _BINARY.get(text)
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
        if text in _OPERATOR_HINTS:
            hint = _EQUATION if text == "=" and len(self.frames) == 1 else _OPERATOR_HINTS[text]
            self.fail(f"`{text}` is no operator here", self.extent(index), hint)
        return self.missing_operator(index)

    # --- brackets ------------------------------------------------------------------------------------------------

    def has_begun(self) -> bool:
        """Whether an operator stands before the operand that is due, in the same argument."""
        return self.operators[-1][0] is not _BRACKET

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
        self.operators.append((_BRACKET, start))

    def known_function(self, name: str, index: int) -> None:
        """Fail unless a name that a bracket follows is a function's."""
        if table.function(name, self.own) is None and name not in WRITTEN_OUT:
            hint = instead_of_function(name, self.text, self.given or (), self.own)
            self.fail(f"no function is called `{name}`", self.extent(index), hint)

    def no_product(self, frame: _Frame) -> None:
        """Fail for a call that may be meant as a product: gamma(t), where the point gives `gamma` a value.

        Nobody can tell which of the two is meant. With several arguments, as in beta(a, b), it is the function.
        """
        name = frame.name
        if self.given is None or name not in self.given or len(frame.arguments) != 1 or frame.keywords:
            return
        whose = "a function of your own" if any(mine.name == name for mine in self.own) else "a function"
        hint = both_readings(self.text, self.tokens, name, self.given)
        self.fail(f"`{name}` is a variable of the point, and {whose}", frame.callee, hint)

    def known_keyword(self, frame: _Frame, keyword: str, index: int) -> None:
        """Fail unless the function that is being called has an argument of this name."""
        name = frame.name
        row = table.function(name or "", self.own)
        if row is None or row.variadic:
            self.fail(f"the arguments of `{name}` have no names", self.extent(index), "did you mean `==`?")
        wants_condition = row.sort_of(len(frame.arguments)) is Sort.BOOL and not frame.keywords
        if wants_condition and keyword not in row.params[:1]:
            self.fail("`=` is no comparison", self.extent(index), f"did you mean `{keyword} == …`?")
        if keyword not in {*row.params, *(option.name for option in row.options)}:
            self.fail(f"`{name}` has no argument `{keyword}`", self.extent(index), row.signature)

    def close(self, index: int) -> None:
        """Close a bracket: of a group, of a branch of Piecewise, or of a call."""
        if len(self.frames) == 1:
            self.fail("a bracket is closed that was never opened", self.extent(index))
        frame = self.frames.pop()
        extent = (frame.callee[0], self.starts[index] + 1)
        if frame.name is not None:
            if self.lexemes[index - 1].text not in {"(", ","}:
                self.end_argument(frame)
            self.no_product(frame)
            operand = self.tree.call(Call(frame.name, frame.callee, frame.arguments, frame.keywords), extent)
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
            if operator.precedence == _COMPARISON:
                self.apply_comparisons()
                continue
            operators.pop()
            right = operands.pop()
            if operator.is_prefix:
                operands.append(self.apply_prefix(operator, right, (start, outer[right][1])))
            else:
                left = operands.pop()
                extent = (outer[left][0], outer[right][1])
                operands.append(self.tree.apply(operator.row, (left, right), extent, operator.text, _OPERAND))

    def reduced(self) -> int:
        """Apply all operators of the innermost bracket and hand out the one operand that remains."""
        self.reduce(_BRACKET.precedence + 1)
        return self.operands.pop()

    def apply_prefix(self, operator: _Operator, operand: int, extent: Extent) -> int:
        """Apply `-`, `+` or `not`."""
        if operator.text != "+":
            return self.tree.apply(operator.row, (operand,), extent, operator.text, _OPERAND)
        self.tree.need_sort(operand, _REAL, "the operand of `+`")
        return self.tree.bracketed(operand, extent)

    def apply_comparisons(self) -> None:
        """Apply a chain of comparisons: 0 < x < 1 is (0 < x) and (x < 1)."""
        chain: list[_Operator] = []
        while self.operators[-1][0].precedence == _COMPARISON:
            chain.append(self.operators.pop()[0])
        operands = self.operands[-len(chain) - 1 :]
        del self.operands[-len(chain) - 1 :]
        outer = self.tree.outer
        whole: int | None = None
        for operator, left, right in zip(reversed(chain), operands, operands[1:], strict=False):
            extent = (outer[left][0], outer[right][1])
            link = self.tree.apply(operator.row, (left, right), extent, operator.text, _OPERAND)
            if whole is None:
                whole = link
            else:
                extent = (outer[whole][0], outer[link][1])
                whole = self.tree.apply(_AND.row, (whole, link), extent, _AND.text, _OPERAND)
                self.tree.in_order = False
        assert whole is not None
        self.operands.append(whole)

    # --- leaves --------------------------------------------------------------------------------------------------

    def named(self, name: str, index: int) -> int:
        """What a name that no bracket follows stands for: a variable if it has a value, else a constant."""
        extent = self.extent(index)
        leaf = self.leaves.get(name)
        if leaf is None:
            is_given = self.given is not None and name in self.given
            if not is_given and name in _TRUTH_VALUES:
                return self.tree.truth_value(_TRUTH_VALUES[name], extent)
            row = None if is_given else table.constant(name)
            leaf = Node(VARIABLE, name) if row is None else Node(CONSTANT, row.name)
            if row is None:
                self.variables[name] = None
            if is_given or row is not None:
                self.leaves[name] = leaf
            else:
                self.without_value(name, index)
        return self.tree.add(leaf, extent)

    def without_value(self, name: str, index: int) -> None:
        """Take note of a name that is neither given nor a constant; fail for a function whose bracket is missing."""
        following = self.lexemes[index + 1]
        is_operand = following.kind in {TokenKind.NAME, TokenKind.NUMBER}
        if is_operand and table.function(name, self.own) is not None:
            self.fail(f"`{name}` is a function", self.extent(index), f"did you mean `{name}({following.text})`?")
        if self.given is not None:
            self.missing.setdefault(name, self.extent(index))

    def report_missing(self) -> None:
        """Fail if there are names that have no value, listing all of them."""
        if not self.missing:
            return
        names = list(self.missing)
        listed = ", ".join(f"`{name}`" for name in names[:_LISTED])
        if len(names) > _LISTED:
            listed += f" and {len(names) - _LISTED} more"
        hint = f"--at {','.join(f'{name}=…' for name in names[:_LISTED])} (`at` in a file)"
        given = self.given or frozenset()
        meants = (instead_of_variable(name, given, given.difference(self.variables)) for name in names)
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
            self.fail(
                f"`{token.text}` is not part of the expression language", self.extent(index), _RESERVED[token.text]
            )
        left, right = (shortened(self.text[each.span.start : each.span.end]) for each in (before, token))
        called = f"{right}(…)" if token.kind is TokenKind.NAME and following.text == "(" else right
        hint = f"did you mean `{left}*{called}`?"
        if before.kind is TokenKind.NUMBER and token.text in {"j", "J"}:
            hint = "complex numbers are not part of the language"
        elif token.text == "(" and before.text != ")":
            power = self.tokens[max(index - 3, 0)]
            raised = self.tokens[index - 2].text in {"**", "^"} and table.function(power.text)
            hint = f"did you mean `{power.text}(…)**{left}`?" if raised else f"did you mean `{left}*(…)`?"
        extent = (before.span.start, token.span.end)
        self.fail(f"an operator is missing between `{left}` and `{right}`", extent, hint)

    def extent(self, index: int) -> Extent:
        """Where a token stands."""
        start = self.starts[index]
        return start, start + self.lexemes[index].length

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
