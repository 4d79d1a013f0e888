"""The arithmetic parser: what most texts are, read in one pass, in a third of the time that the plain parser takes.

It reads a text operand by operand: each with the signs and the brackets before it, and with the brackets and the one
mark behind it. What is no plain arithmetic, and whatever is wrong, it leaves to the plain parser, which reads the text
from the start and knows what to say about each of its characters. So nothing here fails, and where the nodes stand is
found when somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial

from derivcheck.errors import ParseError
from derivcheck.language import table
from derivcheck.language.bounds import (
    CONSTANT_PLACES,
    MAX_DEPTH,
    MAX_NESTING,
    MAX_NODES,
    SURE_BITS,
    check_bounds,
    sized,
)
from derivcheck.language.late_extents import LateExtents
from derivcheck.language.literals import TRUTH_WORDS
from derivcheck.language.operators import BINARY, BRACKET, NEGATION, PREFIX, SIGN
from derivcheck.language.slips import RESERVED
from derivcheck.language.statements import SEPARATOR
from derivcheck.language.table import Function, Sort
from derivcheck.language.tokens import DECIMAL, MAX_NAME, lexeme_of
from derivcheck.model.expression import CALL, CONSTANT, VARIABLE, Expression, Extent, Node

_END = SEPARATOR
"""What stands behind the text, so that its last operand has a mark behind it as any other; in it there is none."""

_OPERANDS = re.compile(
    rf"([-+(\s]*+)([A-Za-z_]\w*+|[0-9]++(?![\w.])|{DECIMAL})\s*+([)\s]*+[-+*/^(,{_END}])\s*+|(?s:.+)",
    re.ASCII,
).findall
"""Signs and brackets, an operand or a function's name, brackets and a mark; or else all the rest, as three empty texts.

The mark behind a function's name is its opening bracket. An integer without a point is found before the longer pattern
is tried, and nothing that has been found is given back: that saves a third of the time.
"""

_OPERATORS = {mark: (BINARY[mark].precedence, BINARY[mark].row.name) for mark in "+-*/^"}
"""The rank of each operator, which is how tightly it binds, and the function that it stands for."""

_SUM, _POWER = BINARY["+"].precedence, BINARY["^"].precedence

_LEAST = {
    **{mark: BINARY[mark].least for mark in _OPERATORS},
    **dict.fromkeys([")", ",", _END], BRACKET.precedence + 1),
    **dict.fromkeys(" \t\n\r\f\v", 99),
}
"""The least rank of the operators before a mark that are applied first; of those before a blank none is."""

_NOT_PLAIN = frozenset({*RESERVED, *TRUTH_WORDS, *BINARY, *PREFIX})
"""Words that are no names, or not everywhere."""

_Pending = tuple[int, str, int, int]
"""An operator that waits for its last operand, or an open bracket: its rank, its function, where the operand before it
stands, and the bits of that."""

_Function = tuple[str, int]
"""A function's name, and how many arguments it takes."""

_Call = tuple[_Function, list[int]]
"""A bracket that is open: whose arguments stand in it, and where those are that a comma stands behind."""

_GROUP: _Function = ("", 1)
_OPEN: _Pending = (BRACKET.precedence, "", -1, 1)
_MINUS: _Pending = (SIGN, NEGATION, -1, 1)

_MOST_BITS = 1_000
"""The bits of a number that is computed from literals, up to which nobody needs to look at it."""


def _is_plain(row: Function) -> bool:
    """Whether a function takes as many numbers as its signature says, and any number will do."""
    is_of_numbers = not row.sorts and row.result is Sort.REAL and row.size is None
    return is_of_numbers and not row.variadic and min(CONSTANT_PLACES.get(row.name, [99])) >= len(row.params)


_FUNCTIONS: Mapping[str, _Function] = {
    name: (row.name, len(row.params))
    for row in filter(_is_plain, table.FUNCTIONS)
    for name in (row.name, *row.aliases)
    if table.function(name) is row and table.function_of_shapes(name) is None
}
"""The names of such functions, each with the canonical one, and how many arguments it takes."""


