"""Reads the text of one value that has a shape: a list, a call that makes an array, a file, or a formula of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from derivcheck.balls.compiling import compile_balls
from derivcheck.errors import InfinitePointError, NoNumberError, ParseError, Span
from derivcheck.graph.folding import arithmetic
from derivcheck.inputs.array_calls import bind, keyword, split
from derivcheck.inputs.array_files import read_file
from derivcheck.inputs.arrays import Array, Piece, index_of
from derivcheck.inputs.coordinates import is_of_numbers, nearest_result, read_number, several
from derivcheck.inputs.made_arrays import MAKERS, exactly
from derivcheck.inputs.named_files import SIGN
from derivcheck.inputs.shape_texts import CALLS, has_shape
from derivcheck.inputs.written_lists import read_list
from derivcheck.language.parse import parse
from derivcheck.model import Coordinate
from derivcheck.model.expression import CALL, NUMBER, VARIABLE, Expression
from derivcheck.model.shaped_values import address
from derivcheck.numbers import DType

_ARRAY = re.compile(rf"(?:(?:[^\W\d]\w*\s*\.\s*)*\b(?P<name>{CALLS})\s*)?(?P<bracket>(?(name)\(|\[))")
_BRACKET = re.compile(r"[\[\]()]")

_STANDS_FOR_ARRAY = "values"
"""The variable that takes an array's place where a formula of it is read."""


@dataclass(frozen=True, slots=True)
class Source:
    """What the text of a value is read with.

    Attributes:
        dtype: the format of the numbers.
        seed: the seed of random numbers.
        folder: the folder in which files must lie; None: they may lie anywhere.
    """

    dtype: DType
    seed: int = 0
    folder: Path | None = None


def read_array(name: str, text: str, source: Source) -> Array:
    """Read the value of a variable; a number is an array of the shape ().

    Raises:
        PointError: for a text that is no such value; NoNumberError where its characters can be shown.
        InfinitePointError: for an element that is infinite, nan, or beyond the largest of the format.
        InputFileError: for a file that cannot be read.
    """
    whole = Piece(name, text, 0, len(text)).part(0, len(text))
    if whole.text.startswith(SIGN):
        return read_file(whole, source.folder, source.dtype)
    found = _ARRAY.search(text)
    if found is None:
        return Array((), [read_number(name, text, source.dtype)])
    opening = found.start("bracket")
    array = whole.part(found.start(), _end_of_bracket(text, opening) or whole.end)
    read = _read_list(array, source) if found["name"] is None else _read_call(found["name"], opening, array, source)
    if array == whole:
        return read
    before, after = text[: array.start], text[array.end :]
    if "]" in after.partition("[")[0]:
        at = array.end + after.index("]")
        raise whole.part(at, at + 1).error("this bracket closes nothing", hint="write a list as [1, 2, 3]")
    left, right = " " if before[-1:].isalnum() else "", " " if after[:1].isalnum() else ""
    return _apply(f"{before}{left}{_STANDS_FOR_ARRAY}{right}{after}", read, whole, source)


def _end_of_bracket(text: str, opening: int) -> int | None:
    """The place behind the bracket that closes the one at `opening`; None where it is not closed."""
    depth = 0
    for found in _BRACKET.finditer(text, opening):
        depth += 1 if found.group() in "[(" else -1
        if not depth:
            return found.end()
    return None


# --- lists and calls -------------------------------------------------------------------------------------------------

_WORDS = MappingProxyType({"True": 1, "False": 0, "true": 1, "false": 0})


def _read_list(piece: Piece, source: Source) -> Array:
    shape, places = read_list(piece)
    known: dict[str, Coordinate] = {word: exactly(Fraction(value)) for word, value in _WORDS.items()}
    elements: list[Coordinate] = []
    is_integer = True
    for start, end in places:
        raw = piece.whole[start:end]
        text = raw.strip()
        if text not in known:
            name = address(piece.name, index_of(len(elements), shape))
            known[text] = _read_element(piece, start + len(raw) - len(raw.lstrip()), text, name, source)
        is_integer = is_integer and text in _WORDS
        elements.append(known[text])
    return Array(shape, elements, is_integer)


def _read_element(piece: Piece, start: int, text: str, name: str, source: Source) -> Coordinate:
    """Read an element of a list; where that is no number, the whole list is shown."""
    blank = _SIGNED_BEHIND_BLANK.search(text)
    if blank is not None:
        hint = f"write {text[: blank.start() + 1]}, {text[blank.end() - 1 :]}, or the difference without blanks"
        message = "two values with a blank between them, or one value"
        raise NoNumberError(message, text=piece.whole, span=Span(start, start + len(text)), hint=hint)
    try:
        return read_number(name, text, source.dtype)
    except NoNumberError as error:
        span = Span(start + error.span.start, start + error.span.end)
        raise NoNumberError(error.message, text=piece.whole, span=span, hint=error.hint) from None


_SIGNED_BEHIND_BLANK = re.compile(r"[\w.)]\s+[-+](?=[\w.(])")
"""`1 -2`, which NumPy and MATLAB print and read as two values."""

_SAY_NOTHING = frozenset({"requires_grad", "device", "copy"})
"""Arguments that say nothing about the numbers."""

_INTEGERS = frozenset(
    {"int", "long", "short", "bool", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))}
)
_FLOATS = MappingProxyType({"double": "float64", "half": "float16", "float_": "float64"})
"""What formats are called beside their own names."""


