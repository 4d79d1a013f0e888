"""The symbolic reading: an Expression in SymPy, differentiated there, and the derivative as an Expression again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from derivcheck import functions, sympy_kernels
from derivcheck.errors import Span, UnsupportedError
from derivcheck.literals import is_rounded
from derivcheck.model import Wrt, decimal_text
from derivcheck.parse import constant_expression, definition
from derivcheck.printing import to_text
from derivcheck.tree import Expression, Node, NodeKind

MAX_FORMULA = 20_000
"""Operations in a derivative that is still read back; beyond it the truth rests on f alone."""

MAX_SHOWN = 2_000
"""Characters of a formula that is shown."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A derivative that SymPy found.

    Attributes:
        text: how it is written; None where it is too long to show.
        expression: the same, to be read by balls.
    """

    text: str | None
    expression: Expression


class Symbolic:
    """One Expression as SymPy sees it, with its derivatives as they are asked for.

    Args:
        expression: what to read.

    Raises:
        UnsupportedError: for what SymPy cannot express.
    """

    def __init__(self, expression: Expression) -> None:
        self._source = expression
        self._opaque: dict[sympy.Symbol, Expression] = {}
        self._cache: dict[Wrt, Any] = {}
        self._formulas: dict[Wrt, Formula] = {}
        self._cache[()] = _guarded(lambda: self._read(expression))

    def derivative(self, wrt: Wrt) -> Formula:
        """SymPy's derivative by the variables of `wrt`, one after the other.

        Raises:
            UnsupportedError: where SymPy has no derivative, or one that no other reading understands.
        """
        if wrt not in self._formulas:
            derived = self._derived(wrt)
            expression = _guarded(lambda: _Writer(self._opaque).write(derived))
            self._formulas[wrt] = Formula(_guarded(lambda: _shown(derived)), expression)
        return self._formulas[wrt]

    def _derived(self, wrt: Wrt) -> Any:
        if wrt not in self._cache:
            before = self._derived(wrt[:-1])
            symbol = sympy.Symbol(wrt[-1], real=True)
            self._cache[wrt] = _guarded(lambda: sympy.diff(before, symbol))
        return self._cache[wrt]

    # --- reading -------------------------------------------------------------------------------------------------

    def _read(self, expression: Expression) -> Any:
        """The SymPy expression; a call on constants alone stays opaque, since SymPy would evaluate it."""
        varies = expression.depends_on(frozenset(expression.variables))
        values: list[Any] = []
        for position, node in enumerate(expression):
            if self._is_opaque(node, varies[position]):
                values.append(self._opaque_symbol(expression, position))
            else:
                values.append(self._read_node(node, values, expression))
        return _settled(values[-1])

    @staticmethod
    def _is_opaque(node: Node, varies: bool) -> bool:
        """Whether SymPy sees only a symbol: a call on constants, which it would evaluate, and a long literal.

        A condition on constants is no number that a symbol could stand for.
        """
        if node.kind is NodeKind.CALL:
            return not varies and node.name not in _TRANSPARENT and node.name not in _CONDITIONS
        return node.kind is NodeKind.NUMBER and is_rounded(node.name)

    def _read_node(self, node: Node, values: list[Any], expression: Expression) -> Any:
        if node.kind is NodeKind.NUMBER:
            return _rational(node)
        if node.kind is NodeKind.VARIABLE:
            return sympy.Symbol(node.name, real=True)
        if node.kind is NodeKind.CONSTANT:
            return _constant(node.name)
        args = [values[arg] for arg in node.args]
        exponent = expression.nodes[node.args[-1]]
        if node.name == "pow" and exponent.kind is NodeKind.NUMBER:
            args[-1] = _rational(exponent)
        if node.name in _CHAINS:
            return _chain(node.name, *args)
        return _apply(node.name, [_settled(arg) for arg in args])

    def _opaque_symbol(self, expression: Expression, position: int) -> sympy.Symbol:
        """A symbol that stands for a constant subexpression and prints as it."""
        text = to_text(expression, position)
        symbol = sympy.Symbol(text, real=True)
        if symbol not in self._opaque:
            self._opaque[symbol] = constant_expression(text)
        return symbol


class _Terms:
    """A sum or product still being collected: SymPy would sort it anew at every step."""

    def __init__(self, head: Any, items: list[Any]) -> None:
        self.head = head
        self.items = items


_CHAINS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "add": ("Add", lambda term: term),
    "sub": ("Add", lambda term: -term),
    "mul": ("Mul", lambda factor: factor),
}
_TRANSPARENT = frozenset({"add", "sub", "mul", "div", "neg", "pow", "sqrt"})
_CONDITIONS = frozenset(row.name for row in functions.FUNCTIONS if row.result is functions.Sort.BOOL)


def _chain(name: str, left: Any, right: Any) -> _Terms:
    """The chain `left` with one more item; a chain is the first argument of one node only, so it may grow in place."""
    head_name, signed = _CHAINS[name]
    head = getattr(sympy, head_name)
    item = signed(_settled(right))
    if isinstance(left, _Terms) and left.head is head:
        left.items.append(item)
        return left
    return _Terms(head, [_settled(left), item])


def _settled(value: Any) -> Any:
    return value.head(*value.items) if isinstance(value, _Terms) else value


def _apply(name: str, args: list[Any]) -> Any:
    """One call in SymPy: the row's kernel, or its definition with the arguments put in."""
    row = functions.function(name)
    assert row is not None, name
    if row.sympy is not None:
        kernel = _kernel(row.sympy)
        if isinstance(kernel, type) and issubclass(kernel, sympy.Function) and not any(a.free_symbols for a in args):
            return kernel(*args, evaluate=False)  # gamma(x - x + 10**9): SymPy would write the factorial out
        return kernel(*args)
    if row.definition is None:
        raise UnsupportedError(f"`{name}` has no symbolic reading")
    names = [*row.params, *(option.name for option in row.options)]
    for option in row.options[len(args) - len(row.params) :]:
        args = [*args, Symbolic(constant_expression(option.default))._derived(())]
    bound = dict(zip(names, args, strict=True))
    values: list[Any] = []
    for node in definition(row.definition, tuple(names)):
        if node.kind is NodeKind.VARIABLE:
            values.append(bound[node.name])
        elif node.kind is NodeKind.NUMBER:
            values.append(_rational(node))
        elif node.kind is NodeKind.CONSTANT:
            values.append(_constant(node.name))
        else:
            values.append(_apply(node.name, [values[arg] for arg in node.args]))
    return values[-1]