def read_arithmetic(text: str, given: frozenset[str] | None) -> Expression | None:
    """Read a text of numbers, names, `+ - * / ** ^`, round brackets, and calls of functions of numbers.

    Args:
        text: the text.
        given: the variables that have a value; None: any name may be one.

    Returns:
        The Expression, as the plain parser makes it; None where the text has anything else, or is wrong in any way.
    """
    if len(text) > MAX_NODES or _END in text or text.count("(") > MAX_NESTING:
        return None
    nodes: list[Node] = []
    names: dict[str, None] = {}
    try:
        is_small = _read(_OPERANDS(f"{text.replace('**', '^')}{_END}"), given, nodes, names)
        extents = LateExtents(len(nodes), partial(_extents, text, given))
        read = Expression(text, tuple(nodes), tuple(names), extents)
        if not is_small or len(nodes) > MAX_DEPTH:
            check_bounds(read)
    except (LookupError, ParseError):
        return None
    return read


def _read(
    operands: Iterable[tuple[str, str, str]], given: frozenset[str] | None, nodes: list[Node], names: dict[str, None]
) -> bool:
    """Put the nodes and the variables of a text into lists.

    This is Dijkstra's shunting yard without a stack of operands: the nodes are made in postorder, so that the last
    operand of an operator is the last node, and the one before it was the last when the operator was read. All of it
    stands in one loop, since a call for each operand would take longer than the rest.

    Returns:
        Whether all numbers that are computed from literals are surely small.

    Raises:
        LookupError: for what is not arithmetic: something is not found in a table, or no bracket is open.
        ParseError: for a literal beyond the bounds.
    """
    add = nodes.append
    leaves: dict[str, tuple[Node, int]] = {}
    pending: list[_Pending] = [_OPEN]
    push, pop = pending.append, pending.pop
    calls: list[_Call] = []
    at, is_small, mark = -1, True, ""
    for before, word, behind in operands:
        for mark in before:
            if mark == "-":
                push(_MINUS)
            elif mark == "(":
                push(_OPEN)
                calls.append((_GROUP, []))
        if behind == "(":
            push(_OPEN)
            calls.append((_function(word, given), []))
            continue
        if word not in leaves:
            leaves[word] = _leaf(word, given, names)
        node, bits = leaves[word]
        add(node)
        at += 1
        for mark in behind:
            least = _LEAST[mark]
            while pending[-1][0] >= least:
                rank, name, left, left_bits = pop()
                add(Node(CALL, name, (left, at) if left >= 0 else (at,)))
                at += 1
                if bits:
                    if rank == _POWER:
                        is_small = is_small and bits <= SURE_BITS and not left_bits
                        bits = 0
                    elif left >= 0:
                        bits = left_bits and (left_bits + bits + 1) * (1 + (rank == _SUM))
                        is_small = is_small and bits <= _MOST_BITS
            if mark in _OPERATORS:
                rank, name = _OPERATORS[mark]
                push((rank, name, at, bits))
            elif mark == ")":
                pop()
                called, arguments = calls.pop()
                if called is not _GROUP:
                    add(_call(called, [*arguments, at]))
                    at += 1
                    bits = 0
                elif arguments:
                    raise LookupError(",")
            elif mark == ",":
                calls[-1][1].append(at)
    if calls or mark != _END:
        raise LookupError(mark)
    return is_small


def _function(word: str, given: frozenset[str] | None) -> _Function:
    """The function of numbers of a name that a bracket stands behind."""
    if given is not None and word in given:
        raise LookupError(word)
    return _FUNCTIONS[word]


def _call(function: _Function, arguments: Sequence[int]) -> Node:
    """The node of a call that is complete."""
    name, count = function
    if len(arguments) != count:
        raise LookupError(name)
    return Node(CALL, name, tuple(arguments))


def _leaf(word: str, given: frozenset[str] | None, names: dict[str, None]) -> tuple[Node, int]:
    """The node of a literal, a variable or a constant, and the bits of a literal."""
    if not word or len(word) > MAX_NAME or word in _NOT_PLAIN:
        raise LookupError(word)
    if not word.isidentifier():
        return _literal(word)
    is_given = given is not None and word in given
    row = None if is_given else table.constant(word)
    if row is not None:
        return Node(CONSTANT, row.name), 0
    if given is not None and not is_given:
        raise LookupError(word)
    names[word] = None
    return Node(VARIABLE, word), 0


@lru_cache(maxsize=1024)
def _literal(text: str) -> tuple[Node, int]:
    """The node of a literal, and the bits of its value, of which 0 has one, too."""
    node = lexeme_of(text).number
    assert node is not None
    assert node.value is not None
    return node, max(1, sized(node.value).bits)


def _extents(text: str, given: frozenset[str] | None) -> Sequence[Extent]:
    from derivcheck.language.plain_parser import PlainParser  # it takes time to load, and few ask

    return PlainParser(text, given, (), False, ()).run().extents
