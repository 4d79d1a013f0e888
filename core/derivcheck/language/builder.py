"""The tree under construction: nodes for what the parser has read, once their sorts and their number are right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, NoReturn

from derivcheck.errors import ParseError, Span
from derivcheck.language import functions
from derivcheck.language.bounds import MAX_NODES, check_bounds
from derivcheck.language.functions import Function, Sort
from derivcheck.model import OwnFunction
from derivcheck.tree import Expression, Node, NodeKind

PIECEWISE = "Piecewise"
TRUTH_VALUES = frozenset({"True", "False"})
_CHOICE = "ITE"
_EXACT_QUOTIENTS = {"Rational": "div"}
_IDENTITIES = {"Integer"}

WRITTEN_OUT = frozenset({PIECEWISE, *_EXACT_QUOTIENTS, *_IDENTITIES})
"""What SymPy prints as a call and is no function of the table: it becomes other nodes, or none."""

_SORT_NAMES = {Sort.REAL: "a number", Sort.BOOL: "a condition"}
_NO_NUMBER = "a condition becomes a number by where(condition, 1, 0)"


class Operand(NamedTuple):
    """Something already built: the node's position, its sort and span; for a branch of Piecewise, the condition too."""

    position: int
    sort: Sort
    span: Span
    condition: Operand | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call that has been read: the function's name and where it stands, its arguments, and those given by name."""

    name: str
    callee: Span
    arguments: list[Operand]
    keywords: dict[str, Operand]


