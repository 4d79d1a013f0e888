"""The way of a chunk to another process and of its pieces back, without what the other side knows already.

A Result holds its case and the tree of its expression. The case is known to whoever sent it, but for the dtype and the
device that were found for it; the tree, nine tenths of the bytes, is parsed again in the rare event that it is asked
for.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import partial
from operator import attrgetter
from typing import Any

from derivcheck.case_files.unreadable import Unreadable
from derivcheck.errors import Location
from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.model import Case, Coordinate, Gradient, Result, Spread, Truth, Verdict
from derivcheck.model.expression import AsRead, Expression, Extent, Node
from derivcheck.model.light_records import changed
from derivcheck.numbers import Dyadic, Enclosure
from derivcheck.running.chunks import Chunk, Portion
from derivcheck.running.interface import Item, Matches, Piece

_PROTOCOL = 5


class Unparsed(Expression):
    """An Expression that is parsed when its nodes are asked for."""

    __slots__ = ("_calls", "_tree")

    _calls: tuple[str, ...] | None
    _tree: Expression | None

    def __init__(
        self,
        source: str,
        nodes: tuple[Node, ...] | None = None,
        variables: tuple[str, ...] = (),
        extents: Sequence[Extent] = (),
        calls: tuple[str, ...] | None = None,
        as_read: AsRead | None = None,
    ) -> None:
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "_calls", calls)
        object.__setattr__(self, "variables", variables)
        object.__setattr__(self, "as_read", as_read)
        object.__setattr__(self, "_tree", nodes and Expression(source, nodes, variables, extents, as_read))

    def tree(self) -> Expression:
        """Parse the text, once."""
        if self._tree is None:
            object.__setattr__(
                self, "_tree", parse(self.source, frozenset(self.variables), strict=self.as_read is None)
            )
        assert self._tree is not None
        return self._tree

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The tree in postorder."""
        return self.tree().nodes

    @property
    def extents(self) -> Sequence[Extent]:
        """Where the nodes stand."""
        return self.tree().extents

    @property
    def calls(self) -> tuple[str, ...]:
        """What it calls, which a run's statistics ask of every case; known without the tree."""
        return self.tree().calls if self._calls is None else self._calls

    @property
    def called(self) -> frozenset[str]:
        """The same without an order."""
        return frozenset(self.calls)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unparsed, (self.source, self.variables, self.calls, self.as_read)


def _reduction(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """How a frozen dataclass crosses: as a call. Python's own way looks every field up again, at half of the cost."""
    names = [field.name for field in fields(kind)]
    values = attrgetter(*names)
    return lambda record: (kind, values(record))


_OF_CHUNKS: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {
    kind: _reduction(kind) for kind in (Case, Location, Portion)
}
_OF_PIECES: dict[type[Any], Callable[[Any], tuple[Any, ...]]] = {
    kind: _reduction(kind)
    for kind in (Coordinate, Dyadic, Enclosure, Gradient, Matches, Piece, Result, Spread, Truth, Verdict)
}
"""What the messages have most of."""


def pack_chunk(chunk: Chunk) -> bytes:
    """Pack a chunk, to be sent."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, _PROTOCOL)
    pickler.dispatch_table = {**copyreg.dispatch_table, **_OF_CHUNKS}
    pickler.dump(chunk)
    return stream.getvalue()


def unpack_chunk(message: bytes) -> Chunk:
    """Unpack a chunk that was sent."""
    chunk: Chunk = pickle.loads(message)
    return chunk


def pack_pieces(chunk: Chunk, pieces: Iterable[Piece]) -> bytes:
    """Pack the pieces of a chunk, one for each portion, to be sent to where the chunk came from."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, _PROTOCOL)
    reductions: dict[type[Any], Callable[[Any], Any]] = {**copyreg.dispatch_table, **_OF_PIECES}
    reductions[Expression] = _reduce_expression
    pickler.dispatch_table = reductions
    for position, piece in enumerate(pieces):
        reductions[Case] = reductions[Unreadable] = partial(_reduce_item, position, chunk[position].item)
        pickler.dump(piece)
    return stream.getvalue()


def unpack_pieces(chunk: Chunk, message: bytes) -> tuple[Piece, ...]:
    """Unpack the pieces of a chunk that were sent."""
    unpickler = _Unpickler(chunk, message)
    return tuple(unpickler.load() for _ in chunk)


def _unparsed(source: str, variables: tuple[str, ...], calls: tuple[str, ...], as_read: AsRead | None) -> Unparsed:
    return Unparsed(source, None, variables, calls=calls, as_read=as_read)


def _reduce_expression(expression: Expression) -> tuple[Any, ...] | str:
    """Reduce an expression to its text, or to its tree where its calls are not all of functions of numbers.

    The user's own functions are not known where it is read again, and they may be called as functions of shapes are.
    """
    calls = expression.calls
    if not all((row := table.function(name)) is not None and row.name == name and not row.is_shaped for name in calls):
        return expression.__reduce_ex__(_PROTOCOL)
    return _unparsed, (expression.source, expression.variables, calls, expression.as_read)


def _reduce_item(position: int, known: Item, item: Item) -> tuple[Any, ...] | str:
    """Reduce an item of a piece to its difference from the item of the portion, at a position of the chunk."""
    if known is item:
        return _changed, (position, _NOTHING)
    if type(known) is not type(item):
        return item.__reduce_ex__(_PROTOCOL)
    changes = {
        field.name: mine
        for field in fields(item)
        if (mine := getattr(item, field.name)) is not (theirs := getattr(known, field.name)) and mine != theirs
    }
    return _changed, (position, changes)


_NOTHING: dict[str, Any] = {}


def _changed(position: int, changes: dict[str, Any]) -> Any:
    """Stands in a message for `_Unpickler.changed`, which knows the chunk."""
    raise NotImplementedError


class _Unpickler(pickle.Unpickler):
    """Reads a message beside the chunk that it answers."""

    def __init__(self, chunk: Chunk, message: bytes) -> None:
        super().__init__(io.BytesIO(message))
        self.chunk = chunk

    def find_class(self, module: str, name: str) -> Any:
        """Find what a name in the message stands for."""
        found: Callable[..., Any] = super().find_class(module, name)
        return self.changed if found is _changed else found

    def changed(self, position: int, changes: dict[str, Any]) -> Any:
        """Make the item at a position of the chunk, with some fields changed."""
        item = self.chunk[position].item
        return changed(item, **changes) if changes else item
