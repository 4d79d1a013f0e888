"""Calls whose arguments bear the names of another program's order, `gammainc(x, a)`, are refused with both readings."""

from __future__ import annotations

import re

from derivcheck.errors import Span, TwoReadingsError

_SHAPE_LAST = re.compile(r"\b(gammaincc?)(\(\s*x\s*,\s*a\s*\))")
"""In torch, SciPy and here the shape a comes first; in MATLAB and Octave it comes last."""

_OURS = {"gammainc": "igamma", "gammaincc": "igammac"}
"""Names that torch alone has, so that the order is torch's."""


def refuse_other_orders(text: str) -> None:
    """Refuse a plain call that is surely one in another program, and another one here.

    Raises:
        TwoReadingsError: with both readings.

    Example:
        >>> refuse_other_orders("gammainc(a, x) + gammainc(2, x)")
    """
    if "gammainc" in text and (found := _SHAPE_LAST.search(text)) is not None:
        name, arguments = found.groups()
        raise TwoReadingsError(
            f"`{found[0]}` can be read in two ways: the shape comes last in MATLAB, and first in torch and here",
            text=text,
            span=Span(*found.span()),
            hint=f"write `{name}(a, x)` where a is the shape, or `{_OURS[name]}{arguments}` where x is",
        )
