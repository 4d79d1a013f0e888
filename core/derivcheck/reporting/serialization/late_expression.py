"""The expression of a recorded row, whose text is parsed when somebody looks at its tree."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from derivcheck.errors import DerivcheckError
from derivcheck.language.parse import parse
from derivcheck.model.expression import AsRead, Expression, Extent, Node


class LateExpression(Expression):
    """An Expression that knows its texts, and parses the plain one when its nodes or its variables are asked for.

    A report shows a few of a hundred thousand expressions as formulas, and parsing all of them would take most of its
    time. Of a text that this version no longer understands there are no nodes, and the variables are those of the
    point.

    Args:
        source: the text as the user wrote it.
        plain: the same in the plain language, which is what is parsed.
        names: the names of the point's variables.

    Example:
        >>> late = LateExpression("x²", "x**2", ("x",))
        >>> late.as_read.text, late.variables, len(late)
        ('x**2', ('x',), 3)
    """

    _plain: str
    _names: tuple[str, ...]

    def __init__(self, source: str, plain: str, names: tuple[str, ...]) -> None:
        as_read = None if plain == source else AsRead(plain)
        for name, value in {"source": source, "as_read": as_read, "_plain": plain, "_names": names}.items():
            object.__setattr__(self, name, value)  # an Expression is frozen

    @cached_property
    def _read(self) -> Expression:
        try:
            return parse(self._plain, frozenset(self._names), strict=True)
        except DerivcheckError:
            return Expression(self._plain, (), self._names)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The tree in postorder; empty where the text is not understood."""
        return self._read.nodes

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, in order of first appearance."""
        return self._read.variables

    @property
    def extents(self) -> Sequence[Extent]:
        """Where in the source each node stands: of a text that is not plain, all of it."""
        return self._read.extents if self.as_read is None else ((0, len(self.source)),) * len(self)

    def __reduce__(self) -> tuple[type[LateExpression], tuple[str, str, tuple[str, ...]]]:
        """Send the texts to another process, not the tree."""
        return LateExpression, (self.source, self._plain, self._names)
