"""The gradient in matrix notation: (A + A.T) @ x for that of x @ A @ x, where a reverse sweep leaves something short.

It is for people to read. Nothing rests on it: whoever shows it holds its numbers against the truth at the point before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from derivcheck.errors import DerivcheckError
from derivcheck.language import table
from derivcheck.language.operators import PRINTED
from derivcheck.language.parse import parse
from derivcheck.language.plain_values import plain_value
from derivcheck.language.printing import to_text
from derivcheck.language.static_sizes import is_size
from derivcheck.language.table import Function
from derivcheck.model.expression import CALL, SETTING, VARIABLE, Expression, Node
from derivcheck.model.shaped_values import Shape
from derivcheck.symbolic.derivatives import Symbolic
from derivcheck.symbolic.formula import written_out
from derivcheck.symbolic.matrix_rules import RULES, Operation, product
from derivcheck.symbolic.matrix_terms import (
    ATOM,
    ONE,
    NoShortFormError,
    Term,
    add_up,
    fill,
    matrix_product,
    multiply,
    sum_to,
)

LONGEST = 120
"""Characters of a formula in matrix notation that still helps."""

_MOST_OPERATIONS = 400
"""Operations, each counted as often as it is written, beyond which no formula is short: statements may double them."""

_NAME = re.compile(r"[^\W\d]\w*")


def matrix_gradient(expression: Expression, name: str, shapes: Sequence[Shape | None]) -> str | None:
    """The gradient of a number by a variable with a shape, as a text; None where there is no short one.

    Args:
        expression: the formula, whose value is a number.
        name: the variable.
        shapes: the shape of what each node gives; None of a setting.

    Example:
        >>> trace = parse("mT(A)", ["A"])
        >>> matrix_gradient(trace, "A", [(2, 2), (2, 2)]) is None  # its value is no number
        True
    """
    if shapes[expression.root] != () or written_out(expression.nodes)[-1] > _MOST_OPERATIONS:
        return None
    try:
        text = _Sweep(expression, shapes).gradient(name)
    except (NoShortFormError, DerivcheckError):
        return None
    return text if len(text) <= LONGEST else None


class _Sweep:
    """The adjoints of the nodes that the sweep has still to look at."""

    def __init__(self, expression: Expression, shapes: Sequence[Shape | None]) -> None:
        self.expression = expression
        self.nodes = expression.nodes
        self.shapes = shapes
        self.varying = expression.varying
        self.adjoints: dict[int, list[Term]] = {expression.root: [ONE]}

    def gradient(self, name: str) -> str:
        found: list[Term] = []
        shape: Shape = ()
        for at in reversed(range(len(self.nodes))):
            terms = self.adjoints.pop(at, None)
            if terms is None:
                continue
            node = self.nodes[at]
            if node.kind is VARIABLE and node.name == name:
                found += terms
                shape = self.shape(at)
            elif node.kind is CALL and self.varying[at]:
                self.pass_on(at, node, add_up(terms))
        if not found:
            raise NoShortFormError
        return fill(add_up(found), shape).text

    def shape(self, at: int) -> Shape:
        found = self.shapes[at]
        if found is None:
            raise NoShortFormError
        return found

    def term(self, at: int) -> Term:
        """How a node is written; a product of a vector and a matrix as one of a matrix and a vector."""
        node = self.nodes[at]
        row = table.function_of_shapes(node.name) if node.kind is CALL else None
        if row is not None and row.matrix_rule == product.__name__:
            factors = [self.term(arg) for arg in node.args]
            if [len(factor.shape) for factor in factors] != [1, 1]:
                return matrix_product(*factors)
        text = to_text(self.expression, at)
        if len(text) > LONGEST:
            raise NoShortFormError
        return Term(text, self.shape(at), _binding(self.nodes[at]))

    def pass_on(self, at: int, node: Node, adjoint: Term) -> None:
        row = table.function(node.name)
        if row is not None and not row.is_shaped:
            self.by_elements(at, adjoint)
        elif row is not None and row.matrix_rule is not None:
            self.by_rule(node, RULES[row.matrix_rule](self.operation(at, node, row), adjoint))
        else:
            raise NoShortFormError

    def operation(self, at: int, node: Node, row: Function) -> Operation:
        settings = [self.nodes[arg].kind is SETTING for arg in node.args]
        if any(is_size(self.nodes, arg) for arg in node.args):
            raise NoShortFormError  # a setting that is computed from sizes
        return Operation(
            self.term(at),
            [None if setting else self.term(arg) for arg, setting in zip(node.args, settings, strict=True)],
            [() if setting else self.shape(arg) for arg, setting in zip(node.args, settings, strict=True)],
            [
                plain_value(self.nodes[arg].name) if setting else None
                for arg, setting in zip(node.args, settings, strict=True)
            ],
            [*row.params, *(option.name for option in row.options)],
        )

    def by_rule(self, node: Node, passed: Sequence[Term | None]) -> None:
        for arg, term in zip(node.args, passed, strict=False):  # a rule says nothing of the settings at the end
            if term is not None and self.varying[arg]:
                self.adjoints.setdefault(arg, []).append(term)

    # --- element by element --------------------------------------------------------------------------------------

    def by_elements(self, at: int, adjoint: Term) -> None:
        """Pass an adjoint through functions of numbers, all that are nested in one go: SymPy simplifies them so."""
        leaves: dict[int, str] = {}
        text = self.as_numbers(at, leaves)
        symbolic = Symbolic(parse(text, list(leaves.values()), strict=True))
        for leaf, name in leaves.items():
            if not self.varying[leaf]:
                continue
            derivative = symbolic.derivative((name,)).text
            if derivative is None:
                raise NoShortFormError
            term = multiply(adjoint, self.written(derivative, {name: leaf for leaf, name in leaves.items()}))
            reached = sum_to(term, self.shape(at), self.shape(leaf))
            self.adjoints.setdefault(leaf, []).append(reached)

    def as_numbers(self, root: int, leaves: dict[int, str]) -> str:
        """A node as a formula of numbers, in which a name stands for each node that is not one itself."""
        names = {node.name for node in self.nodes if node.kind is VARIABLE}
        texts: dict[int, str] = {}
        pending = [root]
        order: list[int] = []
        while pending:
            at = pending.pop()
            order.append(at)
            if self.is_of_numbers(at):
                pending += self.nodes[at].args
        for at in reversed(order):
            node = self.nodes[at]
            if self.is_of_numbers(at):
                texts[at] = f"{node.name}({', '.join(texts[arg] for arg in node.args)})"
            elif node.kind in {VARIABLE, CALL}:
                if at not in leaves:
                    known = node.name if node.kind is VARIABLE else f"u{len(leaves)}"
                    while node.kind is CALL and known in names:
                        known += "_"
                    same = next((leaf for leaf, name in leaves.items() if name == known), None)
                    leaves[at if same is None else same] = known
                    texts[at] = known
                else:
                    texts[at] = leaves[at]
            else:
                texts[at] = node.name
        return texts[root]

    def is_of_numbers(self, at: int) -> bool:
        """Whether a node is a call of a function of numbers."""
        node = self.nodes[at]
        row = table.function(node.name) if node.kind is CALL else None
        return row is not None and not row.is_shaped

    def written(self, formula: str, leaves: Mapping[str, int]) -> Term:
        """A formula of numbers with the nodes put back for their names."""
        read = parse(formula, list(leaves), strict=True)

        def put_back(match: re.Match[str]) -> str:
            leaf = leaves.get(match[0])
            return match[0] if leaf is None else self.term(leaf).bracketed(ATOM)

        shape: Shape = ()
        for name in read.variables:
            there = self.shape(leaves[name])
            shape = max(shape, there, key=lambda one: (len(one), one))
        return Term(_NAME.sub(put_back, formula), shape, _binding(read.nodes[-1]))


def _binding(node: Node) -> int:
    """How tightly what a node is written as binds."""
    operator = PRINTED.get(node.name) if node.kind is CALL else None
    return ATOM if operator is None else operator.precedence
