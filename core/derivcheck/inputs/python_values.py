"""Turns the arguments of the Python API into the texts of a case: formulas, numbers, points and variables."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational, Real
from typing import Any

from derivcheck.errors import CaseError, DerivcheckError, PointError
from derivcheck.inputs.assignments import variable_name
from derivcheck.inputs.case_fields import read_bound, read_const, read_seed, read_wrt
from derivcheck.inputs.python_arrays import Element, array_text, dtype_of, has_dimensions, is_array, nested_text
from derivcheck.model import Tolerance, Wrt
from derivcheck.numbers import DType

_NUMBERS = (
    "a number may be Python's, NumPy's or SymPy's, a tensor of one element, or a text such as '1/3', 'pi/4' or '0x1p-3'"
)
_FORMULAS = "a formula is a text such as 'x**2', a SymPy expression, or a number"
_POINTS = 'write at={"x": 2}, at={"x": [1, 2]}, or several points as a list: [{"x": 2}, {"x": "1/3"}]'
_CLAIMS = 'write derivative={"x": "2*x"}, or {"x,y": 1} for a mixed one'
_WRT = 'write wrt="x", "x,x" for the second derivative, "x,y" for a mixed one, or a list of these'


def formula_text(value: object, what: str = "the expression") -> str:
    """The text of a formula.

    Args:
        value: a text, a SymPy expression, or whatever `number_text` takes.
        what: what it is, for messages.

    Raises:
        CaseError: for anything else, and for a SymPy expression that the language has no words for.

    Example:
        >>> formula_text("x**2"), formula_text(2), formula_text(1e5)
        ('x**2', '2', '100000')
    """
    text = _text(value, what)
    if text is not None:
        return text if isinstance(value, str) else text.removesuffix(".0")  # 1e5 has no digits after the point
    if callable(value):
        hint = f"{_FORMULAS}; torch code of yours is checked against one by derivcheck.check_function"
        raise CaseError(f"{what} is {_kind(value)}, and no formula", hint=hint)
    raise CaseError(f"{what} is {_kind(value)}, and no formula", hint=_FORMULAS)


def is_code(value: object) -> bool:
    """Whether a value is code, such as a lambda of tensors, and no formula. A SymPy symbol can be called as well.

    Example:
        >>> is_code(lambda x: x**2), is_code("x**2")
        (True, False)
    """
    return callable(value) and not hasattr(value, "free_symbols")


def claim_text(value: object, what: str, *, is_shaped: bool = False) -> str:
    """The text of a claim: a formula, a number in as many digits as its format is good for, or a list of these.

    A gradient that torch computed in float32 is right to six digits. Taken as the exact number that the float32 holds,
    it would be a wrong claim, since the true number is hardly ever a float32.

    Args:
        value: as in `formula_text`, or a list, an array or a tensor.
        what: what it is, for messages.
        is_shaped: whether the point holds arrays, so that an array of one element is one, and no number.

    Raises:
        CaseError: as in `formula_text`, and for a number in a format of fewer digits than a claim can be judged by.
        PointError: for an array of too many elements.

    Example:
        >>> import numpy as np
        >>> claim_text(np.float32(1/3), "the claim"), claim_text(1/3, "the claim"), claim_text("2*x", "the claim")
        ('0.333333', '0.3333333333333333', '2*x')
        >>> claim_text(np.array([2.0, 0.25]), "the claim")
        '[2, 0.25]'
    """
    name = dtype_of(value)
    if name not in {"float32", "float16", "bfloat16"}:
        write: Element = formula_text
    elif name == "float32":
        write = _float32_text
    else:
        hint = "claim a formula; or make it a float64, if the very number that it holds is meant"
        raise CaseError(f"{what} is {_kind(value)} of {name}, which has too few digits to be judged", hint=hint)
    return nested_text(value, what, write) if _is_meant_as_array(value, is_shaped=is_shaped) else write(value, what)


def _float32_text(value: object, what: str) -> str:
    """The text of a number of float32, in the digits that it is good for."""
    number = float(number_text(value, what))
    if number == 0 or not math.isfinite(number):
        return str(number)
    if number.is_integer() and abs(number) < _LARGE:
        ulp = math.ldexp(1.0, math.frexp(number)[1] - DType.FLOAT32.precision)
        return f"{number:.{math.floor(-math.log10(ulp))}f}"  # as many digits as a float32 of this size has
    return f"{number:#.{_FLOAT32_DIGITS}g}"


def _is_meant_as_array(value: object, *, is_shaped: bool) -> bool:
    """Whether a value is an array; one of one element is a number where nothing else has a shape."""
    return has_dimensions(value) if is_shaped else is_array(value)


_FLOAT32_DIGITS = 6
"""The decimal digits that every float32 is good for."""

_LARGE = 2**20
"""From this size on a float32 may be a whole number only because it was rounded."""


def number_text(value: object, what: str) -> str:
    """The text of a number, which says exactly what the number is.

    Args:
        value: a number of Python, NumPy or SymPy, a tensor or an array of one element, or a text.
        what: what it is, for messages.

    Raises:
        PointError: for anything else.

    Example:
        >>> from fractions import Fraction
        >>> number_text(0.5, "x"), number_text(Fraction(1, 3), "x"), number_text("pi/4", "x")
        ('0.5', '1/3', 'pi/4')
    """
    try:
        text = _text(value, what)
    except PointError:
        raise
    except DerivcheckError as error:
        raise PointError(error.message, hint=error.hint) from None
    if text is None:
        raise PointError(f"{what} is {_kind(value)}, and no number", hint=_NUMBERS)
    return text


def points(value: object) -> tuple[dict[str, str], ...]:
    """The points of `at`, a mapping from names, or SymPy's symbols, to numbers and arrays, or several of these.

    An array of one element is a number, unless another value of its point is an array; a list is always an array.

    Raises:
        PointError: for anything else.

    Example:
        >>> points({"x": 2}), points([{"x": 2}, {"x": 0.5}])
        (({'x': '2'},), ({'x': '2'}, {'x': '0.5'}))
        >>> points({"x": [1, 0.5]})
        ({'x': '[1, 0.5]'},)
    """
    if isinstance(value, Mapping):
        return (_point(value),)
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise PointError(f"the point is {_kind(value)}, and gives no variable a value", hint=_POINTS)
    return tuple(map(_point, value))


def what_by(value: object) -> tuple[Wrt, ...]:
    """Read the derivatives asked for: `"x,y"` is one mixed derivative, `["x", "y"]` are two first ones.

    Raises:
        CaseError: for what is neither a text nor a SymPy symbol, nor several of these.

    Example:
        >>> what_by("x,x"), what_by(["x", ("x", "y")])
        ((('x', 'x'),), (('x',), ('x', 'y')))
    """
    return tuple(map(_wrt, value if isinstance(value, Sequence) and not isinstance(value, str) else [value]))


def claims(value: object, *, is_shaped: bool = False) -> dict[Wrt, str]:
    """Read the claimed derivatives: the variables of each, and its formula.

    Args:
        value: the claims.
        is_shaped: as in `claim_text`.

    Raises:
        CaseError: for what is no mapping, and for what is no formula.

    Example:
        >>> claims({"x": "2*x", "x,x": 2})
        {('x',): '2*x', ('x', 'x'): '2'}
    """
    if not isinstance(value, Mapping):
        raise CaseError(f"derivative is {_kind(value)}, and does not say what it is taken by", hint=_CLAIMS)
    found: dict[Wrt, str] = {}
    for names, formula in value.items():
        wrt = _wrt(names)
        if wrt in found:
            raise CaseError(f"there are two claims about {','.join(wrt)}")
        found[wrt] = claim_text(formula, f"the claim about {','.join(wrt)}", is_shaped=is_shaped)
    return found


def names(value: object, what: str) -> tuple[str, ...]:
    """Read one name or several, of modes or of items.

    Raises:
        CaseError: for anything else.

    Example:
        >>> names("reverse", "mode"), names(["reverse", "func"], "mode")
        (('reverse',), ('reverse', 'func'))
    """
    found = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Iterable) else (None,)
    if not all(isinstance(name, str) for name in found):
        raise CaseError(f"{what} is {_kind(value)}, and should be a name or a list of names")
    return tuple(map(str, found))


def constants(value: object) -> tuple[str, ...]:
    """Read the variables that are held constant: a name, a symbol of SymPy's, or several of these.

    Example:
        >>> constants("eps,t"), constants(["eps"]), constants(())
        (('eps', 't'), ('eps',), ())
    """
    names = [_name(item) for item in (value if isinstance(value, tuple | list) else [value])]
    if None in names:
        raise CaseError(f"const is {_kind(value)}, and should be a name or a list of names", hint='const=["eps"]')
    return read_const([name for name in names if name is not None])


def seed(value: object) -> int:
    """The seed of random values; CaseError unless it is a whole number from 0 to 2**64 - 1."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise CaseError(f"seed is {_kind(value)}, and should be a whole number from 0")
    return read_seed(str(int(value)))


