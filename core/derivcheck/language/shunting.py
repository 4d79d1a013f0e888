"""The operands and operators of a text that is being read: which are applied when, by how tightly they bind."""

from __future__ import annotations

from typing import NoReturn

from derivcheck.language.builder import OPERAND
from derivcheck.language.indexing_builder import IndexingBuilder
from derivcheck.language.operators import BINARY, BRACKET, COMPARISON, NEGATION, Operator
from derivcheck.language.plain_values import INFINITY
from derivcheck.language.table import Sort
from derivcheck.model.expression import Extent

_AND = BINARY["and"]
_REAL = Sort.REAL


class Shunting:
    """The two stacks of Dijkstra's shunting yard.

    Attributes:
        tree: where the nodes go.
        operands: what waits for its operator, in all brackets that are open.
        operators: what waits for its operands, each with where it stands; a bracket's begin with `BRACKET`.
    """

    tree: IndexingBuilder
    operands: list[int]
    operators: list[tuple[Operator, int]]

    def has_begun(self) -> bool:
        """Whether an operator stands before the operand that is due, in the same argument."""
        return self.operators[-1][0] is not BRACKET

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
        if self.tree.plain and operator.row.name == NEGATION and self.tree.nodes[operand].name == INFINITY:
            return self.tree.setting(f"-{INFINITY}", extent, "infinity")
        if operator.text != "+":
            return self.tree.apply(operator.row, (operand,), extent, operator.text, OPERAND)
        operand = self.tree.as_due_sort(operand, _REAL, "the operand of `+`")
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
        """Raise the ParseError about some characters of the text."""
        self.tree.fail(message, extent, hint)
