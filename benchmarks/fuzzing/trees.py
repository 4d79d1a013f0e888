"""Expressions as trees of the fuzz's own, which print themselves in derivcheck's language."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

INFIX = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "pow": "**",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
}
"""How the two-sided operations are written."""

CONDITIONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"})
"""The operations whose result is a truth value."""


@dataclass(frozen=True)
class Tree:
    """One node of an expression.

    Attributes:
        op: "num", "var", "const", or the name of an operation.
        args: its arguments.
        text: the literal, or the name of the variable or constant.
    """

    op: str
    args: tuple[Tree, ...] = ()
    text: str = ""

    @cached_property
    def written(self) -> str:
        """The tree in derivcheck's language."""
        if not self.args:
            return self.text
        texts = [arg.written for arg in self.args]
        if self.op in INFIX:
            left, right = (
                f"({text})" if arg.op in INFIX or arg.op == "neg" or text[:1] == "-" or "/" in text else text
                for arg, text in zip(self.args, texts, strict=True)
            )
            return (
                f"{left} {INFIX[self.op]} {right}" if self.op not in {"mul", "pow"} else left + INFIX[self.op] + right
            )
        if self.op == "neg":
            return f"-({texts[0]})"
        return f"{self.op}({', '.join(texts)})"

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names of the variables."""
        if self.op == "var":
            return frozenset({self.text})
        return frozenset().union(*(arg.variables for arg in self.args))

    @cached_property
    def size(self) -> int:
        """How many nodes there are."""
        return 1 + sum(arg.size for arg in self.args)

    @property
    def number(self) -> Fraction:
        """The value of a literal."""
        return Fraction(self.text)

    def __add__(self, other: Tree | int) -> Tree:
        return call("add", self, other)

    def __sub__(self, other: Tree | int) -> Tree:
        return call("sub", self, other)

    def __mul__(self, other: Tree | int) -> Tree:
        return call("mul", self, other)

    def __truediv__(self, other: Tree | int) -> Tree:
        return call("div", self, other)

    def __pow__(self, other: Tree | int) -> Tree:
        return call("pow", self, other)

    def __neg__(self) -> Tree:
        return call("neg", self)


def num(value: int | str | Fraction) -> Tree:
    """A literal; a negative one is the negation of a literal, and a fraction a quotient, as in every language."""
    text = str(value)
    if text.startswith("-"):
        return Tree("neg", (num(text[1:]),))
    if "/" in text:
        above, below = text.split("/")
        return Tree("div", (num(above), num(below)))
    return Tree("num", text=text)


def var(name: str) -> Tree:
    """A variable."""
    return Tree("var", text=name)


def const(name: str) -> Tree:
    """A named constant, pi or E."""
    return Tree("const", text=name)


def call(op: str, *args: Tree | int) -> Tree:
    """An operation on trees, or on whole numbers."""
    return Tree(op, tuple(num(arg) if isinstance(arg, int) else arg for arg in args))


def replaced(tree: Tree, old: Tree, new: Tree) -> Tree:
    """The tree with each occurrence of one subtree replaced."""
    if tree == old:
        return new
    if not tree.args:
        return tree
    return Tree(tree.op, tuple(replaced(arg, old, new) for arg in tree.args), tree.text)


def subtrees(tree: Tree) -> list[Tree]:
    """All nodes, the root last."""
    return [*(node for arg in tree.args for node in subtrees(arg)), tree]
