"""The language of SymPy: an Expression as a SymPy object, and a SymPy object as an Expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import sympy

from derivcheck.errors import UnsupportedError
from derivcheck.graph.expansion import expand, walk
from derivcheck.language import table
from derivcheck.language.bounds import MAX_CONSTANT_BITS
from derivcheck.language.literals import is_rounded
from derivcheck.language.parse import constant_expression
from derivcheck.language.printing import to_text
from derivcheck.language.table import Function, Sort
from derivcheck.model.expression import Expression, Node, NodeKind
from derivcheck.symbolic import sympy_kernels

MAX_WRITTEN = 20_000
"""Nodes of a SymPy object that is still written as an Expression."""


class Reading:
    """An Expression as SymPy sees it.

    Args:
        expression: what to read.

    Attributes:
        value: the SymPy object.
        opaque: what its opaque symbols stand for.

    Raises:
        UnsupportedError: for what SymPy cannot express.
    """

    def __init__(self, expression: Expression) -> None:
        self.opaque: dict[Any, Expression] = {}
        self.value = guarded(lambda: self._read(expression))

    def _read(self, expression: Expression) -> Any:
        """The SymPy expression; a call on constants alone stays opaque, since SymPy would evaluate it."""
        varies = expression.varying
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
            row = _row(node.name)
            return not (varies or row.transparent or row.result is Sort.BOOL)
        return node.kind is NodeKind.NUMBER and is_rounded(node.name)

    def _read_node(self, node: Node, values: list[Any], expression: Expression) -> Any:
        if node.kind is NodeKind.VARIABLE:
            return sympy.Symbol(node.name, real=True)
        if node.kind is not NodeKind.CALL:
            return _leaf(node)
        args = [values[arg] for arg in node.args]
        row = _row(node.name)
        for name in row.plain_params:
            index = row.params.index(name)
            literal = expression.nodes[node.args[index]]
            if literal.kind is NodeKind.NUMBER:
                args[index] = _rational(literal)
                _check_growth(_settled(args[0]), args[index])
        if row.chain is not None:
            return _chain(row.chain, *args)
        return apply_kernel(node.name, [_settled(arg) for arg in args])

    def _opaque_symbol(self, expression: Expression, position: int) -> sympy.Symbol:
        """A symbol that stands for a constant subexpression and prints as it."""
        text = to_text(expression, position)
        symbol = sympy.Symbol(text, real=True)
        if symbol not in self.opaque:
            self.opaque[symbol] = constant_expression(text)
        return symbol


def _check_growth(base: Any, exponent: Any) -> None:
    """Fail where SymPy would write out a number without end: it makes 2**1000*x**1000 of (2*x)**1000, and so on.

    Raises:
        UnsupportedError: for a coefficient beyond the bound on constants.
    """
    if not exponent.is_Integer:
        return
    coefficient = base.as_coeff_Mul()[0]
    if coefficient.is_Rational:
        bits = max(int(coefficient.p).bit_length(), int(coefficient.q).bit_length())
        if bits > 1 and bits * abs(int(exponent)) > MAX_CONSTANT_BITS:
            raise UnsupportedError("a number in the formula is too long to be written out")


class _Terms:
    """A sum or product still being collected: SymPy would sort it anew at every step."""

    def __init__(self, head: Any, items: list[Any]) -> None:
        self.head = head
        self.items = items


_CHAINS: Mapping[str, tuple[Any, Callable[[Any], Any]]] = {
    "sum": (sympy.Add, lambda term: term),
    "difference": (sympy.Add, lambda term: -term),
    "product": (sympy.Mul, lambda factor: factor),
}
"""What a chain is to SymPy, and what it is of, by what a function's row names in the column `chain`."""


def _chain(name: str, left: Any, right: Any) -> _Terms:
    """The chain `left` with one more item; a chain is the first argument of one node only, so it may grow in place."""
    head, signed = _CHAINS[name]
    item = signed(_settled(right))
    if isinstance(left, _Terms) and left.head is head:
        left.items.append(item)
        return left
    return _Terms(head, [_settled(left), item])


def _settled(value: Any) -> Any:
    return value.head(*value.items) if isinstance(value, _Terms) else value


def _row(name: str) -> Function:
    row = table.function(name)
    assert row is not None, name
    return row


