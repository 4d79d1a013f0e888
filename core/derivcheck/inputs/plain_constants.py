"""Reads constants that are typed: `n=3, reduction=mean, dims=(0, 1), dtype=torch.float32, bias=None`."""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType
from typing import NamedTuple, NoReturn

from derivcheck.errors import CaseError, DerivcheckError, ParseError, Span
from derivcheck.inputs.assignments import variable_name
from derivcheck.model.constants import Constants, NamedType, PlainList

_EXAMPLES = (
    "n=3, eps=1e-5, reduction=mean, dims=(0, 1), dtype=torch.float32, bias=None; mask alone: a tensor that is held"
)

_LONGEST = 10_000
"""Characters of a value."""

_LARGEST_POWER = 4096
"""The largest power of two that an integer may reach, so that 9**9**9 does not fill the memory."""

_WORDS = MappingProxyType({"inf": math.inf, "nan": math.nan})
"""Words that are numbers; inf is the order of a norm."""

_SLIPS = MappingProxyType({"true": "True", "false": "False", "none": "None", "null": "None"})
"""Words of other languages, and what Python calls them."""

_DTYPES = frozenset(
    {"float", "double", "half", "int", "long", "short", "bool", "bfloat16", "float16", "float32", "float64"}
    | {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
    | {"complex64", "complex128", "cfloat", "cdouble"}
)
"""What torch calls its formats."""


class TypedConstants(NamedTuple):
    """What some texts say.

    Attributes:
        constants: the constants.
        held: the names without a value: tensors that are not differentiated by.
    """

    constants: Constants
    held: tuple[str, ...]


def read_typed_constants(texts: Iterable[str]) -> TypedConstants:
    """Read constants and the names of held tensors, with commas or semicolons between them.

    Raises:
        ParseError: for a value that is none, with its characters.
        CaseError: for a name that is none, or is given twice.

    Example:
        >>> found = read_typed_constants(["n=3, reduction=mean, mask", "dims=(0, 1)"])
        >>> found.constants, found.held
        ((('n', 3), ('reduction', 'mean'), ('dims', (0, 1))), ('mask',))
    """
    constants: dict[str, object] = {}
    held: dict[str, None] = {}
    for text in texts:
        for start, end in _pieces(text):
            left, sign, right = text[start:end].partition("=")
            name = _name(left, text, start, end)
            if name in constants or name in held:
                raise CaseError(f"the constant `{name}` is given twice", hint="leave one of them out")
            if sign:
                at = start + len(left) + 1
                constants[name] = _Value(text, at, at + len(right)).read()
            else:
                held[name] = None
    return TypedConstants(tuple(constants.items()), tuple(held))


def read_value(text: str) -> object:
    """Read the value of one constant, as it stands behind `=`.

    Raises:
        ParseError: for a text that is no value.

    Example:
        >>> read_value("-1/4"), read_value("[1, 'same']"), read_value("torch.float32"), read_value("batchmean")
        (-0.25, [1, 'same'], torch.float32, 'batchmean')
    """
    return _Value(text, 0, len(text)).read()


def _name(left: str, text: str, start: int, end: int) -> str:
    try:
        return variable_name(left)
    except DerivcheckError:
        message = f"{left.strip()!r} is no name"
        if not left.strip():
            message = "there is no name before `=`" if "=" in text[start:end] else "a name is missing between commas"
        span = Span(start, max(end, start))
        raise ParseError(message, text=text, span=span, hint=f"write {_EXAMPLES}") from None


_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_PIECE = re.compile(rf"{_QUOTED}|[()\[\]{{}},;]")


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where the parts of a text begin and end, between commas outside of brackets and of quotes."""
    depth = start = 0
    for found in _PIECE.finditer(text):
        sign = found.group()
        depth += (sign in "([{") - (sign in ")]}")
        if sign in ",;" and depth <= 0:
            yield start, found.start()
            start = found.end()
    if start == 0 or text[start:].strip():
        yield start, len(text)


_ARITHMETIC: MappingProxyType[type[ast.operator], Callable[..., int | float]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.FloorDiv: operator.floordiv,
        ast.Mod: operator.mod,
        ast.Pow: operator.pow,
    }
)
_WORD = re.compile(r"[^\W\d]\w*")


class _Value:
    """The text of one value within a longer text; nothing of it is run: Python only says how it is built."""

    def __init__(self, whole: str, start: int, end: int) -> None:
        raw = whole[start:end]
        self.whole = whole
        self.text = raw.strip()
        self.start = start + len(raw) - len(raw.lstrip())

    def read(self) -> object:
        """The value."""
        if not self.text:
            self.fail("there is no value behind `=`", f"write {_EXAMPLES}")
        if len(self.text) > _LONGEST:
            raise CaseError(f"the value of a constant has {len(self.text):,} characters, more than {_LONGEST:,}")
        if _WORD.fullmatch(self.text):
            return self.word(self.text, None)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of Python, about the text
                tree = ast.parse(self.text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.fail("this is no value of a constant", _HINT)
        try:
            return self.value(tree)
        except RecursionError:
            self.fail("this is nested too deep", _HINT)

    def value(self, node: ast.expr) -> object:
        """The value of a node of Python's tree."""
        match node:
            case ast.Constant(value=float(real)) if math.isinf(real):
                self.fail("this number is too large for a float", "the infinite one is written inf", node)
            case ast.Constant(value=bool() | int() | float() | str() | None as plain):
                return plain
            case ast.Tuple(elts=items):
                return tuple(map(self.value, items))
            case ast.List(elts=items):
                return PlainList(map(self.value, items))
            case ast.Name(id=name):
                return self.word(name, node)
            case ast.Attribute(value=ast.Name(id="torch"), attr=name):
                return self.dtype(name, node)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
                number = self.number(operand)
                return -number if isinstance(sign, ast.USub) else number
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _ARITHMETIC:
                return self.result(node, type(sign), self.number(left), self.number(right))
        return self.fail("this is no value of a constant", _HINT, node)

    def number(self, node: ast.expr) -> int | float:
        """The number that a node is."""
        found = self.value(node)
        if isinstance(found, bool) or not isinstance(found, int | float):
            self.fail("this is no number", _HINT, node)
        return found

    def result(self, node: ast.expr, sign: type[ast.operator], left: float, right: float) -> int | float:
        """What Python computes."""
        if sign is ast.Pow and isinstance(left, int) and right > 0 and left.bit_length() * right > _LARGEST_POWER:
            self.fail("this number is too large", "write it as a float, 1e30", node)
        try:
            found = _ARITHMETIC[sign](left, right)
        except (ArithmeticError, ValueError) as error:
            self.fail(f"this has no value: {error}", None, node)
        if isinstance(found, complex):
            self.fail("this number is complex", None, node)
        return found

    def word(self, name: str, node: ast.expr | None) -> object:
        """A bare word: a string, but for a few."""
        if name in _SLIPS:
            other = _SLIPS[name]
            self.fail(f"`{name}` is {other} in Python", f"write {other}, or '{name}' for the string", node)
        if name in ("True", "False", "None"):
            return {"True": True, "False": False, "None": None}[name]
        return _WORDS.get(name, name)

    def dtype(self, name: str, node: ast.expr) -> NamedType:
        """A format of torch's."""
        if name not in _DTYPES:
            self.fail(f"torch has no format `{name}`", "formats are torch.float32, torch.float64, torch.long, …", node)
        return NamedType(name)

    def fail(self, message: str, hint: str | None, node: ast.expr | None = None) -> NoReturn:
        start, end = 0, len(self.text)
        if node is not None and node.end_col_offset is not None and node.lineno == node.end_lineno == 1:
            line = self.text.encode()  # Python counts bytes
            start, end = (len(line[:offset].decode()) for offset in (node.col_offset, node.end_col_offset))
        span = Span(self.start + start, self.start + end)
        raise ParseError(message, text=self.whole, span=span, hint=hint)


_HINT = "a value is a number, True, False, None, a word, a 'string', a tuple (0, 1), a list [0, 1] or torch.float32"
