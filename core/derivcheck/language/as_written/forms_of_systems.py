"""Forms of other systems: calls and statements that are more than a name, each rewritten into signs of one reading.

NumPy's `select` and `reduce`, Mathematica's `Piecewise[{{…}}]`, Julia's fractions, C's declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from types import MappingProxyType

from derivcheck.errors import Span, TwoReadingsError
from derivcheck.language.as_written.signs import Sign, SignKind, has_dotted_operators, has_question

_NUMPY = frozenset({"numpy", "np", "jnp"})
_LARGEST = MappingProxyType({"maximum": "Max", "minimum": "Min", "fmax": "Max", "fmin": "Min"})
_ALONG_FIRST = MappingProxyType({"amax": "Max", "amin": "Min", "max": "Max", "min": "Min"})
_JOINING = MappingProxyType({"logical_and": "and", "logical_or": "or"})
_COMPARING = MappingProxyType({"equal": "==", "not_equal": "!="})
_RENAMED = MappingProxyType({"mod": "remainder"})
_TYPES = frozenset({"double", "float", "const"})
_AIRY = MappingProxyType({"0": "airyai", "2": "airybi"})
_TAILS = MappingProxyType({"lower": "gammainc", "upper": "gammaincc"})
_POWERS = frozenset({"^", "**", "//"})


def rewritten(text: str, signs: Sequence[Sign], known: Collection[str]) -> list[Sign]:
    """The signs of a formula, with the forms of other systems as ordinary ones.

    Args:
        text: the formula.
        signs: its signs.
        known: the names that have a value, none of which begins such a form.

    Raises:
        TwoReadingsError: for a fraction of Julia's where the formula is not surely Julia's, and for Octave's gammainc.

    Example:
        >>> from derivcheck.language.as_written.signs import read_signs
        >>> text = "functools.reduce(numpy.maximum, [x, 1])"
        >>> "".join(sign.text for sign in rewritten(text, read_signs(text, ["x"]), ["x"]))
        'Max(x,1)'
    """
    has_dots = has_dotted_operators(text, signs)
    found = _fractions(text, list(signs), is_julia=has_dots or has_question(signs))
    at = 0
    while at < len(found):
        sign = found[at]
        if sign.kind is SignKind.WORD and sign.text not in known:
            form = next((made for each in _FORMS if (made := each(found, at)) is not None), None)
            if form is not None:
                end, instead = form
                if instead:
                    instead[0].is_apart, instead[0].is_on_new_line = sign.is_apart, sign.is_on_new_line
                found[at:end] = instead
                continue
            if has_dots and sign.text == "gammainc":
                _refuse_order(text, found, at)
        at += 1
    return found


def _fractions(text: str, signs: list[Sign], *, is_julia: bool) -> list[Sign]:
    """The signs with Julia's fractions of whole numbers: no other system has `//` and `.^` or `?`."""
    at = 1
    while at < len(signs) - 1:
        before, sign, after = signs[at - 1 : at + 2]
        if sign.text == "//" and before.text.isdigit() and after.text.isdigit():
            first = at - 2
            while first > 0 and signs[first].text in {"-", "+"}:
                first -= 1
            around = {signs[first].text if first >= 0 else "", signs[at + 2].text if at + 2 < len(signs) else ""}
            if not is_julia or around & _POWERS:
                fraction = f"{before.text}/{after.text}"
                hint = f"write `{fraction}` for the fraction, or `floor({fraction})`"
                message = "`//` of two numbers is a fraction in Julia, and rounds down in Python"
                raise TwoReadingsError(message, text=text, span=Span(before.start, after.end), hint=hint)
            made = Sign(SignKind.FRACTION, f"{before.text}/{after.text}", before.start, after.end)
            made.is_apart, made.is_on_new_line = before.is_apart, before.is_on_new_line
            signs[at - 1 : at + 2] = [made]
        at += 1
    return signs


def _refuse_order(text: str, signs: Sequence[Sign], at: int) -> None:
    """Refuse gammainc(x, a) beside MATLAB's dots: there the shape comes last."""
    parts = _arguments(signs, at + 1)
    if parts is not None and len(parts[1]) == 2:
        first, second = (text[part[0].start : part[-1].end] for part in parts[1])
        message = "`gammainc` has the shape last in MATLAB, and first here"
        hint = f"write gammainc({second}, {first}, 'lower') with the shape last, or the formula without `.*`"
        if first != second:
            hint = f"write `gammainc({first}, {second}, 'lower')` for MATLAB's, or leave out the dots"
        raise TwoReadingsError(message, text=text, span=Span(signs[at].start, parts[1][1][-1].end), hint=hint)