def apply_kernel(name: str, args: list[Any]) -> Any:
    """One call in SymPy: the row's kernel, or its definition with the arguments put in."""
    row = _row(name)
    if row.sympy is not None:
        kernel = _kernel(row.sympy)
        if isinstance(kernel, type) and issubclass(kernel, sympy.Function) and not any(a.free_symbols for a in args):
            return kernel(*args, evaluate=False)  # gamma(x - x + 10**9): SymPy would write the factorial out
        return kernel(*args)
    if row.definition is None:
        raise UnsupportedError(f"`{name}` has no symbolic reading")
    return expand(row, args, _read_definition)


def _read_definition(expression: Expression, bound: Mapping[str, Any]) -> Any:
    """A composite's definition in SymPy, with what its parameters stand for."""
    return walk(expression, bound, lambda node, args: apply_kernel(node.name, args) if args else _leaf(node))[-1]


def _leaf(node: Node) -> Any:
    return _rational(node) if node.kind is NodeKind.NUMBER else _constant(node.name)


def _rational(node: Node) -> Any:
    assert node.value is not None
    return sympy.Rational(node.value.numerator, node.value.denominator)


def _constant(name: str) -> Any:
    if name in {"True", "False"}:
        return sympy.true if name == "True" else sympy.false
    row = table.constant(name)
    assert row is not None, name
    return getattr(sympy, row.sympy)


def _kernel(name: str) -> Callable[..., Any]:
    home: object = sympy_kernels if name.startswith("kernels.") else sympy
    kernel: Callable[..., Any] = getattr(home, name.removeprefix("kernels."))
    return kernel


def guarded(compute: Callable[[], Any]) -> Any:
    """What `compute` returns; a failure of SymPy's own becomes an UnsupportedError that quotes it."""
    try:
        return compute()
    except UnsupportedError:
        raise
    except RecursionError as error:
        raise UnsupportedError("the expression is nested too deeply for SymPy") from error
    except (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError, ValueError) as error:
        raise UnsupportedError(f"SymPy failed: {type(error).__name__}: {error}") from error


# --- writing back ----------------------------------------------------------------------------------------------------


def write(root: Any, meanings: Mapping[Any, Expression]) -> Expression:
    """A SymPy object as an Expression.

    Args:
        root: the object.
        meanings: what some of its parts stand for, opaque symbols above all.

    Raises:
        UnsupportedError: for a SymPy class that the function table does not know.
    """
    return _Writer(meanings).write(root)


class _Writer:
    """Writes a SymPy object as an Expression; `meanings` says what stands for something of its own."""

    def __init__(self, meanings: Mapping[Any, Expression]) -> None:
        self.meanings = meanings
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
            if len(self.nodes) > MAX_WRITTEN:
                raise UnsupportedError(f"SymPy's derivative has more than {MAX_WRITTEN:,} operations")
            if isinstance(item, sympy.Derivative | sympy.Subs) and item not in self.meanings:
                raise UnsupportedError("SymPy has no closed form of its derivative")
            if not item.args or isinstance(item, sympy.Rational) or item in self.meanings:
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
        self.nodes.append(Node(kind, name, args, value))
        return len(self.nodes) - 1

    def leaf(self, item: Any) -> int:
        """A number, a constant, a variable or an opaque constant."""
        if isinstance(item, sympy.Rational):
            value = Fraction(int(item.p), int(item.q))
            at = self.node(NodeKind.NUMBER, str(abs(value)), value=abs(value))
            return self.node(NodeKind.CALL, "neg", (at,)) if value < 0 else at
        if item in self.meanings:
            return self.graft(self.meanings[item])
        if isinstance(item, sympy.Symbol):
            return self.node(NodeKind.VARIABLE, item.name)
        if item in (sympy.true, sympy.false):
            return self.node(NodeKind.CONSTANT, str(item))
        for constant in table.CONSTANTS:
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
        row = table.by_sympy_head(item.func.__name__)
        if row is not None and len(args) != len(row.params) and row.by_count:
            row = table.function(dict(row.by_count).get(len(args), row.name))
        if row is None:
            raise UnsupportedError(f"SymPy's derivative contains {item.func.__name__}, which has no ball reading")
        if row.variadic or row.chain is not None:
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
