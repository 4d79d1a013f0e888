"""A formula in MathML Core, which browsers typeset by themselves."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from derivcheck.errors import DerivcheckError
from derivcheck.language import table
from derivcheck.language.operators import BINARY, PRINTED
from derivcheck.language.parse import parse
from derivcheck.language.table import Function
from derivcheck.model import OwnFunction, Wrt
from derivcheck.model.expression import SLICE, TUPLE, Node, NodeKind
from derivcheck.reporting.presentation.widths import printable

MAX_NODES = 300
"""A formula with more nodes is shown as source text: nobody reads it typeset, and the page stays small."""

_MOST_MARKUP = 100_000
"""The characters of MathML for such a formula: what it names once and uses often is typeset as often."""

_STATEMENT = ";"
"""What ends a statement. A formula of several is shown as source text, by the names that it gives to its parts."""

_OF_AN_ELEMENT = re.compile(r"at \[[\d, ]*\]: ")

_ATOM = 12
"""The precedence of what needs no brackets anywhere."""

_QUOTIENT, _POWER = BINARY["/"].precedence, BINARY["**"].precedence
_PRODUCT = BINARY["*"].precedence

_LETTERS = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"),
    *("nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
_GREEK = {
    name: unicodedata.lookup(f"GREEK {size} LETTER {'LAMDA' if name.lower() == 'lambda' else name.upper()}")
    for letter in _LETTERS
    for name, size in ((letter, "SMALL"), (letter.capitalize(), "CAPITAL"))
}


@dataclass(frozen=True, slots=True)
class _Box:
    """A part of a formula in MathML, the precedence of its outermost operator, and the text of a setting or a name."""

    markup: str
    precedence: int = _ATOM
    text: str = ""

    def at_least(self, precedence: int) -> str:
        """Return the markup, in brackets if its operator binds less tightly than `precedence`."""
        if self.precedence >= precedence:
            return self.markup
        return f"<mrow><mo>(</mo>{self.markup}<mo>)</mo></mrow>"


def typeset(text: str, variables: tuple[str, ...] = (), own: tuple[OwnFunction, ...] = ()) -> str:
    """A formula's text as a `math` element; as `code` where it is too long, or cannot be read.

    The formula of one element of a tensor begins with the index of that element, which stays before it.

    Example:
        >>> typeset("x**2")
        '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
        >>> typeset("at [0, 1]: x")
        '<span>at [0, 1]: </span><math><mi>x</mi></math>'
    """
    if (found := _OF_AN_ELEMENT.match(text)) is not None:
        return f"<span>{found[0]}</span>{typeset(text[found.end() :], variables, own)}"
    try:
        expression = parse(text, variables or None, own, strict=True)
    except DerivcheckError:
        return as_code(text)
    if len(expression) > MAX_NODES or _STATEMENT in text:
        return as_code(text)
    mine = frozenset([function.name for function in own])
    boxes: list[_Box] = []
    for node in expression:  # in postorder: the arguments come first
        boxes.append(_box(node, [boxes[at] for at in node.args], mine))
        if len(boxes[-1].markup) > _MOST_MARKUP:
            return as_code(text)
    return f"<math>{boxes[-1].markup}</math>"


def as_code(text: str) -> str:
    """Return a text as a `code` element."""
    return f"<code>{escape(printable(text))}</code>"


def derivative(wrt: Wrt, variables: Sequence[str] = ()) -> str:
    """Write a derivative as a `math` element: f, or Leibniz's fraction.

    Args:
        wrt: the variables that f is differentiated by.
        variables: the variables of f; if there are several, every derivative is a partial one.
    """
    if not wrt:
        return "<math><mi>f</mi></math>"
    sign = "d" if len({*wrt, *variables}) == 1 else "∂"
    below = "".join(f"<mi>{sign}</mi>{_raise_to_power(_name(name), times)}" for name, times in Counter(wrt).items())
    above = f"{_raise_to_power(f'<mi>{sign}</mi>', len(wrt))}<mi>f</mi>"
    return f"<math><mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac></math>"


def _raise_to_power(base: str, times: int) -> str:
    return f"<msup>{base}<mn>{times}</mn></msup>" if times > 1 else base


def symbol(name: str) -> str:
    """Write a variable as in mathematics: the name of a Greek letter becomes the letter.

    Example:
        >>> symbol("mu"), symbol("Omega"), symbol("x")
        ('μ', 'Ω', 'x')
    """
    return _GREEK.get(name, name)


def _name(name: str) -> str:
    return f"<mi>{escape(symbol(name))}</mi>"


def _box(node: Node, args: list[_Box], own: frozenset[str]) -> _Box:
    if node.kind is NodeKind.NUMBER:
        above, slash, below = node.name.partition("/")
        if slash:
            return _Box(f"<mfrac><mn>{escape(above)}</mn><mn>{escape(below)}</mn></mfrac>", _QUOTIENT)
        return _Box(f"<mn>{escape(node.name)}</mn>", text=node.name)
    if node.kind is NodeKind.CALL:
        return _call(node.name, args, own)
    if node.kind is NodeKind.SETTING:
        return _Box(f"<mi>{escape(printable(node.name))}</mi>", text=node.name)
    constant = table.constant(node.name) if node.kind is NodeKind.CONSTANT else None
    return _Box(_name(node.name if constant is None or constant.sign is None else constant.sign))


def _call(name: str, args: list[_Box], own: frozenset[str]) -> _Box:
    """A call as its row says: with a sign, in a layout of its own, or as a name with arguments in brackets."""
    row = None if name in own else table.function(name)
    if row is not None and row.sign is not None:
        return _with_sign(row.sign, PRINTED[row.name].precedence, args)
    if row is not None and row.layout is not None:
        return _LAYOUTS[row.layout](*args)
    inner = _COMMA.join(_arguments(row, args))
    if name == SLICE:
        bounds = "<mo>:</mo>".join("" if arg.text == "None" else arg.markup for arg in args[:2])
        return _Box(f"<mrow>{bounds}</mrow>")
    called = "" if name == TUPLE else f"<mi>{escape(name)}</mi>"
    return _Box(f"<mrow>{called}<mo>(</mo>{inner}<mo>)</mo></mrow>")


def _arguments(row: Function | None, args: list[_Box]) -> Iterator[str]:
    """The arguments of a call; a function of shapes has its options by their names, where they are no defaults.

    Such a call is complete: the parser has filled in what was left out.
    """
    named = row.options if row is not None and row.is_shaped else ()
    required = args[: len(args) - len(named)]
    yield from (arg.markup for arg in required)
    for option, arg in zip(named, args[len(required) :], strict=True):
        if arg.text != option.default:
            yield f"<mi>{escape(option.name)}</mi><mo>=</mo>{arg.markup}"


def _with_sign(sign: str, precedence: int, args: list[_Box]) -> _Box:
    """A sign before its operand, or between its two."""
    operator = f"<mo>{escape(sign)}</mo>"
    if len(args) == 1:
        return _Box(f"<mrow>{operator}{args[0].at_least(precedence)}</mrow>", precedence)
    left, right = args[0].at_least(precedence), args[1].at_least(precedence + 1)
    return _Box(f"<mrow>{left}{operator}{right}</mrow>", precedence)


def _fraction(above: _Box, below: _Box) -> _Box:
    return _Box(f"<mfrac><mrow>{above.markup}</mrow><mrow>{below.markup}</mrow></mfrac>", _QUOTIENT)


_COMMA = "<mo>,</mo>"


def _juxtaposed(left: _Box, right: _Box) -> _Box:
    """A product of matrices: W x."""
    inner = f'{left.at_least(_PRODUCT)}<mspace width="0.2em"/>{right.at_least(_PRODUCT + 1)}'
    return _Box(f"<mrow>{inner}</mrow>", _PRODUCT)


def _raised(base: _Box, exponent: str) -> _Box:
    return _Box(f"<msup>{base.at_least(_ATOM)}{exponent}</msup>", _POWER)


def _bracketed(*items: _Box) -> _Box:
    return _Box(f"<mrow><mo>[</mo>{_COMMA.join(item.markup for item in items)}<mo>]</mo></mrow>")


def _indexed(value: _Box, *items: _Box) -> _Box:
    return _Box(f"<mrow>{value.at_least(_ATOM)}{_bracketed(*items).markup}</mrow>")


_LAYOUTS: Mapping[str, Callable[..., _Box]] = {
    "fraction": _fraction,
    "power": lambda base, exponent: _Box(f"<msup>{base.at_least(_ATOM)}{exponent.markup}</msup>", _POWER),
    "exponential": lambda exponent: _Box(f"<msup><mi>e</mi>{exponent.markup}</msup>", _POWER),
    "root": lambda arg: _Box(f"<msqrt>{arg.markup}</msqrt>"),
    "juxtaposition": _juxtaposed,
    "transpose": lambda matrix: _raised(matrix, "<mo>⊤</mo>"),
    "inverse": lambda matrix: _raised(matrix, "<mrow><mo>−</mo><mn>1</mn></mrow>"),
    "index": _indexed,
    "list": _bracketed,
    "bars": lambda arg: _Box(f"<mrow><mo>|</mo>{arg.markup}<mo>|</mo></mrow>"),
}
"""What is made of a function's arguments, by what its row names in the column `layout`."""