# --- the forms -------------------------------------------------------------------------------------------------------

_Form = tuple[int, list[Sign]] | None


def _reduced(signs: list[Sign], at: int) -> _Form:
    """`functools.reduce(numpy.maximum, [a, b])` as `Max(a, b)`."""
    if [sign.text for sign in signs[at : at + 3]] != ["functools", ".reduce", "("]:
        return None
    parts = _arguments(signs, at + 2)
    if parts is None or len(parts[1]) != 2 or len(parts[1][0]) != 2 or parts[1][0][0].text not in _NUMPY:
        return None
    name = parts[1][0][1].text.removeprefix(".")
    inner = _listed(parts[1][1])
    return None if name not in _LARGEST or inner is None else (parts[0], _called(signs[at], _LARGEST[name], inner))


def _of_numpy(signs: list[Sign], at: int) -> _Form:
    """NumPy's `logical_and.reduce((a, b))`, `amax((a, b), axis=0)`, `select`, `equal` and `mod`."""
    if signs[at].text not in _NUMPY or at + 2 >= len(signs):
        return None
    name = signs[at + 1].text.removeprefix(".")
    if signs[at + 2].text == ".reduce":
        parts = _arguments(signs, at + 3)
        inner = _listed(parts[1][0]) if parts is not None and parts[1] and _is_along_first(parts[1][1:]) else None
        if parts is None or inner is None:
            return None
        if name in _LARGEST:
            return parts[0], _called(signs[at], _LARGEST[name], inner)
        return (parts[0], _joined(signs[at], _JOINING[name], inner)) if name in _JOINING else None
    parts = _arguments(signs, at + 2)
    if parts is None:
        return None
    end, found = parts
    if name in _ALONG_FIRST and len(found) == 2 and _is_along_first(found[1:]):
        inner = _listed(found[0])
        return None if inner is None else (end, _called(signs[at], _ALONG_FIRST[name], inner))
    if name in _COMPARING and len(found) == 2:
        return end, _joined(signs[at], _COMPARING[name], found, SignKind.OPERATOR)
    if name in _RENAMED and len(found) == 2:
        return end, _called(signs[at], _RENAMED[name], found)
    return _selected(signs[at], found, end) if name == "select" else None


def _selected(place: Sign, found: list[list[Sign]], end: int) -> _Form:
    """`numpy.select([c, True], [a, b], default=numpy.nan)` as `Piecewise((a, c), (b, True))`."""
    if len(found) not in {2, 3}:
        return None
    conditions, values = _listed(found[0]), _listed(found[1])
    if conditions is None or values is None or len(conditions) != len(values) or not conditions:
        return None
    otherwise = [_sign("0", place, SignKind.NUMBER)]
    if len(found) == 3:
        is_named = [sign.text for sign in found[2][:2]] == ["default", "="]
        otherwise = found[2][2:] if is_named else found[2]
    is_whole = [sign.text for sign in conditions[-1]] == ["True"]
    is_nan = [sign.text.removeprefix(".") for sign in otherwise][-1:] == ["nan"]
    if is_nan and not is_whole:
        return None
    pairs = list(zip(values, conditions, strict=True))
    if not is_whole:
        pairs.append((otherwise, [_sign("True", place)]))
    return end, _cases(place, pairs)


def _piecewise(signs: list[Sign], at: int) -> _Form:
    """Mathematica's `Piecewise[{{a, c}, …}, b]`, 0 where no b is given, as `Piecewise((a, c), …, (b, True))`."""
    if signs[at].text != "Piecewise" or at + 1 >= len(signs) or signs[at + 1].text != "[":
        return None
    parts = _arguments(signs, at + 1)
    rows = _listed(parts[1][0]) if parts is not None and 1 <= len(parts[1]) <= 2 else None
    if parts is None or rows is None:
        return None
    pairs = [_listed(row) for row in rows]
    if any(pair is None or len(pair) != 2 for pair in pairs):
        return None
    otherwise = parts[1][1] if len(parts[1]) == 2 else [_sign("0", signs[at], SignKind.NUMBER)]
    made = [(pair[0], pair[1]) for pair in pairs if pair is not None]
    return parts[0], _cases(signs[at], [*made, (otherwise, [_sign("True", signs[at])])])