def _rational(node: Node) -> Any:
    assert node.value is not None
    return sympy.Rational(node.value.numerator, node.value.denominator)


def _constant(name: str) -> Any:
    if name in {"True", "False"}:
        return sympy.true if name == "True" else sympy.false
    row = functions.constant(name)
    assert row is not None, name
    return getattr(sympy, row.sympy)


def _kernel(name: str) -> Callable[..., Any]:
    home: object = sympy_kernels if name.startswith("kernels.") else sympy
    kernel: Callable[..., Any] = getattr(home, name.removeprefix("kernels."))
    return kernel


def _guarded(compute: Callable[[], Any]) -> Any:
    """What `compute` returns; a failure of SymPy's own becomes an UnsupportedError that quotes it."""
    try:
        return compute()
    except UnsupportedError:
        raise
    except RecursionError as error:
        raise UnsupportedError("the expression is nested too deeply for SymPy") from error
    except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError) as error:
        raise UnsupportedError(f"SymPy failed: {type(error).__name__}: {error}") from error


# --- showing ---------------------------------------------------------------------------------------------------------


def _shown(derived: Any) -> str | None:
    """The formula's text; long fractions that came from decimals are decimals again."""
    if derived.count_ops() > MAX_SHOWN:
        return None
    if derived.has(sympy.nan, sympy.zoo, sympy.oo):
        return None
    decimals = {
        number: sympy.Symbol(text)
        for number in derived.atoms(sympy.Rational)
        if (number.q > 1000 or abs(number.p) > 10**21)
        and (text := decimal_text(Fraction(int(number.p), int(number.q)))) is not None
    }
    text = str(derived.xreplace(decimals))
    return text if len(text) <= MAX_SHOWN else None


# --- writing back ----------------------------------------------------------------------------------------------------

