"""What blame must know of torch's operations, by the names that torch gives them."""

from __future__ import annotations

import math
from collections.abc import Callable

SELECTING = frozenset(
    {
        *("where", "nan_to_num", "masked_fill", "masked_scatter", "masked_select", "index_put", "relu", "threshold"),
        *("clamp", "clamp_min", "clamp_max", "clip", "hardtanh", "relu6"),
        *("maximum", "minimum", "fmax", "fmin", "max", "min", "amax", "amin", "topk", "sort", "median", "nanmedian"),
        *("index", "select", "slice", "narrow", "gather", "index_select", "take", "unbind", "split", "chunk"),
        *("nansum", "nanmean", "_unsafe_masked_index"),
    }
)
"""The operations that leave numbers out: nan in what they leave out does not show in their value."""

ADDING = frozenset(
    {"add", "sub", "rsub", "sum", "mean", "cat", "stack", "cumsum", "addcmul", "addcdiv", "lerp", "diff", "trace"}
)
"""The operations in which an argument counts by its size: the error of a small one does not matter."""

HOW_IT_CUTS = {
    **dict.fromkeys(("detach", "detach_"), "it is detached"),
    **dict.fromkeys(("argmax", "argmin", "argsort", "bucketize", "searchsorted"), "its result is an index"),
    "count_nonzero": "its result is a count",
}
"""How an operation ends the way of a gradient."""


def _is_zero(number: float) -> bool:
    return number == 0


def _is_one(number: float) -> bool:
    return abs(number) == 1


def _is_zero_or_one(number: float) -> bool:
    return number in {0, 1}


def _is_whole(number: float) -> bool:
    return number == math.floor(number) if math.isfinite(number) else False


def _is_half(number: float) -> bool:
    return _is_whole(number - 0.5)


STEPPING: dict[str, Callable[[float], bool]] = {
    "round": _is_half,
    **dict.fromkeys(("floor", "ceil", "trunc", "fix", "floor_divide"), _is_whole),
    **dict.fromkeys(("sign", "sgn", "heaviside"), _is_zero),
}
"""The operations that are constant between their jumps, and where these are: torch sends 0 back through them."""

BORDERED = frozenset({"where"})
"""The operations that torch differentiates as one of their arguments, whatever decides which."""


INFINITE_SLOPES: dict[str, Callable[[float], bool]] = {
    **dict.fromkeys(("sqrt", "rsqrt", "pow", "div", "reciprocal"), _is_zero),
    **dict.fromkeys(("log", "log2", "log10", "xlogy", "special_entr"), _is_zero),
    **dict.fromkeys(("acos", "asin", "acosh", "atanh", "erfinv"), _is_one),
    **dict.fromkeys(("logit", "special_ndtri"), _is_zero_or_one),
    "log1p": lambda number: number == -1,
}
"""At which numbers the derivative of an operation may be infinite."""