class Builder:
    """The nodes of one text, in the order in which they are completed.

    Args:
        text: the text, for messages.
        read_constant: how an option's default is read.
        own: the user's own functions that may be called.
    """

    def __init__(
        self, text: str, read_constant: Callable[[str], Expression], own: tuple[OwnFunction, ...] = ()
    ) -> None:
        self.text = text
        self.own = own
        self.read_constant = read_constant
        self.nodes: list[Node] = []

    def leaf(self, kind: NodeKind, name: str, span: Span, *, value: Fraction | None = None) -> Operand:
        """A node without arguments."""
        self.nodes.append(Node(kind, name, (), value, span))
        self.bound_nodes(span)
        sort = Sort.BOOL if kind is NodeKind.CONSTANT and name in TRUTH_VALUES else Sort.REAL
        return Operand(len(self.nodes) - 1, sort, span)

    def apply(self, name: str, arguments: list[Operand], span: Span, shown: str, role: str = "an argument") -> Operand:
        """A node for the function `name`, once the arguments' sorts are what it takes."""
        row = functions.function(name, self.own)
        assert row is not None, name
        for index, argument in enumerate(arguments):
            sort = row.sort_of(index)
            if argument.sort is not sort or argument.condition is not None:
                self.need_sort(argument, sort, f"{role} of `{shown}`")
        self.nodes.append(Node(NodeKind.CALL, row.name, tuple([a.position for a in arguments]), None, span))
        self.bound_nodes(span)
        return Operand(len(self.nodes) - 1, row.result, span)

    # --- calls ---------------------------------------------------------------------------------------------------

    def call(self, called: Call, span: Span) -> Operand:
        """The call that a bracket has completed."""
        name = called.name
        if name == PIECEWISE:
            return self.piecewise(called, span)
        if name in _EXACT_QUOTIENTS:
            self.need_count(called, 2, 2, "Rational(numerator, denominator)")
            return self.apply(_EXACT_QUOTIENTS[name], called.arguments, span, name)
        if name in _IDENTITIES:
            self.need_count(called, 1, 1, f"{name}(number)")
            inside = called.arguments[0]
            return Operand(inside.position, inside.sort, span)
        row = functions.function(name, self.own)
        assert row is not None
        if name == _CHOICE and len(called.arguments) == 3 and called.arguments[1].sort is Sort.BOOL:
            return self.choice(called.arguments, span)
        if row.variadic:
            self.need_count(called, len(row.params), MAX_NODES, row.signature)
            return self.folded(row, called, span)
        self.need_count(called, len(row.params), len(row.params) + len(row.options), row.signature)
        arguments = self.with_options(row, called)
        return self.apply(row.name, arguments, span, name)

    def folded(self, row: Function, called: Call, span: Span) -> Operand:
        """A variadic call as a chain of calls with two arguments, from the left."""
        first, *others = called.arguments
        whole = first
        for other in others:
            whole = self.apply(row.name, [whole, other], span, called.name)
        if not others:
            raise AssertionError("a variadic function has at least two arguments")
        return whole

    def with_options(self, row: Function, called: Call) -> list[Operand]:
        """The arguments in order, those given by name included; a gap is filled with the default."""
        arguments = list(called.arguments)
        keywords = dict(called.keywords)
        names = [*row.params, *(option.name for option in row.options)]
        for index, name in enumerate(names):
            if name not in keywords:
                continue
            if index < len(arguments):
                self.fail(f"`{name}` is given twice", keywords[name].span)
            while len(arguments) < index:
                if len(arguments) < len(row.params):
                    self.fail(
                        f"`{row.name}` lacks the argument `{names[len(arguments)]}`", called.callee, row.signature
                    )
                arguments.append(self.graft(row.options[len(arguments) - len(row.params)].default, called.callee))
            arguments.append(keywords.pop(name))
        if len(arguments) < len(row.params):
            self.fail(f"`{row.name}` lacks the argument `{names[len(arguments)]}`", called.callee, row.signature)
        return arguments

    def choice(self, arguments: list[Operand], span: Span) -> Operand:
        """SymPy's ITE of conditions, (p and a) or (not p and b)."""
        condition, then, other = arguments
        held = self.apply("and", [condition, then], span, _CHOICE)
        failed = self.apply("and", [self.apply("not", [condition], span, _CHOICE), other], span, _CHOICE)
        return self.apply("or", [held, failed], span, _CHOICE)

    def graft(self, text: str, span: Span) -> Operand:
        """The nodes of an option's default, put among this text's."""
        default = self.read_constant(text)
        offset = len(self.nodes)
        for node in default:
            args = tuple(arg + offset for arg in node.args)
            self.nodes.append(Node(node.kind, node.name, args, node.value, span))
        return Operand(len(self.nodes) - 1, Sort.REAL, span)

    def piecewise(self, called: Call, span: Span) -> Operand:
        """Piecewise((a, c), (b, d), …) as where(c, a, where(d, b, … nan))."""
        branches = called.arguments
        if not branches or any(branch.condition is None for branch in branches):
            self.fail("Piecewise takes branches: Piecewise((value, condition), …)", span)
        *others, last = branches
        condition = last.condition
        assert condition is not None
        always = self.nodes[condition.position]
        if always.kind is NodeKind.CONSTANT and always.name == "True":
            whole = Operand(last.position, Sort.REAL, last.span)
        else:
            whole = self.branch(last, self.leaf(NodeKind.CONSTANT, "nan", span), span)
        for other in reversed(others):
            whole = self.branch(other, whole, span)
        return Operand(whole.position, Sort.REAL, span)

    def branch(self, branch: Operand, otherwise: Operand, span: Span) -> Operand:
        """A branch of Piecewise with what holds where its condition does not."""
        assert branch.condition is not None
        value = Operand(branch.position, Sort.REAL, branch.span)
        return self.apply("where", [branch.condition, value, otherwise], span, "where")

    def need_count(self, called: Call, least: int, most: int, signature: str) -> None:
        """Fail unless a call has between `least` and `most` arguments."""
        count = len(called.arguments) + len(called.keywords)
        if not least <= count <= most:
            due = str(least) if least == most else f"{least} to {most}" if most < MAX_NODES else f"at least {least}"
            plural = "argument" if due == "1" else "arguments"
            self.fail(f"`{called.name}` takes {due} {plural}, not {count}", called.callee, signature)

    def need_sort(self, operand: Operand, sort: Sort, what: str) -> None:
        """Fail unless an operand is of the sort that is due."""
        if operand.condition is not None:
            self.fail("a pair (value, condition) belongs into Piecewise", operand.span)
        if operand.sort is sort:
            return
        hint = _NO_NUMBER
        if sort is Sort.BOOL:
            operand_of = what.startswith("an operand")
            hint = "put each comparison in brackets: (x > 0) & (y < 1)" if operand_of else "a condition compares: x > 0"
        self.fail(f"{what} must be {_SORT_NAMES[sort]}, not {_SORT_NAMES[operand.sort]}", operand.span, hint)

    def bound_nodes(self, span: Span) -> None:
        """Fail once there are too many nodes."""
        if len(self.nodes) > MAX_NODES:
            self.fail(f"the expression has more than {MAX_NODES:,} operations", span)

    # --- the finished tree ------------------------------------------------------------------------------------

    def in_postorder(self, root: int) -> Expression:
        """The tree under `root` in postorder, a node that is used twice written out twice."""
        if self.is_postorder(root):
            return self.finished(self.nodes)
        nodes: list[Node] = []
        positions: list[int] = []
        stack: list[tuple[int, bool]] = [(root, False)]
        while stack:
            old, done = stack.pop()
            node = self.nodes[old]
            if not done and node.args:
                stack.append((old, True))
                stack.extend((arg, False) for arg in reversed(node.args))
                continue
            count = len(node.args)
            args = tuple(positions[len(positions) - count :])
            del positions[len(positions) - count :]
            nodes.append(node if args == node.args else Node(node.kind, node.name, args, node.value, node.span))
            positions.append(len(nodes) - 1)
            if len(nodes) > MAX_NODES:
                self.fail(f"the expression has more than {MAX_NODES:,} operations", node.span)
        return self.finished(nodes)

    def is_postorder(self, root: int) -> bool:
        """Whether the nodes stand in postorder as they are: most texts are completed in that order."""
        if root != len(self.nodes) - 1:
            return False
        roots: list[int] = []
        for position, node in enumerate(self.nodes):
            args = node.args
            if args:
                first = len(roots) - len(args)
                if first < 0 or tuple(roots[first:]) != args:
                    return False
                del roots[first:]
            roots.append(position)
        return len(roots) == 1

    def finished(self, nodes: list[Node]) -> Expression:
        """The Expression of nodes in postorder, once it is within the bounds."""
        names = dict.fromkeys(
            node.name for node in sorted((n for n in nodes if n.kind is NodeKind.VARIABLE), key=lambda n: n.span.start)
        )
        expression = Expression(self.text, tuple(nodes), tuple(names))
        check_bounds(expression)
        return expression

    def fail(self, message: str, span: Span, hint: str | None = None) -> NoReturn:
        """Raise the ParseError about a span of the text."""
        raise ParseError(message, text=self.text, span=span, hint=hint)