_RELATIONS = {
    sympy.StrictLessThan: "lt",
    sympy.LessThan: "le",
    sympy.StrictGreaterThan: "gt",
    sympy.GreaterThan: "ge",
    sympy.Equality: "eq",
    sympy.Unequality: "ne",
    sympy.Not: "not",
    sympy.Pow: "pow",
}
_FOLDED = {sympy.Add: "add", sympy.Mul: "mul", sympy.And: "and", sympy.Or: "or"}


class _Writer:
    """Writes a SymPy expression as an Expression; `opaque` says what its opaque symbols stand for."""

    def __init__(self, opaque: dict[sympy.Symbol, Expression]) -> None:
        self.opaque = opaque
        self.nodes: list[Node] = []

    def write(self, root: Any) -> Expression:
        """The Expression of `root`.

        Raises:
            UnsupportedError: for a SymPy class that the function table does not know.
        """
        positions: list[int] = []
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            item, done = stack.pop()
            if len(self.nodes) > MAX_FORMULA:
                raise UnsupportedError(f"SymPy's derivative has more than {MAX_FORMULA:,} operations")
            if not item.args or isinstance(item, sympy.Rational):
                positions.append(self.leaf(item))
            elif not done:
                stack.append((item, True))
                stack.extend((arg, False) for arg in reversed(_arguments(item)))
            else:
                count = len(_arguments(item))
                args = positions[len(positions) - count :]
                del positions[len(positions) - count :]
                positions.append(self.call(item, args))
        names = dict.fromkeys(node.name for node in self.nodes if node.kind is NodeKind.VARIABLE)
        return Expression("", tuple(self.nodes), tuple(names))

    def node(self, kind: NodeKind, name: str, args: tuple[int, ...] = (), value: Fraction | None = None) -> int:
        self.nodes.append(Node(kind, name, args, value, Span(0, 0)))
        return len(self.nodes) - 1

    def leaf(self, item: Any) -> int:
        """A number, a constant, a variable or an opaque constant."""
        if isinstance(item, sympy.Rational):
            value = Fraction(int(item.p), int(item.q))
            at = self.node(NodeKind.NUMBER, str(abs(value)), value=abs(value))
            return self.node(NodeKind.CALL, "neg", (at,)) if value < 0 else at
        if isinstance(item, sympy.Symbol):
            if item in self.opaque:
                return self.graft(self.opaque[item])
            return self.node(NodeKind.VARIABLE, item.name)
        if item in (sympy.true, sympy.false):
            return self.node(NodeKind.CONSTANT, str(item))
        for constant in functions.CONSTANTS:
            if item is getattr(sympy, constant.sympy):
                return self.node(NodeKind.CONSTANT, constant.name)
        raise UnsupportedError(f"SymPy's derivative contains {item}, which is no real number")

    def graft(self, expression: Expression) -> int:
        offset = len(self.nodes)
        for node in expression:
            self.node(node.kind, node.name, tuple(arg + offset for arg in node.args), node.value)
        return len(self.nodes) - 1

    def call(self, item: Any, args: list[int]) -> int:
        """The node of a call whose arguments are written."""
        if isinstance(item, sympy.Piecewise):
            return self.piecewise(args)
        if item.func in _FOLDED:
            return self.fold(_FOLDED[item.func], args)
        name = _RELATIONS.get(item.func)
        row = functions.function(name) if name else functions.by_sympy_head(item.func.__name__)
        if row is None:
            raise UnsupportedError(f"SymPy's derivative contains {item.func.__name__}, which has no ball reading")
        if row.variadic:
            return self.fold(row.name, args)
        return self.node(NodeKind.CALL, row.name, tuple(args))

    def fold(self, name: str, args: list[int]) -> int:
        whole, *others = args
        for other in others:
            whole = self.node(NodeKind.CALL, name, (whole, other))
        return whole

    def piecewise(self, args: list[int]) -> int:
        """Nested `where`; `args` are the branches' values and conditions in turn."""
        whole = self.node(NodeKind.CONSTANT, "nan")
        for value, condition in reversed(list(zip(args[::2], args[1::2], strict=True))):
            whole = self.node(NodeKind.CALL, "where", (condition, value, whole))
        return whole


def _arguments(item: Any) -> list[Any]:
    """The arguments of a SymPy expression, those of a Piecewise's pairs in a row."""
    if isinstance(item, sympy.Piecewise):
        return [part for pair in item.args for part in pair.args]
    return list(item.args)