def _airy(signs: list[Sign], at: int) -> _Form:
    """Octave's `airy(0, x)` and `airy(2, x)`."""
    parts = _arguments(signs, at + 1) if signs[at].text == "airy" else None
    if parts is None or len(parts[1]) != 2 or len(parts[1][0]) != 1 or parts[1][0][0].text not in _AIRY:
        return None
    return parts[0], _called(signs[at], _AIRY[parts[1][0][0].text], parts[1][1:])


def _tail(signs: list[Sign], at: int) -> _Form:
    """MATLAB's `gammainc(x, a, 'upper')`, whose shape comes last."""
    parts = _arguments(signs, at + 1) if signs[at].text == "gammainc" else None
    if parts is None or len(parts[1]) != 3 or len(parts[1][2]) != 1 or parts[1][2][0].kind is not SignKind.STRING:
        return None
    name = _TAILS.get(parts[1][2][0].text[1:-1])
    return None if name is None else (parts[0], _called(signs[at], name, [parts[1][1], parts[1][0]]))


def _declared(signs: list[Sign], at: int) -> _Form:
    """C's `const double` before a statement."""
    is_first = at == 0 or signs[at].is_on_new_line or signs[at - 1].text == ";"
    end = at
    while end < len(signs) and signs[end].text in _TYPES:
        end += 1
    is_statement = end + 1 < len(signs) and signs[end].kind is SignKind.WORD and signs[end + 1].text == "="
    if not is_first or end == at or not is_statement:
        return None
    signs[end].is_on_new_line = signs[at].is_on_new_line
    return end, []


_FORMS: tuple[Callable[[list[Sign], int], _Form], ...] = (_reduced, _of_numpy, _piecewise, _airy, _tail, _declared)


# --- signs -----------------------------------------------------------------------------------------------------------


def _arguments(signs: Sequence[Sign], at: int) -> tuple[int, list[list[Sign]]] | None:
    """The index behind the bracket that opens at an index, and what stands between its commas; None for no bracket."""
    if at >= len(signs) or signs[at].kind is not SignKind.OPEN:
        return None
    found: list[list[Sign]] = [[]]
    depth = 0
    for index in range(at, len(signs)):
        sign = signs[index]
        depth += (sign.kind is SignKind.OPEN) - (sign.kind is SignKind.CLOSE)
        if depth == 0:
            return (index + 1, found) if all(found) else None
        if depth == 1 and sign.kind is SignKind.OPERATOR and sign.text == ",":
            found.append([])
        elif index > at:
            found[-1].append(sign)
    return None


def _listed(signs: Sequence[Sign]) -> list[list[Sign]] | None:
    """What a list or a tuple holds; None for anything else. Behind the last element a comma may stand."""
    if len(signs) > 2 and signs[-2].text == ",":
        signs = [*signs[:-2], signs[-1]]  # (x,)
    parts = _arguments(signs, 0)
    return parts[1] if parts is not None and parts[0] == len(signs) else None


def _is_along_first(settings: Sequence[Sequence[Sign]]) -> bool:
    """Whether nothing is set, or `axis=0`."""
    return all([sign.text for sign in each] == ["axis", "=", "0"] for each in settings)


def _sign(text: str, place: Sign, kind: SignKind = SignKind.WORD) -> Sign:
    """A sign that takes the characters of another one."""
    return Sign(kind, text, place.start, place.end)


def _between(parts: Sequence[Sequence[Sign]], place: Sign) -> list[Sign]:
    """Some arguments with commas between them, in brackets."""
    found = [_sign("(", place, SignKind.OPEN)]
    for index, part in enumerate(parts):
        found += [_sign(",", part[0], SignKind.OPERATOR)] if index else []
        found += part
    return [*found, _sign(")", found[-1], SignKind.CLOSE)]


def _called(place: Sign, name: str, parts: Sequence[Sequence[Sign]]) -> list[Sign]:
    """A call."""
    return [_sign(name, place), *_between(parts, place)]


def _cases(place: Sign, pairs: Sequence[tuple[list[Sign], list[Sign]]]) -> list[Sign]:
    """A call of Piecewise."""
    return _called(place, "Piecewise", [_between(pair, pair[0][0]) for pair in pairs])


def _joined(place: Sign, operator: str, parts: Sequence[Sequence[Sign]], kind: SignKind = SignKind.WORD) -> list[Sign]:
    """Some conditions with an operator between them, in brackets."""
    found = [_sign("(", place, SignKind.OPEN)]
    for index, part in enumerate(parts):
        found += [_sign(operator, part[0], kind)] if index else []
        found += _between([part], part[0])
    return [*found, _sign(")", found[-1], SignKind.CLOSE)]