def truth(value: object, what: str) -> bool:
    """True or False; CaseError for anything else."""
    if not isinstance(value, bool):
        raise CaseError(f"{what} is {_kind(value)}, and should be True or False")
    return value


def declared_gradients(value: object) -> tuple[tuple[str, str], ...]:
    """Read what is declared of a backward pass, by argument; None: nothing is.

    Example:
        >>> declared_gradients({"x": "g*(abs(x) <= 1)"})
        (('x', 'g*(abs(x) <= 1)'),)
    """
    hint = 'write gradient={"x": "g*(abs(x) <= 1)"}'
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        raise CaseError(f"gradient is {_kind(value)}, and does not say by which argument it is", hint=hint)
    found: dict[str, str] = {}
    for key, formula in value.items():
        name = _name(key)
        if name is None:
            raise CaseError(f"a gradient is by {_kind(key)}, and no argument", hint=hint)
        name = variable_name(name)
        if name in found:
            raise CaseError(f"there are two gradients by `{name}`")
        found[name] = formula_text(formula, f"the gradient by `{name}`")
    return tuple(found.items())


def order(value: object) -> int:
    """The order of derivatives; CaseError unless it is a whole number."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise CaseError(
            f"order is {_kind(value)}, and should be a whole number from 1", hint="order=2: second partials"
        )
    return int(value)


def tolerance(rtol: object, atol: object) -> Tolerance | None:
    """The fixed tolerance, None where neither bound is given; CaseError for a bound that is no number of at least 0."""
    if rtol is None and atol is None:
        return None
    bounds = []
    for name, bound in (("rtol", rtol), ("atol", atol)):
        if bound is not None and (not isinstance(bound, Real) or isinstance(bound, bool)):
            raise CaseError(f"{name} is {_kind(bound)}, and no number")
        bounds.append(0.0 if bound is None else read_bound(repr(float(bound))))
    return Tolerance(*bounds)


def dtype_name(value: object) -> str:
    """Return the name of a dtype, which may be torch's own object."""
    return str(value).removeprefix("torch.")