def _read_call(name: str, opening: int, call: Piece, source: Source) -> Array:
    """Read a call that makes or wraps an array."""
    if not call.text.endswith(")"):
        raise call.part(opening, opening + 1).error("the bracket is not closed", hint="write it as zeros(2, 3)")
    inside = call.part(opening + 1, call.end - 1)
    if name in MAKERS:
        maker = MAKERS[name]
        arguments, is_integer = _without_dtype(split(inside), source)
        made = maker.make(bind(call, maker.params, arguments, source.dtype, source.seed, maker.example))
    else:
        made, others = _read_wrapped(inside, source)
        arguments, is_integer = _without_dtype(others, source)
        if arguments:
            raise arguments[0].error(f"`{name}` takes one list", hint=f"write {name}([1, 2, 3])")
    return Array(made.shape, made.elements, made.is_integer or is_integer)


def _read_wrapped(inside: Piece, source: Source) -> tuple[Array, list[Piece]]:
    """Read the list, or the number, that is wrapped, and the arguments behind it."""
    if not inside.text.startswith("["):
        first, *others = split(inside) or [inside]
        return Array((), [_read_element(first, first.start, first.text, first.name, source)]), others
    end = _end_of_bracket(inside.whole, inside.start) or inside.end
    rest = inside.part(end, inside.end)
    if rest.text and not rest.text.startswith(","):
        raise rest.error("there is no comma before this", hint="write tensor([1, 2, 3])")
    return _read_list(inside.part(inside.start, end), source), split(rest.part(rest.start + 1, rest.end))


def _without_dtype(arguments: list[Piece], source: Source) -> tuple[list[Piece], bool]:
    """Take out the arguments that are no numbers; whether one of them says that the array holds integers."""
    kept, is_integer = [], False
    for argument in arguments:
        name, value = keyword(argument)
        if name == "dtype":
            is_integer = _is_integer_dtype(value, source)
        elif name not in _SAY_NOTHING:
            kept.append(argument)
    return kept, is_integer


def _is_integer_dtype(piece: Piece, source: Source) -> bool:
    word = piece.text.rpartition(".")[2].strip("'\"")
    if word in _INTEGERS:
        return True
    label = source.dtype.label
    if word != "float" and _FLOATS.get(word, word) != label:
        raise piece.error(f"the case's format is {label}", hint="--dtype, or dtype in a case file, says another one")
    return False


# --- formulas of an array --------------------------------------------------------------------------------------------


def _apply(formula: str, array: Array, whole: Piece, source: Source) -> Array:
    """Compute a formula for each element of an array, `0.1*randn(3)`: exactly, and then rounded once."""
    if has_shape(formula):
        raise whole.error("there are several arrays in one value", hint=_HINT)
    expression = _parse_formula(formula, whole)
    compute = _Formula(expression, source.dtype)
    known: dict[Coordinate, Coordinate] = {}
    elements = []
    for place, element in enumerate(array.elements):
        if element not in known:
            known[element] = compute.at(address(whole.name, index_of(place, array.shape)), element)
        elements.append(known[element])
    are_integers = array.is_integer and all(element.exact.denominator == 1 for element in known.values())
    return Array(array.shape, elements, are_integers)


_HINT = "a value is one array, or a formula of one array and numbers; what combines variables belongs to the expression"


def _parse_formula(formula: str, whole: Piece) -> Expression:
    """Parse the formula of an array, which stands there as a variable."""
    try:
        expression = parse(formula, {_STANDS_FOR_ARRAY})
    except ParseError as error:
        message = f"the value of `{whole.name}` is no array: {error.message}"
        raise NoNumberError(message, text=error.text, span=error.span, hint=error.hint or _HINT) from None
    for place, node in enumerate(expression):
        is_other = node.kind is VARIABLE and node.name != _STANDS_FOR_ARRAY
        if is_other or (node.kind is CALL and not is_of_numbers(node.name)):
            what = f"it refers to `{node.name}`" if is_other else f"it holds {several(node.name)}"
            message = f"the value of `{whole.name}` is no array: {what}"
            raise NoNumberError(message, text=formula, span=expression.span(place), hint=_HINT)
    return expression


class _Formula:
    """A formula of one element."""

    def __init__(self, expression: Expression, dtype: DType) -> None:
        self._expression = expression
        self._dtype = dtype
        self._program = compile_balls(expression)

    def at(self, name: str, element: Coordinate) -> Coordinate:
        """The result for an element, whose name is for messages."""
        typed = self._rational(element.exact if element.typed is None else element.typed)
        if typed is not None:
            exact = self._dtype.nearest(typed)
        else:
            given = dict.fromkeys(self._program.variables, element.exact)
            exact = nearest_result(name, self._program, given, self._dtype, str(self._expression))
        if exact is None:
            raise InfinitePointError(f"`{name}` is beyond the largest {self._dtype}")
        return exactly(exact)

    def _rational(self, value: Fraction) -> Fraction | None:
        """The exact result, where the formula is made of +, -, *, / and integer powers."""
        values: list[Fraction | None] = []
        for node in self._expression:
            if node.kind is CALL:
                values.append(arithmetic(node.name, [values[arg] for arg in node.args]))
            else:
                values.append(value if node.kind is VARIABLE else node.value if node.kind is NUMBER else None)
        return values[-1]
