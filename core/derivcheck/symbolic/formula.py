"""The Formula: a derivative that SymPy's rules give, and the forms in which it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from derivcheck.graph.building import Grown
from derivcheck.language.printing import to_text
from derivcheck.model.expression import Expression, Node
from derivcheck.symbolic.tidying import tidied

MAX_SHOWN = 2_000
"""Characters of a formula that is shown."""

MAX_COLLECTED = 8_000
"""Operations in a derivative, written out, up to which SymPy's own form of it is made.

SymPy would take minutes for a product of a thousand factors, and what it made would be far too long to be shown. Of
3,142 derivatives of the corpora whose form is shown, the longest has 4,217 operations as the rules leave it.
"""

MAX_DIFFERENT = 1_000
"""The same where an operation counts once however often it is used: a sum of 2,000 terms is slow to sort as well.

Those derivatives of the corpora have 454 at most.
"""


@dataclass(eq=False, slots=True)
class Formula:
    """A derivative that SymPy's rules give.

    Attributes:
        taken: takes the derivative, put together from the rules, out of the graph.
        simplified: makes SymPy's own form of it, which is the one to show: its text and the Expression that it is;
            None where the tidied form is the one to show.
        tidied_with_others: takes the tidied form from those of several derivatives; None where it is made from this
            one alone.
    """

    taken: Callable[[], Expression]
    simplified: Callable[[], tuple[str, Expression] | None] | None
    tidied_with_others: Callable[[], Expression | None] | None = None
    grown: Grown | None = None
    _taken: list[Expression] = field(default_factory=list)
    _shown: list[tuple[str, Expression] | None] = field(default_factory=list)
    _tidied: list[Expression | None] = field(default_factory=list)

    @property
    def expression(self) -> Expression:
        """The derivative, in which a node may be the argument of several."""
        if not self._taken:
            self._taken.append(self.taken())
        return self._taken[0]

    @property
    def shown(self) -> tuple[str, Expression] | None:
        """How SymPy writes it, and the Expression of that; None where it is too long to show. Made when asked for."""
        if not self._shown:
            self._shown.append(self.simplified() if self.simplified and self._can_be_collected() else None)
        return self._shown[0]

    def _can_be_collected(self) -> bool:
        """Whether SymPy's own form may be short enough to be shown, so that it is worth the while to make it."""
        tidy = self._tidy()
        return tidy is not None and written_out(tidy.nodes)[-1] <= MAX_COLLECTED

    def _tidy(self) -> Expression | None:
        """The derivative as the rules have left it, its products and sums tidied up; None where it is too long."""
        if not self._tidied:
            self._tidied.append(self._made_tidy())
        return self._tidied[0]

    def _made_tidy(self) -> Expression | None:
        if self.tidied_with_others is not None:
            return self.tidied_with_others()
        return tidied(self.expression) if len(self.expression) <= MAX_DIFFERENT else None

    @property
    def text(self) -> str | None:
        """How it is written; None where it is too long to show."""
        if self.simplified is None:
            return self.plain_text
        return None if self.shown is None else self.shown[0]

    @property
    def plain_text(self) -> str | None:
        """How it is written as the rules have left it, tidied up; None where that is too long to show."""
        tidy = self._tidy()
        if tidy is None or written_out(tidy.nodes)[-1] > MAX_SHOWN:
            return None
        text = to_text(tidy)
        return text if len(text) <= MAX_SHOWN else None


_MOST = 10**9


def written_out(nodes: Sequence[Node]) -> list[int]:
    """How many operations are under each node where one that is the argument of two counts twice; a billion at most."""
    sizes: list[int] = []
    for node in nodes:
        sizes.append(min(1 + sum([sizes[arg] for arg in node.args]), _MOST))
    return sizes
