"""What a setting may be, by its name: a dim is an integer, `keepdim` is True or False, whatever the function."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TypeGuard

from derivcheck.language.plain_values import PlainValue, plain_value
from derivcheck.model.light_records import record


@record
class Kind:
    """What a setting may be.

    Attributes:
        phrase: how a message says it.
        holds: whether a value is that.
    """

    phrase: str
    holds: Callable[[PlainValue], bool]


_DTYPE = "torch."
"""How the text of a constant begins that is a dtype: it is no word."""


def _is_number(value: PlainValue) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: PlainValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _all(holds: Callable[[PlainValue], bool]) -> Callable[[PlainValue], bool]:
    return lambda value: all(map(holds, value)) if isinstance(value, tuple) else holds(value)


def _is_word(value: PlainValue) -> bool:
    return isinstance(value, str) and not value.startswith(_DTYPE)


_are_integers, _are_numbers = _all(_is_integer), _all(_is_number)

# fmt: off
FLAG     = Kind("True or False", lambda value: isinstance(value, bool))
WORD     = Kind("a word in quotes", _is_word)
INTEGER  = Kind("an integer", _is_integer)
FINITE   = Kind("a number", lambda value: _is_number(value) and isfinite(value))
NUMBER   = Kind("a number", _is_number)
INTEGERS = Kind("an integer or a tuple of integers", _are_integers)
NUMBERS  = Kind("a number or a tuple of numbers", lambda value: value != () and _are_numbers(value))
NESTED   = Kind("integers, or tuples of them", _all(_are_integers))
ORDER    = Kind("a number, inf or a word in quotes", lambda value: _is_number(value) or _is_word(value))
BORDER   = Kind("integers or a word in quotes", lambda value: _are_integers(value) or _is_word(value))

_NAMES: tuple[tuple[Kind, str], ...] = (
    (FLAG,     "keepdim descending stable largest sorted training use_input_stats full log_input log_target swap"),
    (FLAG,     "upper left unitriangular include_self is_causal enable_gqa align_corners ceil_mode"),
    (FLAG,     "count_include_pad increasing"),
    (WORD,     "reduction mode interpolation equation reduce"),
    (INTEGER,  "place count N k n m chunks length steps groups num_groups num_classes upscale_factor downscale_factor"),
    (INTEGER,  "ignore_index dim0 dim1 dim2 start_dim end_dim offset diagonal divisor_override"),
    (FINITE,   "correction momentum dropout_p norm_type start end step"),
    (NUMBER,   "value"),
    (INTEGERS, "dim shape sizes size repeats shifts source destination split_size_or_sections normalized_shape"),
    (INTEGERS, "kernel_size stride dilation output_padding output_size pad"),
    (NUMBERS,  "q scale_factor"),
    (NESTED,   "dims"),
    (ORDER,    "p ord"),
    (BORDER,   "padding"),
)
# fmt: on

KINDS = {name: kind for kind, names in _NAMES for name in names.split()}
"""By the setting's name."""


def unfit_phrase(name: str, text: str, default: str | None) -> str | None:
    """What a setting must be, where a text is not that; None where it is.

    Args:
        name: the setting's name.
        text: its text.
        default: its default, None where it has none: one that is None may be given as well.

    Example:
        >>> unfit_phrase("keepdim", "3", "False"), unfit_phrase("dim", "(0, -1)", "None")
        ('True or False', None)
    """
    kind = KINDS.get(name)
    value = plain_value(text)
    if kind is None or kind.holds(value):
        return None
    may_be_none = default == "None"
    if value is None and may_be_none:
        return None
    return f"{kind.phrase}, or None" if may_be_none else kind.phrase
