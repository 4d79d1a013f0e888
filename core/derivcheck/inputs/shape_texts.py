"""Whether the text of a value is one with a shape: seen at its first characters, without what computes it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from derivcheck.inputs.named_files import SIGN

WRAPPERS = ("tensor", "array", "asarray", "as_tensor", "Tensor")
"""What a list is wrapped in where it is copied from a program or from its output."""

MAKER_NAMES = ("randn", "rand", "randint", "zeros", "ones", "full", "eye", "linspace", "arange")
"""What makes an array; `made_arrays.MAKERS` says how."""

CALLS = "|".join((*MAKER_NAMES, *WRAPPERS))
"""A regular expression for the name of a call that is an array."""

_SHAPED = re.compile(rf"\[|\A\s*{SIGN}|\b(?:{CALLS})\s*\(")


def has_shape(text: str) -> bool:
    """Whether the text of a value is one with a shape, and no number alone.

    Example:
        >>> [has_shape(text) for text in ("[1, 2]", "0.1*randn(3)", "@x.npy", "max(1, 3)", "-0.5")]
        [True, True, True, False, False]
    """
    if "(" not in text and "[" not in text and SIGN not in text:
        return False  # nearly every number, at a tenth of the price
    return _SHAPED.search(text) is not None


def is_shaped_point(texts: Mapping[str, str]) -> bool:
    """Whether a value of a point has a shape, and is no number alone.

    Example:
        >>> is_shaped_point({"x": "[1, 2]", "y": "3"}), is_shaped_point({"x": "pi/4", "y": "max(1, 3)"})
        (True, False)
    """
    return any(map(has_shape, texts.values()))
