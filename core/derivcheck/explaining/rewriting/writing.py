"""Writing: a term as a text that can be pasted, with the names that the user's statements gave."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count

from derivcheck.explaining.rewriting.term_graph import Term, Terms, ordered
from derivcheck.language import table
from derivcheck.language.printing import to_text
from derivcheck.model.expression import CALL, Expression, Node

_LONG = 6
"""So many nodes at least has what gets a name because it is written more than once."""

_STATEMENT = re.compile(r"(?:^|[;\n])\s*(\w+)\s*=\s*\(*\s*$")

_SHORT = {row.name: row.aliases[0] for row in table.SHAPED_FUNCTIONS if row.name.startswith("reduced_") and row.aliases}
"""The losses that torch, too, calls by a shorter name; of values with shapes it means the same here."""

_LONG_NAMES = re.compile(rf"(?<![\w.])({'|'.join(_SHORT)})(?=\()")


@dataclass(frozen=True, slots=True)
class Writing:
    """What is known of the text that a search began with.

    Attributes:
        names: the terms to which a statement gave a name, with their names.
        repeated: the terms that the text repeats without a name.
        variables: the variables of the text, in order.
    """

    names: Mapping[Term, str]
    repeated: Collection[Term]
    variables: tuple[str, ...]

    @classmethod
    def of(cls, expression: Expression, made: list[Term], terms: Terms) -> Writing:
        """What is known of an expression, whose nodes are the terms `made` of `terms`, which learn their names."""
        for term, name in _names_given(expression, made):
            if name not in expression.variables:
                terms.names.setdefault(term, name)
        times = Counter(term for term in made if term.kind is CALL)
        repeated = {term for term, number in times.items() if number > 1}
        return cls(terms.names, repeated, expression.variables)

    def text(self, root: Term) -> str:
        """A term in the expression language."""
        shared = self._shared(root)
        expression, positions = _expression(root, shared, self.variables)
        free = _free_names({*self.variables, *self.names.values()})
        given: dict[int, str] = {}
        for term in shared:
            name = self.names.get(term)
            given[positions[term]] = next(free) if name is None or name in given.values() else name
        return _LONG_NAMES.sub(lambda found: _SHORT[found[1]], to_text(expression, names=given))

    def _shared(self, root: Term) -> dict[Term, None]:
        """The terms under a root that get a name, in order."""
        everything = ordered([root])
        written = Counter[Term]({root: 1})
        found: dict[Term, None] = {}
        for term in reversed(everything):
            times = written[term]
            if term.kind is CALL and term is not root and (term in self.names or (times > 1 and self._is_long(term))):
                found[term] = None
                times = 1
            for arg in term.args:
                written[arg] += times
        return dict.fromkeys(term for term in everything if term in found)

    def _is_long(self, term: Term) -> bool:
        return term.size >= _LONG and term.varies and term not in self.repeated


def _names_given(expression: Expression, made: list[Term]) -> Iterator[tuple[Term, str]]:
    """The terms to which the statements of a text give names, with these."""
    source = expression.source
    for at, term in enumerate(made) if ";" in source or "\n" in source else ():
        found = _STATEMENT.search(source[: expression.extents[at][0]]) if term.kind is CALL else None
        if found:
            yield term, found[1]


def _expression(root: Term, shared: Collection[Term], variables: tuple[str, ...]) -> tuple[Expression, dict[Term, int]]:
    """A term as an Expression in which only some nodes are arguments of several others; where these are."""
    nodes: list[Node] = []
    positions: dict[Term, int] = {}
    for top in [*shared, root]:
        stack: list[tuple[Term, bool]] = [(top, False)]
        values: list[int] = []
        while stack:
            term, is_done = stack.pop()
            if not is_done and term in positions:
                values.append(positions[term])
            elif not is_done:
                stack.append((term, True))
                stack.extend([(arg, False) for arg in reversed(term.args)])
            else:
                count_of_args = len(term.args)
                args = tuple(values[len(values) - count_of_args :])
                del values[len(values) - count_of_args :]
                values.append(len(nodes))
                nodes.append(Node(term.kind, term.name, args, term.value))
        if top in shared:
            positions[top] = values[-1]
    return Expression("", tuple(nodes), variables), positions


def _free_names(taken: Collection[str]) -> Iterator[str]:
    """Names that stand for nothing else: h, h2, h3 and so on."""
    for name in chain(["h"], (f"h{number}" for number in count(2))):
        if name not in taken and table.function(name) is None and table.constant(name) is None:
            yield name