def _point(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise PointError(f"a point is {_kind(value)}, and gives no variable a value", hint=_POINTS)
    point: dict[str, str] = {}
    is_shaped = any(map(is_array, value.values()))
    for key, number in value.items():
        name = _name(key)
        if name is None:
            raise PointError(f"a point gives {_kind(key)} a value, and no variable", hint=_POINTS)
        if name in point:
            raise PointError(f"{name} is given twice")
        what = f"the value of `{name}`"
        is_an_array = _is_meant_as_array(number, is_shaped=is_shaped)
        point[name] = array_text(number, what, number_text) if is_an_array else number_text(number, what)
    return point


def _wrt(value: object) -> Wrt:
    if isinstance(value, str):
        return read_wrt(value)
    names = [_name(item) for item in (value if isinstance(value, tuple | list) else [value])]
    if not names or None in names:
        raise CaseError(f"{_kind(value)} is not what to differentiate by", hint=_WRT)
    return read_wrt(",".join(map(str, names)))


def _name(value: object) -> str | None:
    """The name of a variable; None for what is neither a text nor a symbol."""
    if isinstance(value, str):
        return value
    sympy = sys.modules.get("sympy")
    return str(getattr(value, "name", "")) if sympy is not None and isinstance(value, sympy.Symbol) else None


def _text(value: object, what: str) -> str | None:
    """The text of a formula or number, None for what is neither."""
    if isinstance(value, str):
        return str(value)
    sympy = sys.modules.get("sympy")
    if sympy is not None and isinstance(value, sympy.Basic):
        # It loads SymPy, which a caller without SymPy's formulas does not need.
        from derivcheck.inputs.sympy_values import sympy_text

        return sympy_text(value, what)
    return _number(_element(value, what))


def _element(value: Any, what: str) -> object:
    """Return the only element of a tensor or an array as a number of Python or NumPy; anything else as it is."""
    shape = getattr(value, "shape", None)
    if shape is None or not hasattr(value, "item") or isinstance(value, Real):
        return value
    count = 1
    for size in shape:
        count *= int(size)
    if count != 1:
        raise PointError(
            f"{what} is {_kind(value)} of {count:,} elements, and a variable is one number",
            hint=_POINTS,
        )
    try:
        return value.item()
    except (RuntimeError, TypeError, ValueError, NotImplementedError) as error:  # as of one on the device `meta`
        raise PointError(f"{what} is {_kind(value)} whose number cannot be read: {error}", hint=_NUMBERS) from None


def _number(value: Any) -> str | None:
    """Write a number exactly; None for what is no number, as True and False."""
    if isinstance(value, bool) or type(value).__name__ in {"bool", "bool_"}:
        return None
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Rational):
        return str(Fraction(int(value.numerator), int(value.denominator)))
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Real):
        number = float(value)
        if number == value or math.isnan(number) or not hasattr(value, "as_integer_ratio"):
            return repr(number)
        return str(Fraction(*map(int, value.as_integer_ratio())))  # more digits than a float has
    return None


def _kind(value: object) -> str:
    """Describe the type of a value in words."""
    if getattr(value, "__name__", None) == "<lambda>":
        return "a lambda"
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' or name == 'ndarray' else 'a'} {name}"
