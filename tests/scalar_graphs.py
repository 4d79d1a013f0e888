"""Elements for tests, from the texts of their roots."""

from __future__ import annotations

from collections.abc import Sequence

from derivcheck.elements.elements import Elements
from derivcheck.graph.building import Graph
from derivcheck.language.parse import parse


def elements_of(names: Sequence[str], *texts: str) -> Elements:
    """Elements with a root for each text, over some addresses; what is equal in them is there once."""
    graph = Graph()
    return Elements.taken(graph, [graph.insert(parse(text, frozenset(names))) for text in texts], names)
