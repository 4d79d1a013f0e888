"""The tree under construction: nodes for what the parser has read, once their sorts and their number are right."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NoReturn

from derivcheck.errors import ParseError, Span
from derivcheck.language import table
from derivcheck.language.bounds import MAX_NODES, check_bounds
from derivcheck.language.table import Function, Sort
from derivcheck.model import OwnFunction
from derivcheck.model.expression import CALL, CONSTANT, NUMBER, Expression, Extent, Node
from derivcheck.model.light_records import record

PIECEWISE = "Piecewise"
TRUTH_VALUES = frozenset({"True", "False"})
_CHOICE = "ITE"
_QUOTIENT = Function("SymPy", "Rational(numerator, denominator)", "a quotient of literals")
_INTEGER = Function("SymPy", "Integer(number)", "a literal")

CASTS = frozenset({"float", "double", "half", "int", "long", "to", "type_as"})
"""The methods by which torch makes a number of a condition."""

WRITTEN_OUT = frozenset({PIECEWISE, _QUOTIENT.name, _INTEGER.name})
"""What SymPy prints as a call and is no function of the table: it becomes other nodes, or none."""

_REAL, _BOOL = Sort.REAL, Sort.BOOL
_SORT_NAMES = {_REAL: "a number", _BOOL: "a condition"}
_NO_NUMBER = "a condition becomes a number by where(condition, 1, 0)"
_COMPARES = "a condition compares: x > 0"


def _row(name: str) -> Function:
    row = table.function(name)
    assert row is not None, name
    return row


@record
class Role:
    """What an operand is to the function that takes it.

    Attributes:
        name: how a message calls it.
        hint: what to write where it must be a condition and is none.
    """

    name: str
    hint: str = _COMPARES


ARGUMENT = Role("an argument")
OPERAND = Role("an operand", "put each comparison in brackets: (x > 0) & (y < 1)")

_AND, _OR, _NOT, _WHERE, _DIV, _ADD = map(_row, ("and", "or", "not", "where", "div", "add"))
_NAN = Node(CONSTANT, "nan")
_ONE, _ZERO = Node(NUMBER, "1", (), Fraction(1)), Node(NUMBER, "0", (), Fraction(0))


@record
class Call:
    """A call that has been read: the function's name and where it stands, its arguments, and those given by name.

    Attributes:
        is_method: whether it was written behind its first argument, x.sum().
    """

    name: str
    callee: Extent
    arguments: list[int]
    keywords: dict[str, int]
    is_method: bool = False


class Builder(ABC):
    """The nodes of one text, in the order in which they are completed.

    An operand is a node that no other holds yet, and is known by its position. Most operands are numbers; those that
    are not are listed.

    Args:
        text: the text, for messages.
        read_constant: how an option's default is read.
        own: the user's own functions that may be called.
        has_shapes: whether a variable may have a shape: then max(x, 1) may be a reduction.

    Attributes:
        nodes: the nodes.
        extents: where each of them stands.
        outer: the same with the brackets around it.
        conditions: the nodes that are conditions.
        branches: the operands that are branches of Piecewise, known by their values, each with its condition.
        plain: the operands that are plain values or several values, and no numbers, each with what a message calls it.
        items: what stands in a list or a tuple, by its own operand.
        depths: how deep the lists and tuples in it are, likewise.
        references: the operands that stand for a node to which a statement gave a name, each with that node.
        shared: further nodes that are not written out twice.
        in_order: whether the nodes stand in postorder as they are, as those of most texts do.
    """

    shared: frozenset[int] = frozenset()

    def __init__(
        self,
        text: str,
        read_constant: Callable[[str], Expression],
        own: tuple[OwnFunction, ...] = (),
        has_shapes: bool = False,
    ) -> None:
        self.text = text
        self.own = own
        self.has_shapes = has_shapes
        self.read_constant = read_constant
        self.nodes: list[Node] = []
        self.extents: list[Extent] = []
        self.outer: list[Extent] = []
        self.conditions: set[int] = set()
        self.branches: dict[int, int] = {}
        self.plain: dict[int, str] = {}
        self.items: dict[int, list[int]] = {}
        self.depths: dict[int, int] = {}
        self.references: dict[int, int] = {}
        self.in_order = True

    def add(self, node: Node, extent: Extent) -> int:
        """A node that is right as it is; fails once there are too many."""
        position = len(self.nodes)
        self.nodes.append(node)
        self.extents.append(extent)
        self.outer.append(extent)
        if position >= MAX_NODES:
            self.fail(f"the expression has more than {MAX_NODES:,} operations", extent)
        return position

    def truth_value(self, name: str, extent: Extent) -> int:
        """The condition True or False."""
        position = self.add(Node(CONSTANT, name), extent)
        self.conditions.add(position)
        return position

    def apply(
        self, row: Function, arguments: tuple[int, ...], extent: Extent, shown: str, role: Role = ARGUMENT
    ) -> int:
        """A node for a function, once the arguments' sorts are what it takes."""
        if row.sorts or self.conditions or self.branches or self.plain:
            for index, argument in enumerate(arguments):
                if argument in self.conditions and row.sort_of(index) is _REAL:
                    arguments = self.as_numbers(row, arguments, extent)
                    break
            for index, argument in enumerate(arguments):
                self.need_sort(argument, row.sort_of(index), f"{role.name} of `{shown}`", role.hint)
        position = self.add(Node(CALL, row.name, arguments), extent)
        if row.result is _BOOL:
            self.conditions.add(position)
        return position

    def bracketed(self, operand: int, extent: Extent) -> int:
        """An operand with what stands around it and makes no node."""
        self.outer[operand] = extent
        return operand

    # --- calls ---------------------------------------------------------------------------------------------------

    def call(self, called: Call, extent: Extent) -> int:
        """The call that a bracket has completed."""
        name, arguments = called.name, called.arguments
        if name in WRITTEN_OUT:
            return self.written_out(called, extent)
        row = table.function(name, self.own)
        if row is None:
            assert name in CASTS, name
            return self.bracketed(self.as_number(arguments[0]), extent)  # (x > 0).float()
        if self.conditions and name == _CHOICE and len(arguments) == 3 and arguments[1] in self.conditions:
            return self.choice(arguments, extent)
        is_due = (len(arguments) == len(row.params) and not called.keywords) or self.takes(row, called)
        if not is_due or row.is_shaped or self.has_shapes or called.is_method or self.plain:
            shaped = self.of_shapes(row, called)
            if shaped is not None:
                return self.shaped_call(shaped, called, extent)
            other = self.meant_by_settings(row, called)
            if other is not None:
                return self.call(other, extent)
            self.need_count(called, row)
        if row.variadic:
            return self.folded(row, called, extent)
        return self.apply(row, tuple(self.with_options(row, called)), extent, name)

    def written_out(self, called: Call, extent: Extent) -> int:
        """What SymPy prints as a call, as the nodes that it means."""
        if called.name == PIECEWISE:
            return self.piecewise(called, extent)
        if called.name == _QUOTIENT.name:
            self.need_count(called, _QUOTIENT)
            return self.apply(_DIV, tuple(called.arguments), extent, called.name)
        self.need_count(called, _INTEGER)
        return self.bracketed(called.arguments[0], extent)

    @abstractmethod
    def of_shapes(self, row: Function, called: Call) -> Function | None:
        """The function of shapes that a call means; None where it means the function of numbers in `row`."""

    @abstractmethod
    def meant_by_settings(self, row: Function, called: Call) -> Call | None:
        """The call of another function of numbers that a call means by a setting, or by what it leaves out."""

    @abstractmethod
    def shaped_call(self, row: Function, called: Call, extent: Extent) -> int:
        """A call of a function of shapes."""

    def folded(self, row: Function, called: Call, extent: Extent) -> int:
        """A variadic call as a chain of calls with two arguments, from the left."""
        whole, *others = called.arguments
        if not others:
            raise AssertionError("a variadic function has at least two arguments")
        if len(others) > 1:
            self.in_order = False
        for other in others:
            whole = self.apply(row, (whole, other), extent, called.name)
        return whole

    def with_options(self, row: Function, called: Call) -> list[int]:
        """The arguments in order, those given by name included; a gap is filled with the default."""
        if not called.keywords:
            return called.arguments
        self.in_order = False
        arguments = list(called.arguments)
        keywords = dict(called.keywords)
        names = [*row.params, *(option.name for option in row.options)]
        for index, name in enumerate(names):
            if name not in keywords:
                continue
            if index < len(arguments):
                self.fail(f"`{name}` is given twice", self.outer[keywords[name]])
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

    def choice(self, arguments: list[int], extent: Extent) -> int:
        """SymPy's ITE of conditions, (p and a) or (not p and b)."""
        condition, then, other = arguments
        self.in_order = False
        held = self.apply(_AND, (condition, then), extent, _CHOICE)
        failed = self.apply(_AND, (self.apply(_NOT, (condition,), extent, _CHOICE), other), extent, _CHOICE)
        return self.apply(_OR, (held, failed), extent, _CHOICE)

    def graft(self, text: str, extent: Extent) -> int:
        """The nodes of an option's default, put among this text's."""
        offset = len(self.nodes)
        for node in self.read_constant(text):
            args = tuple(arg + offset for arg in node.args)
            self.add(Node(node.kind, node.name, args, node.value), extent)
        return len(self.nodes) - 1

    def branch(self, arguments: list[int], extent: Extent) -> int:
        """A branch of Piecewise, (value, condition), known by its value."""
        if len(arguments) != 2:
            self.fail("a branch of Piecewise is (value, condition)", extent)
        value, condition = arguments
        value = self.as_due_sort(value, _REAL, "the value of a branch")
        self.need_sort(condition, _BOOL, "the condition of a branch")
        self.branches[value] = condition
        return self.bracketed(value, extent)

    def piecewise(self, called: Call, extent: Extent) -> int:
        """Piecewise((a, c), (b, d), …) as where(c, a, where(d, b, … nan))."""
        values = called.arguments
        if not values or any(value not in self.branches for value in values):
            self.fail("Piecewise takes branches: Piecewise((value, condition), …)", extent)
        self.in_order = False
        *others, (condition, last) = [(self.branches.pop(value), value) for value in values]
        always = self.nodes[condition]
        if always.kind is CONSTANT and always.name == "True":
            whole = last
        else:
            whole = self.apply(_WHERE, (condition, last, self.add(_NAN, extent)), extent, "where")
        for condition, value in reversed(others):
            whole = self.apply(_WHERE, (condition, value, whole), extent, "where")
        return self.bracketed(whole, extent)

    def takes(self, row: Function, called: Call) -> bool:
        """Whether a function of numbers takes so many arguments, and those that are given by name."""
        count = len(called.arguments) + len(called.keywords)
        if row.variadic:
            return count >= len(row.params) and not called.keywords
        if called.keywords and not called.keywords.keys() <= {*row.params, *(option.name for option in row.options)}:
            return False
        return len(row.params) <= count <= len(row.params) + len(row.options)

    def need_count(self, called: Call, row: Function) -> None:
        """Fail unless a call has as many arguments as the function takes."""
        count = len(called.arguments) + len(called.keywords)
        least = len(row.params)
        most = MAX_NODES if row.variadic else least + len(row.options)
        if not least <= count <= most:
            due = f"at least {least}" if row.variadic else f"{least} to {most}" if row.options else str(least)
            plural = "argument" if due == "1" else "arguments"
            self.fail(f"`{called.name}` takes {due} {plural}, not {count}", called.callee, row.signature)

    def as_due_sort(self, operand: int, sort: Sort, what: str, if_no_condition: str = _COMPARES) -> int:
        """An operand as one of the sort that is due: a condition is 1 or 0 where a number is; fails for any other."""
        if sort is _REAL and operand in self.conditions and operand not in self.branches:
            return self.as_number(operand)
        self.need_sort(operand, sort, what, if_no_condition)
        return operand

    def as_number(self, operand: int) -> int:
        """The number that a condition is, 1 where it holds and 0 elsewhere, as torch's and NumPy's bools are."""
        self.in_order = False
        extent, node = self.outer[operand], self.nodes[operand]
        if node.kind is CONSTANT:
            return self.add(_ONE if node.name == "True" else _ZERO, extent)
        one, zero = self.add(_ONE, extent), self.add(_ZERO, extent)
        return self.add(Node(CALL, _WHERE.name, (operand, one, zero)), extent)

    def as_numbers(self, row: Function, arguments: tuple[int, ...], extent: Extent) -> tuple[int, ...]:
        """The arguments of a function, conditions as numbers where numbers are due."""
        if row is _ADD and self.conditions.issuperset(arguments):
            message = "`+` of two conditions is `or` for torch and NumPy, and counts for Python"
            self.fail(message, extent, "write (x > 0) | (y > 0), or 1*(x > 0) + (y > 0)")
        found = list(arguments)
        for index, argument in enumerate(arguments):
            if row.sort_of(index) is _REAL and argument in self.conditions:
                found[index] = self.as_due_sort(argument, _REAL, ARGUMENT.name)
        return tuple(found)

    def need_sort(self, operand: int, sort: Sort, what: str, if_no_condition: str = _COMPARES) -> None:
        """Fail unless an operand is of the sort that is due.

        Args:
            operand: the operand.
            sort: what it must be.
            what: how the message calls it.
            if_no_condition: the hint where it must be a condition and is a number.
        """
        if operand in self.branches:
            self.fail("a pair (value, condition) belongs into Piecewise", self.outer[operand])
        if operand in self.plain:
            self.fail(f"{what} must be {_SORT_NAMES[sort]}, not {self.plain[operand]}", self.outer[operand])
        found = _BOOL if operand in self.conditions else _REAL
        if found is sort:
            return
        hint = if_no_condition if sort is _BOOL else _NO_NUMBER
        self.fail(f"{what} must be {_SORT_NAMES[sort]}, not {_SORT_NAMES[found]}", self.outer[operand], hint)

    # --- the finished tree ------------------------------------------------------------------------------------

    def finished(self, root: int, variables: Iterable[str]) -> Expression:
        """The Expression of the tree under `root`, once it is within the bounds."""
        nodes, extents = (self.nodes, self.extents) if self.in_order else self.in_postorder(root)
        expression = Expression(self.text, tuple(nodes), tuple(variables), tuple(extents))
        check_bounds(expression)
        return expression

    def in_postorder(self, root: int) -> tuple[list[Node], list[Extent]]:
        """The nodes under `root` in postorder and where they stand.

        One that is used twice is written out twice, unless a statement gave it a name.
        """
        references, named = self.references, {*self.references.values(), *self.shared}
        found: dict[int, int] = {}
        nodes: list[Node] = []
        extents: list[Extent] = []
        positions: list[int] = []
        stack: list[tuple[int, bool]] = [(root, False)]
        while stack:
            old, done = stack.pop()
            old = references.get(old, old)
            if old in found:
                positions.append(found[old])
                continue
            node, extent = self.nodes[old], self.extents[old]
            if not done and node.args:
                stack.append((old, True))
                stack.extend((arg, False) for arg in reversed(node.args))
                continue
            count = len(node.args)
            args = tuple(positions[len(positions) - count :])
            del positions[len(positions) - count :]
            nodes.append(node if args == node.args else Node(node.kind, node.name, args, node.value))
            extents.append(extent)
            positions.append(len(nodes) - 1)
            if old in named:
                found[old] = positions[-1]
            if len(nodes) > MAX_NODES:
                self.fail(f"the expression has more than {MAX_NODES:,} operations", extent)
        return nodes, extents

    def fail(self, message: str, extent: Extent, hint: str | None = None) -> NoReturn:
        """Raise the ParseError about some characters of the text."""
        raise ParseError(message, text=self.text, span=Span(*extent), hint=hint)
