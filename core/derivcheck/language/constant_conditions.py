"""Conditions that constants decide, such as `reduction == 'mean'` or `bias is not None`: known, or not known.

Python's own parser reads the condition, and nothing is evaluated but what stands in this module: comparisons, `in`,
`and`, `or`, `not` and a little arithmetic, on constants of plain types.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Final

from derivcheck.language.tokens import Lexeme, TokenKind
from derivcheck.model.constants import NamedType

MAX_TOKENS = 200
"""Tokens of a condition that is decided; a longer one is one on the variables."""

_MOST = 1 << 64
"""The size of an integer that is computed with."""


class _Unknown:
    """What depends on a variable."""


UNKNOWN: Final = _Unknown()

_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_ORDER: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "tuple": tuple,
    "list": list,
    "Tensor": (),
    "Number": (int, float),
}


def decide(lexemes: Sequence[Lexeme], constants: Mapping[str, object]) -> bool | list[tuple[int, int, bool]]:
    """Whether a condition holds; where variables decide it, its parts that constants decide.

    Args:
        lexemes: the tokens of the condition.
        constants: the constants' values.

    Returns:
        True or False; else for each part that is known the index of its first token, of the one behind its last, and
        whether it holds.

    Example:
        >>> from derivcheck.language.tokens import tokenize
        >>> decide(tokenize("r == 'sum' or n > 2").lexemes[:-1], {"r": "mean", "n": 1})
        False
        >>> decide(tokenize("n > 0 and x > 2").lexemes[:-1], {"n": 1})
        [(0, 3, True)]
    """
    pieces = [f".{each.text}" if each.kind is TokenKind.ATTRIBUTE else each.text for each in lexemes]
    if len(pieces) > MAX_TOKENS:
        return []
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    offset = 0
    for index, piece in enumerate(pieces):
        starts[offset] = index
        offset += len(piece.encode())
        ends[offset] = index + 1
        offset += 1
    try:
        tree = ast.parse(" ".join(pieces), mode="eval").body
        whole = _truth(_value(tree, constants))
        if isinstance(whole, bool):
            return whole
        return [(starts[at], ends[end], holds) for at, end, holds in _known_parts(tree, constants)]
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError, KeyError):
        return []


def _known_parts(node: ast.expr, constants: Mapping[str, object]) -> list[tuple[int, int, bool]]:
    """The parts of a condition that are known, as offsets in the text."""
    holds = _truth(_value(node, constants))
    if isinstance(holds, bool):
        assert node.end_col_offset is not None
        return [(node.col_offset, node.end_col_offset, holds)]
    parts: list[ast.expr] = []
    if isinstance(node, ast.BoolOp):
        parts = node.values
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        parts = [node.operand]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        parts = [node.left, node.right]
    return [found for part in parts for found in _known_parts(part, constants)]


def _truth(value: object) -> bool | _Unknown:
    return value if isinstance(value, _Unknown) else bool(value)


def _value(node: ast.expr, constants: Mapping[str, object]) -> object:
    """What a part of a condition is; UNKNOWN where that depends on a variable, or is nothing that is read here."""
    if isinstance(node, ast.Constant):
        return _plain(node.value)
    if isinstance(node, ast.Name):
        return _plain(constants[node.id]) if node.id in constants else math.inf if node.id == "inf" else UNKNOWN
    if isinstance(node, ast.Attribute):
        is_dtype = isinstance(node.value, ast.Name) and node.value.id == "torch" and "torch" not in constants
        return NamedType(node.attr) if is_dtype else UNKNOWN
    if isinstance(node, ast.Tuple | ast.List):
        items = [_value(item, constants) for item in node.elts]
        return UNKNOWN if UNKNOWN in items else tuple(items)
    if isinstance(node, ast.BoolOp):
        return _joined(node, constants)
    if isinstance(node, ast.UnaryOp):
        return _prefixed(node, constants)
    if isinstance(node, ast.Compare):
        return _compared(node, constants)
    if isinstance(node, ast.BinOp):
        return _computed(node, constants)
    return _called(node, constants) if isinstance(node, ast.Call) else UNKNOWN


def _plain(value: object) -> object:
    """A value of a plain type; UNKNOWN for any other object, whose own code is not to run."""
    if value is None or type(value) in {bool, int, float, str, NamedType}:
        return value
    if type(value) in {tuple, list}:
        assert isinstance(value, tuple | list)
        items = [_plain(item) for item in value] if len(value) < MAX_TOKENS else [UNKNOWN]
        return UNKNOWN if any(item is UNKNOWN for item in items) else tuple(items)
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else UNKNOWN


def _joined(node: ast.BoolOp, constants: Mapping[str, object]) -> object:
    """`and` and `or`, which may be known where a part is not."""
    decisive = isinstance(node.op, ast.Or)
    found = [_truth(_value(part, constants)) for part in node.values]
    if decisive in [each for each in found if isinstance(each, bool)]:
        return decisive
    return UNKNOWN if UNKNOWN in found else not decisive


def _prefixed(node: ast.UnaryOp, constants: Mapping[str, object]) -> object:
    """`not` of a condition, and the sign of a number."""
    value = _value(node.operand, constants)
    if isinstance(value, _Unknown):
        return UNKNOWN
    if isinstance(node.op, ast.Not) or (isinstance(node.op, ast.Invert) and isinstance(value, bool)):
        return not value
    if not isinstance(value, int | float):
        return UNKNOWN
    if isinstance(node.op, ast.USub):
        return -value
    return value if isinstance(node.op, ast.UAdd) else UNKNOWN


def _computed(node: ast.BinOp, constants: Mapping[str, object]) -> object:
    """Arithmetic on numbers; `&` and `|` of conditions."""
    left, right = _value(node.left, constants), _value(node.right, constants)
    if isinstance(node.op, ast.BitAnd | ast.BitOr):
        if isinstance(left, bool) and isinstance(right, bool):
            return (left and right) if isinstance(node.op, ast.BitAnd) else (left or right)
        return UNKNOWN
    compute = _BINARY.get(type(node.op))
    if compute is None or not isinstance(left, int | float) or not isinstance(right, int | float):
        return UNKNOWN
    return compute(left, right) if max(abs(left), abs(right)) < _MOST else UNKNOWN


def _compared(node: ast.Compare, constants: Mapping[str, object]) -> object:
    """A chain of comparisons: known once one of them is known not to hold, or all are known."""
    operands = [node.left, *node.comparators]
    found = [
        _link(left, op, right, constants) for left, op, right in zip(operands, node.ops, operands[1:], strict=False)
    ]
    if False in [each for each in found if isinstance(each, bool)]:
        return False
    return UNKNOWN if UNKNOWN in found else True


def _link(left: ast.expr, op: ast.cmpop, right: ast.expr, constants: Mapping[str, object]) -> bool | _Unknown:
    """One comparison."""
    first, second = _value(left, constants), _value(right, constants)
    negated = isinstance(op, ast.NotEq | ast.IsNot | ast.NotIn)
    if isinstance(first, _Unknown) or isinstance(second, _Unknown):
        is_equality = isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq)
        is_none = any(value is None and isinstance(node, ast.Name) for value, node in ((first, right), (second, left)))
        return negated if is_equality and is_none else UNKNOWN  # a variable is never None
    if isinstance(op, ast.Is | ast.IsNot):
        return (type(first) is type(second) and first == second) is not negated
    if isinstance(op, ast.Eq | ast.NotEq):
        return (first == second) is not negated
    if isinstance(op, ast.In | ast.NotIn):
        is_pair = isinstance(second, tuple) or (isinstance(first, str) and isinstance(second, str))
        return (operator.contains(second, first)) is not negated if is_pair else UNKNOWN  # type: ignore[arg-type]
    if isinstance(first, int | float) and isinstance(second, int | float):
        return _ORDER[type(op)](first, second)
    return UNKNOWN


def _called(node: ast.Call, constants: Mapping[str, object]) -> object:
    """`len(shape)`, `abs(n)`, `float('inf')`, `isinstance(alpha, float)`."""
    if not isinstance(node.func, ast.Name) or node.keywords or not node.args:
        return UNKNOWN
    value = _value(node.args[0], constants)
    if isinstance(value, _Unknown):
        return UNKNOWN
    name = node.func.id
    if name == "isinstance" and len(node.args) == 2:
        kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
        names = [ast.unparse(kind).rpartition(".")[2] for kind in kinds if isinstance(kind, ast.Name | ast.Attribute)]
        known = [_TYPES[kind] for kind in names if kind in _TYPES]
        return any(isinstance(value, kind) for kind in known) if len(known) == len(kinds) else UNKNOWN
    if len(node.args) > 1:
        return UNKNOWN
    if name == "len" and isinstance(value, tuple | str):
        return len(value)
    if name == abs.__name__ and isinstance(value, int | float):
        return abs(value)
    if name == "float" and value in {"inf", "-inf"}:
        return float(str(value))
    return UNKNOWN
